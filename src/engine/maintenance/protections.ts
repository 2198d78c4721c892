/** Pins and holds: signed records that every `forget` and `prune` honours. And `forget` itself, which is a record before anything is removed. */
import { BackupError } from '../../kernel/backup-error.ts'
import { isoTime, nowMs } from '../../kernel/clock.ts'
import { type Repository, requireFeatures } from '../repository/index.ts'
import { type History, inForce, readRecords, RecordFolder, RecordKind, runOf, type SnapshotEntry } from '../snapshot/index.ts'
import { putRecord } from './records.ts'

const LOW_BYTES = 4 * 1024 * 1024

export interface Hold {
  readonly id: string
  readonly snapshot: string | null
  readonly source: string | null
  readonly reason: string
  readonly until: string | null
}

export function holdsOf(history: Pick<History, 'records'>): Hold[] {
  return history.records.filter(({ document }) => document.record === RecordKind.HOLD).map(({ document }) => {
    const { snapshot, source, reason, until } = (document.value ?? {}) as Record<string, string | null | undefined>
    return { id: document.subject, snapshot: snapshot ?? null, source: source ?? null, reason: reason ?? '', until: until ?? null }
  })
}

/** Why snapshots are kept whatever a policy says: by name. A hold ends only at its date or by being lifted. */
export function protections(history: Pick<History, 'records' | 'snapshots'>, atMs: number): Map<string, string> {
  const why = new Map<string, string>()
  for (const { document } of history.records) if (document.record === RecordKind.PIN) why.set(document.subject, 'pin')
  for (const hold of holdsOf(history)) {
    for (const { name, document } of history.snapshots) if (isHeldBy(hold, { name, source: document.source }, atMs)) why.set(name, `hold ${hold.id}`)
  }
  return why
}

/** True while the hold is in force on a snapshot. */
export function isHeldBy(hold: Hold, snapshot: { readonly name: string; readonly source: string }, atMs: number): boolean {
  if (hold.until !== null && Date.parse(hold.until) < atMs) return false
  if (hold.snapshot === null && hold.source === null) return true
  return hold.snapshot === snapshot.name || (hold.source !== null && hold.source === snapshot.source)
}

/**
 * Removes snapshots: first the signed record that says so, then the objects. Pins and holds are read again right before, since `history` may be old. Throws
 * SNAPSHOT_PROTECTED for one under a pin or hold, ROLLBACK_SUSPECTED, and DAMAGED while a record can't be read: it may be a hold. Then none goes.
 */
export async function forgetSnapshots(repository: Repository, history: History, options: { readonly names: readonly string[]; readonly by: string }): Promise<void> {
  requireFeatures(repository.config, 'delete')
  const doomed = history.snapshots.filter(({ name }) => options.names.includes(name))
  if (doomed.length === 0) return
  if (history.rollbacks[0]) throw history.rollbacks[0]
  const { entries, problems } = await readRecords(repository, RecordFolder.DECISIONS)
  if (problems[0]) throw new BackupError('DAMAGED', 'A record that may be a hold can not be read: nothing is forgotten. Run repair first.', { context: { object: problems[0].key }, cause: problems[0].error })
  // Of two clocks the one that keeps a hold in force.
  const guarded = protections({ records: inForce(entries), snapshots: history.snapshots }, Math.min(nowMs(), await repository.store.nowMs()))
  const held = doomed.find(({ name }) => guarded.has(name))
  if (held) throw new BackupError('SNAPSHOT_PROTECTED', 'A snapshot is under a pin or hold.', { context: { snapshot: held.name.slice(0, 12), by: guarded.get(held.name) } })
  await useReserve(repository)
  // Else a rival would count in place of the one that was to go.
  const runs = new Set(doomed.map(({ document }) => runOf(document)))
  const rivals = [...history.rivals, ...history.superseded].filter(({ document }) => runs.has(runOf(document)))
  await removeSnapshots(repository, history, { doomed: [...doomed, ...rivals], by: options.by })
}

/** Where hardly any room is left, what frees room gets what was kept for it. */
export async function useReserve({ store }: Repository): Promise<void> {
  const capacity = await store.capacity()
  if (capacity && capacity.bytesFree < LOW_BYTES) await store.reserve?.('use')
}

/** Also for snapshots that never were good. */
export async function removeSnapshots(repository: Repository, history: History, { doomed, by }: { readonly doomed: readonly SnapshotEntry[]; readonly by: string }): Promise<void> {
  const snapshots = doomed.map(({ name, document }) => ({ name, writer: document.writer, sequence: document.sequence ?? 0 }))
  const subject = doomed[0]!.name
  const generations = history.allRecords.filter(({ document }) => document.record === RecordKind.FORGET && document.subject === subject).map(({ document }) => document.generation)
  await putRecord(repository, { record: RecordKind.FORGET, subject, generation: Math.max(0, ...generations) + 1, at: isoTime(nowMs()), by, value: { snapshots } })
  for (const { name } of doomed) await repository.store.delete(`snapshots/${name}`)
}
