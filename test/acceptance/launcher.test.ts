// Goal: the program starts wherever there is a /bin/sh and a node: without "env -S", by npm's link, from a folder with
// spaces, under BusyBox; with the options that keep its memory small, and every argument as it was given. Method: the
// built launcher under each shell that is here; node tells what it was started with.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { temporaryDirectory } from '../harness/temporary-directory.ts'
import { CLI } from './run-cli.ts'

const FLAGS = ['--max-semi-space-size=1', '--v8-pool-size=1', '--no-incremental-marking']
const ARGUMENTS = ['--repo', "a folder/with 'quotes' and $HOME", '', '*', 'two\nlines']

/**
 * The launcher beside its program in a folder with spaces, npm's kind of link to it, and a node that tells its form.
 */
function installed(folder: string): { readonly file: string; readonly link: string; readonly env: NodeJS.ProcessEnv } {
  const bin = path.join(folder, "lib with 'spaces'/node_modules/neonpro-backup/dist/bin")
  fs.mkdirSync(bin, { recursive: true })
  const file = path.join(bin, 'neonpro-backup.js')
  fs.copyFileSync(CLI, file)
  fs.writeFileSync(path.join(bin, '../package.json'), '{ "type": "module" }')
  fs.writeFileSync(
    path.join(bin, 'main.js'),
    'console.log(JSON.stringify([process.execArgv, process.argv.slice(2), import.meta.filename]))\n',
  )
  const link = path.join(folder, 'bin of npm')
  fs.symlinkSync(file, link)
  const env = { PATH: `${path.dirname(process.execPath)}:${process.env['PATH']}`, HOME: folder }
  return { file, link, env }
}

const SHELLS: ReadonlyArray<readonly string[]> = [[], ['/bin/sh'], ['dash'], ['bash'], ['busybox', 'sh']]

test('each shell, by name or by link, hands node its options and every argument', (t) => {
  using folder = temporaryDirectory()
  const { file, link, env } = installed(folder.path)
  for (const shell of SHELLS) {
    const [command, ...rest] = shell
    if (command !== undefined && spawnSync(command, [...rest, '-c', ':']).status !== 0) {
      t.diagnostic(`NOT RUN: ${shell.join(' ')} is not here`)
      continue
    }
    for (const started of [file, link, path.relative(folder.path, file)]) {
      const whole = [...shell, started.includes('/') ? started : `./${started}`]
      const ran = spawnSync(whole[0]!, [...whole.slice(1), ...ARGUMENTS], { env, encoding: 'utf8', cwd: folder.path })
      const name = whole.join(' ')
      assert.deepEqual([ran.status, ran.stderr], [0, ''], name)
      const [options, args, main] = JSON.parse(ran.stdout) as [string[], string[], string]
      assert.deepEqual([options, args], [FLAGS, ARGUMENTS], name)
      assert.equal(main, path.join(path.dirname(fs.realpathSync(file)), 'main.js'), name)
    }
  }
})

test('a machine without node is told what is missing', () => {
  using folder = temporaryDirectory()
  const { file } = installed(folder.path)
  const { status, stderr } = spawnSync('/bin/sh', [file], { env: { PATH: folder.path }, encoding: 'utf8' })
  assert.equal(status, 127)
  assert.match(stderr, /^neonpro-backup: Node\.js 22\.15.*\n$/)
})
