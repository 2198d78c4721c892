// Goal: what is published runs in an empty project on the oldest Node that is promised. Method: npm pack, npm install
// of the tarball and of node@22.15 beside it, then init, backup, restore through both bins and the library's own
// import.
import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { temporaryDirectory } from '../harness/temporary-directory.ts'

const root = path.resolve(import.meta.dirname, '../..')

test('the tarball runs in an empty project on Node 22.15', () => {
  using folder = temporaryDirectory()
  const at = (name: string) => path.join(folder.path, name)
  const quiet = { stdio: 'pipe', encoding: 'utf8' } as const
  const npm = (args: string[], cwd = folder.path) => execFileSync('npm', args, { cwd, ...quiet })
  // The build of this test run is packed as it is: building again would pull the floor from under the other tests.
  const [packed] = JSON.parse(
    npm(['pack', '--json', '--ignore-scripts', '--pack-destination', folder.path], root),
  ) as Array<{ filename: string; files: Array<{ path: string }> }>
  const files = packed!.files.map((file) => file.path)
  assert.ok(
    files.includes('dist/bin/main.js') &&
      files.includes('README.md') &&
      files.includes('database/schema.sql') &&
      files.includes('dist/man/man1/neonpro-backup.1') &&
      files.includes('dist/man/pt_BR/man1/neonpro-backup.1') &&
      !files.some((file) => file.startsWith('test/')),
    files.join('\n'),
  )
  fs.writeFileSync(at('package.json'), '{ "private": true, "type": "module" }')
  npm(['install', '--no-audit', '--no-fund', `./${packed!.filename}`, 'node@22.15.1'])
  const node = at('node_modules/node/bin/node')
  assert.match(execFileSync(node, ['--version'], quiet), /^v22\.15\./)
  const env = {
    PATH: process.env['PATH'] ?? '',
    HOME: folder.path,
    NEONPRO_BACKUP_HOME: at('state'),
    TMPDIR: folder.path,
    BACKUP_ENCRYPTION_KEY: `base64:${randomBytes(32).toString('base64')}`,
    NEONPRO_REPOSITORY: at('repo'),
  }
  const run = (bin: string, ...args: string[]) =>
    execFileSync(node, [at(`node_modules/neonpro-backup/dist/${bin}`), ...args], { cwd: folder.path, env, ...quiet })
  fs.mkdirSync(at('source'))
  fs.writeFileSync(at('source/a.txt'), 'content')
  run('bin/neonpro-backup.js', 'init')
  run('bin/neonpro-backup.js', 'backup', at('source'))
  run('bin/neonpro-backup.js', 'verify', '--read-data')
  run('bin/neonpro-backup.js', 'restore', 'latest', '--target', at('back'), '--verify')
  assert.equal(fs.readFileSync(path.join(at('back'), at('source/a.txt')), 'utf8'), 'content')
  run('neonpro-rescue.mjs', 'restore', '--repo', at('repo'), 'latest', '--target', at('rescued'))
  assert.equal(fs.readFileSync(path.join(at('rescued'), at('source/a.txt')), 'utf8'), 'content')
  assert.match(run('bin/neonpro-backup.js', 'quickstart', at('source')), /\nPROVEN\n/)
  // A global install is found by man.
  npm(['install', '--global', '--prefix', at('global'), '--ignore-scripts', '--no-audit', `./${packed!.filename}`])
  assert.match(fs.readFileSync(at('global/share/man/man1/neonpro-backup.1'), 'utf8'), /^\.TH NEONPRO/)
  // The embedded database finds its own files and the schema, and Node 22's warning about SQLite is not shown.
  fs.writeFileSync(
    at('catalog.js'),
    `
    import { openCatalog } from './node_modules/neonpro-backup/dist/catalog/index.js'
    const catalog = await openCatalog({ directory: './home/catalog' })
    console.log((await catalog.db.selectFrom('schema_version').selectAll().execute()).length > 0)
    await catalog[Symbol.asyncDispose]()
  `,
  )
  const opened = spawnSync(node, [at('catalog.js')], { cwd: folder.path, encoding: 'utf8' })
  assert.deepEqual([opened.stdout.trim(), opened.stderr, opened.status], ['true', '', 0])
  fs.writeFileSync(
    at('use.js'),
    "import * as all from 'neonpro-backup'\nimport { Repository } from 'neonpro-backup/engine'\nconsole.log(typeof Repository.open, Object.keys(all).length > 0)\n",
  )
  assert.equal(execFileSync(node, [at('use.js')], { cwd: folder.path, ...quiet }).trim(), 'function true')
})
