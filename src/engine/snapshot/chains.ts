/**
 * Tells whether something is missing that must be there (docs/format/v1.md section 11): hidden by the store, or lost to
 * damage. Where an object is there that can't be read, what is missing may be what it said: that is damage, which is
 * named and mended, and no reason to stop backing up.
 */
import { BackupError } from '../../kernel/backup-error.ts'
import type { Heads, ObjectProblem } from '../repository/index.ts'
import { Acceptance, type MissingRecord, type MissingSnapshot, type Suspicions } from './acceptance.ts'
import type { DeleteLog } from './delete-log.ts'
import { RecordKind, type SnapshotDocument } from './documents.ts'
import type { RecordEntry } from './record-list.ts'

export interface SnapshotEntry {
  readonly name: string
  readonly document: SnapshotDocument
  /** Store milliseconds. */
  readonly modifiedMs: number
}

export interface Losses {
  readonly snapshots: readonly MissingSnapshot[]
  readonly records: readonly MissingRecord[]
}

export interface ChainFacts {
  readonly stored: readonly SnapshotEntry[]
  readonly forgotten: ReadonlyMap<string, MissingSnapshot>
  /** Of the forgotten ones those whose forgetting was finished: their objects were gone. */
  readonly removed: ReadonlySet<string>
  readonly deleteLog: DeleteLog
  readonly records: readonly RecordEntry[]
  readonly seen: Heads | undefined
  readonly keyGeneration: number
  readonly damagedSnapshots: number
  readonly damagedRecords: number
}

export interface CheckedChains {
  readonly rollbacks: BackupError[]
  /** The same, for whoever accepts them. */
  readonly suspicions: Suspicions
  readonly losses: Losses
}

export function checkChains(facts: ChainFacts): CheckedChains {
  const { deleteLog, stored, seen } = facts
  const gaps = deleteLog.gaps(
    Math.max(seen?.deleteGeneration ?? 0, ...stored.map(({ document }) => document.deleteGeneration)),
  )
  const missing = new Acceptance(facts.records).rest({
    snapshots: missingSnapshots(facts),
    records: missingRecords(facts),
    keyring: keyringBehind(facts),
    ...gaps,
    back: stored.filter(({ name }) => facts.removed.has(name)).map(({ name }) => name),
  })
  const { snapshots, records } = missing
  // A damaged record may have been a `forget` of many; a damaged snapshot is one.
  const areSnapshotsLost = facts.damagedRecords > 0 || snapshots.length <= facts.damagedSnapshots
  const areRecordsLost = facts.damagedRecords > 0 || records.length <= recordsGivenUp(facts.records)
  const suspicions = {
    ...missing,
    snapshots: areSnapshotsLost ? [] : snapshots,
    records: areRecordsLost ? [] : records,
  }
  return {
    rollbacks: rollbacksOf(suspicions),
    suspicions,
    losses: { snapshots: areSnapshotsLost ? snapshots : [], records: facts.damagedRecords > 0 ? records : [] },
  }
}

export function rollbacksOf({ snapshots, records, keyring, generations, entries, back }: Suspicions): BackupError[] {
  return [
    ...snapshots.map((missing) => suspicion('A snapshot is missing that nobody forgot.', { ...missing })),
    ...back.map((snapshot) => suspicion('A snapshot that was forgotten and removed is back.', { snapshot })),
    ...records.map((missing) => suspicion('A record is older than one that was seen.', { ...missing })),
    ...(keyring ? [suspicion('The newest keyring is older than one that was used.', { ...keyring })] : []),
    ...generations.slice(0, 1).map((generation) => suspicion('The delete log lacks a generation.', { generation })),
    ...(generations.length > 0 ? [] : entries.slice(0, 1)).map((name) =>
      suspicion('The delete log lacks an entry that a later one names.', { object: `deletes/${name}` }),
    ),
  ]
}

/** How many damaged records an operator has given up: which they were nobody knows. */
function recordsGivenUp(records: readonly RecordEntry[]): number {
  const lists = records
    .filter(({ document }) => document.record === RecordKind.FORGET)
    .map(({ document }) => document.value?.['records'])
  return lists.reduce<number>((sum, list) => sum + (Array.isArray(list) ? list.length : 0), 0)
}

/** What is lost, as problems: whoever deletes has to know. */
export function lossProblems({ snapshots, records }: Losses): ObjectProblem[] {
  const lost = (sentence: string, context: Record<string, string | number>) =>
    new BackupError('DAMAGED', sentence, { context })
  return [
    ...snapshots.map(({ writer, sequence }) => ({
      key: `snapshots/ (writer ${writer.slice(0, 8)}, number ${sequence})`,
      error: lost('A snapshot is missing, and a damaged object may be what is left of it.', {
        object: 'snapshots/',
        writer,
        sequence,
      }),
    })),
    ...records.map(({ record, seen }) => ({
      key: `records/ (${record})`,
      error: lost('A record is missing, and a damaged object may be what is left of it.', {
        object: 'records/',
        record,
        seen,
      }),
    })),
  ]
}

function suspicion(sentence: string, context: Record<string, string | number>): BackupError {
  return new BackupError('ROLLBACK_SUSPECTED', sentence, { context })
}

function missingSnapshots(facts: ChainFacts): MissingSnapshot[] {
  const sequences = new Map<string, Set<number>>()
  const note = (writer: string, sequence: number) => {
    const known = sequences.get(writer) ?? new Set<number>()
    sequences.set(writer, known.add(sequence))
  }
  for (const { document } of facts.stored) note(document.writer, document.sequence ?? 0)
  for (const { writer, sequence } of facts.forgotten.values()) note(writer, sequence)
  const missing: MissingSnapshot[] = []
  for (const [writer, head] of expectedHeads(facts)) {
    for (let sequence = 1; sequence <= head; sequence += 1)
      if (!sequences.get(writer)?.has(sequence)) missing.push({ writer, sequence })
  }
  return missing
}

function expectedHeads(facts: ChainFacts): Map<string, number> {
  const heads = new Map<string, number>(Object.entries(facts.seen?.writers ?? {}))
  const raise = (writer: string, sequence: number) => heads.set(writer, Math.max(heads.get(writer) ?? 0, sequence))
  for (const { document } of facts.stored) {
    raise(document.writer, document.sequence ?? 0)
    for (const [writer, seen] of Object.entries(document.seen)) raise(writer, seen[0])
  }
  return heads
}

function missingRecords({ records, seen }: ChainFacts): MissingRecord[] {
  const heads = recordHeads(records)
  return Object.entries(seen?.records ?? {}).flatMap(([record, generation]) => {
    const found = heads[record] ?? 0
    return found < generation ? [{ record, seen: generation, found }] : []
  })
}

/** Of kinds whose newest record replaces the others: a hidden one would bring back what an operator has changed. */
export function recordHeads(records: readonly RecordEntry[]): Record<string, number> {
  const heads: Record<string, number> = {}
  for (const { document } of records) {
    const key = `${document.record}/${document.subject}`
    if (document.record !== RecordKind.FORGET) heads[key] = Math.max(heads[key] ?? 0, document.generation)
  }
  return heads
}

function keyringBehind({ stored, seen, keyGeneration: found }: ChainFacts): Suspicions['keyring'] {
  const expected = Math.max(seen?.keyGeneration ?? 0, ...stored.map(({ document }) => document.keyGeneration))
  return found < expected ? { seen: expected, found } : null
}
