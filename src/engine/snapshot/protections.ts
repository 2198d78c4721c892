/** Pins and holds: signed records that every `forget` and `prune` honours. */
import type { SnapshotEntry } from './chains.ts'
import { RecordKind } from './documents.ts'
import type { RecordEntry } from './record-list.ts'

interface Protected {
  /** In force. */
  readonly records: readonly RecordEntry[]
  readonly snapshots: readonly SnapshotEntry[]
}

export interface Hold {
  readonly id: string
  readonly snapshot: string | null
  readonly source: string | null
  readonly reason: string
  readonly until: string | null
}

export function holdsOf(history: Pick<Protected, 'records'>): Hold[] {
  return history.records
    .filter(({ document }) => document.record === RecordKind.HOLD)
    .map(({ document }) => {
      const { snapshot, source, reason, until } = (document.value ?? {}) as Record<string, string | null | undefined>
      return {
        id: document.subject,
        snapshot: snapshot ?? null,
        source: source ?? null,
        reason: reason ?? '',
        until: until ?? null,
      }
    })
}

/** Why snapshots are kept whatever a policy says: by name. A hold ends only at its date or by being lifted. */
export function protections(history: Protected, atMs: number): Map<string, string> {
  const why = new Map<string, string>()
  for (const { document } of history.records) if (document.record === RecordKind.PIN) why.set(document.subject, 'pin')
  for (const hold of holdsOf(history)) {
    for (const { name, document } of history.snapshots)
      if (isHeldBy(hold, { name, source: document.source }, atMs)) why.set(name, `hold ${hold.id}`)
  }
  return why
}

/** True while the hold is in force on a snapshot. */
export function isHeldBy(
  hold: Hold,
  snapshot: { readonly name: string; readonly source: string },
  atMs: number,
): boolean {
  if (hold.until !== null && Date.parse(hold.until) < atMs) return false
  if (hold.snapshot === null && hold.source === null) return true
  return hold.snapshot === snapshot.name || (hold.source !== null && hold.source === snapshot.source)
}
