// Goal: a restore by two threads brings back what one by one would, names what is damaged and only that, and leaves
// nothing half-written or open when it is stopped, when the disk is full or the second thread dies. Method: a tree with
// enough in it for a worker: many small files, large ones, holes, hard links, folders that can't be written; an
// independent walker compares.
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import { type RestoreOptions, type RestoreResult, readHistory, restoreSnapshot } from '../../src/engine/index.ts'
import { isBackupError } from '../../src/kernel/backup-error.ts'
import { endingAt } from '../harness/ending-worker.ts'
import { backup, lookAt, makeRepository, open, type TestRepository } from '../harness/repository.ts'
import { temporaryDirectory } from '../harness/temporary-directory.ts'

const MIB = 1024 * 1024

interface Stage {
  readonly base: string
  readonly source: string
  readonly made: TestRepository
}

function makeTree(source: string): void {
  for (let i = 0; i < 60; i += 1) {
    const folder = path.join(source, `d${i % 6}/e${i}`)
    fs.mkdirSync(folder, { recursive: true })
    for (let k = 0; k < 50; k += 1)
      fs.writeFileSync(path.join(folder, `f${k}`), k === 7 ? '' : randomBytes(200 + ((i * k) % 4000)), {
        mode: k % 3 === 0 ? 0o400 : 0o644,
      })
    fs.linkSync(path.join(folder, 'f1'), path.join(folder, 'twin'))
    fs.linkSync(path.join(folder, 'f2'), path.join(source, `far-twin-${i}`))
    fs.utimesSync(path.join(folder, 'f3'), 1000 + i, 2000 + i)
    if (i % 5 === 0) fs.chmodSync(folder, 0o555)
    fs.utimesSync(folder, 3000 + i, 4000 + i)
  }
  fs.writeFileSync(path.join(source, 'big'), randomBytes(20 * MIB))
  const holes = fs.openSync(path.join(source, 'holes'), 'w')
  fs.writeSync(holes, randomBytes(3 * MIB), 0, 3 * MIB, 9 * MIB)
  fs.ftruncateSync(holes, 30 * MIB)
  fs.closeSync(holes)
}

async function stage(base: string): Promise<Stage> {
  const source = path.join(base, 'source')
  makeTree(source)
  const made = await makeRepository(base)
  await backup(made, source, { packBytes: 2 * MIB })
  return { base, source, made }
}

async function restoring(
  { made, source }: Stage,
  target: string,
  options: Partial<RestoreOptions> = {},
): Promise<RestoreResult> {
  await using repository = await open(made)
  const [entry] = (await readHistory(repository)).snapshots
  return await restoreSnapshot(repository, entry!.document, { target, subtree: source, ...options })
}

const openFiles = () => fs.readdirSync('/proc/self/fd').length
const leftovers = (folder: string) =>
  fs
    .readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => path.basename(name).startsWith('.neonpro-'))

test('two threads bring back the tree, hard links and holes as they were, and read back what they wrote', async () => {
  using folder = temporaryDirectory()
  const made = await stage(folder.path)
  const target = path.join(folder.path, 'target')
  // Counts the messages: there was a worker. How many there are hangs on how late it began beside other work.
  using worker = endingAt(Number.POSITIVE_INFINITY)
  const result = await restoring(made, target, { verify: true })
  assert.ok(worker.sent() > 0, `${worker.sent()} messages`)
  assert.deepEqual([result.issues, result.filesVerified], [[], 60 * 50 + 2])
  assert.equal(result.filesRestored, 60 * 52 + 2)
  assert.deepEqual(lookAt(target), lookAt(made.source))
  for (let i = 0; i < 60; i += 1) {
    const inode = (name: string) => fs.statSync(path.join(target, name)).ino
    assert.equal(inode(`d${i % 6}/e${i}/twin`), inode(`d${i % 6}/e${i}/f1`))
    assert.equal(inode(`far-twin-${i}`), inode(`d${i % 6}/e${i}/f2`))
  }
  assert.ok(fs.statSync(path.join(target, 'holes')).blocks * 512 < 5 * MIB, 'holes stay holes')
  assert.deepEqual(leftovers(target), [])
  const again = await restoring(made, target, { overwrite: 'always', delete: true })
  assert.deepEqual([again.issues, again.deleted], [[], 0])
  assert.deepEqual(lookAt(target), lookAt(made.source))
})

test('damage is named file by file, whichever thread meets it; everything else is restored', async () => {
  using folder = temporaryDirectory()
  const made = await stage(folder.path)
  const packs = fs
    .globSync(path.join(made.made.folder, 'packs/*/*'))
    .sort((a, b) => fs.statSync(b).size - fs.statSync(a).size)
  for (const pack of packs.slice(0, 3)) {
    const descriptor = fs.openSync(pack, 'r+')
    fs.writeSync(descriptor, Buffer.alloc(16), 0, 16, Math.floor(fs.statSync(pack).size / 2))
    fs.closeSync(descriptor)
  }
  const target = path.join(folder.path, 'target')
  const { issues, issueCount } = await restoring(made, target)
  assert.ok(issueCount > 0 && issues.length === issueCount)
  assert.ok(
    issues.every(({ reason }) => reason === 'DAMAGED'),
    JSON.stringify(issues.slice(0, 3)),
  )
  const lost = new Set(issues.map(({ path: name }) => name.slice(made.source.length)))
  const [expected, found] = [lookAt(made.source), lookAt(target)]
  assert.deepEqual([...expected.keys()].filter((name) => !found.has(name)).sort(), [...lost].sort())
  for (const [name, is] of found) assert.equal(is, expected.get(name), name)
  assert.deepEqual(leftovers(target), [])
})

test('stopped at any moment, nothing is half-written, nothing stays open, and the next restore ends it', async () => {
  using folder = temporaryDirectory()
  const made = await stage(folder.path)
  await restoring(made, path.join(folder.path, 'warm'))
  const before = openFiles()
  let stopped = 0
  for (let turns = 1; turns < 4000; turns *= 6) {
    const target = path.join(folder.path, `target-${turns}`)
    const stop = new AbortController()
    const work = restoring(made, target, { signal: stop.signal })
    void (async () => {
      for (let i = 0; i < turns; i += 1) await turn()
      stop.abort()
    })()
    const error: unknown = await work.then(
      () => undefined,
      (reason: unknown) => reason,
    )
    if (error !== undefined) {
      assert.ok(isBackupError(error, 'ABORTED'), String(error))
      stopped += 1
    }
    if (fs.existsSync(target)) assert.deepEqual(leftovers(target), [])
    assert.deepEqual((await restoring(made, target)).issues, [])
    assert.deepEqual(lookAt(target), lookAt(made.source))
    fs.rmSync(target, { recursive: true })
  }
  assert.ok(stopped >= 3, `${stopped} stops`)
  await turn()
  assert.ok(openFiles() <= before + 2, `${openFiles()} files open, ${before} before`)
})

test('however far the second thread is behind, few files are open', async () => {
  using folder = temporaryDirectory()
  const source = path.join(folder.path, 'source')
  fs.mkdirSync(source)
  // One blob in one segment: all of it is one thread's.
  const same = randomBytes(60_000)
  for (let i = 0; i < 3000; i += 1) fs.writeFileSync(path.join(source, `f${i}`), same)
  const made = await makeRepository(folder.path)
  await backup(made, source)
  using worker = endingAt(Number.POSITIVE_INFINITY)
  let most = 0
  const target = path.join(folder.path, 'target')
  const result = await restoring({ base: folder.path, source, made }, target, {
    verify: true,
    onProgress: () => {
      most = Math.max(most, openFiles())
    },
  })
  assert.deepEqual([result.issues, result.filesVerified], [[], 3000])
  assert.ok(worker.sent() > 20, `${worker.sent()} messages`)
  assert.ok(most > 50 && most < 600, `${most} files open`)
})

test('when the second thread dies, the restore says so and leaves nothing half-written', async () => {
  using folder = temporaryDirectory()
  const made = await stage(folder.path)
  let deaths = 0
  for (const at of [1, 2, 5, 9]) {
    const target = path.join(folder.path, `target-${at}`)
    using ending = endingAt(at)
    const outcome = await restoring(made, target).then(
      () => 'done',
      (error: unknown) => error,
    )
    if (ending.ended() === 0 || outcome === 'done') continue
    deaths += 1
    assert.ok(isBackupError(outcome, 'WORKER_LOST'), String(outcome))
    assert.deepEqual(leftovers(target), [])
    const [expected, found] = [lookAt(made.source), lookAt(target)]
    for (const [name, is] of found)
      if (fs.statSync(path.join(target, name)).isFile()) assert.equal(is, expected.get(name), name)
  }
  assert.ok(deaths >= 2, `${deaths} deaths`)
})
