/** The delete log (docs/format/v1.md section 12): which packs are condemned, which are gone, and how far each pruner had looked. */
import { BackupError } from '../../kernel/backup-error.ts'
import { ObjectType } from '../crypto/index.ts'
import type { ObjectProblem, Repository, StoredDocument } from '../repository/index.ts'
import { type DeleteEntry, parseDeleteEntry, type SnapshotDocument } from './documents.ts'

export interface DeleteLogEntry {
  readonly name: string
  readonly document: DeleteEntry
  readonly modifiedMs: number
}

export class DeleteLog {
  readonly entries: readonly DeleteLogEntry[]
  readonly problems: readonly ObjectProblem[]
  /** Packs that are condemned but neither deleted nor taken back. */
  readonly tombstoned: ReadonlySet<string>
  /** Packs that a completed deletion removed. */
  readonly deletedPacks: ReadonlySet<string>

  constructor(entries: readonly DeleteLogEntry[], problems: readonly ObjectProblem[] = []) {
    this.entries = [...entries].sort((a, b) => a.document.generation - b.document.generation || (a.name < b.name ? -1 : 1))
    this.problems = problems
    const completed = new Set(this.entries.flatMap(({ document }) => document.completes ?? []))
    const deleted = this.entries.filter(({ document }) => document.kind === 'deleted')
    this.deletedPacks = new Set(deleted.flatMap(({ document }) => document.packs))
    this.tombstoned = new Set(this.open(completed).flatMap(({ document }) => document.packs).filter((pack) => !this.deletedPacks.has(pack)))
  }

  get newestGeneration(): number {
    return this.entries.at(-1)?.document.generation ?? 0
  }

  /** The newest generation in which damaged packs were given up; 0 without one. */
  get lossGeneration(): number {
    return this.entries.findLast(({ document }) => document.damaged === true)?.document.generation ?? 0
  }

  /** Names of the entries of the newest generation. */
  get heads(): string[] {
    return this.entries.filter(({ document }) => document.generation === this.newestGeneration).map(({ name }) => name)
  }

  /** Tombstones that no `deleted` entry completes. */
  open(completed = new Set(this.entries.flatMap(({ document }) => document.completes ?? []))): DeleteLogEntry[] {
    return this.entries.filter(({ name, document }) => document.kind === 'tombstone' && !completed.has(name))
  }

  /** Throws ROLLBACK_SUSPECTED when a generation is missing, an entry's predecessor is gone, or `seenGeneration` lies above the newest. */
  checkChain(seenGeneration = 0): void {
    const names = new Set(this.entries.map(({ name }) => name))
    const generations = new Set(this.entries.map(({ document }) => document.generation))
    for (let generation = 1; generation <= Math.max(seenGeneration, this.newestGeneration); generation += 1) {
      if (!generations.has(generation)) throw rollback('The delete log lacks a generation.', { generation })
    }
    for (const { document } of this.entries) {
      const lost = document.previous.find((name) => !names.has(name))
      if (lost) throw rollback('The delete log lacks an entry that a later one names.', { generation: document.generation - 1, object: `deletes/${lost}` })
    }
  }

  /** True when every entry newer than the snapshot's own generation has seen it, or a confirmation covers the entry. */
  isConfirmed(snapshot: SnapshotDocument, confirmedGeneration: number): boolean {
    const from = Math.max(snapshot.deleteGeneration, confirmedGeneration)
    return this.entries.every(({ document }) => document.generation <= from || (document.marked[snapshot.writer] ?? 0) >= (snapshot.sequence ?? Number.POSITIVE_INFINITY))
  }
}

function rollback(sentence: string, context: Record<string, string | number>): BackupError {
  return new BackupError('ROLLBACK_SUSPECTED', sentence, { context })
}

export async function readDeleteLog(repository: Repository, signal?: AbortSignal): Promise<DeleteLog> {
  const { documents, problems } = await repository.readDocuments('deletes', ObjectType.DELETE, signal)
  const entries = documents.filter(({ signer }) => isMaintenance(signer)).map((stored) => ({ name: stored.name, document: parseDeleteEntry(stored.body), modifiedMs: stored.modifiedMs }))
  return new DeleteLog(entries, [...problems, ...foreign(documents)])
}

export function isMaintenance(signer: string): boolean {
  return signer === 'f'.repeat(32)
}

/** Documents that only the maintenance key may sign, signed by another. */
export function foreign(documents: readonly StoredDocument[]): ObjectProblem[] {
  return documents.filter(({ signer }) => !isMaintenance(signer)).map(({ key }) => ({ key, error: new BackupError('DAMAGED', 'The object is not signed by the maintenance key.', { context: { object: key } }) }))
}
