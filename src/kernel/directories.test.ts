import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { temporaryDirectory } from '../../test/harness/temporary-directory.ts'
import { makeDirectories } from './directories.ts'

const modeOf = (folder: string) => fs.statSync(folder).mode & 0o777

test('missing folders are made with their mode, those that are there stay', () => {
  using base = temporaryDirectory()
  const made = path.join(base.path, 'a/b/c')
  fs.mkdirSync(path.join(base.path, 'a'), { mode: 0o755 })
  makeDirectories(made, { mode: 0o700 })
  makeDirectories(made, { mode: 0o750 })
  assert.deepEqual([path.dirname(path.dirname(made)), path.dirname(made), made].map(modeOf), [0o755, 0o700, 0o700])
  makeDirectories(path.join(base.path, 'caf\u00e9/x'), { mode: 0o700, encoding: 'latin1' })
  assert.ok(fs.readdirSync(base.path, { encoding: 'latin1' }).includes('caf\u00e9'))
})

test('a file in the way, and a link that leads nowhere, are told and not replaced', () => {
  using base = temporaryDirectory()
  const file = path.join(base.path, 'file')
  fs.writeFileSync(file, 'kept')
  fs.symlinkSync('nowhere', path.join(base.path, 'link'))
  assert.throws(() => makeDirectories(file, { mode: 0o700 }), { code: 'ENOTDIR' })
  assert.throws(() => makeDirectories(path.join(file, 'below'), { mode: 0o700 }), { code: 'ENOTDIR' })
  assert.throws(() => makeDirectories(path.join(base.path, 'link'), { mode: 0o700 }), { code: 'ENOENT' })
  assert.equal(fs.readFileSync(file, 'utf8'), 'kept')
})

// It once turned for ever: a process of its own, with a limit, so that it can be told.
test('where a file system makes no folders, it is told and comes to an end', () => {
  const program = `import { makeDirectories } from ${JSON.stringify(path.join(import.meta.dirname, 'directories.ts'))}
    try { makeDirectories('/proc/nope/a/b', { mode: 0o700 }) } catch (error) { console.log(error.code) }`
  const { stdout, signal } = spawnSync(process.execPath, ['--input-type=module', '--eval', program], {
    encoding: 'utf8',
    timeout: 60_000,
    killSignal: 'SIGKILL',
  })
  assert.deepEqual([stdout.trim(), signal], ['ENOENT', null])
})
