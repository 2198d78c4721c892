// Goal: a restore that is refused says so and nothing else: no line tells what it would do. Method: the program, with
// what it needs inside the target.
import assert from 'node:assert/strict'
import fs from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { temporaryDirectory } from '../harness/temporary-directory.ts'
import { runCli } from './run-cli.ts'

test('a dry run that is refused promises nothing', async () => {
  using folder = temporaryDirectory()
  const at = (name: string) => path.join(folder.path, name)
  const env = { BACKUP_ENCRYPTION_KEY: `file:${at('key')}`, NEONPRO_BACKUP_HOME: at('home') }
  fs.mkdirSync(at('source'))
  fs.writeFileSync(at('source/a'), 'one')
  await runCli(['key', 'generate', at('key')], { env })
  assert.equal((await runCli(['init', '--repo', at('repo')], { env })).status, 0)
  assert.equal((await runCli(['backup', at('source'), '--repo', at('repo')], { env })).status, 0)
  const restore = (...args: string[]) => runCli(['restore', ...args, '--dry-run', '--repo', at('repo')], { env })
  const accepted = await restore('latest', '--target', at('out'))
  assert.match(String(accepted.stdout), /Dry run/)
  for (const args of [
    ['latest', '--target', folder.path, '--delete'],
    ['latest', '--target', at('out'), '--delete', '--include', 'a'],
    ['latest', '--target', at('source/a')],
    ['latest:/nowhere', '--target', at('out')],
  ]) {
    const refused = await restore(...args)
    assert.notEqual(refused.status, 0)
    assert.equal(String(refused.stdout), '', args.join(' '))
  }
})
