// Goal: two lanes share the directories of one backup, whatever their sizes, and nothing is done twice or left out;
// also while checkpoints are made. Method: folders of very different sizes, the large ones first and last; the snapshot
// against an independent look at the source.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { backupFiles, readHistory } from '../../src/engine/index.ts'
import type { ObjectStore } from '../../src/storage/index.ts'
import { backup, localStore, lookAt, makeRepository, open, restored, stateOf, verified } from '../harness/repository.ts'
import { seededRandom } from '../harness/seeded-random.ts'
import { temporaryDirectory } from '../harness/temporary-directory.ts'

const FOLDERS = 150

/** Small folders, with a large one wherever `isLarge` says so. */
function makeFolders(source: string, isLarge: (folder: number) => boolean, filesInLarge = 120): void {
  const random = seededRandom(FOLDERS)
  for (let folder = 0; folder < FOLDERS; folder += 1) {
    const directory = path.join(source, `d${String(folder).padStart(3, '0')}`, 'inside')
    fs.mkdirSync(directory, { recursive: true })
    for (let file = 0; file < (isLarge(folder) ? filesInLarge : 3); file += 1)
      fs.writeFileSync(path.join(directory, `f${file}`), `${folder} ${file} ${'x'.repeat(Math.floor(random() * 300))}`)
  }
}

for (const [where, isLarge] of [
  ['first', (folder: number) => folder < 8],
  ['last', (folder: number) => folder >= FOLDERS - 8],
  ['nowhere', () => false],
] as const) {
  test(`large folders ${where}`, async () => {
    using base = temporaryDirectory()
    const source = path.join(base.path, 'source')
    makeFolders(source, isLarge)
    const repository = await makeRepository(base.path)
    const first = await backup(repository, source, { workers: 1 })
    const files = FOLDERS * 3 + Array.from({ length: FOLDERS }, (_, folder) => folder).filter(isLarge).length * 117
    assert.equal(first.document.summary.filesNew, files)
    assert.equal(first.document.summary.directories, 1 + source.split('/').length - 1 + 2 * FOLDERS)
    assert.deepEqual(await restored(repository, base.path, { snapshot: first.snapshot, source }), lookAt(source))
    const second = await backup(repository, source, { workers: 1, filesBeforeWorker: 0 })
    assert.equal(second.document.summary.filesUnmodified, files)
    await verified(repository)
  })
}

test('checkpoints that are made while the worker has directories in hand', async () => {
  using base = temporaryDirectory()
  const source = path.join(base.path, 'source')
  makeFolders(source, (folder) => folder % 15 === 0, 500)
  const repository = await makeRepository(base.path)
  const store = localStore(repository.folder)
  const checkpoints: string[] = []
  const watched = new Proxy(store, {
    get: (target, name) => {
      const value: unknown = Reflect.get(target, name, target)
      if (typeof value !== 'function') return value
      return (...args: unknown[]) => {
        if (name === 'put' && String(args[0]).startsWith('checkpoints/')) checkpoints.push(String(args[0]))
        return (value as (...all: unknown[]) => unknown).apply(target, args)
      }
    },
  }) as ObjectStore
  await using opened = await open(repository, watched)
  const { document, snapshot } = await backupFiles(opened, {
    paths: [source],
    source: 'test',
    program: 'test',
    workers: 1,
    state: stateOf(repository, opened),
    checkpointMs: 20,
    onProgress: () => {},
  })
  assert.ok(checkpoints.length > 0, 'there were checkpoints')
  assert.equal(document.summary.filesNew, FOLDERS * 3 + 10 * 497)
  assert.deepEqual((await readHistory(opened)).checkpoints, [], 'the finished run took them away')
  assert.deepEqual(await restored(repository, base.path, { snapshot, source }), lookAt(source))
  await verified(repository)
})

test('many folders with a few folders each need few descriptors, with and without checkpoints', async () => {
  using base = temporaryDirectory()
  const source = path.join(base.path, 'source')
  for (let folder = 0; folder < 1200; folder += 1) {
    for (let inner = 0; inner < 3; inner += 1) {
      const directory = path.join(source, `d${folder}`, `e${inner}`)
      fs.mkdirSync(directory, { recursive: true })
      fs.writeFileSync(path.join(directory, 'file'), `${folder} ${inner}`)
    }
  }
  for (const checkpointMs of [undefined, 1]) {
    const repository = await makeRepository(fs.mkdtempSync(path.join(base.path, 'run-')))
    let most = 0
    const onProgress = () => {
      most = Math.max(most, fs.readdirSync('/proc/self/fd').length)
    }
    const { document } = await backup(repository, source, {
      workers: 1,
      onProgress,
      ...(checkpointMs !== undefined && { checkpointMs }),
    })
    assert.deepEqual([document.summary.filesNew, document.skippedCount], [3600, 0])
    assert.ok(most > 20 && most < 400, `${most} descriptors`)
  }
})

test('without descriptors the run fails, and makes no snapshot that lacks files', async () => {
  using base = temporaryDirectory()
  const source = path.join(base.path, 'source')
  // Each folder stays open until the last one below it is begun.
  const deep = path.join(source, ...Array.from({ length: 60 }, (_, i) => `d${i}`))
  fs.mkdirSync(deep, { recursive: true })
  for (let at = deep; at !== source; at = path.dirname(at)) fs.mkdirSync(path.join(at, 'z'))
  const made = await makeRepository(base.path)
  assert.ok(made.kek.kind === 'raw')
  const program = path.join(import.meta.dirname, '../../src/cli/main.ts')
  const run = spawnSync(
    'sh',
    [
      '-c',
      'ulimit -n 64; exec "$0" "$@"',
      process.execPath,
      program,
      'backup',
      source,
      '--repo',
      made.folder,
      '--json',
    ],
    {
      encoding: 'utf8',
      env: { PATH: process.env['PATH'], HOME: base.path, BACKUP_ENCRYPTION_KEY: `hex:${made.kek.key.toString('hex')}` },
    },
  )
  assert.equal(run.status, 1, run.stdout + run.stderr)
  assert.match(run.stdout, /"PROCESS_LIMIT"/)
  await using opened = await open(made)
  assert.deepEqual((await readHistory(opened)).snapshots, [])
})
