/** Everything that the repository's small objects say: snapshots, checkpoints, records, delete log. Listed before any index is read. */
import { BackupError } from '../../kernel/backup-error.ts'
import { ObjectType } from '../crypto/index.ts'
import type { ObjectProblem, Repository, StoredDocument } from '../repository/index.ts'
import { closureExists } from './closure.ts'
import { type DeleteLog, foreign, isMaintenance, readDeleteLog } from './delete-log.ts'
import { bytesOfPathText, parseConfirm, parseRecord, parseSnapshot, type RecordDocument, type SnapshotDocument } from './documents.ts'

export interface SnapshotEntry {
  readonly name: string
  readonly document: SnapshotDocument
  readonly modifiedMs: number
}

export interface RecordEntry {
  readonly name: string
  readonly document: RecordDocument
}

export interface History {
  /** Snapshots in force, oldest first. */
  readonly snapshots: readonly SnapshotEntry[]
  readonly checkpoints: readonly SnapshotEntry[]
  readonly deleteLog: DeleteLog
  /** Newest generation of each record in force; lifted ones are left out. */
  readonly records: readonly RecordEntry[]
  readonly allRecords: readonly RecordEntry[]
  /** Committed by a writer that never confirmed them, while what they need was deleted: they never were good, and prune removes them. */
  readonly unfinished: readonly SnapshotEntry[]
  /** Objects of snapshots that are forgotten: a forget was stopped. */
  readonly leftovers: readonly string[]
  /** Forgotten snapshots by name. */
  readonly forgotten: ReadonlyMap<string, { readonly writer: string; readonly sequence: number }>
  readonly problems: readonly ObjectProblem[]
  /** Signs that older state was put back. */
  readonly rollbacks: readonly BackupError[]
}

const READINGS_MAX = 3

/**
 * Reads everything. Other writers and pruners work meanwhile, and a listing is no snapshot of the store: what looks like a rollback is read again
 * before it is said.
 */
export async function readHistory(repository: Repository, options: { signal?: AbortSignal; seen?: SeenHeads } = {}): Promise<History> {
  for (let reading = 1; ; reading += 1) {
    const history = await readOnce(repository, options)
    if (history.rollbacks.length === 0 || reading === READINGS_MAX) return history
  }
}

async function readOnce(repository: Repository, options: { signal?: AbortSignal; seen?: SeenHeads }): Promise<History> {
  const { signal } = options
  const snapshots = await repository.readDocuments('snapshots', ObjectType.SNAPSHOT, signal)
  const checkpoints = await repository.readDocuments('checkpoints', ObjectType.CHECKPOINT, signal)
  const records = await repository.readDocuments('records', ObjectType.RECORD, signal)
  const confirms = await repository.readDocuments('confirms', ObjectType.CONFIRM, signal)
  const deleteLog = await readDeleteLog(repository, signal)
  const allRecords = records.documents.filter(({ signer }) => isMaintenance(signer)).map(({ name, body }) => ({ name, document: parseRecord(body) }))
  const stored = snapshots.documents.map(({ name, body, modifiedMs, signer }) => ({ name, document: bySigner(parseSnapshot(body), signer), modifiedMs }))
  const confirmed = confirmedOf(confirms.documents)
  const forgotten = new Map([...retractedOf(confirms.documents, { stored, deleteLog, confirmed }), ...forgottenOf(allRecords)])
  const listed = stored.filter(({ name }) => !forgotten.has(name))
  const unfinished = await unfinishedOf(repository, listed, { deleteLog, confirmed })
  const inForce = firstOfEachRun(listed.filter((entry) => !unfinished.includes(entry)))
  return {
    unfinished, leftovers: stored.filter(({ name }) => forgotten.has(name)).map(({ name }) => name),
    snapshots: inForce.sort(byTime), checkpoints: checkpoints.documents.map(({ name, body, modifiedMs }) => ({ name, document: parseSnapshot(body), modifiedMs })).sort(byTime), deleteLog,
    records: newestRecords(allRecords), allRecords, forgotten,
    problems: [...snapshots.problems, ...checkpoints.problems, ...records.problems, ...confirms.problems, ...deleteLog.problems, ...foreign(records.documents)],
    rollbacks: rollbacks({ stored, forgotten, deleteLog, seen: options.seen, keyGeneration: repository.keys.generation }),
  }
}

function confirmedOf(documents: readonly StoredDocument[]): Map<string, number> {
  const confirmed = new Map<string, number>()
  for (const { body } of documents) {
    const document = parseConfirm(body)
    if (document.kind === 'confirm') confirmed.set(document.snapshot, Math.max(document.deleteGeneration, confirmed.get(document.snapshot) ?? 0))
  }
  return confirmed
}

interface ConfirmFacts {
  readonly stored: readonly SnapshotEntry[]
  readonly deleteLog: DeleteLog
  readonly confirmed: ReadonlyMap<string, number>
}

/** A writer may take back its own snapshot, and only while nothing has confirmed it: what counted once goes by a `forget` record alone. */
function retractedOf(documents: readonly StoredDocument[], { stored, deleteLog, confirmed }: ConfirmFacts): Map<string, { writer: string; sequence: number }> {
  const retracted = new Map<string, { writer: string; sequence: number }>()
  for (const { body, signer } of documents) {
    const document = parseConfirm(body)
    if (document.kind !== 'retract' || document.writer !== signer || confirmed.has(document.snapshot)) continue
    const there = stored.find(({ name }) => name === document.snapshot)
    if (!there || !deleteLog.isConfirmed(there.document, 0)) retracted.set(document.snapshot, { writer: document.writer, sequence: document.sequence })
  }
  return retracted
}

/** An unconfirmed snapshot is good only when all that it needs is there: its writer may have slept through a deletion. */
async function unfinishedOf(repository: Repository, snapshots: readonly SnapshotEntry[], facts: { deleteLog: DeleteLog; confirmed: ReadonlyMap<string, number> }): Promise<SnapshotEntry[]> {
  const doubtful = snapshots.filter(({ name, document }) => !facts.deleteLog.isConfirmed(document, facts.confirmed.get(name) ?? 0))
  const unfinished: SnapshotEntry[] = []
  for (const entry of doubtful) if (!(await closureExists(repository, entry.document))) unfinished.push(entry)
  return unfinished
}

/** What a client remembers between runs, so that a store can't show it the past. */
export interface SeenHeads {
  readonly keyGeneration: number
  readonly deleteGeneration: number
  readonly writers: Readonly<Record<string, number>>
}

export function headsOf(history: History, keyGeneration: number): SeenHeads {
  const writers: Record<string, number> = {}
  for (const { document } of history.snapshots) writers[document.writer] = Math.max(writers[document.writer] ?? 0, document.sequence ?? 0)
  for (const { writer, sequence } of history.forgotten.values()) writers[writer] = Math.max(writers[writer] ?? 0, sequence)
  return { keyGeneration, deleteGeneration: history.deleteLog.newestGeneration, writers }
}

/** The newest snapshot of every other writer, as a snapshot names them: the chain across writers. */
export function othersSeen(history: History, writer: string): Record<string, readonly [number, string]> {
  const seen: Record<string, readonly [number, string]> = {}
  for (const { name, document } of history.snapshots) {
    if (document.writer !== writer && (document.sequence ?? 0) > (seen[document.writer]?.[0] ?? 0)) seen[document.writer] = [document.sequence ?? 0, name]
  }
  return seen
}

function bySigner(document: SnapshotDocument, signer: string): SnapshotDocument {
  if (document.writer === signer) return document
  throw new BackupError('DAMAGED', 'A snapshot is signed by another writer than it names.', { context: { object: 'snapshot' } })
}

function byTime(a: SnapshotEntry, b: SnapshotEntry): number {
  return a.document.finishedAt < b.document.finishedAt ? -1 : a.document.finishedAt > b.document.finishedAt ? 1 : a.name < b.name ? -1 : 1
}

/** Where a scheduled run was committed twice, the lowest name counts. */
function firstOfEachRun(snapshots: SnapshotEntry[]): SnapshotEntry[] {
  const winners = new Map<string, string>()
  for (const { name, document } of snapshots) {
    const winner = document.runId === undefined ? undefined : winners.get(document.runId)
    if (document.runId !== undefined && (winner === undefined || name < winner)) winners.set(document.runId, name)
  }
  return snapshots.filter(({ name, document }) => document.runId === undefined || winners.get(document.runId) === name)
}

function forgottenOf(records: readonly RecordEntry[]): Map<string, { writer: string; sequence: number }> {
  const forgotten = new Map<string, { writer: string; sequence: number }>()
  for (const { document } of records) {
    if (document.record !== 'forget') continue
    const list = document.value?.['snapshots']
    for (const each of Array.isArray(list) ? (list as Array<{ name: string; writer: string; sequence: number }>) : []) forgotten.set(each.name, { writer: each.writer, sequence: each.sequence })
  }
  return forgotten
}

function newestRecords(records: readonly RecordEntry[]): RecordEntry[] {
  const newest = new Map<string, RecordEntry>()
  for (const entry of records) {
    if (entry.document.record === 'forget') continue
    const key = `${entry.document.record}/${entry.document.subject}`
    const known = newest.get(key)
    if (!known || entry.document.generation > known.document.generation) newest.set(key, entry)
  }
  return [...newest.values()].filter(({ document }) => document.value !== null)
}

interface ChainFacts {
  readonly stored: readonly SnapshotEntry[]
  readonly forgotten: ReadonlyMap<string, { readonly writer: string; readonly sequence: number }>
  readonly deleteLog: DeleteLog
  readonly seen: SeenHeads | undefined
  readonly keyGeneration: number
}

function rollbacks(facts: ChainFacts): BackupError[] {
  const found: BackupError[] = []
  const suspect = (sentence: string, context: Record<string, string | number>) => found.push(new BackupError('ROLLBACK_SUSPECTED', sentence, { context }))
  const sequences = new Map<string, Set<number>>()
  const note = (writer: string, sequence: number) => {
    const known = sequences.get(writer) ?? new Set<number>()
    sequences.set(writer, known.add(sequence))
  }
  for (const { document } of facts.stored) note(document.writer, document.sequence ?? 0)
  for (const { writer, sequence } of facts.forgotten.values()) note(writer, sequence)
  for (const [writer, head] of expectedHeads(facts)) {
    for (let sequence = 1; sequence <= head; sequence += 1) {
      if (!sequences.get(writer)?.has(sequence)) suspect('A snapshot is missing that nobody forgot.', { writer, sequence })
    }
  }
  const keyGeneration = Math.max(facts.seen?.keyGeneration ?? 0, ...facts.stored.map(({ document }) => document.keyGeneration))
  if (facts.keyGeneration < keyGeneration) suspect('The newest keyring is older than one that was used.', { seen: keyGeneration, found: facts.keyGeneration })
  const deleteGeneration = Math.max(facts.seen?.deleteGeneration ?? 0, ...facts.stored.map(({ document }) => document.deleteGeneration))
  try {
    facts.deleteLog.checkChain(deleteGeneration)
  } catch (error) {
    if (error instanceof BackupError) found.push(error)
    else throw error
  }
  return found
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

/**
 * Finds one snapshot by name, unique prefix (at least 4 digits), or `latest` (of `source` where one is given). Checkpoints are found by name
 * only. Throws SNAPSHOT_NOT_FOUND, SNAPSHOT_AMBIGUOUS.
 */
export function findSnapshot(history: History, wanted: string, options: { source?: string; path?: string } = {}): SnapshotEntry {
  const candidates = history.snapshots.filter(({ document }) => (options.source === undefined || document.source === options.source) && coversPath(document, options.path))
  if (wanted === 'latest') {
    const latest = candidates.at(-1)
    if (latest) return latest
    throw new BackupError('SNAPSHOT_NOT_FOUND', 'There is no snapshot yet.', { context: { snapshot: wanted } })
  }
  const matches = /^[0-9a-f]{4,64}$/.test(wanted) ? [...history.snapshots, ...history.checkpoints].filter(({ name }) => name.startsWith(wanted)) : []
  if (matches.length > 1) throw new BackupError('SNAPSHOT_AMBIGUOUS', 'Several snapshots begin like that.', { context: { snapshot: wanted, candidates: matches.map(({ name }) => name.slice(0, 12)) } })
  const match = matches[0]
  if (match) return match
  throw new BackupError('SNAPSHOT_NOT_FOUND', 'There is no such snapshot.', { context: { snapshot: wanted } })
}

function coversPath(document: SnapshotDocument, path: string | undefined): boolean {
  return path === undefined || document.paths.some((each) => bytesOfPathText(each) === path)
}
