// Goal: what a machine remembers of its clock, root leaves to the owner of the state folder, and whatever the owner has
// put there costs root nothing. Method: the memory in folders of another user; the parts with owners need root.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { lookAtClock } from '../../src/engine/index.ts'
import { temporaryDirectory } from '../harness/temporary-directory.ts'

const SOMEBODY = 54_321
const skip = process.getuid?.() === 0 ? false : 'giving files away needs root'

test('root leaves the memory of the clock, and the folders on the way, to the owner of the state folder', {
  skip,
}, () => {
  using folder = temporaryDirectory()
  fs.chownSync(folder.path, SOMEBODY, SOMEBODY)
  const state = path.join(folder.path, 'repositories', 'state')
  lookAtClock(state)
  for (const each of [path.dirname(state), state, path.join(state, 'clock.json')])
    assert.equal(fs.statSync(each).uid, SOMEBODY, each)
})

test('a link in the place of what is written is not followed', () => {
  using folder = temporaryDirectory()
  const victim = path.join(folder.path, 'victim')
  fs.writeFileSync(victim, 'mine')
  const state = path.join(folder.path, 'state')
  fs.mkdirSync(state)
  fs.symlinkSync(victim, path.join(state, `.clock.json-${process.pid}`))
  fs.symlinkSync(victim, path.join(state, 'clock.json'))
  lookAtClock(state)
  assert.equal(fs.readFileSync(victim, 'utf8'), 'mine')
  assert.ok(fs.lstatSync(path.join(state, 'clock.json')).isFile())
})

test('a pipe in the place of the memory is not waited for', { timeout: 20_000 }, () => {
  using folder = temporaryDirectory()
  execFileSync('mkfifo', [path.join(folder.path, 'clock.json')])
  const engine = path.join(import.meta.dirname, '../../src/engine/index.ts')
  const script = `import(${JSON.stringify(engine)}).then(({ lookAtClock }) => lookAtClock(${JSON.stringify(folder.path)}))`
  execFileSync(process.execPath, ['-e', script], { timeout: 15_000 })
  assert.ok(fs.lstatSync(path.join(folder.path, 'clock.json')).isFile())
})
