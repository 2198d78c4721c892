// Goal: no repository is made inside another one: to that it is garbage, and it is lost with it. Method: the built
// program, by the path itself and by a link that leads there.
import assert from 'node:assert/strict'
import fs from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { temporaryDirectory } from '../harness/temporary-directory.ts'
import { runCli } from './run-cli.ts'

test('init, copy --init and a system refuse a place within a repository, and make nothing there', async () => {
  using folder = temporaryDirectory()
  const at = (name: string) => path.join(folder.path, name)
  const run = async (...args: string[]) => {
    const ran = await runCli([...args, '--key-file', at('key'), '--json'], {
      env: { NEONPRO_BACKUP_HOME: at('home') },
      cwd: folder.path,
    })
    return { ...ran, code: (ran.json?.['error'] as { code?: string } | undefined)?.code }
  }
  fs.mkdirSync(at('data'))
  fs.writeFileSync(at('data/a'), 'a')
  await runCli(['key', 'generate', at('key')], { env: {}, cwd: folder.path })
  for (const name of ['outer', 'other']) assert.equal((await run('init', '--repo', at(name))).status, 0)
  assert.equal((await run('backup', at('data'), '--repo', at('other'))).status, 0)
  fs.symlinkSync(at('outer'), at('link'))
  const before = fs.readdirSync(at('outer'), { recursive: true }).length
  for (const inner of ['outer/inner', 'outer/data/deep/inner', 'link/inner'])
    for (const args of [
      ['init', '--repo', at(inner)],
      ['copy', '--repo', at('other'), '--to', at(inner), '--init', '--to-key-file', at('key')],
      ['config', 'add', '--name', 'c', '--path', at('data'), '--repo', at(inner)],
    ]) {
      const { status, code, stderr } = await run(...args)
      assert.deepEqual([status, code], [2, 'USAGE'], `${args.join(' ')}: ${stderr}`)
      assert.match(stderr, /lies in the repository .*outer: name a place outside of it/)
    }
  assert.equal(fs.readdirSync(at('outer'), { recursive: true }).length, before)
  assert.equal((await run('init', '--repo', at('beside'))).status, 0)
})
