/** A repository with an object of every kind, for tests that break one at a time. */
import assert from 'node:assert/strict'
import fs from 'node:fs'
import path from 'node:path'
import { ObjectType } from '../../src/engine/crypto/index.ts'
import { changeKeyring, forgetSnapshots, prune, RecordKind, readHistory, writeRecord } from '../../src/engine/index.ts'
import { failsWith } from './refusal.ts'
import { backup, localStore, makeRepository, open, type TestRepository } from './repository.ts'
import { seededRandom } from './seeded-random.ts'
import { storeWith } from './store-with.ts'

export interface Stage {
  readonly base: string
  readonly source: string
  readonly made: TestRepository
}

/** Every kind of object: two key generations, a claim, records, a deletion, a confirmation, a checkpoint. */
export async function everyKind(
  base: string,
  makeTree: (folder: string, random: () => number) => void,
): Promise<Stage> {
  const source = path.join(base, 'source')
  makeTree(source, seededRandom(23))
  const made = await makeRepository(base)
  const first = await backup(made, source)
  fs.appendFileSync(path.join(source, 'changing'), 'y'.repeat(6000))
  const second = await backup(made, source, { runId: 'nightly' })
  await using repository = await open(made)
  await forgetSnapshots(repository, await readHistory(repository), { names: [first.snapshot], by: 'test' })
  await prune(repository)
  await writeRecord(repository, { record: RecordKind.PIN, subject: second.snapshot, by: 'test', value: { reason: '' } })
  await writeRecord(repository, {
    record: RecordKind.HOLD,
    subject: 'case',
    by: 'test',
    value: { snapshot: second.snapshot, source: null, reason: '', until: null },
  })
  await writeRecord(repository, { record: RecordKind.AUDIT, subject: 'log/1', by: 'test', value: { entries: [] } })
  await writeRecord(repository, { record: RecordKind.CONFIGURATION, subject: 'clinic', by: 'test', value: {} })
  await changeKeyring(repository.store, repository.keys, {
    newEpoch: true,
    keks: [made.kek],
    now: '2026-11-23T00:00:00.000Z',
  })
  await backup(made, source)
  const confirm = { kind: 'confirm', snapshot: second.snapshot, deleteGeneration: 2 }
  await repository.writeDocument(confirm, {
    type: ObjectType.CONFIRM,
    folder: 'confirms',
    signer: repository.keys.writer(Buffer.from(second.document.writer, 'hex')),
  })
  await interrupted(made, source)
  return { base, source, made }
}

/** Leaves a checkpoint: it is stopped once its first directories are listed. */
async function interrupted(made: TestRepository, source: string): Promise<void> {
  const stop = new AbortController()
  const inner = localStore(made.folder)
  const store = storeWith(inner, {
    list: (prefix, options) => {
      if (prefix === 'index/data/') stop.abort()
      return inner.list(prefix, options)
    },
  })
  fs.writeFileSync(path.join(source, 'only-now'), 'new content')
  await assert.rejects(
    backup(made, source, { store, source: 'other', type: 'FULL', signal: stop.signal }),
    failsWith('ABORTED'),
  )
  fs.rmSync(path.join(source, 'only-now'))
}

/** Keys of all objects. */
export function objectsOf({ made }: Stage): string[] {
  const entries = fs
    .readdirSync(made.folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
  return entries
    .map((entry) => path.relative(made.folder, path.join(entry.parentPath, entry.name)))
    .filter((name) => !name.startsWith('.'))
    .sort()
}

/** Files of the records that say what was forgotten: of a finished forget two, each of which says it whole. */
export async function forgetsOf(made: TestRepository): Promise<string[]> {
  await using repository = await open(made)
  const { allRecords } = await readHistory(repository)
  return allRecords
    .filter(({ document }) => document.record === RecordKind.FORGET)
    .map(({ name }) => path.join(made.folder, 'records', name))
}

/** What is answered while files are gone; they come back. */
export async function withoutAll<T>(files: readonly string[], ask: () => Promise<T>): Promise<T> {
  const saved = files.map((file) => [file, fs.readFileSync(file)] as const)
  for (const file of files) fs.rmSync(file)
  try {
    return await ask()
  } finally {
    for (const [file, bytes] of saved) fs.writeFileSync(file, bytes)
  }
}

/** The same in a copy of its folder. */
export function copied({ base, source, made }: Stage, to: string): Stage {
  fs.cpSync(base, to, { recursive: true, preserveTimestamps: true })
  return {
    base: to,
    source,
    made: { ...made, folder: path.join(to, 'repository'), stateFolder: path.join(to, 'state') },
  }
}

/** Flips a bit of an object, at a share of its length. */
export function flip({ made }: Stage, name: string, chance: number): void {
  const file = path.join(made.folder, name)
  const bytes = fs.readFileSync(file)
  bytes[Math.floor(chance * bytes.length)]! ^= 1
  fs.writeFileSync(file, bytes)
}
