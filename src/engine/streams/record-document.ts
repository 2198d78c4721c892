/**
 * What a stream record says (docs/format/v1.md section 17), and whether it can be: the key that it stands under has to
 * agree with it, and its kind with its positions. Pure; what it is given is authenticated.
 */
import { BackupError } from '../../kernel/backup-error.ts'
import {
  type Body,
  checked,
  hasShape,
  isCount,
  isHex,
  isObject,
  isText,
  one,
  optional,
  orNull,
  type Shape,
} from '../crypto/index.ts'
import { EXTENT_BYTES, factsOf, isExtentOf, isStreamKind, parsePosition } from './position.ts'
import type { RecordKey } from './record-key.ts'
import {
  branchNumbers,
  directoryExtent,
  directoryId,
  isIdentity,
  type StreamIdentity,
  streamId,
} from './stream-identity.ts'

/** Of the content of one record, before compression. */
export const CONTENT_BYTES_MAX = 16 * 1024 * 1024
const MINUTES_MAX = 2 ** 32 - 1
const GAP = /^[a-z0-9-]{1,64}$/
const SOURCE_BYTES_MAX = 512
const FACTS_MAX = 32
const FACT_BYTES_MAX = 512

export const RecordCodec = { NONE: 'none', ZSTD: 'zstd' } as const
export type RecordCodec = (typeof RecordCodec)[keyof typeof RecordCodec]

/** Why nothing more comes in an extent: it is full, the server went over to another branch, or to another file. */
export const Closed = { FULL: 'full', SWITCH: 'switch', ROTATE: 'rotate' } as const
export type Closed = (typeof Closed)[keyof typeof Closed]

/** In the place of what is before: nothing is, as far as this stream goes. */
export const GAP_START = 'start'

/** What all bytes of an extent from where they begin up to `to` are. */
export interface Reach {
  /** 16 hexadecimal digits. */
  readonly extent: string
  readonly to: number
  /** SHA-256, hexadecimal. */
  readonly prefix: string
}

/** Of the server, when the bytes came from it. */
export interface ServerState {
  /** By its clock, ISO 8601. */
  readonly time: string | null
  /** How far it had written: a position. */
  readonly flush: string | null
}

interface Common {
  readonly stream: StreamIdentity
  /** Name of the source that the receiver ran for. */
  readonly source: string
  readonly bytes: number
  readonly sha256: string
  readonly codec: RecordCodec
  readonly server: ServerState
  /** 16 bytes, hexadecimal: who signed it. */
  readonly writer: string
  readonly keyGeneration: number
  /** Of a copy: the repository that it was made from. */
  readonly copiedFrom?: { readonly repository: string }
}

/** Bytes of one extent. */
export interface StreamDocument extends Common, Reach {
  readonly kind: 'stream'
  /** Where the bytes of the extent begin that `prefix` counts; above 0 only behind a gap. */
  readonly begin: number
  readonly from: number
  /**
   * What this follows: all of the extent before it, or what was there before a gap. Null where the writer saw nothing.
   */
  readonly before: Reach | null
  readonly closed: Closed | null
  /** Why there is nothing between `before` and where these bytes begin; null where nothing was to be. */
  readonly gap: string | null
}

/** Where a branch was left for another one. */
export interface Parent {
  readonly branch: string
  readonly extent: string
  readonly to: number
  /** Null where nobody has seen the bytes before it. */
  readonly prefix: string | null
}

/** A branch, and where it left another one. The content is what the server says of it (a history file), or nothing. */
export interface BranchDocument extends Common {
  readonly kind: 'branch'
  readonly parent: Parent | null
  /** What a restore needs to know of the server: `walSegmentBytes`, the name of binary logs. */
  readonly facts: Readonly<Record<string, string | number>>
}

/** That the receiver was alive, and how far it had come. */
export interface BeatDocument extends Common, Reach {
  readonly kind: 'beat'
  readonly begin: number
  /** Since 1970, by the writer's clock. */
  readonly minute: number
}

export type RecordDocument = StreamDocument | BranchDocument | BeatDocument

const isOffset = (value: unknown): boolean => isCount(value) && (value as number) < 2 ** 32
const isTimeText = (value: unknown): boolean => isText(value) && Number.isFinite(Date.parse(value))
const isReach = hasShape({ extent: isHex(8), to: isOffset, prefix: isHex(32) })
const isParent = hasShape({
  branch: (value) => branchNumbers(value) !== undefined,
  extent: isHex(8),
  to: isOffset,
  prefix: orNull(isHex(32)),
})
const isFact = (value: unknown): boolean =>
  Number.isSafeInteger(value) || (isText(value) && Buffer.byteLength(value) <= FACT_BYTES_MAX)
const isFacts = (value: unknown): boolean =>
  isObject(value) && Object.keys(value).length <= FACTS_MAX && Object.values(value).every(isFact)

const COMMON: Shape = {
  stream: isIdentity,
  source: (value) => isText(value) && Buffer.byteLength(value) <= SOURCE_BYTES_MAX,
  bytes: (value) => isCount(value) && (value as number) <= CONTENT_BYTES_MAX,
  sha256: isHex(32),
  server: hasShape({ time: orNull(isTimeText), flush: orNull((value) => parsePosition(value) !== undefined) }),
  writer: isHex(16),
  keyGeneration: isCount,
  copiedFrom: optional(hasShape({ repository: isHex(16) })),
}
const REACH: Shape = { extent: isHex(8), begin: isOffset, to: isOffset, prefix: isHex(32) }
const SHAPES: Readonly<Record<RecordDocument['kind'], Shape>> = {
  stream: {
    kind: one('stream'),
    ...COMMON,
    ...REACH,
    from: isOffset,
    before: orNull(isReach),
    closed: orNull(isText),
    gap: orNull((value) => isText(value) && GAP.test(value)),
  },
  branch: {
    kind: one('branch'),
    ...COMMON,
    parent: orNull(isParent),
    facts: isFacts,
  },
  beat: {
    kind: one('beat'),
    ...COMMON,
    ...REACH,
    minute: (value) => isCount(value) && (value as number) < MINUTES_MAX,
  },
}

/**
 * The document of a record whose signature is good. Throws DAMAGED for one that contradicts itself, FEATURE_UNSUPPORTED
 * for what only a later version has.
 */
export function parseRecordDocument(body: Body): RecordDocument {
  const { kind, stream, codec, closed } = body
  const shape = kind === 'branch' || kind === 'beat' ? SHAPES[kind] : SHAPES.stream
  if (isText(kind) && kind in SHAPES) requireKnown(stream, { codec, closed: closed ?? null })
  const document = checked<RecordDocument>(body, shape, 'stream record')
  if (document.kind === 'stream') requireStretch(document)
  else requirePlace(document)
  return document
}

/** Values that this version does not have, in places where a later one may have them. */
function requireKnown(stream: unknown, { codec, closed }: { readonly codec: unknown; readonly closed: unknown }): void {
  const kind = isObject(stream) ? stream['kind'] : undefined
  if (isText(kind) && !isStreamKind(kind)) throw unsupported(`stream ${kind}`)
  if (isText(codec) && !Object.values<string>(RecordCodec).includes(codec)) throw unsupported(`codec ${codec}`)
  if (!isText(codec)) throw contradiction('codec')
  if (isText(closed) && !Object.values<string>(Closed).includes(closed)) throw unsupported(`closed ${closed}`)
}

function requireStretch(document: StreamDocument): void {
  const { stream, extent, begin, from, to, before, closed, gap, bytes } = document
  const { countsBytes, offsetMax } = factsOf(stream.kind)
  if (!isExtentOf(stream.kind, BigInt(`0x${extent}`))) throw contradiction('extent')
  if (begin > from || from >= to || to > offsetMax) throw contradiction('to')
  if (bytes === 0 || (countsBytes && bytes !== to - from)) throw contradiction('bytes')
  if (gap === null && (before === null || begin > 0)) throw contradiction('gap')
  const isBefore =
    before === null || before.extent < extent || (gap !== null && isEarlier(before, { extent, to: begin }))
  if (!isBefore) throw contradiction('before')
  if (countsBytes && (closed === Closed.FULL) !== (to === EXTENT_BYTES)) throw contradiction('closed')
}

function isEarlier(before: Reach, start: Omit<Reach, 'prefix'>): boolean {
  return before.extent === start.extent && before.to <= start.to
}

function requirePlace(document: BranchDocument | BeatDocument): void {
  if (document.kind === 'branch') return
  if (!isExtentOf(document.stream.kind, BigInt(`0x${document.extent}`))) throw contradiction('extent')
  if (document.begin >= document.to || document.to > factsOf(document.stream.kind).offsetMax) throw contradiction('to')
  if (document.bytes !== 0) throw contradiction('bytes')
}

/** Where a record has to stand. `nameKey`: that of the repository. */
export function placeOf(document: RecordDocument, nameKey: Uint8Array): Omit<RecordKey, 'key' | 'name'> {
  const { kind, stream } = document
  if (kind === 'stream') {
    const { extent, from, to } = document
    return { id: streamId(nameKey, stream), extent: BigInt(`0x${extent}`), from, to }
  }
  const directory = { id: directoryId(nameKey, stream), extent: directoryExtent(stream.branch), from: 0 }
  // Of a branch there is one record, before all beats; of beats the newest comes first.
  return { ...directory, to: kind === 'branch' ? MINUTES_MAX : document.minute }
}

/** Throws DAMAGED for a record that was moved to another key. */
export function requireAtItsKey(document: RecordDocument, key: RecordKey, nameKey: Uint8Array): void {
  const { id, extent, from, to } = placeOf(document, nameKey)
  if (id === key.id && extent === key.extent && from === key.from && to === key.to) return
  throw new BackupError('DAMAGED', 'A stream record does not belong to its key.', { context: { object: key.key } })
}

function contradiction(member: string): BackupError {
  return new BackupError('DAMAGED', `A stream record has no valid "${member}".`, {
    context: { object: 'stream record', member },
  })
}

function unsupported(feature: string): BackupError {
  return new BackupError('FEATURE_UNSUPPORTED', `A stream record has the unknown ${feature.slice(0, 80)}.`, {
    context: { object: 'stream record', feature: feature.slice(0, 80) },
  })
}
