/**
 * What the crash tests interrupt, on a repository prepared once: the same in this process and in one that is killed.
 */
import fs from 'node:fs'
import path from 'node:path'
import {
  changeKeyring,
  copySnapshots,
  forgetSnapshots,
  prune,
  Repository,
  readHistory,
  repairRepository,
} from '../../src/engine/index.ts'
import type { ObjectStore } from '../../src/storage/index.ts'
import {
  backup,
  localStore,
  lookAt,
  makeRepository,
  open,
  sampleTree,
  stateOf,
  type TestRepository,
} from '../harness/repository.ts'
import { seededRandom } from '../harness/seeded-random.ts'
import { withoutLocal } from '../harness/store-with.ts'

export interface Prepared {
  readonly test: TestRepository
  /** The repository that copy writes to. */
  readonly second: TestRepository
  readonly source: string
  /** Snapshot → what restoring it must give. */
  readonly committed: Map<string, Map<string, string>>
}

/** Two snapshots in one repository, one of them copied into a second, all below `base`. */
export async function prepare(base: string): Promise<void> {
  const source = path.join(base, 'source')
  sampleTree(source, seededRandom(7))
  const test = await makeRepository(base)
  const committed = new Map<string, Map<string, string>>()
  const first = await backup(test, source)
  committed.set(first.snapshot, lookAt(source))
  fs.rmSync(path.join(source, 'b/c'), { recursive: true })
  fs.writeFileSync(path.join(source, 'a/new.txt'), 'new')
  const second = await backup(test, source)
  committed.set(second.snapshot, lookAt(source))
  fs.cpSync(source, path.join(base, 'changed'), { recursive: true })
  fs.writeFileSync(path.join(base, 'changed/extra.txt'), 'extra')
  await makeSecond(base, test)
  fs.writeFileSync(
    path.join(base, 'prepared.json'),
    JSON.stringify({
      key: hexOf(test),
      source,
      committed: [...committed].map(([snapshot, entries]) => [snapshot, [...entries]]),
    }),
  )
}

async function makeSecond(base: string, test: TestRepository): Promise<void> {
  const second = secondOf(base, test)
  await using to = await Repository.create(localStore(second.folder), second.kek, 'test')
  await using from = await open(test)
  const { snapshots } = await readHistory(from)
  await copySnapshots(from, to, { snapshots: snapshots.slice(0, 1), state: stateOf(second, to) })
}

function secondOf(base: string, test: TestRepository): TestRepository {
  return { folder: path.join(base, 'second'), kek: test.kek, stateFolder: path.join(base, 'second-state') }
}

function hexOf({ kek }: TestRepository): string {
  return kek.kind === 'raw' ? kek.key.toString('hex') : ''
}

/** What `prepare` left in `base`, or in a copy of it. */
export function prepared(base: string): Prepared {
  const saved = JSON.parse(fs.readFileSync(path.join(base, 'prepared.json'), 'utf8')) as {
    key: string
    source: string
    committed: Array<[string, Array<[string, string]>]>
  }
  const test: TestRepository = {
    folder: path.join(base, 'repository'),
    stateFolder: path.join(base, 'state'),
    kek: { kind: 'raw', key: Buffer.from(saved.key, 'hex') },
  }
  return {
    test,
    second: secondOf(base, test),
    source: saved.source,
    committed: new Map(saved.committed.map(([name, entries]) => [name, new Map(entries)])),
  }
}

/** How the store that is interrupted is reached: with its local part, or by calls alone as one that is far away. */
export const FORMS = {
  files: (store: ObjectStore): ObjectStore => store,
  calls: withoutLocal,
} as const

export interface Operation {
  /** Which repository's store is interrupted. */
  readonly on: 'test' | 'second'
  /** Snapshots (by age, 0 the oldest) that may be gone afterwards. */
  readonly mayForget: readonly number[]
  readonly run: (prepared: Prepared, store: ObjectStore) => Promise<unknown>
}

export const OPERATIONS: Readonly<Record<string, Operation>> = {
  backup: {
    on: 'test',
    mayForget: [],
    run: ({ test, source }, store) => backup(test, path.join(source, '../changed'), { store, type: 'FULL' }),
  },
  'forget and prune': {
    on: 'test',
    mayForget: [0],
    run: async ({ test, committed }, store) => {
      await using opened = await open(test, store)
      await forgetSnapshots(opened, await readHistory(opened), { names: [[...committed.keys()][0]!], by: 'test' })
      const { bytesFreed } = await prune(opened)
      if (bytesFreed === 0) throw new Error('prune freed nothing')
    },
  },
  'key rotation': {
    on: 'test',
    mayForget: [],
    run: async ({ test }, store) => {
      await using opened = await open(test, store)
      await changeKeyring(store, opened.keys, { newEpoch: true, keks: [test.kek], now: '2026-11-23T00:00:00.000Z' })
    },
  },
  repair: {
    on: 'test',
    mayForget: [],
    run: async ({ test }, store) => {
      await using opened = await open(test, store)
      await repairRepository(opened)
    },
  },
  copy: {
    on: 'second',
    mayForget: [],
    run: async ({ test, second }, store) => {
      await using from = await open(test)
      await using to = await open(second, store)
      const { copied, present } = await copySnapshots(from, to, {
        snapshots: (await readHistory(from)).snapshots,
        state: stateOf(second, to),
      })
      if (copied.length + present !== 2) throw new Error('copy missed a snapshot')
    },
  },
}

/** Takes away what repair is to bring back. */
export function loseIndex({ test }: Prepared): void {
  const index = path.join(test.folder, 'index/data')
  for (const name of fs.readdirSync(index)) fs.rmSync(path.join(index, name))
}
