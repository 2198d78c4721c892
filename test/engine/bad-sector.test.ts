// Goal: one bad sector is one bad sector: what lies on it is named, with the snapshots and paths that need it, all the
// rest is read, saved and restored; a read that gives fewer bytes than were asked for is no damage at all. Method:
// maintenance in a process whose reads of one object fail by plan.
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { promisify } from 'node:util'
import { type RepairResult, readHistory, restoreSnapshot, type VerifyResult } from '../../src/engine/index.ts'
import type { DiskRule } from '../harness/broken-disk.ts'
import { backup, lookAt, makeRepository, open, sampleTree, type TestRepository } from '../harness/repository.ts'
import { seededRandom } from '../harness/seeded-random.ts'
import { temporaryDirectory } from '../harness/temporary-directory.ts'

const harness = path.join(import.meta.dirname, '../harness')
const KIB = 1024

async function maintained<T extends readonly unknown[]>(
  base: string,
  made: TestRepository,
  rules: readonly DiskRule[],
  ...works: readonly string[]
): Promise<T> {
  const key = made.kek.kind === 'raw' ? made.kek.key.toString('hex') : ''
  const args = ['--import', path.join(harness, 'broken-disk.ts'), path.join(harness, 'maintain-child.ts'), base, key]
  const { stdout } = await promisify(execFile)(process.execPath, [...args, ...works], {
    env: { ...process.env, NEONPRO_TEST_DISK: JSON.stringify(rules) },
    maxBuffer: 64 * KIB * KIB,
  })
  return JSON.parse(stdout) as T
}

async function stage(base: string): Promise<{ made: TestRepository; source: string; snapshots: readonly string[] }> {
  const source = path.join(base, 'source')
  sampleTree(source, seededRandom(41))
  for (const name of ['x', 'y', 'z']) fs.writeFileSync(path.join(source, `${name}.bin`), randomBytes(900 * KIB))
  const made = await makeRepository(base)
  const snapshots = [(await backup(made, source)).snapshot]
  fs.writeFileSync(path.join(source, 'late.bin'), randomBytes(900 * KIB))
  snapshots.push((await backup(made, source)).snapshot)
  return { made, source, snapshots }
}

/** The largest packs hold the big files. */
function packs({ folder }: TestRepository): string[] {
  const found = fs
    .readdirSync(path.join(folder, 'packs'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.includes('/'))
  const bytes = (name: string) => fs.statSync(path.join(folder, 'packs', name)).size
  return found.sort((a, b) => bytes(b) - bytes(a)).map((name) => `packs/${name}`)
}

for (const from of [0, 30 * KIB])
  test(`EIO from byte ${from} of one pack on: verify names it and its paths and reads on, repair saves the rest`, async () => {
    using folder = temporaryDirectory()
    const { made, source, snapshots } = await stage(folder.path)
    const [bad = ''] = packs(made)
    const rules: DiskRule[] = [{ call: 'read', file: bad, from, as: 'EIO' }]
    const [found] = await maintained<[VerifyResult]>(folder.path, made, rules, 'verify')
    assert.equal(found.packsRead, packs(made).length, JSON.stringify(found))
    assert.ok(found.problems.length > 0 && found.problems.every(({ object }) => object === bad))
    assert.ok(found.problems.some(({ what }) => what.includes('EIO')))
    assert.ok(found.hits.length > 0)
    const lost = new Set(found.hits.flatMap(({ paths }) => paths))
    assert.ok([...lost].every((each) => each.startsWith(`${source}/`)))
    const after = await maintained<[RepairResult, object, object, VerifyResult]>(
      folder.path,
      made,
      rules,
      'repair',
      'drop',
      'prune',
      'verify',
    )
    assert.ok(!after.some((each) => 'error' in each), JSON.stringify(after.map((each) => 'error' in each && each)))
    assert.deepEqual(after[3].problems, [], 'the bad pack is relied on no more')
    await using repository = await open(made)
    const { snapshots: left } = await readHistory(repository)
    assert.deepEqual(left.map(({ name }) => name).toSorted(), snapshots.toSorted())
    const target = path.join(folder.path, 'back')
    const result = await restoreSnapshot(repository, left.at(-1)!.document, { target, subtree: source })
    assert.deepEqual(new Set(result.issues.map((issue) => issue.path)), new Set(after[3].hits.at(-1)?.paths))
    const expected = lookAt(source)
    for (const [name, facts] of lookAt(target)) if (!facts.startsWith('4')) assert.equal(facts, expected.get(name))
    // The next backup reads the files again and stores what was lost.
    await backup(made, source)
    assert.deepEqual((await maintained<[VerifyResult]>(folder.path, made, [], 'verify'))[0].hits.length <= 2, true)
  })

test('EIO on one small object: it is named, the others are read, and nobody removes it for that', async () => {
  using folder = temporaryDirectory()
  const { made, snapshots } = await stage(folder.path)
  for (const place of ['snapshots', 'index/meta', 'index/data', 'keys', 'config']) {
    const [name = ''] = fs.readdirSync(path.join(made.folder, place))
    const rules: DiskRule[] = [{ call: 'read', file: `${place}/${name}`, as: 'EIO' }]
    const [found, repaired, listed] = await maintained<[VerifyResult, RepairResult, { names: string[] }]>(
      folder.path,
      made,
      rules,
      'verify',
      'repair',
      'list',
    )
    assert.ok(
      found.problems?.some(({ object }) => object === `${place}/${name}`),
      `${place}: ${JSON.stringify(found)}`,
    )
    assert.ok(!('error' in repaired), JSON.stringify(repaired))
    assert.equal(listed.names.length, place === 'snapshots' ? snapshots.length - 1 : snapshots.length)
    if (place === 'snapshots') assert.ok(fs.existsSync(path.join(made.folder, place, name)))
    const [whole] = await maintained<[VerifyResult]>(folder.path, made, [], 'verify')
    assert.deepEqual([whole.problems, whole.hits, whole.snapshots], [[], [], snapshots.length], place)
  }
})

test('an object that may not be read, a link in its place, and a pack cut to nothing are named, and the rest is read', async () => {
  using folder = temporaryDirectory()
  const { made } = await stage(folder.path)
  const [cut = '', gone = ''] = packs(made)
  const linked = path.join(made.folder, gone)
  fs.renameSync(linked, path.join(folder.path, 'aside'))
  fs.symlinkSync(path.join(folder.path, 'aside'), linked)
  fs.truncateSync(path.join(made.folder, cut), 0)
  const [found, ...repaired] = await maintained<[VerifyResult, ...object[]]>(
    folder.path,
    made,
    [],
    'verify',
    'repair',
    'drop',
    'prune',
  )
  const named = new Set(found.problems.map(({ object }) => object))
  assert.deepEqual([...named].toSorted(), [cut, gone].toSorted())
  assert.ok(found.hits.length > 0)
  assert.ok(!repaired.some((each) => 'error' in each), JSON.stringify(repaired))
  assert.ok(fs.existsSync(path.join(folder.path, 'aside')))
})

test('reads that give fewer bytes than were asked for change nothing', async () => {
  using folder = temporaryDirectory()
  const { made } = await stage(folder.path)
  const rules: DiskRule[] = [{ call: 'read', file: '/repository/', as: 'short' }]
  const [found, repaired] = await maintained<[VerifyResult, RepairResult]>(folder.path, made, rules, 'verify', 'repair')
  assert.deepEqual([found.problems, found.hits], [[], []])
  assert.deepEqual([repaired.packsDamaged, repaired.segmentsRemoved], [[], []])
})

test('what this machine or this user lacks is no damage: verify, repair and prune end and change nothing', async () => {
  using folder = temporaryDirectory()
  const { made } = await stage(folder.path)
  const [data, aside] = [path.join(made.folder, 'index/data'), path.join(folder.path, 'aside')]
  for (const [as, code] of [
    ['EMFILE', 'PROCESS_LIMIT'],
    ['EACCES', 'PERMISSION_DENIED'],
    ['EINTR', 'STORAGE_FAILED'],
  ] as const) {
    const rules: DiskRule[] = [{ call: 'read', file: '/packs/', as }]
    type Failed = { readonly error?: string }
    // Without their index repair reads the packs themselves.
    fs.renameSync(data, aside)
    const ended = await maintained<Failed[]>(folder.path, made, rules, 'verify', 'prune', 'repair')
    assert.deepEqual(
      ended.map(({ error }) => error),
      [code, code, code],
      JSON.stringify(ended),
    )
    fs.rmSync(data, { recursive: true, force: true })
    fs.renameSync(aside, data)
  }
  const [whole] = await maintained<[VerifyResult]>(folder.path, made, [], 'verify')
  assert.deepEqual([whole.problems, whole.hits], [[], []])
})
