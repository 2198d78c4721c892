// Goal: one object that goes, or can't be had, costs what it holds and nothing else. Method: another side removes an
// object between its listing and its reading; a record on a bad sector; an object of another user; whatever can stand in
// a pack's place for the rescue reader.
import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { openWriterSession } from '../../src/engine/commit/index.ts'
import {
  ClientState,
  changeKeyring,
  copySnapshots,
  forgetSnapshots,
  prune,
  RecordKind,
  type RepairResult,
  type Repository,
  readHistory,
  repairRepository,
  restoreSnapshot,
  type VerifyResult,
  writeRecord,
} from '../../src/engine/index.ts'
import { backedUpSample, localStore, lookAt, makeRepository, open, type TestRepository } from '../harness/repository.ts'
import { seeing } from '../harness/stopping-store.ts'
import { temporaryDirectory } from '../harness/temporary-directory.ts'

const harness = path.join(import.meta.dirname, '../harness')

const WORKS: Readonly<Record<string, (repository: Repository, base: string) => Promise<unknown>>> = {
  prune: (repository) => prune(repository),
  forget: async (repository) => {
    const history = await readHistory(repository)
    await forgetSnapshots(repository, history, { names: [history.snapshots[0]!.name], by: 'test' })
  },
  repair: (repository) => repairRepository(repository),
  copy: async (repository, base) => {
    const target = await makeRepository(fs.mkdtempSync(path.join(base, 'second-')))
    await using to = await open(target)
    const { snapshots } = await readHistory(repository)
    const state = new ClientState(target.stateFolder, to.keys.repositoryId)
    const { copied } = await copySnapshots(repository, to, { snapshots, state })
    assert.equal(copied.length, 1)
  },
  restore: async (repository, base) => {
    const { snapshots } = await readHistory(repository)
    const target = fs.mkdtempSync(path.join(base, 'back-'))
    const { issues } = await restoreSnapshot(repository, snapshots[0]!.document, {
      target,
      subtree: path.join(base, 'source'),
    })
    assert.deepEqual(issues, [])
    assert.deepEqual(lookAt(target), lookAt(path.join(base, 'source')))
  },
}

for (const [name, work] of Object.entries(WORKS))
  test(`${name}: what others remove between listing and reading stops nothing`, async () => {
    using folder = temporaryDirectory()
    const { repository: made } = await backedUpSample(folder.path, 51)
    await using plain = await open(made)
    const hold = { record: RecordKind.HOLD, subject: 'case', by: 'test' }
    const old = await writeRecord(plain, {
      ...hold,
      value: { snapshot: null, source: 'nobody', reason: '', until: null },
    })
    await writeRecord(plain, { ...hold, value: null })
    await using session = await openWriterSession(plain, randomBytes(16))
    const gone = [session.key, `records/${old.name}`]
    const store = gone.reduce(
      (inner, key) => seeing(inner, { prefix: key.slice(0, key.indexOf('/') + 1), time: 1 }, () => inner.delete(key)),
      localStore(made.folder),
    )
    await using repository = await open(made, store)
    await work(repository, folder.path)
    assert.equal(fs.existsSync(path.join(made.folder, 'records', old.name)), false, 'it was listed')
  })

const SOMEBODY = 54_321
const canBeSomebody =
  process.getuid?.() === 0 &&
  spawnSync(process.execPath, ['--check', import.meta.filename], { uid: SOMEBODY, gid: SOMEBODY }).status === 0

test('what this user may not read is no damage: it is named, nothing is judged or changed, and the rest is read', {
  skip: canBeSomebody ? false : 'running as another user needs root, and a program that all may read',
}, async () => {
  using folder = temporaryDirectory()
  const { repository: made } = await backedUpSample(folder.path, 54)
  await using repository = await open(made)
  const value = { snapshot: null, source: 'test', reason: 'case 7', until: null }
  await writeRecord(repository, { record: RecordKind.HOLD, subject: 'case', by: 'test', value })
  await changeKeyring(repository.store, repository.keys, {
    newEpoch: true,
    keks: [made.kek],
    now: '2026-11-24T00:00:00Z',
  })
  const snapshot = fs.readdirSync(path.join(made.folder, 'snapshots'))
  execFileSync('chown', ['-R', `${SOMEBODY}:${SOMEBODY}`, folder.path])
  // Whole folders: of keys both copies of the newest keyring.
  for (const [place, judging] of [
    ['snapshots', ['list', 'latest', 'verify', 'prune']],
    ['records', ['prune']],
    ['index/data', ['verify', 'prune']],
    ['keys', ['rotate', 'verify']],
    ['config', []],
  ] as const) {
    const names = fs.readdirSync(path.join(made.folder, place)).filter((name) => !/^(00000001|[bc])-/.test(name))
    const files = names.map((name) => path.join(made.folder, place, name))
    for (const file of files) fs.chownSync(file, 0, 0)
    const before = filesBelow(made.folder)
    const works = ['repair', 'give', ...judging]
    const results = maintained<Array<{ error?: string; stack?: string; names?: string[]; codes?: string[] }>>(
      { base: folder.path, made, uid: SOMEBODY },
      [],
      ...works,
    )
    for (const [i, { error, stack, names: listed, codes }] of results.entries())
      if (works[i] === 'list') assert.deepEqual([listed, codes], [[], names.map(() => 'PERMISSION_DENIED')])
      else {
        assert.equal(error, 'PERMISSION_DENIED', `${works[i]} of ${place}`)
        assert.ok(names.some((name) => stack?.includes(name)) || stack?.includes('may not read'), stack)
      }
    assert.deepEqual(filesBelow(made.folder), before, place)
    for (const file of files) fs.chownSync(file, SOMEBODY, SOMEBODY)
  }
  await using after = await open(made)
  const { snapshots, records } = await readHistory(after)
  assert.deepEqual([snapshots.map(({ name }) => name), records.length, after.keys.lost], [snapshot, 1, []])
})

function filesBelow(folder: string): string[] {
  return fs
    .readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => !name.startsWith('.'))
    .sort()
}

interface Maintained {
  readonly base: string
  readonly made: TestRepository
  readonly uid?: number
}

function maintained<T>({ base, made, uid }: Maintained, rules: readonly object[], ...works: string[]): T {
  const key = made.kek.kind === 'raw' ? made.kek.key.toString('hex') : ''
  const args = ['--import', path.join(harness, 'broken-disk.ts'), path.join(harness, 'maintain-child.ts'), base, key]
  const env = { ...process.env, NEONPRO_TEST_DISK: JSON.stringify(rules) }
  return JSON.parse(
    execFileSync(process.execPath, [...args, ...works], {
      env,
      encoding: 'utf8',
      ...(uid !== undefined && { uid, gid: uid }),
    }),
  ) as T
}

test('a record on a bad sector is named and kept, nothing is let go meanwhile, and it counts again when it is read', async () => {
  using folder = temporaryDirectory()
  const { repository: made } = await backedUpSample(folder.path, 52)
  await using repository = await open(made)
  const value = { snapshot: null, source: 'test', reason: 'case 7', until: null }
  const { name } = await writeRecord(repository, { record: RecordKind.HOLD, subject: 'case', by: 'test', value })
  const rules = [{ call: 'read', file: `records/${name}`, as: 'EIO' }]
  const [found, repaired, pruned] = maintained<[VerifyResult, RepairResult, { error?: string }]>(
    { base: folder.path, made },
    rules,
    'verify',
    'repair',
    'prune',
  )
  assert.ok(found.problems.some(({ object }) => object === `records/${name}`))
  assert.deepEqual(repaired.documentsLost, [`records/${name}`])
  assert.equal(pruned.error, 'DAMAGED')
  const { snapshots, records } = await readHistory(repository)
  assert.deepEqual([snapshots.length, records.length], [1, 1])
})

test('what may stand in the place of a pack costs the rescue reader that pack and no time', {
  timeout: 60_000,
}, async () => {
  using folder = temporaryDirectory()
  const { repository: made } = await backedUpSample(folder.path, 53)
  const packs = path.join(made.folder, 'packs')
  const files = fs
    .readdirSync(packs, { recursive: true, encoding: 'utf8' })
    .filter((each) => each.includes('/'))
    .map((each) => path.join(packs, each))
  const [pipe = '', giant = ''] = files
  const rest = files.slice(2)
  fs.rmSync(pipe)
  execFileSync('mkfifo', [pipe])
  fs.truncateSync(giant, 0)
  fs.truncateSync(giant, 2 ** 40)
  const name = 'ab'.padEnd(64, '0')
  fs.mkdirSync(path.join(packs, 'ab'), { recursive: true })
  execFileSync('mkfifo', [path.join(packs, 'ab', name)])
  fs.writeFileSync(path.join(packs, 'ab', `${name.slice(0, -1)}1`), '')
  fs.truncateSync(path.join(packs, 'ab', `${name.slice(0, -1)}1`), 2 ** 40)
  const { kek } = made
  assert.ok(kek.kind === 'raw')
  const script = `
    import { Store } from ${JSON.stringify(path.join(import.meta.dirname, '../../rescue/store.ts'))}
    const store = new Store(${JSON.stringify(made.folder)}, { kind: 'raw', bytes: Buffer.from(${JSON.stringify(kek.key.toString('hex'))}, 'hex') })
    for (const name of store.packs()) try { store.readPack(name, () => {}); console.log(name) } catch {}`
  const read = execFileSync(process.execPath, ['--input-type=module', '-e', script], {
    encoding: 'utf8',
    timeout: 40_000,
  })
  assert.deepEqual(read.split('\n').filter(Boolean).toSorted(), rest.map((each) => path.basename(each)).toSorted())
})
