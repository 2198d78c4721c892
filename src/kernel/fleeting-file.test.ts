// Goal: what only this process was handed is told from a file that will be there next time.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { temporaryDirectory } from '../../test/harness/temporary-directory.ts'
import { isCredential, isFleeting } from './fleeting-file.ts'

test('descriptors, pipes, credentials and what is gone are fleeting; files and links to them are not', (t) => {
  using folder = temporaryDirectory()
  const at = (name: string) => path.join(folder.path, name)
  fs.writeFileSync(at('key'), 'k')
  fs.symlinkSync(at('key'), at('link'))
  fs.mkdirSync(at('given'))
  fs.writeFileSync(at('given/key'), 'k')
  execFileSync('mkfifo', [at('pipe')])
  const descriptor = fs.openSync(at('key'), 'r')
  t.after(() => fs.closeSync(descriptor))
  fs.symlinkSync(`/proc/self/fd/${descriptor}`, at('through'))
  assert.deepEqual([at('key'), at('link'), at('given/key')].map(isFleeting), [false, false, false])
  const fleeting = [
    '/dev/stdin',
    `/dev/fd/${descriptor}`,
    `/proc/self/fd/${descriptor}`,
    at('pipe'),
    at('gone'),
    at('given'),
  ]
  assert.deepEqual(
    fleeting.filter((file) => !isFleeting(file)),
    [],
  )
  for (const file of ['/run/credentials/a.service/key', '/run/user/1000/credentials/a.service/key'])
    assert.ok(isCredential(file) && isFleeting(file), file)
  const before = process.env['CREDENTIALS_DIRECTORY']
  process.env['CREDENTIALS_DIRECTORY'] = at('given')
  t.after(() => {
    if (before === undefined) delete process.env['CREDENTIALS_DIRECTORY']
    else process.env['CREDENTIALS_DIRECTORY'] = before
  })
  assert.ok(isFleeting(at('given/key')))
})
