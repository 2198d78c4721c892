/**
 * The documents of docs/format/v1.md sections 11 to 13, checked by hand when they are read: a command that only reads
 * should start fast.
 */

import { isBackupError } from '../../kernel/backup-error.ts'
import { InvariantViolation } from '../../kernel/invariant.ts'
import {
  type Body,
  checked,
  hasShape,
  isCount,
  isFlag,
  isHex,
  isList,
  isMap,
  isObject,
  isText,
  isTime,
  one,
  optional,
  orNull,
  type Shape,
} from '../crypto/index.ts'
import { ACCEPTED, ROLLBACK_RECORD } from './acceptance.ts'

export const SnapshotType = { FULL: 'FULL', INCREMENTAL: 'INCREMENTAL', DIFFERENTIAL: 'DIFFERENTIAL' } as const
export type SnapshotType = (typeof SnapshotType)[keyof typeof SnapshotType]

/** Trees of paths of a machine; every other kind comes as streams. */
export const FILES_KIND = 'FILES'

/** Of a `sourceKind`. A reader that does not know one takes its trees as the files that they are. */
export const SOURCE_KIND = /^[A-Z0-9_]{1,32}$/

/** The members of a document that hold what a source says of itself, as JSON. */
export const FACTS_BYTES_MAX = 64 * 1024

/** A path as it stands in documents: text, or its bytes when they are no valid UTF-8. */
export type PathText = string | { readonly hex: string }

export interface SnapshotSummary {
  readonly filesNew: number
  readonly filesChanged: number
  readonly filesUnmodified: number
  readonly filesFiltered: number
  readonly directories: number
  readonly bytesProcessed: number
  readonly bytesAdded: number
  readonly bytesStored: number
  readonly blobsAdded: number
}

export interface CopiedName {
  /** 16 bytes, hexadecimal. */
  readonly repository: string
  readonly snapshot: string
}

export interface CopiedFrom extends CopiedName {
  /** What the first of several copies was made from; absent where `repository` is where it was backed up. */
  readonly origin?: CopiedName
}

/** What a point of a database says of it, for whoever looks for a moment to go to. Positions are texts of its own. */
export interface DatabaseFacts {
  readonly engine: string
  readonly version: string
  /** Which cluster or server: PostgreSQL's system id, MySQL's server_uuid, MongoDB's replica set. */
  readonly system?: string
  readonly mode?: 'logical' | 'physical'
  /** Its timeline, or what else tells one history from another. */
  readonly branch?: string
  readonly start?: string
  readonly end?: string
  readonly databases?: readonly string[]
  readonly checksums?: boolean
  /** The stream that leads on from here: its id, and what proves that it is the same one. */
  readonly stream?: Readonly<Record<string, unknown>>
}

/** `paths`, `owners`, `filters` and `aliases` say something of FILES alone: of other kinds they are empty. */
export interface SnapshotDocument {
  readonly kind: 'snapshot' | 'checkpoint'
  readonly source: string
  /** `SOURCE_KIND` */
  readonly sourceKind: string
  readonly type: SnapshotType
  readonly complete: boolean
  readonly host: string
  readonly user: string
  readonly program: string
  readonly startedAt: string
  readonly finishedAt: string
  readonly paths: readonly PathText[]
  readonly tags: readonly string[]
  readonly tree: string
  readonly parent: string | null
  readonly runId?: string
  /** Where a copy comes from: hex ids. */
  readonly copiedFrom?: CopiedFrom
  readonly writer: string
  readonly sequence?: number
  readonly previous: string | null
  readonly seen: Readonly<Record<string, readonly [number, string]>>
  readonly keyGeneration: number
  readonly deleteGeneration: number
  readonly summary: SnapshotSummary
  readonly skipped: ReadonlyArray<{ readonly path: PathText; readonly reason: string }>
  readonly skippedCount: number
  readonly changedWhileRead: readonly PathText[]
  readonly changedCount: number
  readonly metadataNotKept: ReadonlyArray<{ readonly path: PathText; readonly what: string }>
  readonly notKeptCount: number
  readonly owners: {
    readonly users: Readonly<Record<string, string>>
    readonly groups: Readonly<Record<string, string>>
  }
  readonly filters: Readonly<Record<string, unknown>>
  /** Names with links in them that paths were given by, and what they led to. */
  readonly aliases?: ReadonlyArray<{ readonly path: PathText; readonly real: PathText }>
  /** Names of checkpoints that this one makes needless: whoever may delete removes them. */
  readonly checkpoints?: readonly string[]
  /** What was said besides: filters that met nothing, rules that could not be used. */
  readonly warnings?: readonly SnapshotWarning[]
  /** Profiles by which contents were cut, of streams. */
  readonly cut?: readonly string[]
  /** What the source says of itself: plain JSON of at most FACTS_BYTES_MAX. */
  readonly facts?: Readonly<Record<string, unknown>>
  readonly database?: DatabaseFacts
}

export interface SnapshotWarning {
  readonly code: string
  /** A path or a pattern. */
  readonly subject: PathText
  /** Of an ignore file, from 1. */
  readonly line?: number
  readonly why?: string
}

export interface DeleteEntry {
  readonly kind: 'tombstone' | 'deleted'
  readonly generation: number
  readonly previous: readonly string[]
  readonly packs: readonly string[]
  readonly indexes: readonly string[]
  readonly marked: Readonly<Record<string, number>>
  /** tombstone: store milliseconds. */
  readonly at?: number
  readonly deadline?: number
  /** tombstone, on a local repository: a clock that nobody can set. */
  readonly uptime?: { readonly boot: string; readonly ms: number }
  /** deleted */
  readonly completes?: readonly string[]
  readonly kept?: readonly string[]
  /**
   * deleted: the packs could not be read. Snapshots of earlier generations may lack data: their files are read again.
   */
  readonly damaged?: boolean
  /** Names of damaged entries of this generation that this one stands for. */
  readonly replaces?: readonly string[]
}

export interface SessionDocument {
  readonly kind: 'session'
  readonly writer: string
  readonly host: string
  readonly bootId: string
  readonly pid: number
  readonly processStart: string
  readonly startedAt: string
  /** Of the configuration that the writer knows; absent for 0. */
  readonly configGeneration?: number
}

/** The last object of a writer that may not delete its session. */
export interface EndedDocument {
  readonly kind: 'ended'
  /** Name of the session. */
  readonly session: string
  readonly writer: string
}

/** The kinds of record that this version knows. Others are kept, listed and otherwise let be. */
export const RecordKind = {
  PIN: 'pin',
  HOLD: 'hold',
  FORGET: 'forget',
  CONFIGURATION: 'configuration',
  CONTROL_KEY: 'control-key',
  AUDIT: 'audit',
  COPY: 'copy',
  ERASURE: 'erasure',
  ROLLBACK: ROLLBACK_RECORD,
} as const
export type RecordKind = (typeof RecordKind)[keyof typeof RecordKind]

export interface RecordDocument {
  readonly kind: 'record'
  /** A `RecordKind`, or a kind that a later version brought. */
  readonly record: string
  readonly subject: string
  readonly generation: number
  readonly at: string
  readonly by: string
  readonly value: Readonly<Record<string, unknown>> | null
  /** Of a record that a copy brought along: where from, and its generation there. */
  readonly copiedFrom?: { readonly repository: string; readonly generation: number }
}

export interface ConfirmDocument {
  readonly kind: 'confirm'
  readonly snapshot: string
  readonly deleteGeneration: number
}

/** A writer takes back a snapshot of its own that it could not confirm. */
export interface RetractDocument {
  readonly kind: 'retract'
  readonly snapshot: string
  readonly writer: string
  readonly sequence: number
}

/** What stands at `commits/<runId>`: which snapshot of a scheduled run counts. */
export interface ClaimDocument {
  readonly kind: 'claim'
  readonly runId: string
  readonly snapshot: string
  readonly writer: string
}

/** Bytes (one character each) as they stand in a document. */
export function pathText(path: string): PathText {
  const bytes = Buffer.from(path, 'latin1')
  const text = bytes.toString('utf8')
  return Buffer.from(text, 'utf8').equals(bytes) ? text : { hex: bytes.toString('hex') }
}

/** The byte string (one character a byte) of a path text. */
export function bytesOfPathText(text: PathText): string {
  return typeof text === 'string'
    ? Buffer.from(text, 'utf8').toString('latin1')
    : Buffer.from(text.hex, 'hex').toString('latin1')
}

/** A byte string for people: what is no UTF-8 is shown as \xNN. */
export function printablePath(path: string): string {
  const text = pathText(path)
  if (typeof text === 'string')
    return [...text].map((char) => (char < ' ' || char === '\x7f' ? escapeByte(char.charCodeAt(0)) : char)).join('')
  return [...path].map((char) => (char < ' ' || char > '~' ? escapeByte(char.charCodeAt(0)) : char)).join('')
}

function escapeByte(value: number): string {
  return `\\x${value.toString(16).padStart(2, '0')}`
}

/** Below what the tree holds all that the source had, one character a byte: of streams it is theirs as a whole. */
export function rootsOf({ sourceKind, paths }: Pick<SnapshotDocument, 'sourceKind' | 'paths'>): string[] {
  return sourceKind === FILES_KIND ? paths.map(bytesOfPathText) : ['/']
}

const isPathText = (value: unknown) => isText(value) || (isObject(value) && isText(value['hex']))

const isSourceKind = (value: unknown) => isText(value) && SOURCE_KIND.test(value)

/** Of a tree of files: paths and owners as they were on a machine. Documents of other kinds may lack them. */
const OF_FILES: Shape = {
  paths: isList(isPathText),
  filters: isObject,
  owners: (value) => isObject(value) && isMap(isText)(value['users']) && isMap(isText)(value['groups']),
  skipped: isList((value) => isObject(value) && isPathText(value['path']) && isText(value['reason'])),
  skippedCount: isCount,
  changedWhileRead: isList(isPathText),
  changedCount: isCount,
  metadataNotKept: isList((value) => isObject(value) && isPathText(value['path']) && isText(value['what'])),
  notKeptCount: isCount,
}
/** What a document says that has nothing of a machine's files. */
export const NO_FILES = {
  paths: [],
  filters: {},
  owners: { users: {}, groups: {} },
  skipped: [],
  skippedCount: 0,
  changedWhileRead: [],
  changedCount: 0,
  metadataNotKept: [],
  notKeptCount: 0,
} as const satisfies Partial<SnapshotDocument>
const OF_STREAMS: Shape = Object.fromEntries(
  Object.entries(OF_FILES).map(([member, check]) => [member, optional(check)]),
)
const COUNTS = [
  'filesNew',
  'filesChanged',
  'filesUnmodified',
  'filesFiltered',
  'directories',
  'bytesProcessed',
  'bytesAdded',
  'bytesStored',
  'blobsAdded',
] as const
const NO_COUNTS: Readonly<Record<string, number>> = Object.fromEntries(COUNTS.map((count) => [count, 0]))
const DATABASE: Shape = {
  engine: isText,
  version: isText,
  system: optional(isText),
  mode: optional(isText),
  branch: optional(isText),
  start: optional(isText),
  end: optional(isText),
  databases: optional(isList(isText)),
  checksums: optional(isFlag),
  stream: optional(isObject),
}
const COPIED_NAME: Shape = { repository: isHex(16), snapshot: isHex(32) }
const SNAPSHOT: Shape = {
  kind: one('snapshot', 'checkpoint'),
  source: isText,
  sourceKind: isSourceKind,
  type: isText,
  complete: isFlag,
  host: isText,
  user: isText,
  program: isText,
  startedAt: isText,
  finishedAt: isText,
  tags: isList(isText),
  tree: isHex(32),
  parent: orNull(isHex(32)),
  writer: isHex(16),
  sequence: optional(isCount),
  previous: orNull(isHex(32)),
  seen: isMap((value) => Array.isArray(value) && isCount(value[0]) && isText(value[1])),
  runId: optional(isText),
  keyGeneration: isCount,
  deleteGeneration: isCount,
  summary: isMap(isCount),
  aliases: optional(isList((value) => isObject(value) && isPathText(value['path']) && isPathText(value['real']))),
  warnings: optional(isList((value) => isObject(value) && isText(value['code']) && isPathText(value['subject']))),
  cut: optional(isList(isText)),
  facts: optional(isObject),
  database: optional(hasShape(DATABASE)),
  checkpoints: optional(isList(isHex(32))),
  copiedFrom: optional(hasShape({ ...COPIED_NAME, origin: optional(hasShape(COPIED_NAME)) })),
}
const DELETE: Shape = {
  kind: one('tombstone', 'deleted'),
  generation: isCount,
  previous: isList(isHex(32)),
  packs: isList(isHex(32)),
  indexes: isList(isHex(32)),
  marked: isMap(isCount),
  completes: optional(isList(isHex(32))),
  kept: optional(isList(isHex(32))),
  at: optional(isTime),
  deadline: optional(isTime),
  uptime: optional(hasShape({ boot: isText, ms: isTime })),
  damaged: optional(isFlag),
  replaces: optional(isList(isHex(32))),
}
const SESSION: Shape = {
  kind: one('session'),
  writer: isHex(16),
  host: isText,
  bootId: isText,
  pid: isCount,
  processStart: isText,
  startedAt: isText,
  configGeneration: optional(isCount),
}
const ENDED: Shape = { kind: one('ended'), session: isHex(32), writer: isHex(16) }
const RECORD: Shape = {
  kind: one('record'),
  record: isText,
  subject: isText,
  generation: isCount,
  at: isText,
  by: isText,
  value: orNull(isObject),
  copiedFrom: optional(hasShape({ repository: isHex(16), generation: isCount })),
}
/** The value of a `forget` record. */
const FORGET: Shape = {
  snapshots: isList(
    (value) => isObject(value) && isHex(32)(value['name']) && isHex(16)(value['writer']) && isCount(value['sequence']),
  ),
  records: optional(isList(isHex(32))),
  removed: optional(isFlag),
}
const CONFIRM: Shape = { kind: one('confirm'), snapshot: isHex(32), deleteGeneration: isCount }
const RETRACT: Shape = { kind: one('retract'), snapshot: isHex(32), writer: isHex(16), sequence: isCount }
const CLAIM: Shape = { kind: one('claim'), runId: isText, snapshot: isHex(32), writer: isHex(16) }

/** What a document of another kind than FILES may lack is there, empty: whoever reads it need not ask. */
export function parseSnapshot(body: Body): SnapshotDocument {
  const document = checked<SnapshotDocument>(body, SNAPSHOT, 'snapshot')
  if (document.sourceKind === FILES_KIND) return checked(body, OF_FILES, 'snapshot')
  checked(body, OF_STREAMS, 'snapshot')
  return { ...NO_FILES, ...document, summary: { ...NO_COUNTS, ...document.summary } }
}
/** Throws an InvariantViolation for a document that no reader would take: once it is stored, the point is lost. */
export function requireWellFormed(document: SnapshotDocument): void {
  try {
    parseSnapshot(JSON.parse(JSON.stringify(document)) as Body)
  } catch (error) {
    if (!isBackupError(error)) throw error
    throw new InvariantViolation(`Nothing was stored: no reader would take the document. ${error.message}`)
  }
}

/** The first member of what a source says of its database that no reader would take. */
export function databaseFault(told: Body): string | undefined {
  return Object.entries(DATABASE).find(([member, check]) => !check(told[member]))?.[0]
}

export const parseDeleteEntry = (body: Body): DeleteEntry => checked(body, DELETE, 'delete-log entry')
/** What stands in `sessions/`. */
export const parseSession = (body: Body): SessionDocument | EndedDocument =>
  body['kind'] === 'ended' ? checked(body, ENDED, 'end of a session') : checked(body, SESSION, 'session')
export function parseRecord(body: Body): RecordDocument {
  const record = checked<RecordDocument>(body, RECORD, 'record')
  if (record.record === RecordKind.FORGET) checked(record.value ?? {}, FORGET, 'record')
  if (record.record === RecordKind.ROLLBACK) checked(record.value ?? {}, ACCEPTED, 'record')
  return record
}
/** What stands in `confirms/`. */
export const parseConfirm = (body: Body): ConfirmDocument | RetractDocument =>
  body['kind'] === 'retract' ? checked(body, RETRACT, 'retraction') : checked(body, CONFIRM, 'confirmation')
export const parseClaim = (body: Body): ClaimDocument => checked(body, CLAIM, 'claim')
