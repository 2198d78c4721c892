/** `forget`: a record before anything is removed. */
import { BackupError, isBackupError } from '../../kernel/backup-error.ts'
import { isoTime, nowMs } from '../../kernel/clock.ts'
import { requireGone, requireShown } from '../../storage/index.ts'
import { requireDeletable } from '../commit/index.ts'
import { isForeign, isOfLaterVersion, type Repository, requireFeatures, requireReadable } from '../repository/index.ts'
import {
  folderOfRecord,
  forgottenBy,
  type History,
  inForce,
  isFinished,
  protections,
  type RecordDocument,
  RecordFolder,
  RecordKind,
  readRecords,
  runOf,
  type SnapshotEntry,
} from '../snapshot/index.ts'
import { putRecord } from './records.ts'

const LOW_BYTES = 4 * 1024 * 1024
const LOW_FILES = 64

export interface ForgetOptions {
  readonly names: readonly string[]
  /** Who forgets, for people. */
  readonly by: string
  /** The clock may be wrong: no hold has ended. Default false. */
  readonly isClockDoubted?: boolean
}

/**
 * Removes snapshots: first the signed record that says so, then the objects. Pins and holds are read again right before
 * the record, since `history` may be old, and once more after it: one that came in between takes the record back.
 * Throws SNAPSHOT_PROTECTED for one under a pin or hold, ROLLBACK_SUSPECTED, and DAMAGED while a record can't be read:
 * it may be a hold. Then none goes.
 */
export async function forgetSnapshots(repository: Repository, history: History, options: ForgetOptions): Promise<void> {
  requireFeatures(repository.config, 'delete')
  const { isClockDoubted = false } = options
  const asked = history.snapshots.filter(({ name }) => options.names.includes(name))
  if (asked.length === 0) return
  if (history.rollbacks[0]) throw history.rollbacks[0]
  // Where not one file more can be made, not even the store's time can be asked.
  await useReserve(repository)
  await refuseProtected(repository, history, { asked, atMs: await guardMs(repository, isClockDoubted) })
  // Else a rival would count in place of the one that was to go.
  const runs = new Set(asked.map(({ document }) => runOf(document)))
  const rivals = [...history.rivals, ...history.superseded].filter(({ document }) => runs.has(runOf(document)))
  const doomed = [...asked, ...rivals]
  const record = await putForget(repository, history, { doomed, by: options.by, isDecided: true })
  try {
    await requireShown(repository.store, record.key)
    await requireDeletable(repository)
    await refuseProtected(repository, history, { asked, atMs: await guardMs(repository, isClockDoubted) })
  } catch (error) {
    await repository.store.delete(record.key)
    throw error
  }
  await deleteSnapshots(repository, namesOf(doomed))
  await finishForget(repository, record.document)
}

/** Throws what `forgetSnapshots` would, and writes nothing: by this machine's clock alone. */
export async function checkForget(repository: Repository, history: History, options: ForgetOptions): Promise<void> {
  requireFeatures(repository.config, 'delete')
  const asked = history.snapshots.filter(({ name }) => options.names.includes(name))
  if (asked.length === 0) return
  if (history.rollbacks[0]) throw history.rollbacks[0]
  const atMs = options.isClockDoubted ? Number.NEGATIVE_INFINITY : nowMs()
  await refuseProtected(repository, history, { asked, atMs })
}

/** Of two clocks the one that keeps a hold in force; of none that may be wrong any. */
async function guardMs({ store }: Repository, isClockDoubted: boolean): Promise<number> {
  return isClockDoubted ? Number.NEGATIVE_INFINITY : Math.min(nowMs(), await store.nowMs())
}

async function refuseProtected(
  repository: Repository,
  history: History,
  { asked, atMs }: { readonly asked: readonly SnapshotEntry[]; readonly atMs: number },
): Promise<void> {
  const { entries, problems } = await readRecords(repository, RecordFolder.DECISIONS)
  const obstacle = problems.find((problem) => !isForeign(problem))
  if (obstacle && isOfLaterVersion(obstacle)) throw obstacle.error
  requireReadable(problems)
  if (obstacle)
    throw new BackupError(
      'DAMAGED',
      'A record that may be a hold can not be read: nothing is forgotten. Run repair first.',
      { context: { object: obstacle.key }, cause: obstacle.error },
    )
  const guarded = protections({ records: inForce(entries), snapshots: history.snapshots }, atMs)
  const held = asked.find(({ name }) => guarded.has(name))
  if (held)
    throw new BackupError('SNAPSHOT_PROTECTED', 'A snapshot is under a pin or hold.', {
      context: { snapshot: held.name.slice(0, 12), by: guarded.get(held.name) },
    })
}

/** Where hardly any room is left, what frees room gets what was kept for it. */
export async function useReserve({ store }: Repository): Promise<void> {
  const capacity = await store.capacity()
  if (!capacity) return
  const { bytesFree, filesFree = Number.POSITIVE_INFINITY } = capacity
  if (bytesFree < LOW_BYTES || filesFree < LOW_FILES) await store.local?.reserve('use')
}

/** Of snapshots that never were good, and so are under nobody's protection. */
export async function removeSnapshots(repository: Repository, history: History, removal: Removal): Promise<void> {
  const record = await putForget(repository, history, removal)
  await requireShown(repository.store, record.key)
  await deleteSnapshots(repository, namesOf(removal.doomed))
  await finishForget(repository, record.document)
}

interface Removal {
  readonly doomed: readonly SnapshotEntry[]
  readonly by: string
  /** Somebody let them go, and a copier does not bring them again; else they only never were good. Default false. */
  readonly isDecided?: boolean
}

interface PutRecord {
  readonly key: string
  readonly document: Omit<RecordDocument, 'kind'>
}

async function putForget(
  repository: Repository,
  history: History,
  { doomed, by, isDecided }: Removal,
): Promise<PutRecord> {
  const snapshots = doomed.map(({ name, document }) => ({
    name,
    writer: document.writer,
    sequence: document.sequence ?? 0,
    ...(isDecided && document.copiedFrom && { copiedFrom: document.copiedFrom }),
  }))
  const subject = doomed[0]!.name
  const generations = history.allRecords
    .filter(({ document }) => document.record === RecordKind.FORGET && document.subject === subject)
    .map(({ document }) => document.generation)
  const document = {
    record: RecordKind.FORGET,
    subject,
    generation: Math.max(0, ...generations) + 1,
    at: isoTime(nowMs()),
    by,
    value: { snapshots },
  }
  const name = await putRecord(repository, document)
  return { key: `${folderOfRecord(RecordKind.FORGET)}/${name}`, document }
}

/**
 * Says that the objects are gone: one that is there afterwards was put back, while what a forget that was stopped left
 * is only left. Where there is no room for it, the forget is done all the same.
 */
export async function finishForget(repository: Repository, document: Omit<RecordDocument, 'kind'>): Promise<void> {
  const finished = {
    ...document,
    generation: document.generation + 1,
    at: isoTime(nowMs()),
    value: { ...document.value, removed: true },
  }
  await putRecord(repository, finished).catch((error: unknown) => {
    if (!isBackupError(error, 'DISK_FULL')) throw error
  })
}

/** What stopped forgets have left: removed, and said to be. */
export async function removeLeftovers(repository: Repository, history: History): Promise<void> {
  if (history.leftovers.length === 0) return
  const left = new Set(history.leftovers)
  await deleteSnapshots(repository, [...left])
  const forgets = history.allRecords.filter(({ document }) => document.record === RecordKind.FORGET)
  for (const [subject, records] of Map.groupBy(forgets, ({ document }) => document.subject)) {
    const newest = records.reduce((high, each) =>
      each.document.generation > high.document.generation ? each : high,
    ).document
    const isLeft = records.some(({ document }) => forgottenBy(document).some(({ name }) => left.has(name)))
    if (isLeft && !isFinished(newest)) await finishForget(repository, { ...newest, subject })
  }
}

/** One that is there once it was said to be gone is one that was put back. */
async function deleteSnapshots({ store }: Repository, names: readonly string[]): Promise<void> {
  const keys = names.map((name) => `snapshots/${name}`)
  for (const key of keys) await store.delete(key)
  await requireGone(store, keys)
}

function namesOf(entries: readonly SnapshotEntry[]): string[] {
  return entries.map(({ name }) => name)
}
