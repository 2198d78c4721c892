// Goal: stopped at any storage call, nothing that was committed is lost and nothing needs unlocking.
// Method: fail the n-th call (before or after it took effect) and everything after it, for n = 1, 2, … until the operation completes; after each,
// verify every byte and restore every snapshot that had been acknowledged.
import assert from 'node:assert/strict'
import fs from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { changeKeyring, forgetSnapshots, prune, readHistory, repairRepository } from '../../src/engine/index.ts'
import type { ObjectStore } from '../../src/storage/index.ts'
import { type FaultMode, faultyStore } from '../harness/faulty-store.ts'
import { backup, localStore, lookAt, makeRepository, open, restored, sampleTree, type TestRepository, verified } from '../harness/repository.ts'
import { seededRandom } from '../harness/seeded-random.ts'
import { temporaryDirectory } from '../harness/temporary-directory.ts'

type Operation = (test: TestRepository, store: ObjectStore) => Promise<unknown>

interface Prepared {
  readonly test: TestRepository
  readonly source: string
  /** Snapshot → what restoring it must give. */
  readonly committed: Map<string, Map<string, string>>
}

async function prepare(base: string): Promise<Prepared> {
  const source = path.join(base, 'source')
  const random = seededRandom(7)
  sampleTree(source, random)
  const repository = await makeRepository(base)
  const committed = new Map<string, Map<string, string>>()
  const first = await backup(repository, source)
  committed.set(first.snapshot, lookAt(source))
  fs.rmSync(path.join(source, 'b/c'), { recursive: true })
  fs.writeFileSync(path.join(source, 'a/new.txt'), 'new')
  const second = await backup(repository, source)
  committed.set(second.snapshot, lookAt(source))
  return { test: repository, source, committed }
}

/** One run with a fault at call `at`; returns false when the operation completed without reaching it. */
async function crashAt(template: string, at: number, run: { mode: FaultMode; operation: (prepared: Prepared) => Operation }): Promise<boolean> {
  using folder = temporaryDirectory()
  fs.cpSync(template, folder.path, { recursive: true, preserveTimestamps: true })
  const saved = JSON.parse(fs.readFileSync(path.join(folder.path, 'prepared.json'), 'utf8')) as { key: string; committed: Array<[string, Array<[string, string]>]> }
  const prepared: Prepared = {
    test: { folder: path.join(folder.path, 'repository'), stateFolder: path.join(folder.path, 'state'), kek: { kind: 'raw', key: Buffer.from(saved.key, 'hex') } },
    source: path.join(template, 'source'), committed: new Map(saved.committed.map(([name, entries]) => [name, new Map(entries)])),
  }
  const faulty = faultyStore(localStore(prepared.test.folder), { at, mode: run.mode })
  const done = await run.operation(prepared)(prepared.test, faulty.store).then(() => true, () => false)
  if (done && !faulty.hasFired()) return false
  faulty.assertFired()
  const present = await verified(prepared.test)
  for (const [name, expected] of prepared.committed) {
    if (!present.includes(name)) continue
    assert.deepEqual(await restored(prepared.test, folder.path, { snapshot: name, source: prepared.source }), expected, `snapshot ${name} after a stop at call ${at} (${run.mode})`)
  }
  await afterwards(prepared, folder.path)
  return true
}

/** The next run needs no help: a backup and a prune succeed, and all is whole. */
async function afterwards(prepared: Prepared, base: string): Promise<void> {
  const result = await backup(prepared.test, prepared.source)
  await using repository = await open(prepared.test)
  await prune(repository)
  assert.deepEqual(await restored(prepared.test, base, { snapshot: result.snapshot, source: prepared.source }), lookAt(prepared.source))
  await verified(prepared.test)
}

const OPERATIONS: Readonly<Record<string, (prepared: Prepared) => Operation>> = {
  backup: (prepared) => (repository, store) => {
    const changed = path.join(prepared.source, '..', 'changed')
    return backup(repository, fs.existsSync(changed) ? changed : prepared.source, { store, type: 'FULL' })
  },
  'forget and prune': (prepared) => async (repository, store) => {
    await using opened = await open(repository, store)
    const [oldest] = prepared.committed.keys()
    prepared.committed.delete(oldest!)
    await forgetSnapshots(opened, await readHistory(opened), { names: [oldest!], by: 'test' })
    await prune(opened)
  },
  'key rotation': () => async (repository, store) => {
    await using opened = await open(repository, store)
    await changeKeyring(store, opened.keys, { newEpoch: true, keks: [repository.kek], now: '2026-11-23T00:00:00.000Z' })
  },
  repair: () => async (repository, store) => {
    const index = path.join(repository.folder, 'index/data')
    for (const name of fs.readdirSync(index)) fs.rmSync(path.join(index, name))
    await using opened = await open(repository, store)
    await repairRepository(opened)
    await verified(repository)
  },
}

for (const [name, operation] of Object.entries(OPERATIONS)) {
  test(`stopped at every storage call, ${name} loses nothing`, async () => {
    using folder = temporaryDirectory()
    const prepared = await prepare(folder.path)
    const { kek } = prepared.test
    const key = kek.kind === 'raw' ? kek.key.toString('hex') : ''
    fs.writeFileSync(path.join(folder.path, 'prepared.json'), JSON.stringify({ key, committed: [...prepared.committed].map(([snapshot, entries]) => [snapshot, [...entries]]) }))
    fs.cpSync(prepared.source, path.join(folder.path, 'changed'), { recursive: true })
    fs.writeFileSync(path.join(folder.path, 'changed/extra.txt'), 'extra')
    let stops = 0
    for (const mode of ['before', 'after'] as const) {
      for (let at = 1; ; at += 1) {
        if (name === 'repair') break
        if (!(await crashAt(folder.path, at, { mode, operation }))) break
        stops += 1
      }
    }
    if (name === 'repair') stops = await repairSweep(folder.path)
    assert.ok(stops > 10, `only ${stops} stops`)
  })
}

/** Repair works on a repository without its data index, so the checks between stop and next run differ: the repair is run again to its end. */
async function repairSweep(template: string): Promise<number> {
  for (let at = 1; ; at += 1) {
    using folder = temporaryDirectory()
    fs.cpSync(template, folder.path, { recursive: true })
    const { key } = JSON.parse(fs.readFileSync(path.join(folder.path, 'prepared.json'), 'utf8')) as { key: string }
    const repository: TestRepository = { folder: path.join(folder.path, 'repository'), stateFolder: path.join(folder.path, 'state'), kek: { kind: 'raw', key: Buffer.from(key, 'hex') } }
    for (const name of fs.readdirSync(path.join(repository.folder, 'index/data'))) fs.rmSync(path.join(repository.folder, 'index/data', name))
    const faulty = faultyStore(localStore(repository.folder), { at, mode: 'after' })
    const done = await open(repository, faulty.store).then((opened) => repairRepository(opened)).then(() => true, () => false)
    await using opened = await open(repository)
    await repairRepository(opened)
    assert.equal((await verified(repository)).length, 2)
    if (done && !faulty.hasFired()) return at
  }
}
