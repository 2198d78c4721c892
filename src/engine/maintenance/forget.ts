/** `forget`: a record before anything is removed. */
import { BackupError } from '../../kernel/backup-error.ts'
import { isoTime, nowMs } from '../../kernel/clock.ts'
import { isForeign, type Repository, requireFeatures } from '../repository/index.ts'
import {
  folderOfRecord,
  type History,
  inForce,
  protections,
  RecordFolder,
  RecordKind,
  readRecords,
  runOf,
  type SnapshotEntry,
} from '../snapshot/index.ts'
import { putRecord } from './records.ts'

const LOW_BYTES = 4 * 1024 * 1024

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
  await refuseProtected(repository, history, { asked, isClockDoubted })
  await useReserve(repository)
  // Else a rival would count in place of the one that was to go.
  const runs = new Set(asked.map(({ document }) => runOf(document)))
  const rivals = [...history.rivals, ...history.superseded].filter(({ document }) => runs.has(runOf(document)))
  const doomed = [...asked, ...rivals]
  const record = await putForget(repository, history, { doomed, by: options.by })
  try {
    await refuseProtected(repository, history, { asked, isClockDoubted })
  } catch (error) {
    await repository.store.delete(record)
    throw error
  }
  await deleteSnapshots(repository, doomed)
}

async function refuseProtected(
  repository: Repository,
  history: History,
  { asked, isClockDoubted }: { readonly asked: readonly SnapshotEntry[]; readonly isClockDoubted: boolean },
): Promise<void> {
  const { entries, problems } = await readRecords(repository, RecordFolder.DECISIONS)
  const obstacle = problems.find((problem) => !isForeign(problem))
  if (obstacle)
    throw new BackupError(
      'DAMAGED',
      'A record that may be a hold can not be read: nothing is forgotten. Run repair first.',
      { context: { object: obstacle.key }, cause: obstacle.error },
    )
  // Of two clocks the one that keeps a hold in force.
  const guarded = protections(
    { records: inForce(entries), snapshots: history.snapshots },
    isClockDoubted ? Number.NEGATIVE_INFINITY : Math.min(nowMs(), await repository.store.nowMs()),
  )
  const held = asked.find(({ name }) => guarded.has(name))
  if (held)
    throw new BackupError('SNAPSHOT_PROTECTED', 'A snapshot is under a pin or hold.', {
      context: { snapshot: held.name.slice(0, 12), by: guarded.get(held.name) },
    })
}

/** Where hardly any room is left, what frees room gets what was kept for it. */
export async function useReserve({ store }: Repository): Promise<void> {
  const capacity = await store.capacity()
  if (capacity && capacity.bytesFree < LOW_BYTES) await store.reserve?.('use')
}

/** Of snapshots that never were good, and so are under nobody's protection. */
export async function removeSnapshots(repository: Repository, history: History, removal: Removal): Promise<void> {
  await putForget(repository, history, removal)
  await deleteSnapshots(repository, removal.doomed)
}

interface Removal {
  readonly doomed: readonly SnapshotEntry[]
  readonly by: string
}

/** Returns the record's key. */
async function putForget(repository: Repository, history: History, { doomed, by }: Removal): Promise<string> {
  const snapshots = doomed.map(({ name, document }) => ({
    name,
    writer: document.writer,
    sequence: document.sequence ?? 0,
  }))
  const subject = doomed[0]!.name
  const generations = history.allRecords
    .filter(({ document }) => document.record === RecordKind.FORGET && document.subject === subject)
    .map(({ document }) => document.generation)
  const name = await putRecord(repository, {
    record: RecordKind.FORGET,
    subject,
    generation: Math.max(0, ...generations) + 1,
    at: isoTime(nowMs()),
    by,
    value: { snapshots },
  })
  return `${folderOfRecord(RecordKind.FORGET)}/${name}`
}

async function deleteSnapshots({ store }: Repository, doomed: readonly SnapshotEntry[]): Promise<void> {
  for (const { name } of doomed) await store.delete(`snapshots/${name}`)
}
