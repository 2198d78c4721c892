// Goal: a disk that can't be read costs the files that lie on it, each named, and no more; one that can't be written
// costs the run, never a repository. Method: backups in a process whose file calls fail by plan (EIO, a flipped bit),
// with one lane and with two.
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { Inspector, readHistory, restoreSnapshot, type SnapshotDocument } from '../../src/engine/index.ts'
import type { DiskRule } from '../harness/broken-disk.ts'
import {
  backup,
  lookAt,
  makeRepository,
  open,
  restored,
  sampleTree,
  type TestRepository,
  verified,
} from '../harness/repository.ts'
import { seededRandom } from '../harness/seeded-random.ts'
import { temporaryDirectory } from '../harness/temporary-directory.ts'

const MIB = 1024 * 1024
const harness = path.join(import.meta.dirname, '../harness')

interface Outcome {
  readonly snapshot?: string
  readonly document?: SnapshotDocument
  readonly error?: string
}

function run(
  base: string,
  made: TestRepository,
  source: string,
  options: object,
  rules: readonly DiskRule[],
): Promise<Outcome> {
  const key = made.kek.kind === 'raw' ? made.kek.key.toString('hex') : ''
  const args = [
    '--import',
    path.join(harness, 'broken-disk.ts'),
    path.join(harness, 'backup-child.ts'),
    base,
    key,
    source,
    JSON.stringify(options),
  ]
  return new Promise((resolve, reject) => {
    execFile(
      process.execPath,
      args,
      { env: { ...process.env, NEONPRO_TEST_DISK: JSON.stringify(rules) }, maxBuffer: 16 * MIB },
      (error, stdout) => {
        if (error) reject(error)
        else resolve(JSON.parse(stdout) as Outcome)
      },
    )
  })
}

async function stage(base: string): Promise<{ made: TestRepository; source: string }> {
  const source = path.join(base, 'source')
  sampleTree(source, seededRandom(41))
  fs.writeFileSync(path.join(source, 'big.bin'), randomBytes(24 * MIB))
  return { made: await makeRepository(base), source }
}

for (const workers of [0, 1]) {
  test(`files on bad sectors are named and left out, the rest is whole; ${workers + 1} lane(s)`, async () => {
    using folder = temporaryDirectory()
    const { made, source } = await stage(folder.path)
    const rules: DiskRule[] = [
      { call: 'read', file: 'source/big.bin', from: 9 * MIB, as: 'EIO' },
      { call: 'read', file: 'source/a/file-0.txt', as: 'EIO' },
    ]
    const { snapshot, document, error } = await run(folder.path, made, source, { workers }, rules)
    assert.equal(error, undefined)
    assert.deepEqual(document!.skipped.map(({ path: name, reason }) => [path.basename(String(name)), reason]).sort(), [
      ['big.bin', 'EIO'],
      ['file-0.txt', 'EIO'],
    ])
    await verified(made)
    await using repository = await open(made)
    const target = path.join(folder.path, 'back')
    const result = await restoreSnapshot(repository, document!, { target, subtree: source })
    assert.deepEqual(
      result.issues.map((issue) => path.basename(issue.path)),
      ['big.bin'],
      'a file of which only the name is there is never restored as an empty one',
    )
    const expected = lookAt(source)
    for (const name of ['/big.bin', '/a/file-0.txt']) expected.delete(name)
    assert.deepEqual(withoutTimesOfFolders(lookAt(target)), withoutTimesOfFolders(expected))
    // When the disk reads again, the next run stores what it lacked.
    const next = await backup(made, source)
    assert.equal(next.document.skippedCount, 0)
    assert.deepEqual(await restored(made, folder.path, { snapshot: next.snapshot, source }), lookAt(source))
    assert.notEqual(next.snapshot, snapshot)
  })
}

function withoutTimesOfFolders(tree: Map<string, string>): Map<string, string> {
  return new Map([...tree].map(([name, facts]) => [name, facts.startsWith('4') ? 'folder' : facts]))
}

test('a disk of the repository that fails costs the run and nothing else', async () => {
  using folder = temporaryDirectory()
  const { made, source } = await stage(folder.path)
  const first = await backup(made, source)
  const tree = lookAt(source)
  fs.writeFileSync(path.join(source, 'big.bin'), randomBytes(6 * MIB))
  const staging = path.join(made.folder, '.staging/pack-')
  const plans: Array<[DiskRule, string]> = [
    [{ call: 'write', file: staging, as: 'EIO' }, 'STORAGE_FAILED'],
    [{ call: 'write', file: staging, as: 'EIO', nth: 3 }, 'STORAGE_FAILED'],
    [{ call: 'write', file: staging, as: 'ENOSPC' }, 'DISK_FULL'],
    [{ call: 'fsync', file: staging, as: 'EIO' }, 'STORAGE_FAILED'],
    [{ call: 'fsync', file: '/repository/packs', as: 'EIO' }, 'STORAGE_FAILED'],
    [{ call: 'fsync', file: '/repository/snapshots', as: 'EIO' }, 'STORAGE_FAILED'],
    [{ call: 'fsync', file: '.staging/put-', as: 'EIO' }, 'STORAGE_FAILED'],
    [{ call: 'write', file: '.staging/put-', as: 'ENOSPC' }, 'DISK_FULL'],
  ]
  for (const [rule, code] of plans) {
    for (const workers of [0, 1]) {
      const { error } = await run(folder.path, made, source, { workers, packBytes: 2 * MIB }, [rule])
      assert.equal(error, code, JSON.stringify(rule))
      assert.ok((await verified(made)).includes(first.snapshot))
    }
  }
  assert.deepEqual(await restored(made, folder.path, { snapshot: first.snapshot, source }), tree)
  const next = await backup(made, source)
  assert.deepEqual(await restored(made, folder.path, { snapshot: next.snapshot, source }), lookAt(source))
})

test('FULL reads everything again and finds what a rotting disk changed; diff says so; INCREMENTAL reads nothing', async () => {
  using folder = temporaryDirectory()
  const { made, source } = await stage(folder.path)
  const first = await backup(made, source)
  // The disk gives another byte, while size, times and inode are as they were.
  const rot: DiskRule[] = [{ call: 'read', file: 'source/a/file-0.txt', from: 3, as: 'flip' }]
  const incremental = await run(folder.path, made, source, { type: 'INCREMENTAL' }, [
    { call: 'read', file: '/source/', as: 'EIO' },
  ])
  assert.deepEqual(
    [incremental.document!.skippedCount, incremental.document!.summary.filesUnmodified, incremental.document!.type],
    [0, 14, 'INCREMENTAL'],
  )
  const full = await run(folder.path, made, source, { type: 'FULL' }, rot)
  assert.deepEqual(
    [full.document!.type, full.document!.summary.filesUnmodified, full.document!.summary.filesChanged],
    ['FULL', 13, 1],
  )
  await using repository = await open(made)
  const { snapshots } = await readHistory(repository)
  await using inspector = await Inspector.open(repository)
  const differences = []
  const byName = (name: string) => snapshots.find((each) => each.name === name)!
  for await (const each of inspector.diff(byName(first.snapshot), byName(full.snapshot!)))
    if (each.path.startsWith(`${source}/`)) differences.push(each)
  assert.deepEqual(
    differences.map(({ path: name, change, isBitRotSuspected }) => [path.basename(name), change, isBitRotSuspected]),
    [['file-0.txt', 'changed', true]],
  )
})

test('DIFFERENTIAL compares with the newest FULL, INCREMENTAL with the newest; a first run is FULL', async () => {
  using folder = temporaryDirectory()
  const source = path.join(folder.path, 'source')
  sampleTree(source, seededRandom(41))
  const made = await makeRepository(folder.path)
  const change = () => fs.appendFileSync(path.join(source, 'a/file-0.txt'), 'more')
  const names: string[] = []
  const parents: Array<[string, string | null, number]> = []
  for (const type of [
    'INCREMENTAL',
    'INCREMENTAL',
    'DIFFERENTIAL',
    'DIFFERENTIAL',
    'FULL',
    'DIFFERENTIAL',
    'INCREMENTAL',
  ] as const) {
    const { snapshot, document } = await backup(made, source, { type })
    names.push(snapshot)
    parents.push([document.type, document.parent, document.summary.filesChanged])
    change()
  }
  const [a, b, , d, e, f] = names
  assert.deepEqual(parents, [
    ['FULL', null, 0],
    ['INCREMENTAL', a, 1],
    ['DIFFERENTIAL', a, 1],
    ['DIFFERENTIAL', a, 1],
    ['FULL', d, 1],
    ['DIFFERENTIAL', e, 1],
    ['INCREMENTAL', f, 1],
  ])
  assert.ok(b)
})
