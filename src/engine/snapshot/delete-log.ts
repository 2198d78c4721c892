/**
 * The delete log (docs/format/v1.md section 12): which packs are condemned, which are gone, and how far each pruner had
 * looked.
 */
import { ObjectType } from '../crypto/index.ts'
import { isOfLaterVersion, isOfLostEpoch, isRotten, type ObjectProblem, type Repository } from '../repository/index.ts'
import { type DeleteEntry, parseDeleteEntry, type SnapshotDocument } from './documents.ts'
import { byMaintenance, readParsed } from './read-parsed.ts'

export interface DeleteLogEntry {
  readonly name: string
  readonly document: DeleteEntry
  readonly modifiedMs: number
}

export interface DamagedEntry {
  readonly key: string
  readonly generation: number
  readonly name: string
}

function damagedEntry(key: string): DamagedEntry[] {
  const match = /^deletes\/([0-9a-f]{16})-([0-9a-f]{64})$/.exec(key)
  return match ? [{ key, generation: Number.parseInt(match[1]!, 16), name: match[2]! }] : []
}

/** Those that can be entries of this log: a stranger's object with a made-up number is not what comes next. */
function inOrder(damaged: readonly DamagedEntry[], newestRead: number): DamagedEntry[] {
  let newest = newestRead
  while (damaged.some(({ generation }) => generation === newest + 1)) newest += 1
  return damaged.filter(({ generation }) => generation >= 1 && generation <= newest)
}

export class DeleteLog {
  readonly entries: readonly DeleteLogEntry[]
  readonly problems: readonly ObjectProblem[]
  readonly strangers: readonly ObjectProblem[]
  /** Entries that are there and can't be read: their keys still say which they are. */
  readonly damaged: readonly DamagedEntry[]
  /** Entries that say that they were sealed under an epoch that no keyring has. */
  readonly ofLostEpoch: readonly DamagedEntry[]
  /** Packs that are condemned but neither deleted nor taken back. */
  readonly tombstoned: ReadonlySet<string>
  /** Packs that a completed deletion removed. */
  readonly deletedPacks: ReadonlySet<string>
  /** Entries that say nothing here and have their place all the same: damaged ones, and those of a later version. */
  readonly #unread: readonly DamagedEntry[]

  constructor(entries: readonly DeleteLogEntry[], { problems, strangers }: Pick<DeleteLog, 'problems' | 'strangers'>) {
    this.entries = [...entries].sort(
      (a, b) => a.document.generation - b.document.generation || (a.name < b.name ? -1 : 1),
    )
    this.problems = problems
    this.strangers = strangers
    this.damaged = inOrder(
      problems.filter(isRotten).flatMap(({ key }) => damagedEntry(key)),
      this.entries.at(-1)?.document.generation ?? 0,
    )
    const later = problems.filter(isOfLaterVersion).flatMap(({ key }) => damagedEntry(key))
    this.#unread = [...this.damaged, ...later]
    this.ofLostEpoch = problems.filter(isOfLostEpoch).flatMap(({ key }) => damagedEntry(key))
    const completed = new Set(this.entries.flatMap(({ document }) => document.completes ?? []))
    const deleted = this.entries.filter(({ document }) => document.kind === 'deleted')
    this.deletedPacks = new Set(deleted.flatMap(({ document }) => document.packs))
    this.tombstoned = new Set(
      this.open(completed)
        .flatMap(({ document }) => document.packs)
        .filter((pack) => !this.deletedPacks.has(pack)),
    )
  }

  /** What whoever opens an index has to know of it. */
  get packs(): { readonly tombstonedPacks: ReadonlySet<string>; readonly deletedPacks: ReadonlySet<string> } {
    return { tombstonedPacks: this.tombstoned, deletedPacks: this.deletedPacks }
  }

  get newestGeneration(): number {
    return Math.max(this.entries.at(-1)?.document.generation ?? 0, ...this.#unread.map(({ generation }) => generation))
  }

  /**
   * The newest generation in which damaged packs were given up; 0 without one. An entry that can't be read may have
   * said so.
   */
  get lossGeneration(): number {
    const given = this.entries.findLast(({ document }) => document.damaged === true)?.document.generation ?? 0
    return Math.max(given, ...this.#unread.map(({ generation }) => generation))
  }

  /**
   * True when nothing stands in this log that did not stand in `earlier`: entries may share a generation, so that a
   * number alone does not tell.
   */
  isCoveredBy(earlier: DeleteLog): boolean {
    const known = new Set(earlier.#names())
    return this.#names().every((name) => known.has(name))
  }

  /** True when the entry is there, alone in its generation, and nothing is newer. */
  isNewest(name: string): boolean {
    return this.heads.length === 1 && this.heads[0] === name
  }

  #names(): string[] {
    return [...this.entries, ...this.#unread].map(({ name }) => name)
  }

  /** Names of the entries of the newest generation. */
  get heads(): string[] {
    const entries = [
      ...this.entries.map(({ name, document }) => ({ name, generation: document.generation })),
      ...this.#unread,
    ]
    return entries.filter(({ generation }) => generation === this.newestGeneration).map(({ name }) => name)
  }

  /** Tombstones that no `deleted` entry completes. */
  open(completed = new Set(this.entries.flatMap(({ document }) => document.completes ?? []))): DeleteLogEntry[] {
    return this.entries.filter(({ name, document }) => document.kind === 'tombstone' && !completed.has(name))
  }

  /** Generations up to `seenGeneration` or the newest that are missing, and missing entries that later ones name. */
  gaps(seenGeneration = 0): { readonly generations: readonly number[]; readonly entries: readonly string[] } {
    const names = new Set([
      ...this.entries.flatMap(({ name, document }) => [name, ...(document.replaces ?? [])]),
      ...this.#unread.map(({ name }) => name),
    ])
    const there = new Set([
      ...this.entries.map(({ document }) => document.generation),
      ...this.#unread.map(({ generation }) => generation),
    ])
    const newest = Math.max(seenGeneration, this.newestGeneration)
    return {
      generations: Array.from({ length: newest }, (_, i) => i + 1).filter((generation) => !there.has(generation)),
      entries: this.entries.flatMap(({ document }) => document.previous.filter((name) => !names.has(name))),
    }
  }

  /** True when every entry newer than the snapshot's own generation has seen it, or a confirmation covers the entry. */
  isConfirmed(snapshot: SnapshotDocument, confirmedGeneration: number): boolean {
    const from = Math.max(snapshot.deleteGeneration, confirmedGeneration)
    return this.entries.every(
      ({ document }) =>
        document.generation <= from ||
        (document.marked[snapshot.writer] ?? 0) >= (snapshot.sequence ?? Number.POSITIVE_INFINITY),
    )
  }
}

export async function readDeleteLog(repository: Repository, signal?: AbortSignal): Promise<DeleteLog> {
  const { entries, problems, strangers } = await readParsed(
    repository,
    { folder: 'deletes', type: ObjectType.DELETE, parse: (stored) => parseDeleteEntry(byMaintenance(stored)) },
    signal,
  )
  return new DeleteLog(entries, { problems, strangers })
}
