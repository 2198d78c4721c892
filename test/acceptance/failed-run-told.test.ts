// Goal: a run that failed is an error in the log, and "doctor" reads it there. Method: the built program, a source that
// is gone.
import assert from 'node:assert/strict'
import fs from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { temporaryDirectory } from '../harness/temporary-directory.ts'
import { runCli } from './run-cli.ts'

test('doctor names the run that failed', async () => {
  using folder = temporaryDirectory()
  const at = (name: string) => path.join(folder.path, name)
  const run = (...args: string[]) =>
    runCli([...args, '--json'], {
      env: {
        NEONPRO_BACKUP_HOME: at('home'),
        NEONPRO_REPOSITORY: at('repository'),
        BACKUP_ENCRYPTION_KEY: `file:${at('key')}`,
      },
      cwd: folder.path,
    })
  fs.mkdirSync(at('data'))
  assert.equal((await run('key', 'generate', at('key'))).status, 0)
  assert.equal((await run('config', 'add', '--name', 'night', '--path', at('data'))).status, 0)
  const troubles = async () => {
    const { checks } = (await run('doctor')).json as { readonly checks: ReadonlyArray<{ readonly message: string }> }
    return checks.map(({ message }) => message).filter((message) => message.includes('a run of'))
  }
  assert.deepEqual(await troubles(), [])
  fs.rmdirSync(at('data'))
  assert.notEqual((await run('run', 'night')).status, 0)
  const [told, ...more] = await troubles()
  assert.deepEqual(more, [])
  assert.match(told ?? '', /a run of night failed/)
})
