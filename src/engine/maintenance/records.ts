/** Signed records: pins and holds. What an operator decided stands in the repository itself, so every `forget` and `prune` honours it. */
import { BackupError } from '../../kernel/backup-error.ts'
import { isoTime, nowMs } from '../../kernel/clock.ts'
import { ObjectType } from '../crypto/index.ts'
import type { Repository } from '../repository/index.ts'
import type { History, RecordDocument, SnapshotEntry } from '../snapshot/index.ts'

export interface RecordChange {
  readonly record: RecordDocument['record']
  readonly subject: string
  readonly by: string
  /** null lifts the record. */
  readonly value: RecordDocument['value']
}

/** Writes the next generation of a record. Durable when it resolves. Returns its name. */
export async function writeRecord(repository: Repository, history: History, change: RecordChange): Promise<string> {
  const generations = history.allRecords.filter(({ document }) => document.record === change.record && document.subject === change.subject).map(({ document }) => document.generation)
  const document: RecordDocument = { kind: 'record', record: change.record, subject: change.subject, generation: Math.max(0, ...generations) + 1, at: isoTime(nowMs()), by: change.by, value: change.value }
  return repository.writeDocument(document, { type: ObjectType.RECORD, folder: 'records', signer: repository.keys.maintenance })
}

export interface Hold {
  readonly id: string
  readonly snapshot: string | null
  readonly source: string | null
  readonly reason: string
  readonly until: string | null
}

export function holdsOf(history: History): Hold[] {
  return history.records.filter(({ document }) => document.record === 'hold').map(({ document }) => {
    const { snapshot, source, reason, until } = (document.value ?? {}) as Record<string, string | null | undefined>
    return { id: document.subject, snapshot: snapshot ?? null, source: source ?? null, reason: reason ?? '', until: until ?? null }
  })
}

/** Why snapshots are kept whatever a policy says: by name. A hold ends only at its date or by being lifted. */
export function protections(history: History, atMs: number): Map<string, string> {
  const why = new Map<string, string>()
  for (const { document } of history.records) if (document.record === 'pin') why.set(document.subject, 'pin')
  for (const hold of holdsOf(history)) {
    if (hold.until !== null && Date.parse(hold.until) < atMs) continue
    for (const entry of history.snapshots) if (isHeld(hold, entry)) why.set(entry.name, `hold ${hold.id}`)
  }
  return why
}

function isHeld(hold: Hold, { name, document }: SnapshotEntry): boolean {
  if (hold.snapshot === null && hold.source === null) return true
  return hold.snapshot === name || (hold.source !== null && hold.source === document.source)
}

/** Removes snapshots: first the signed record that says so, then the objects. Throws REPOSITORY_LOCKED for a protected one. */
export async function forgetSnapshots(repository: Repository, history: History, options: { readonly names: readonly string[]; readonly by: string }): Promise<void> {
  const doomed = history.snapshots.filter(({ name }) => options.names.includes(name))
  if (doomed.length === 0) return
  const guarded = protections(history, nowMs())
  const held = doomed.find(({ name }) => guarded.has(name))
  if (held) throw new BackupError('USAGE', `Snapshot ${held.name.slice(0, 12)} is protected (${guarded.get(held.name)}): lift that first.`, { context: { snapshot: held.name } })
  await removeSnapshots(repository, history, { doomed, by: options.by })
}

/** Also for snapshots that never were good. */
export async function removeSnapshots(repository: Repository, history: History, { doomed, by }: { readonly doomed: readonly SnapshotEntry[]; readonly by: string }): Promise<void> {
  const snapshots = doomed.map(({ name, document }) => ({ name, writer: document.writer, sequence: document.sequence ?? 0 }))
  await writeRecord(repository, history, { record: 'forget', subject: doomed[0]!.name, by, value: { snapshots } })
  for (const { name } of doomed) await repository.store.delete(`snapshots/${name}`)
}
