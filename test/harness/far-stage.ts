/** A repository over a store without local files, whose objects a test can count, lose and damage. */
import fs from 'node:fs'
import path from 'node:path'
import {
  backupFiles,
  ClientState,
  type Kek,
  Repository,
  readHistory,
  restoreSnapshot,
  verifyRepository,
} from '../../src/engine/index.ts'
import { sleep } from '../../src/kernel/timer.ts'
import { CheckedStore } from '../../src/storage/checked-store.ts'
import type { ObjectStore } from '../../src/storage/index.ts'
import { type MemoryObjects, MemoryStore } from './memory-store.ts'
import { lookAt, rawKey, sampleTree } from './repository.ts'
import { seededRandom, testSeed } from './seeded-random.ts'
import { toy } from './toy-provider.ts'
import { ToyAnswer, toyServer } from './toy-server.ts'

export interface Stage {
  readonly base: string
  readonly source: string
  readonly objects: MemoryObjects
  readonly kek: Kek
  readonly connect: () => ObjectStore
}

/** A sample tree, and a repository that has nothing yet. */
export async function makeStage(
  base: string,
  { objects = new Map(), connect = () => new MemoryStore(objects) }: Partial<Pick<Stage, 'objects' | 'connect'>> = {},
): Promise<Stage> {
  const source = path.join(base, 'source')
  sampleTree(source, seededRandom(5))
  const kek = rawKey()
  await using _made = await Repository.create(connect(), kek, 'test')
  return { base, source, objects, kek, connect }
}

export const Reach = { MEMORY: 'in memory', NETWORK: 'over a slow network' } as const
export type Reach = (typeof Reach)[keyof typeof Reach]

/** Each answer comes so late at most; the long form waits as for another country. */
const LATENCY_MS_MAX = process.env['NEONPRO_TEST_LONG'] === '1' ? 50 : 3

/** The same below `base`, over a server on loopback that answers as late as the seed says; dispose of it. */
export async function stageAt(reach: Reach, base: string): Promise<Stage & AsyncDisposable> {
  if (reach === Reach.MEMORY) return { ...(await makeStage(base)), [Symbol.asyncDispose]: () => Promise.resolve() }
  const random = seededRandom(testSeed())
  const server = await toyServer({
    answer: async () => {
      await sleep(random() * LATENCY_MS_MAX)
      return ToyAnswer.RIGHT
    },
  })
  const connect = () => new CheckedStore(toy.open({ place: `${server.host}/bucket`, token: server.token }))
  const stage = await makeStage(base, { objects: server.objects('bucket'), connect })
  return { ...stage, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() }
}

/** `change`: the store that is used in place of the stage's. */
export function open({ kek, base, connect }: Stage, change = (store: ObjectStore) => store): Promise<Repository> {
  return Repository.open(change(connect()), [kek], { workspace: path.join(base, 'workspace') })
}

export function stateFor({ base }: Stage, { keys }: Repository): ClientState {
  return new ClientState(path.join(base, 'state'), keys.repositoryId)
}

export async function backup(stage: Stage, change = (store: ObjectStore) => store): Promise<string> {
  await using repository = await open(stage, change)
  const { snapshot } = await backupFiles(repository, {
    paths: [stage.source],
    source: 'test',
    program: 'test',
    workers: 0,
    packBytes: 64 * 1024,
    state: stateFor(stage, repository),
  })
  return snapshot
}

/** What verification of every byte finds. */
export async function faults(stage: Stage, change = (store: ObjectStore) => store): Promise<string[]> {
  await using repository = await open(stage, change)
  const { problems, hits } = await verifyRepository(repository, { readShare: 1 })
  return [
    ...problems.map(({ object, what }) => `${object} ${what}`),
    ...hits.flatMap(({ paths }) => paths.map((each) => `hit ${each}`)),
  ]
}

/** What a snapshot gives back, or the paths that it could not. */
export async function restored(
  stage: Stage,
  snapshot: string,
  change = (store: ObjectStore) => store,
): Promise<Map<string, string> | readonly string[]> {
  await using repository = await open(stage, change)
  const { snapshots } = await readHistory(repository)
  const target = fs.mkdtempSync(path.join(stage.base, 'restored-'))
  const { issues, issueCount } = await restoreSnapshot(
    repository,
    snapshots.find(({ name }) => name === snapshot)!.document,
    {
      target: path.join(target, 'tree'),
      subtree: stage.source,
    },
  )
  return issueCount > 0 ? issues.map((issue) => issue.path) : lookAt(path.join(target, 'tree'))
}
