import type { DatabaseTransaction } from '../../catalog/index.ts'
import type { History, RecordEntry, Repository } from '../../engine/index.ts'
import type { SystemParts, WithRepository } from '../parts.ts'

/** The repository that it is rebuilt from is the system's first then. */
export type RebuildParts = WithRepository<
  Pick<SystemParts, 'catalog' | 'tenantId' | 'repositories' | 'secrets' | 'log' | 'locale'>
>

/** What every part of a rebuild works with: one reading of the repository, one transaction. */
export interface RebuildContext {
  readonly parts: RebuildParts
  readonly tx: DatabaseTransaction
  readonly repository: Repository
  readonly history: History
  readonly auditRecords: readonly RecordEntry[]
  /** Keep what else the database holds. */
  readonly isForced: boolean
}

/** Every generation of the records of one kind, by subject, oldest first. */
export function generationsBySubject(history: History, kind: string): Map<string, RecordEntry[]> {
  const bySubject = new Map<string, RecordEntry[]>()
  for (const entry of history.allRecords) {
    if (entry.document.record === kind)
      bySubject.set(entry.document.subject, [...(bySubject.get(entry.document.subject) ?? []), entry])
  }
  // Of equal generations the lowest name counts, so it comes last.
  for (const entries of bySubject.values())
    entries.sort((a, b) => a.document.generation - b.document.generation || (a.name > b.name ? -1 : 1))
  return bySubject
}
