/**
 * The records of a repository alone: whoever rebuilds a control plane or checks an audit log needs nothing else of the
 * history.
 */
import { ObjectType } from '../crypto/index.ts'
import type { ObjectProblem, Repository } from '../repository/index.ts'
import { parseRecord, type RecordDocument, RecordKind, type SnapshotDocument } from './documents.ts'
import { byMaintenance, readParsed } from './read-parsed.ts'

export interface RecordEntry {
  readonly name: string
  readonly document: RecordDocument
}

export interface RecordList {
  /** Every generation of every record whose signature is the maintenance key's; lifted ones too. In no order. */
  readonly entries: readonly RecordEntry[]
  /** Objects of the folder that can't be believed. */
  readonly problems: readonly ObjectProblem[]
  /** Objects of the folder that are somebody else's: they say nothing. */
  readonly strangers: readonly ObjectProblem[]
}

/**
 * Audit segments grow with time and no decision hangs on them, so they lie apart: a backup or a restore never reads
 * them.
 */
export const RecordFolder = { DECISIONS: 'records', AUDIT: 'audit' } as const
export type RecordFolder = (typeof RecordFolder)[keyof typeof RecordFolder]

/** Where records of a kind stand. */
export function folderOfRecord(kind: string): RecordFolder {
  return kind === RecordKind.AUDIT ? RecordFolder.AUDIT : RecordFolder.DECISIONS
}

/** Reads every record of a folder. Throws what the store throws; damage is returned, never dropped in silence. */
export async function readRecords(
  repository: Repository,
  folder: RecordFolder,
  signal?: AbortSignal,
): Promise<RecordList> {
  return readParsed(
    repository,
    { folder, type: ObjectType.RECORD, parse: (stored) => parseRecord(byMaintenance(stored)) },
    signal,
  )
}

/** The highest generation of each kind and subject, lifted ones included; of equal generations the lowest name. */
export function newestRecords(entries: readonly RecordEntry[]): RecordEntry[] {
  const newest = new Map<string, RecordEntry>()
  for (const entry of entries) {
    const key = `${entry.document.record}/${entry.document.subject}`
    const known = newest.get(key)
    if (!known || isAhead(entry, known)) newest.set(key, entry)
  }
  return [...newest.values()]
}

/** The newest of each kind and subject, without what was lifted and without `forget`, of which every one counts. */
export function inForce(entries: readonly RecordEntry[]): RecordEntry[] {
  return newestRecords(entries).filter(
    ({ document }) =>
      document.value !== null && document.record !== RecordKind.FORGET && document.record !== RecordKind.ROLLBACK,
  )
}

export interface ForgottenSnapshot {
  readonly name: string
  readonly writer: string
  readonly sequence: number
  /** Of a copy that somebody let go: what it was copied from. */
  readonly copiedFrom?: SnapshotDocument['copiedFrom']
}

/** The snapshots that a `forget` record names. */
export function forgottenBy({ value }: RecordDocument): readonly ForgottenSnapshot[] {
  const list = value?.['snapshots']
  return Array.isArray(list) ? (list as ForgottenSnapshot[]) : []
}

/** Whether a `forget` record stands for snapshots and records that could not be read: nobody wanted them gone. */
export function isGivenUp({ value }: RecordDocument): boolean {
  return value?.['records'] !== undefined
}

/** Whether a `forget` record says that the objects are gone: one that is back was put back. */
export function isFinished({ value }: RecordDocument): boolean {
  return value?.['removed'] === true
}

function isAhead(a: RecordEntry, b: RecordEntry): boolean {
  return (
    a.document.generation > b.document.generation ||
    (a.document.generation === b.document.generation && a.name < b.name)
  )
}
