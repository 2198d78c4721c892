/**
 * Places in a stream (docs/format/v1.md section 17): the extent, a stretch of the stream that no record crosses, and
 * the offset in it. What a server calls a position is turned into one here, and nowhere else.
 */
import { invariant } from '../../kernel/invariant.ts'

export const StreamKind = {
  POSTGRESQL_WAL: 'postgresql-wal',
  MYSQL_BINLOG: 'mysql-binlog',
  MONGODB_OPLOG: 'mongodb-oplog',
} as const
export type StreamKind = (typeof StreamKind)[keyof typeof StreamKind]

export interface Position {
  /** u64. */
  readonly extent: bigint
  /** u32. */
  readonly offset: number
}

/** Bytes of an extent whose offsets count bytes. */
export const EXTENT_BYTES = 1 << 24
const OFFSET_BITS = 24n
const OFFSET_MASK = (1n << OFFSET_BITS) - 1n
const U32_MAX = 2 ** 32 - 1
/** Of an oplog: seconds in an extent as a power of two, and operations in a second. */
const WINDOW_BITS = 6
const WINDOW_SECONDS = 2 ** WINDOW_BITS
const OPERATION_BITS = 26
const OPERATION_MAX = 2 ** OPERATION_BITS - 2
/** Digits of an extent in a key, and of an offset. */
const EXTENT_DIGITS = 16
export const OFFSET_DIGITS = 8

interface KindFacts {
  /** Bits that an extent's number can have. */
  readonly extentBits: number
  /** Offsets count bytes, so that a record of any stretch can be cut. */
  readonly countsBytes: boolean
  readonly offsetMax: number
}

const FACTS: Readonly<Record<StreamKind, KindFacts>> = {
  [StreamKind.POSTGRESQL_WAL]: { extentBits: 40, countsBytes: true, offsetMax: EXTENT_BYTES },
  [StreamKind.MYSQL_BINLOG]: { extentBits: 64, countsBytes: true, offsetMax: EXTENT_BYTES },
  [StreamKind.MONGODB_OPLOG]: { extentBits: 32 - WINDOW_BITS, countsBytes: false, offsetMax: U32_MAX },
}

export function isStreamKind(value: unknown): value is StreamKind {
  return Object.values<unknown>(StreamKind).includes(value)
}

export function factsOf(kind: StreamKind): KindFacts {
  return FACTS[kind]
}

/** Whether a stream of that kind can have this extent. */
export function isExtentOf(kind: StreamKind, extent: bigint): boolean {
  return extent >= 0n && extent < 1n << BigInt(FACTS[kind].extentBits)
}

/** A log sequence number, whatever the size of the server's WAL segments. */
export function walPosition(lsn: bigint): Position {
  invariant(lsn >= 0n && lsn < 1n << 64n, 'A log sequence number has 64 bits.')
  return { extent: lsn >> OFFSET_BITS, offset: Number(lsn & OFFSET_MASK) }
}

export function walLsn({ extent, offset }: Position): bigint {
  return (extent << OFFSET_BITS) + BigInt(offset)
}

/** A place in a binary log: the number of its file, and the bytes before it in there. */
export function binlogPosition(file: number, byte: bigint): Position {
  invariant(Number.isInteger(file) && file >= 0 && file <= U32_MAX, 'The number of a binary log has 32 bits.')
  invariant(byte >= 0n && byte < 1n << 56n, 'A binary log has less than 2^56 bytes.')
  return { extent: (BigInt(file) << 32n) + (byte >> OFFSET_BITS), offset: Number(byte & OFFSET_MASK) }
}

export function binlogPlace({ extent, offset }: Position): { readonly file: number; readonly byte: bigint } {
  return {
    file: Number(extent >> 32n),
    byte: ((extent & BigInt(U32_MAX)) << OFFSET_BITS) + BigInt(offset),
  }
}

/** The place of an operation: seconds since 1970, and its number in that second. What follows it is one further. */
export function oplogPosition(seconds: number, operation: number): Position {
  invariant(Number.isInteger(seconds) && seconds >= 0 && seconds <= U32_MAX, 'Seconds of an oplog have 32 bits.')
  invariant(Number.isInteger(operation) && operation >= 0, 'Operations of a second are counted from 0.')
  const inWindow = seconds % WINDOW_SECONDS
  return {
    extent: BigInt(Math.floor(seconds / WINDOW_SECONDS)),
    offset: inWindow * 2 ** OPERATION_BITS + Math.min(operation, OPERATION_MAX),
  }
}

/** The place right behind that of an operation. */
export function oplogEnd(seconds: number, operation: number): Position {
  const { extent, offset } = oplogPosition(seconds, operation)
  return { extent, offset: offset + 1 }
}

/** Below zero where `a` comes first. The end of an extent and the beginning of the next are two places. */
export function comparePositions(a: Position, b: Position): number {
  if (a.extent !== b.extent) return a.extent < b.extent ? -1 : 1
  return a.offset - b.offset
}

/** The same place, where that is the end of a full extent named as the beginning of the next. */
export function settled(kind: StreamKind, position: Position): Position {
  return FACTS[kind].countsBytes && position.offset === EXTENT_BYTES
    ? { extent: position.extent + 1n, offset: 0 }
    : position
}

export function extentText(extent: bigint): string {
  return extent.toString(16).padStart(EXTENT_DIGITS, '0')
}

export function offsetText(offset: number): string {
  return offset.toString(16).padStart(OFFSET_DIGITS, '0')
}

/** As documents and people have it: in the order of the places. */
export function positionText({ extent, offset }: Position): string {
  return `${extentText(extent)}-${offsetText(offset)}`
}

const POSITION = new RegExp(`^([0-9a-f]{${EXTENT_DIGITS}})-([0-9a-f]{${OFFSET_DIGITS}})$`)

/** Undefined for what is none. */
export function parsePosition(text: unknown): Position | undefined {
  const [, extent, offset] = (typeof text === 'string' && POSITION.exec(text)) || []
  if (extent === undefined || offset === undefined) return undefined
  return { extent: BigInt(`0x${extent}`), offset: Number.parseInt(offset, 16) }
}
