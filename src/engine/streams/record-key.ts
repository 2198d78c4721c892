/**
 * Keys of stream records (docs/format/v1.md section 17). In an extent the record that reaches furthest comes first, of
 * equal ones the widest: so one page of a list tells which record holds a position.
 */
import type { ObjectStat } from '../../storage/index.ts'
import { extentText, OFFSET_DIGITS, offsetText } from './position.ts'

export const STREAMS_FOLDER = 'streams'
const U32_MAX = 2 ** 32 - 1
const KEY = /^streams\/([0-9a-f]{32})\/([0-9a-f]{16})-([0-9a-f]{8})-([0-9a-f]{8})-([0-9a-f]{64})$/
const EXTENT_BITS = 64
const BITS_A_DIGIT = 4

export interface RecordPlace {
  readonly id: string
  readonly extent: bigint
  /** Offsets: the first of the record, and the first behind it. */
  readonly from: number
  readonly to: number
}

export interface RecordKey extends RecordPlace {
  readonly key: string
  /** SHA-256 of the object. */
  readonly name: string
}

export function recordPrefix({ id, extent, from, to }: RecordPlace): string {
  return `${extentPrefix(id, extent)}${offsetText(U32_MAX - to)}-${offsetText(from)}-`
}

/** Undefined for a key that is no record's. */
export function parseRecordKey(key: string): RecordKey | undefined {
  const [, id, extent, down, from, name] = KEY.exec(key) ?? []
  if (id === undefined || name === undefined) return undefined
  const place = { from: Number.parseInt(from!, 16), to: U32_MAX - Number.parseInt(down!, 16) }
  return place.from < place.to ? { key, id, extent: BigInt(`0x${extent}`), ...place, name } : undefined
}

export interface ListedRecord extends RecordKey {
  /** Of the object. */
  readonly bytes: number
}

/** Undefined for a listed object that has no record's key. */
export function listedRecord({ key, bytes }: Pick<ObjectStat, 'key' | 'bytes'>): ListedRecord | undefined {
  const parsed = parseRecordKey(key)
  return parsed && { ...parsed, bytes }
}

export function streamPrefix(id: string): string {
  return `${STREAMS_FOLDER}/${id}/`
}

export function extentPrefix(id: string, extent: bigint): string {
  return `${streamPrefix(id)}${extentText(extent)}-`
}

/**
 * Prefixes that hold together every extent from `first` on, in order, and no other one. `bits`: how many an extent of
 * this kind can have.
 */
export function prefixesFrom(id: string, first: bigint, bits: number): string[] {
  const text = extentText(first)
  const digitFrom = Math.floor((EXTENT_BITS - bits) / BITS_A_DIGIT)
  const prefixes = [extentPrefix(id, first)]
  for (let digit = text.length - 1; digit >= digitFrom; digit -= 1)
    for (let value = Number.parseInt(text[digit]!, 16) + 1; value < 2 ** BITS_A_DIGIT; value += 1)
      prefixes.push(`${streamPrefix(id)}${text.slice(0, digit)}${value.toString(16)}`)
  return prefixes
}

/** The one prefix that holds every extent from `first` to `last`, and others beside them. */
export function prefixAround(id: string, first: bigint, last: bigint): string {
  const [a, b] = [extentText(first), extentText(last)]
  let same = 0
  while (same < a.length && a[same] === b[same]) same += 1
  return same === OFFSET_DIGITS * 2 ? extentPrefix(id, first) : `${streamPrefix(id)}${a.slice(0, same)}`
}
