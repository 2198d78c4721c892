// Goal: entries whose contents come as streams become points like all others: cut by their profile, stored once, listed,
// compared, restored, copied, pruned and rescued; no failure of a source leaves half a point. Method: generated streams,
// looked at by ways of their own: restored files, the rescue reader, counts of what was added, a source that counts how
// far ahead it was read.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import {
  type BackupProgress,
  copySnapshots,
  forgetSnapshots,
  Inspector,
  Overwrite,
  parseKek,
  readHistory,
  restoreSnapshot,
  type SnapshotEntry,
} from '../../src/engine/index.ts'
import { type DatabaseFacts, parseSnapshot } from '../../src/engine/snapshot/documents.ts'
import { BackupError } from '../../src/kernel/backup-error.ts'
import { collect } from '../../src/kernel/collect.ts'
import { Cut, type StreamEntry } from '../../src/sources/index.ts'
import { endingAt } from '../harness/ending-worker.ts'
import { failsWith } from '../harness/refusal.ts'
import {
  backup,
  localStore,
  makeRepository,
  open,
  pruned,
  stateOf,
  type TestRepository,
  verified,
} from '../harness/repository.ts'
import { localWith, storeWith } from '../harness/store-with.ts'
import { backUpStreams, entriesOf, KIB, type MadeEntry, MIB, noise, rows, sha256 } from '../harness/stream-entries.ts'
import { temporaryDirectory } from '../harness/temporary-directory.ts'

const RESCUE = path.resolve(import.meta.dirname, '../../rescue/neonpro-rescue.ts')

/** One of every cut, and the sizes where a cut could go wrong. */
function everyCut(): MadeEntry[] {
  const longLine = Buffer.concat([
    rows(2, 500),
    noise(3, 700 * KIB).map((byte) => (byte === 10 ? 11 : byte)),
    rows(4, 500),
  ])
  return [
    { path: '/shop/public/orders.copy', cut: Cut.ROWS, content: rows(1, 20_000), pieceBytes: 1000 },
    { path: '/shop/public/letters.copy', cut: Cut.ROWS, content: longLine, pieceBytes: 3 * MIB },
    { path: '/data/base/1/2601', cut: Cut.PAGES_8K, content: noise(5, 40 * 8 * KIB), pieceBytes: 8 * KIB },
    { path: '/data/base/1/2602', cut: Cut.PAGES_32K, content: noise(6, 5 * 32 * KIB + 7) },
    { path: '/bucket/photo.raw', content: noise(7, 3 * MIB), mode: 0o640, mtimeNs: 1_700_000_000_123_456_789n },
    { path: '/bucket/empty', content: Buffer.alloc(0) },
    { path: '/manifest.json', content: Buffer.from('{"tables":2}') },
    { path: '/ação/índice', content: Buffer.from('x'), mtimeNs: -1n },
  ]
}

async function pointOf(test: TestRepository, name: string): Promise<SnapshotEntry> {
  await using repository = await open(test)
  const found = (await readHistory(repository)).snapshots.find((each) => each.name === name)
  assert.ok(found)
  return found
}

/** Restores into `target`: path → SHA-256. */
async function restoredTo(test: TestRepository, name: string, target: string): Promise<Map<string, string>> {
  await using repository = await open(test)
  const { document } = await pointOf(test, name)
  const result = await restoreSnapshot(repository, document, { target, overwrite: Overwrite.IF_CHANGED })
  assert.deepEqual([...result.issues], [])
  return hashesIn(target)
}

function hashesIn(folder: string): Map<string, string> {
  const files = fs.readdirSync(folder, { recursive: true, withFileTypes: true }).filter((each) => each.isFile())
  return new Map(
    files
      .map((each) => path.join(each.parentPath, each.name))
      .sort()
      .map((file) => [file.slice(folder.length), sha256(fs.readFileSync(file))]),
  )
}

function hashesOf(made: readonly MadeEntry[]): Map<string, string> {
  return new Map(
    made
      .map(({ path: at, content }) => [at, sha256(content as Uint8Array)] as const)
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  )
}

function rescued(
  test: TestRepository,
  args: readonly string[],
): { readonly status: number | null; readonly text: string } {
  assert.ok(test.kek.kind === 'raw')
  const env = { BACKUP_ENCRYPTION_KEY: `hex:${test.kek.key.toString('hex')}` }
  const run = spawnSync(process.execPath, [RESCUE, ...args, '--repo', test.folder], { encoding: 'utf8', env })
  return { status: run.status, text: run.stdout + run.stderr }
}

test('every cut comes back as it was, by the program and by the rescue reader', async () => {
  using base = temporaryDirectory()
  const repository = await makeRepository(base.path)
  const made = everyCut()
  const facts = { server: '17.2', rows: { orders: 20_000 } }
  const database = { engine: 'toy', version: '1', databases: ['shop'] }
  const { snapshot, document } = await backUpStreams(repository, made, { facts: () => facts, database: () => database })
  assert.deepEqual(await restoredTo(repository, snapshot, path.join(base.path, 'restored')), hashesOf(made))
  const photo = fs.statSync(path.join(base.path, 'restored/bucket/photo.raw'), { bigint: true })
  assert.deepEqual([photo.mode & 0o777n, photo.mtimeNs], [0o640n, 1_700_000_000_123_456_789n])
  assert.equal(fs.statSync(path.join(base.path, 'restored/ação/índice'), { bigint: true }).mtimeNs, -1n)
  const { document: stored } = await pointOf(repository, snapshot)
  assert.deepEqual([stored.sourceKind, stored.type, stored.facts, stored.database], ['TOY', 'FULL', facts, database])
  assert.deepEqual(stored.cut, [Cut.FILES, Cut.PAGES_32K, Cut.PAGES_8K, Cut.ROWS])
  assert.deepEqual([document.summary.filesNew, document.summary.directories], [made.length, 8])
  assert.deepEqual(await verified(repository), [snapshot])
  const target = path.join(base.path, 'rescued')
  const run = rescued(repository, ['restore', '--target', target])
  assert.equal(run.status, 0, run.text)
  assert.deepEqual(hashesIn(target), hashesOf(made))
})

test('an unchanged source adds its document alone, whatever pieces it comes in', async () => {
  using base = temporaryDirectory()
  const repository = await makeRepository(base.path)
  const first = await backUpStreams(repository, everyCut())
  const before = fs.readdirSync(path.join(repository.folder, 'packs'), { recursive: true }).length
  const again = everyCut().map((each, i) => ({ ...each, pieceBytes: [61, 4097, 2 * MIB][i % 3]! }))
  again[0] = { ...again[0]!, pieceBytes: 777 }
  const { document } = await backUpStreams(repository, again)
  assert.deepEqual([document.parent, document.type], [first.snapshot, 'INCREMENTAL'])
  const { filesUnmodified, bytesAdded, blobsAdded, bytesStored } = document.summary
  assert.deepEqual([filesUnmodified, bytesAdded, blobsAdded, bytesStored], [again.length, 0, 0, 0])
  assert.equal(fs.readdirSync(path.join(repository.folder, 'packs'), { recursive: true }).length, before)
  assert.equal(document.tree, first.document.tree)
})

test('rows that are appended, and one that is changed, add little; a changed page adds that page', async () => {
  using base = temporaryDirectory()
  const repository = await makeRepository(base.path)
  const table = rows(11, 60_000)
  const pagesBefore = noise(12, 100 * 8 * KIB)
  const made = (content: Buffer, pages: Buffer): MadeEntry[] => [
    { path: '/db/table.copy', cut: Cut.ROWS, content },
    { path: '/db/pages', cut: Cut.PAGES_8K, content: pages },
  ]
  await backUpStreams(repository, made(table, pagesBefore))
  const appended = rows(11, 60_100)
  assert.ok(appended.subarray(0, table.length).equals(table) && table.length > 4 * MIB)
  const second = await backUpStreams(repository, made(appended, pagesBefore))
  // The blob that was the last, what came, and the pages of two directories.
  assert.ok(second.document.summary.bytesAdded < 150 * KIB, `${second.document.summary.bytesAdded} bytes were added`)
  const line = appended.indexOf('\n', appended.length / 2) + 1
  const edited = Buffer.concat([appended.subarray(0, line), Buffer.from('new\trow\n'), appended.subarray(line)])
  const third = await backUpStreams(repository, made(edited, pagesBefore))
  assert.ok(third.document.summary.bytesAdded < 150 * KIB, `${third.document.summary.bytesAdded} bytes were added`)
  const pagesAfter = Buffer.from(pagesBefore)
  pagesAfter.fill(0xff, 30 * 8 * KIB + 5, 30 * 8 * KIB + 9)
  const { document } = await backUpStreams(repository, made(edited, pagesAfter))
  const metadata = document.summary.bytesAdded - 8 * KIB
  assert.ok(metadata > 0 && metadata < 10 * KIB, `${document.summary.bytesAdded} bytes were added`)
  assert.deepEqual([document.summary.filesUnmodified, document.summary.filesChanged], [1, 1])
})

for (const workers of [0, 1] as const) {
  test(`a stopped run keeps what was finished, and the next stores nothing twice: ${workers} workers`, async () => {
    using base = temporaryDirectory()
    const repository = await makeRepository(base.path)
    const made = Array.from({ length: 6 }, (_, i) => ({ path: `/t/${i}`, content: noise(20 + i, 5 * MIB) }))
    const controller = new AbortController()
    let addedBefore = 0
    const onProgress = ({ filesDone, bytesDone, bytesAdded }: BackupProgress) => {
      addedBefore = bytesAdded
      if (filesDone === 3 && bytesDone > 17 * MIB) controller.abort()
    }
    const options = { workers, contentsAtOnce: 1, onProgress, signal: controller.signal }
    await assert.rejects(backUpStreams(repository, made, options), failsWith('ABORTED'))
    await using opened = await open(repository)
    const { checkpoints, snapshots } = await readHistory(opened)
    assert.deepEqual([checkpoints.length, snapshots.length], [1, 0])
    const target = path.join(base.path, 'partial')
    await restoreSnapshot(opened, checkpoints[0]!.document, { target })
    assert.deepEqual(hashesIn(target), hashesOf(made.slice(0, 3)))
    addedBefore = checkpoints[0]!.document.summary.bytesAdded
    const { document, snapshot } = await backUpStreams(repository, made, { workers })
    const addedTwice = addedBefore + document.summary.bytesAdded - 30 * MIB
    // Pages of two trees, and less than a blob.
    assert.ok(addedBefore > 15 * MIB && addedTwice < 40 * KIB, `${addedTwice} bytes were added twice`)
    assert.deepEqual((await readHistory(opened)).checkpoints, [])
    assert.deepEqual(await restoredTo(repository, snapshot, path.join(base.path, 'whole')), hashesOf(made))
    await verified(repository)
  })
}

test('checkpoints that are made while several contents are read, in two lanes', async () => {
  using base = temporaryDirectory()
  const repository = await makeRepository(base.path)
  const store = localStore(repository.folder)
  const copies: TestRepository[] = []
  // Whatever comes of the run: as it is then, a checkpoint is whole.
  const watched = storeWith(store, {
    put: async (key, ...rest) => {
      await store.put(key, ...rest)
      if (!key.startsWith('checkpoints/') || copies.length > 3) return
      const copy = { ...repository, folder: path.join(base.path, `copy-${copies.length}`) }
      fs.cpSync(repository.folder, copy.folder, { recursive: true })
      copies.push(copy)
    },
  })
  const made = Array.from({ length: 12 }, (_, i) => ({ path: `/t/${i}`, content: noise(40 + i, 4 * MIB) }))
  const { snapshot } = await backUpStreams(repository, made, {
    store: watched,
    checkpointMs: 1,
    workers: 1,
    // What a lane holds is handed over for a checkpoint, not since a pack is full.
    packBytes: 64 * MIB,
  })
  assert.ok(copies.length > 0, 'there were checkpoints')
  for (const copy of copies) {
    await using opened = await open(copy)
    const [checkpoint] = (await readHistory(opened)).checkpoints
    const partial = fs.mkdtempSync(path.join(base.path, 'partial-'))
    const { filesRestored, issues } = await restoreSnapshot(opened, checkpoint!.document, { target: partial })
    assert.ok(filesRestored > 0)
    assert.deepEqual([...issues], [])
    for (const [at, hash] of hashesIn(partial)) assert.equal(hash, hashesOf(made).get(at))
  }
  assert.deepEqual(await restoredTo(repository, snapshot, path.join(base.path, 'restored')), hashesOf(made))
  await verified(repository)
})

test('a thread that dies fails the run, and leaves no point', async () => {
  using base = temporaryDirectory()
  const repository = await makeRepository(base.path)
  const made = Array.from({ length: 4 }, (_, i) => ({ path: `/t/${i}`, content: noise(60 + i, 8 * MIB) }))
  for (const at of [1, 3]) {
    using ending = endingAt(at)
    await assert.rejects(backUpStreams(repository, made, { workers: 1 }), failsWith('WORKER_LOST'))
    assert.ok(ending.ended() > 0)
  }
  const { snapshot } = await backUpStreams(repository, made, { workers: 1 })
  assert.deepEqual(await verified(repository), [snapshot])
})

/** Two points of one table of pages, one page of which changed in place: same size, no times. */
async function twoPoints(test: TestRepository) {
  const pages = noise(30, 20 * 8 * KIB)
  const changed = Buffer.from(pages)
  changed.fill(7, 5 * 8 * KIB, 5 * 8 * KIB + 100)
  const made = (content: Buffer): MadeEntry[] => [
    { path: '/db/base/1', cut: Cut.PAGES_8K, content },
    { path: '/db/Manifest.json', content: Buffer.from('{}') },
  ]
  const older = await backUpStreams(test, made(pages))
  const newer = await backUpStreams(test, made(changed), { type: 'FULL' })
  return { older: older.snapshot, newer: newer.snapshot, pages, changed }
}

test('points of streams are listed, searched, compared and dumped like all others', async () => {
  using base = temporaryDirectory()
  const repository = await makeRepository(base.path)
  const { older, newer, changed } = await twoPoints(repository)
  const [a, b] = [await pointOf(repository, older), await pointOf(repository, newer)]
  assert.deepEqual([b.document.parent, b.document.type, b.document.summary.filesChanged], [older, 'FULL', 1])
  await using opened = await open(repository)
  await using inspector = await Inspector.open(opened)
  const listed = await collect(inspector.list(b, '/', { recursive: true }))
  assert.deepEqual(listed.map((each) => `${each.type} ${each.path} ${each.bytes}`).sort(), [
    'directory /db 0',
    'directory /db/base 0',
    'file /db/Manifest.json 2',
    `file /db/base/1 ${changed.length}`,
  ])
  const found = await collect(inspector.find([a, b], 'manifest*'))
  assert.deepEqual(
    found.map((each) => each.snapshot),
    [older, newer],
  )
  const differences = await collect(inspector.diff(a, b))
  assert.deepEqual(
    differences.map((each) => [each.path, each.change, each.isBitRotSuspected]),
    [['/db/base/1', 'changed', false]],
  )
  // A path without its slash is meant from the top.
  assert.ok(Buffer.concat(await collect(inspector.content(b, 'db/base/1'))).equals(changed))
  const listing = rescued(repository, ['list'])
  assert.match(listing.text, /toy {2}\(TOY\)/)
  const dumped = path.join(base.path, 'dumped')
  assert.equal(rescued(repository, ['restore', newer, '/db', '--target', dumped]).status, 0)
  assert.ok(fs.readFileSync(path.join(dumped, 'base/1')).equals(changed))
})

test('a restore over another point writes what has the same size and no time', async () => {
  using base = temporaryDirectory()
  const repository = await makeRepository(base.path)
  const { older, newer, pages } = await twoPoints(repository)
  const target = path.join(base.path, 'target')
  await restoredTo(repository, newer, target)
  await restoredTo(repository, older, target)
  assert.ok(fs.readFileSync(path.join(target, 'db/base/1')).equals(pages))
  // All that the tree holds is the source's: what stands beside it is another's.
  fs.writeFileSync(path.join(target, 'stranger'), 'x')
  await using opened = await open(repository)
  const { document } = await pointOf(repository, older)
  const { deleted } = await restoreSnapshot(opened, document, { target, delete: true })
  assert.deepEqual([deleted, fs.readdirSync(target)], [1, ['db']])
})

test('what a source did not know is left to whoever restores, root or not', async () => {
  using base = temporaryDirectory()
  const repository = await makeRepository(base.path)
  const isRoot = process.geteuid?.() === 0
  const made = [
    { path: '/b/old/known', content: Buffer.from('known'), mode: 0o4644, mtimeNs: 1_700_000_000_000_000_000n },
    { path: '/b/old/same', content: Buffer.from('same') },
    { path: '/b/new/free', content: Buffer.from('free'), mode: 0 },
  ]
  const { document } = await backUpStreams(repository, made)
  const target = path.join(base.path, 'target')
  const old = path.join(target, 'old')
  fs.mkdirSync(old, { recursive: true })
  fs.writeFileSync(path.join(old, 'same'), 'same', { mode: 0o600 })
  for (const each of [target, old]) fs.chmodSync(each, 0o755)
  if (isRoot) for (const each of [target, old, path.join(old, 'same')]) fs.chownSync(each, 1000, 1001)
  for (const each of [path.join(old, 'same'), target]) fs.utimesSync(each, 1e9, 1e9)
  const factsOf = (at: string) => {
    const { uid, gid, mode, mtimeMs } = fs.statSync(path.join(target, at))
    return { uid, gid, mode: mode & 0o7777, mtimeMs }
  }
  const before = ['.', 'old', 'old/same'].map((at) => factsOf(at))
  const restoring = async () => {
    await using opened = await open(repository)
    const { issues, ...counts } = await restoreSnapshot(opened, document, { target, subtree: '/b' })
    assert.deepEqual([...issues], [])
    return [counts.filesRestored, counts.filesUnchanged, counts.metadataRestored]
  }
  assert.deepEqual(await restoring(), [2, 1, 0])
  const after = ['.', 'old', 'old/same'].map((at) => factsOf(at))
  // Entries were made in the folders.
  const timeless = (facts: ReturnType<typeof factsOf>[]) => facts.map(({ mtimeMs: _, ...rest }) => rest)
  assert.deepEqual(timeless(after), timeless(before))
  assert.equal(after[2]!.mtimeMs, before[2]!.mtimeMs)
  const [known, free] = [factsOf('old/known'), factsOf('new/free')]
  assert.deepEqual([known.mode, known.mtimeMs, free.mode], [0o644, 1_700_000_000_000, 0o600])
  assert.ok(Math.min(factsOf('.').mtimeMs, factsOf('new').mtimeMs, free.mtimeMs) > 1_600_000_000_000)
  assert.deepEqual(await restoring(), [0, 3, 0])
  if (!isRoot) return
  for (const entry of ['.', ...fs.readdirSync(base.path, { recursive: true })])
    fs.chownSync(path.join(base.path, entry.toString()), 65_534, 65_534)
  process.setegid?.(65_534)
  process.seteuid?.(65_534)
  try {
    fs.rmSync(path.join(target, 'old'), { recursive: true })
    assert.deepEqual(await restoring(), [2, 1, 0])
  } finally {
    process.seteuid?.(0)
    process.setegid?.(0)
  }
})

test('what only files of a machine have may be missing in points of other kinds', async () => {
  using base = temporaryDirectory()
  const repository = await makeRepository(base.path)
  const { snapshot } = await backUpStreams(repository, [{ path: '/a', content: Buffer.from('a') }])
  const { document } = await pointOf(repository, snapshot)
  const { paths, owners, filters, skipped, skippedCount, changedWhileRead, summary, ...rest } = document
  assert.deepEqual(parseSnapshot({ ...rest, summary: { bytesAdded: 1 } }), {
    ...document,
    summary: { ...Object.fromEntries(Object.keys(summary).map((count) => [count, 0])), bytesAdded: 1 },
  })
  assert.deepEqual([paths, owners, filters, skipped], [[], { users: {}, groups: {} }, {}, []])
  assert.deepEqual([skippedCount, changedWhileRead], [0, []])
  for (const wrong of [
    { sourceKind: 'FILES' },
    { sourceKind: 'toy' },
    { paths: 1 },
    { facts: [] },
    { database: { engine: 'x' } },
  ])
    assert.throws(() => parseSnapshot({ ...rest, summary, ...wrong }), failsWith('DAMAGED'), JSON.stringify(wrong))
})

test('points of streams are copied, forgotten and pruned like all others', async () => {
  using base = temporaryDirectory()
  const [first, second] = [path.join(base.path, 'first'), path.join(base.path, 'second')].map((each) => {
    fs.mkdirSync(each)
    return each
  })
  const repository = await makeRepository(first!)
  const other = await makeRepository(second!)
  const { older, newer, changed } = await twoPoints(repository)
  await using from = await open(repository)
  await using to = await open(other)
  const history = await readHistory(from)
  await copySnapshots(from, to, { snapshots: history.snapshots, state: stateOf(other, to) })
  const copies = (await readHistory(to)).snapshots
  assert.deepEqual(
    copies.map(({ document }) => [document.sourceKind, document.cut, document.copiedFrom?.snapshot]),
    [older, newer].map((name) => ['TOY', [Cut.FILES, Cut.PAGES_8K], name]),
  )
  await forgetSnapshots(from, history, { names: [older], by: 'test' })
  await pruned(repository)
  assert.deepEqual(await verified(repository), [newer])
  assert.equal((await verified(other)).length, 2)
  for (const [at, name] of [
    [repository, newer],
    [other, copies[1]!.name],
  ] as const) {
    const target = fs.mkdtempSync(path.join(base.path, 'restored-'))
    await restoredTo(at, name, target)
    assert.ok(fs.readFileSync(path.join(target, 'db/base/1')).equals(changed))
  }
})

test('a repository says that it has points of streams; one of the first version takes none', async () => {
  using base = temporaryDirectory()
  const repository = await makeRepository(base.path)
  const { snapshot } = await backUpStreams(repository, [{ path: '/a', content: Buffer.from('a') }])
  await using from = await open(repository)
  assert.ok(from.config.features.read.includes('sources') && from.config.features.delete.includes('sources'))
  const golden = path.resolve(import.meta.dirname, '../fixtures/formats/v1-rc')
  const old: TestRepository = {
    folder: path.join(base.path, 'old'),
    kek: parseKek(fs.readFileSync(path.join(golden, 'key'), 'utf8').trim(), 'the golden key'),
    stateFolder: path.join(base.path, 'old-state'),
  }
  fs.cpSync(path.join(golden, 'repository'), old.folder, { recursive: true })
  const before = fs.readdirSync(old.folder, { recursive: true }).sort()
  const never: AsyncIterable<StreamEntry> = { [Symbol.asyncIterator]: () => assert.fail('It was read.') }
  await assert.rejects(backUpStreams(old, never), failsWith('UPGRADE_REQUIRED'))
  await using to = await open(old)
  const copying = copySnapshots(from, to, { snapshots: [await pointOf(repository, snapshot)], state: stateOf(old, to) })
  await assert.rejects(copying, failsWith('UPGRADE_REQUIRED'))
  assert.deepEqual(fs.readdirSync(old.folder, { recursive: true }).sort(), before)
})

test('kinds of one name are sources of their own; a run counts once', async () => {
  using base = temporaryDirectory()
  const repository = await makeRepository(base.path)
  const files = path.join(base.path, 'files')
  fs.mkdirSync(files)
  fs.writeFileSync(path.join(files, 'file'), 'x')
  const made = [{ path: '/a', content: Buffer.from('a') }]
  const toy = await backUpStreams(repository, made, { source: 'both', runId: 'run-1' })
  const ofFiles = await backup(repository, files, { source: 'both' })
  const other = await backUpStreams(repository, made, { source: 'both', sourceKind: 'OTHER_2' })
  assert.deepEqual(
    [toy, ofFiles, other].map(({ document }) => document.parent),
    [null, null, null],
  )
  const [second, secondFiles] = [
    await backUpStreams(repository, made, { source: 'both' }),
    await backup(repository, files, { source: 'both' }),
  ]
  assert.deepEqual([second.document.parent, secondFiles.document.parent], [toy.snapshot, ofFiles.snapshot])
  const never: AsyncIterable<StreamEntry> = { [Symbol.asyncIterator]: () => assert.fail('It was read.') }
  const repeated = await backUpStreams(repository, never, { source: 'both', runId: 'run-1' })
  assert.deepEqual([repeated.isRepeat, repeated.snapshot], [true, toy.snapshot])
})

/** A content that does as it is told after its first pieces. */
async function* broken(
  then: (signal: AbortSignal) => Promise<unknown>,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  yield noise(1, 100)
  yield (await then(signal)) as Uint8Array
}

const FAULTS: ReadonlyArray<readonly [what: string, made: MadeEntry[], code: Parameters<typeof failsWith>]> = [
  [
    'a content that throws',
    [
      {
        path: '/a',
        content: (signal) => broken(() => Promise.reject(new Error('host=x password=hunter2 is gone')), signal),
      },
    ],
    ['SOURCE_UNREADABLE', { path: '/a', cause: 'host=x password=[redacted] is gone' }],
  ],
  [
    'a content that throws an error of ours',
    [
      {
        path: '/a',
        content: (signal) => broken(() => Promise.reject(new BackupError('PERMISSION_DENIED', 'no')), signal),
      },
    ],
    ['PERMISSION_DENIED'],
  ],
  [
    'a content that gives no bytes',
    [{ path: '/a', content: (signal) => broken(() => Promise.resolve('text'), signal) }],
    ['SOURCE_UNREADABLE', { path: '/a', cause: 'a piece is string, no bytes' }],
  ],
  ...['a', '/', '/a/', '/a//b', '/a/../b', '/./a', '/a\0', `/${'x'.repeat(256)}`, '/\ud800', '/x'.repeat(2049)].map(
    (at): (typeof FAULTS)[number] => [
      `the path ${JSON.stringify(at).slice(0, 30)}`,
      [{ path: at, content: Buffer.from('x') }],
      ['SOURCE_UNREADABLE'],
    ],
  ),
  [
    'a path that is given twice',
    ['/a', '/b', '/a'].map((at) => ({ path: at, content: Buffer.from('x') })),
    ['SOURCE_UNREADABLE', { path: '/a', cause: 'it is given twice' }],
  ],
  [
    'a file that is a folder of another',
    ['/a', '/b', '/a/c/d'].map((at) => ({ path: at, content: Buffer.from('x') })),
    ['SOURCE_UNREADABLE', { path: '/a/c/d', cause: 'a folder of it is given as a file' }],
  ],
  [
    'a folder that is given as a file',
    ['/a/c/d', '/b', '/a'].map((at) => ({ path: at, content: Buffer.from('x') })),
    ['SOURCE_UNREADABLE', { path: '/a', cause: 'it is given as a folder, too' }],
  ],
]

test('a source that breaks off leaves what it gave to the next run', async () => {
  for (const error of [new BackupError('SOURCE_FAILED', 'gone'), new Error('gone')]) {
    using base = temporaryDirectory()
    const repository = await makeRepository(base.path)
    const whole = { path: '/whole', content: noise(80, MIB) }
    const breaking = { path: '/broken', content: (signal: AbortSignal) => broken(() => Promise.reject(error), signal) }
    await assert.rejects(backUpStreams(repository, [whole, breaking], { contentsAtOnce: 1 }))
    await using opened = await open(repository)
    const { checkpoints, snapshots } = await readHistory(opened)
    assert.deepEqual([checkpoints.length, snapshots.length], [1, 0])
    const { document } = await backUpStreams(repository, [whole])
    assert.ok(document.summary.bytesAdded < 10 * KIB, `${document.summary.bytesAdded} bytes were added`)
  }
})

test('whatever a source does wrong is told, and leaves no point', async () => {
  using base = temporaryDirectory()
  const repository = await makeRepository(base.path)
  for (const [what, made, [code, context]] of FAULTS) {
    const run = backUpStreams(repository, [{ path: '/whole', content: Buffer.from('whole') }, ...made])
    const error = await run.catch((each: unknown) => each)
    failsWith(code, context)(error)
    // Of what a source threw, the causes may hold secrets.
    assert.ok(error instanceof BackupError && error.cause === undefined, what)
  }
  const entries = () => entriesOf([{ path: '/whole', content: Buffer.from('whole') }])
  const breaking = async function* () {
    yield* entries()
    throw Object.assign(new Error('connection reset'), { code: 'ECONNRESET' })
  }
  await assert.rejects(
    backUpStreams(repository, breaking()),
    failsWith('SOURCE_UNREADABLE', { path: 'toy', cause: 'ECONNRESET' }),
  )
  for (const facts of [{ long: 'x'.repeat(64 * KIB) }, { big: 1n }, ['list'] as unknown as Record<string, unknown>])
    await assert.rejects(backUpStreams(repository, entries(), { facts: () => facts }), failsWith('SOURCE_UNREADABLE'))
  for (const [member, wrong] of [
    ['engine', undefined],
    ['version', 17],
    ['system', 7_312_345_678_901],
    ['mode', null],
    ['branch', 1],
    ['start', null],
    ['end', {}],
    ['databases', 'shop'],
    ['databases', [1]],
    ['checksums', 'on'],
    ['stream', ['1']],
  ] as const) {
    const database = { engine: 'toy', version: '1', [member]: wrong } as unknown as DatabaseFacts
    const cause = `what it says of its database has no valid "${member}"`
    await assert.rejects(
      backUpStreams(repository, entries(), { database: () => database }),
      failsWith('SOURCE_UNREADABLE', { path: 'toy', cause }),
    )
  }
  // Whoever made it: what no reader would take is not stored.
  await assert.rejects(
    backUpStreams(repository, entries(), { program: 1 as unknown as string }),
    /no reader would take .* no valid "program"/,
  )
  for (const sourceKind of ['FILES', 'STREAM', 'GROUP', 'toy', '', 'X'.repeat(33)])
    await assert.rejects(backUpStreams(repository, entries(), { sourceKind }), failsWith('USAGE'))
  await using opened = await open(repository)
  const { snapshots, problems } = await readHistory(opened)
  assert.deepEqual([snapshots, problems], [[], []])
  await verified(repository)
})

test('a source that stalls ends with the run, and every content that was begun is told so', async () => {
  using base = temporaryDirectory()
  const repository = await makeRepository(base.path)
  const controller = new AbortController()
  const waits = Promise.withResolvers<void>()
  const done: string[] = []
  const heeding = async function* (signal: AbortSignal): AsyncGenerator<Uint8Array> {
    try {
      yield noise(1, 10)
      await new Promise<void>((resolve) => {
        signal.addEventListener('abort', () => resolve())
        waits.resolve()
      })
      done.push('told')
      yield noise(1, 10)
    } finally {
      done.push('ended')
    }
  }
  const deaf = async function* (): AsyncGenerator<Uint8Array> {
    yield noise(1, 10)
    await waits.promise
    controller.abort()
    await new Promise(() => {})
  }
  const never = () => assert.fail('It was begun.')
  const made = [heeding, deaf, never].map((content, i) => ({ path: `/${i}`, content }))
  const run = backUpStreams(repository, made, { signal: controller.signal, contentsAtOnce: 2 })
  await assert.rejects(run, failsWith('ABORTED'))
  assert.deepEqual(done, ['told', 'ended'])
})

test('contents that are read when another fails let go of what they hold, and no other is begun', async () => {
  using base = temporaryDirectory()
  const repository = await makeRepository(base.path)
  const held = new Set<string>()
  const endless = async function* (name: string) {
    held.add(name)
    try {
      for (;;) yield noise(1, 0)
    } finally {
      held.delete(name)
    }
  }
  let asked = 0
  let isSourceOpen = true
  const entries = async function* (): AsyncGenerator<StreamEntry> {
    try {
      for (const name of ['a', 'b', 'c', 'd', 'e']) {
        asked += 1
        yield { path: `/${name}`, cut: Cut.FILES, content: () => (name === 'c' ? failing() : endless(name)) }
      }
    } finally {
      isSourceOpen = false
    }
  }
  const failing = async function* (): AsyncGenerator<Uint8Array> {
    yield noise(1, 10)
    assert.deepEqual([...held], ['a', 'b'])
    throw new BackupError('STORAGE_UNAVAILABLE', 'away')
  }
  await assert.rejects(backUpStreams(repository, entries(), { contentsAtOnce: 3 }), failsWith('STORAGE_UNAVAILABLE'))
  assert.deepEqual([[...held], asked, isSourceOpen], [[], 3, false])
})

const BLOCK_BYTES = 16 * MIB

/** What a table of so many bytes gives, and how far ahead of `done` it was asked for more. */
function counted(bytes: number, pieceBytes: number, done: () => number) {
  const block = noise(3, BLOCK_BYTES)
  const counts = { pulled: 0, aheadMax: 0 }
  const content = async function* (): AsyncGenerator<Uint8Array> {
    for (let at = 0; counts.pulled < bytes; at = (at + pieceBytes) % (BLOCK_BYTES - pieceBytes + 1)) {
      counts.aheadMax = Math.max(counts.aheadMax, counts.pulled - done())
      const piece = Buffer.from(block.subarray(at, at + pieceBytes))
      // No two are equal.
      piece.writeDoubleLE(counts.pulled)
      counts.pulled += piece.length
      yield piece
    }
  }
  return { content, counts }
}

test('a slow disk slows the source', async () => {
  using base = temporaryDirectory()
  const repository = await makeRepository(base.path)
  for (const workers of [0, 1] as const) {
    const store = localStore(repository.folder)
    let durable = 0
    const slow = localWith(store, {
      publish: async (staged, key) => {
        const { size } = fs.statSync(staged)
        // Longer than a content takes to fill a pack.
        for (let i = 0; i < 500; i += 1) await new Promise((resolve) => setImmediate(resolve))
        await store.local!.publish(staged, key)
        durable += size
      },
    })
    const { content, counts } = counted(32 * MIB, 10_000 + workers, () => durable)
    const made = [{ path: '/t', cut: Cut.ROWS, content }]
    await backUpStreams(repository, made, { store: slow, workers, packBytes: 2 * MIB })
    assert.ok(counts.pulled >= 32 * MIB)
    // Three packs on their way, what a lane fills, and what is held of the content; each lane may be one pack further.
    assert.ok(counts.aheadMax < 20 * MIB, `${counts.aheadMax} bytes ahead, ${workers} workers`)
  }
})

test('memory has a bound, however much comes and in whatever pieces', async () => {
  using base = temporaryDirectory()
  const repository = await makeRepository(base.path)
  let done = 0
  const onProgress = ({ bytesDone }: BackupProgress) => {
    done = bytesDone
  }
  const { content, counts } = counted(1024 * MIB, BLOCK_BYTES, () => done)
  const before = process.memoryUsage().rss
  const { document } = await backUpStreams(repository, [{ path: '/t', cut: Cut.PAGES_32K, content }], {
    onProgress,
    workers: 1,
  })
  assert.deepEqual([document.summary.bytesProcessed, counts.pulled], [1024 * MIB, 1024 * MIB])
  assert.ok(counts.aheadMax <= BLOCK_BYTES, `${counts.aheadMax} bytes ahead`)
  const grown = process.memoryUsage().rss - before
  assert.ok(grown < 200 * MIB, `memory grew by ${grown}`)
})
