// Goal: what --delete removes may be as deep as a disk allows: few descriptors stay open, and nothing outside is
// touched when somebody moves a directory meanwhile. Method: a tree of 5,000 levels, and one whose middle is moved away.
import assert from 'node:assert/strict'
import fs from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { Removal } from '../../src/engine/restore/removal.ts'
import { SparedEntries } from '../../src/engine/restore/spared-entries.ts'
import { type SystemCalls, systemCalls } from '../../src/kernel/system-calls.ts'
import { temporaryDirectory } from '../harness/temporary-directory.ts'

const system = systemCalls()!

/** `levels` directories, one in the other, each beside a file. */
function makeDeep(folder: string, levels: number): void {
  fs.mkdirSync(path.join(folder, 'd'))
  let at = fs.openSync(path.join(folder, 'd'), fs.constants.O_RDONLY)
  for (let level = 1; level < levels; level += 1) {
    fs.writeFileSync(`/proc/self/fd/${at}/file`, 'x')
    fs.mkdirSync(`/proc/self/fd/${at}/d`)
    const below = fs.openSync(`/proc/self/fd/${at}/d`, fs.constants.O_RDONLY)
    fs.closeSync(at)
    at = below
  }
  fs.closeSync(at)
}

const openNow = () => fs.readdirSync('/proc/self/fd').length

function removalOf(calls: SystemCalls, dryRun: boolean) {
  const refused: string[] = []
  const removal = new Removal({
    calls,
    spared: new SparedEntries(calls, []),
    dryRun,
    onRefused: (source, reason) => refused.push(`${source} ${reason}`),
  })
  return { removal, refused }
}

test('a tree of 5,000 levels goes with few descriptors open', () => {
  using folder = temporaryDirectory()
  makeDeep(folder.path, 5000)
  const directory = fs.openSync(folder.path, fs.constants.O_RDONLY)
  const before = openNow()
  let most = 0
  let opened = 0
  const calls = {
    ...system,
    openat: (...args: Parameters<SystemCalls['openat']>) => {
      opened += 1
      if (opened % 64 === 0) most = Math.max(most, openNow())
      return system.openat(...args)
    },
  }
  for (const dryRun of [true, false]) {
    const { removal, refused } = removalOf(calls, dryRun)
    assert.equal(removal.remove({ directory, name: 'd', source: '/d' }), true)
    assert.deepEqual(refused, [])
    assert.equal(fs.existsSync(path.join(folder.path, 'd')), dryRun)
  }
  assert.ok(most <= before + 40, `${most - before} descriptors open at once`)
  assert.equal(openNow(), before)
  fs.closeSync(directory)
})

test('a directory that somebody moves away meanwhile takes nothing else with it', () => {
  using folder = temporaryDirectory()
  const tree = path.join(folder.path, 'tree')
  const other = path.join(folder.path, 'other')
  fs.mkdirSync(tree)
  fs.mkdirSync(path.join(other, 'd'), { recursive: true })
  fs.writeFileSync(path.join(other, 'precious'), 'x')
  makeDeep(tree, 100)
  const directory = fs.openSync(tree, fs.constants.O_RDONLY)
  let unlinked = 0
  const calls = {
    ...system,
    unlinkat: (...args: Parameters<SystemCalls['unlinkat']>) => {
      unlinked += 1
      if (unlinked === 1) fs.renameSync(path.join(tree, ...Array<string>(50).fill('d')), path.join(other, 'd'))
      return system.unlinkat(...args)
    },
  }
  const { removal, refused } = removalOf(calls, false)
  assert.equal(removal.remove({ directory, name: 'd', source: '/d' }), false)
  assert.ok(refused.length > 0)
  assert.ok(fs.existsSync(path.join(other, 'precious')))
  fs.closeSync(directory)
})
