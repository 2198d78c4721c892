/**
 * Directory pages (docs/format/v1.md section 10): entries column by column. Encoding is canonical, so an unchanged
 * directory is equal bytes.
 */
import { COLUMN_COUNT, Column, EntryColumns, FileType, fileTypeOf } from '../../contracts/index.ts'
import { ByteReader, type ByteWriter } from '../pack/index.ts'

export const BlobKind = { PAGE: 1, SPLIT: 2, CHUNK_LIST: 3 } as const
export const ContentKind = { NONE: 0, ONE: 1, CHUNKS: 2, LIST: 3 } as const
export const ExtraType = { LINK_TARGET: 1, ATTRIBUTE: 2, DEVICE_NUMBER: 3, NOT_KEPT: 4, CHANGED: 5 } as const
const ID_BYTES = 32
const NAME_BYTES_MAX = 255

export interface Extra {
  readonly entry: number
  readonly type: number
  readonly bytes: Uint8Array
}

let scratch = new Uint32Array(1024)

/** Encodes kind byte, count, names and columns of the entries `from`–`to` (exclusive). */
export function encodeStatSection(
  columns: EntryColumns,
  range: { readonly from: number; readonly to: number },
  out: ByteWriter,
): void {
  const { from, to } = range
  const count = to - from
  out.u8(BlobKind.PAGE)
  out.varint(count)
  encodeNames(columns.names, range, out)
  if (count === 0) return
  if (scratch.length < count) scratch = new Uint32Array(count * 2)
  for (let column = 0; column < COLUMN_COUNT; column += 1)
    encodeColumn(columns.values[column]!, { from, to, base: baseOf(columns, column) }, out)
}

/** The ctime columns are stored as differences to the mtime columns of the same rank. */
function baseOf(columns: EntryColumns, column: number): Uint32Array | undefined {
  if (column === Column.CTIME_LOW) return columns.values[Column.MTIME_LOW]
  if (column === Column.CTIME_HIGH) return columns.values[Column.MTIME_HIGH]
  return column === Column.CTIME_NANOSECONDS ? columns.values[Column.MTIME_NANOSECONDS] : undefined
}

function encodeNames(names: readonly string[], range: { from: number; to: number }, out: ByteWriter): void {
  const count = range.to - range.from
  const lengthsAt = out.advance(count)
  let total = 0
  for (let i = 0; i < count; i += 1) total += names[range.from + i]!.length
  let at = out.advance(total)
  const buffer = out.buffer
  for (let i = 0; i < count; i += 1) {
    const name = names[range.from + i]!
    buffer[lengthsAt + i] = name.length
    at += buffer.write(name, at, 'latin1')
  }
}

function encodeColumn(
  values: Uint32Array,
  range: { from: number; to: number; base: Uint32Array | undefined },
  out: ByteWriter,
): void {
  const { from, to, base } = range
  const first = (values[from]! - (base ? base[from]! : 0)) >>> 0
  let previous = first
  let all = 0
  for (let i = from + 1; i < to; i += 1) {
    const value = (values[i]! - (base ? base[i]! : 0)) >>> 0
    const difference = (value - previous) | 0
    scratch[i - from - 1] = difference
    all |= difference
    previous = value
  }
  let mask = 0
  for (let plane = 0; plane < 4; plane += 1) if ((all >>> (plane * 8)) & 0xff) mask |= 1 << plane
  out.u8(mask)
  out.u32(first)
  for (let plane = 0; plane < 4; plane += 1) if (mask & (1 << plane)) encodePlane(plane * 8, to - from - 1, out)
}

function encodePlane(shift: number, count: number, out: ByteWriter): void {
  const at = out.advance(count)
  const buffer = out.buffer
  for (let i = 0; i < count; i += 1) buffer[at + i] = scratch[i]! >>> shift
}

/** Encodes the extras, which must be given in order of entry; sorts those of one entry. */
export function encodeExtras(extras: readonly Extra[], out: ByteWriter): void {
  const sorted =
    extras.length < 2
      ? extras
      : [...extras].sort((a, b) => a.entry - b.entry || a.type - b.type || Buffer.compare(a.bytes, b.bytes))
  out.varint(sorted.length)
  for (const { entry, type, bytes } of sorted) {
    out.varint(entry)
    out.u8(type)
    out.varint(bytes.length)
    out.bytes(bytes)
  }
}

/** A decoded page. Names and columns are decoded at once, contents are slices of the blob. */
export class DirectoryPage {
  readonly columns: EntryColumns
  readonly statSection: Uint8Array
  readonly kinds: Uint8Array
  readonly extras: readonly Extra[]
  readonly #contents: Uint8Array
  readonly #contentEnds: Uint32Array

  constructor(parts: {
    columns: EntryColumns
    statSection: Uint8Array
    kinds: Uint8Array
    contents: Uint8Array
    contentEnds: Uint32Array
    extras: readonly Extra[]
  }) {
    this.columns = parts.columns
    this.statSection = parts.statSection
    this.kinds = parts.kinds
    this.#contents = parts.contents
    this.#contentEnds = parts.contentEnds
    this.extras = parts.extras
  }

  get count(): number {
    return this.columns.count
  }

  contentOf(entry: number): Uint8Array {
    return this.#contents.subarray(entry === 0 ? 0 : this.#contentEnds[entry - 1]!, this.#contentEnds[entry]!)
  }

  /** As `contentOf`, without an object for each of many small ones. */
  copyContentOf(entry: number, out: ByteWriter): void {
    const from = entry === 0 ? 0 : this.#contentEnds[entry - 1]!
    out.range(this.#contents, from, this.#contentEnds[entry]!)
  }

  extrasOf(entry: number): Extra[] {
    return this.extras.filter((extra) => extra.entry === entry)
  }

  extra(entry: number, type: number): Uint8Array | undefined {
    return this.extras.find((extra) => extra.entry === entry && extra.type === type)?.bytes
  }

  /** The entry of that name (one character a byte), or -1. */
  find(name: string): number {
    let low = 0
    let high = this.count - 1
    while (low <= high) {
      const middle = (low + high) >> 1
      const at = this.columns.names[middle]!
      if (at === name) return middle
      if (at < name) low = middle + 1
      else high = middle - 1
    }
    return -1
  }
}

/**
 * Decodes an authenticated page, into `columns` where they are given: what they held is gone then. Throws DAMAGED for
 * anything that the format does not allow, FEATURE_UNSUPPORTED for what a later one may.
 */
export function decodePage(blob: Uint8Array, columns: EntryColumns = new EntryColumns()): DirectoryPage {
  const reader = new ByteReader(blob, 'directory page')
  requireKind(reader, BlobKind.PAGE)
  columns.clear()
  const count = reader.count()
  columns.reserve(count)
  columns.count = count
  columns.names = decodeNames(reader, count)
  if (count > 0) for (let column = 0; column < COLUMN_COUNT; column += 1) decodeColumn(reader, columns, column)
  const statSection = blob.subarray(0, reader.offset)
  const kinds = reader.bytes(count)
  const contentsAt = reader.offset
  const contentEnds = new Uint32Array(count)
  for (let i = 0; i < count; i += 1) {
    skipContent(reader, kinds[i]!, columns.mode(i))
    contentEnds[i] = reader.offset - contentsAt
  }
  const contents = blob.subarray(contentsAt, reader.offset)
  const extras = decodeExtras(reader, count)
  reader.end()
  return new DirectoryPage({ columns, statSection, kinds, contents, contentEnds, extras })
}

const KINDS: ReadonlySet<number> = new Set(Object.values(BlobKind))

/**
 * Passes over the kind of a metadata blob. Throws DAMAGED where another one stands, FEATURE_UNSUPPORTED for none of
 * ours.
 */
export function requireKind(reader: ByteReader, kind: (typeof BlobKind)[keyof typeof BlobKind]): void {
  const found = reader.u8()
  if (found === kind) return
  throw KINDS.has(found) ? reader.damaged(`has kind ${found} instead of ${kind}`) : reader.unknown(`kind ${found}`)
}

function decodeNames(reader: ByteReader, count: number): string[] {
  const lengths = reader.bytes(count)
  const names: string[] = []
  let previous = ''
  for (let i = 0; i < count; i += 1) {
    const name = reader.latin1(lengths[i]!)
    if (!isNameAllowed(name) || name <= previous) throw reader.damaged('has a name that is not allowed or out of order')
    names.push(name)
    previous = name
  }
  return names
}

/** True for a name that may stand in a directory (one character a byte). */
export function isNameAllowed(name: string): boolean {
  return (
    name !== '' &&
    name !== '.' &&
    name !== '..' &&
    name.length <= NAME_BYTES_MAX &&
    !name.includes('/') &&
    !name.includes('\0')
  )
}

function decodeColumn(reader: ByteReader, columns: EntryColumns, column: number): void {
  const count = columns.count
  const mask = reader.u8()
  if (mask > 15) throw reader.unknown(`mask ${mask}`)
  const first = reader.u32()
  const base = baseOf(columns, column)
  const values = columns.values[column]!
  values.fill(0, 1, count)
  for (let plane = 0; plane < 4; plane += 1)
    if (mask & (1 << plane))
      addPlane(values, { source: reader.source, at: reader.take(count - 1), count: count - 1 }, plane * 8)
  let value = first
  values[0] = value + (base ? base[0]! : 0)
  for (let i = 1; i < count; i += 1) {
    value = (value + values[i]!) >>> 0
    values[i] = value + (base ? base[i]! : 0)
  }
}

function addPlane(
  values: Uint32Array,
  { source, at, count }: { readonly source: Uint8Array; readonly at: number; readonly count: number },
  shift: number,
): void {
  for (let i = 0; i < count; i += 1) values[i + 1] = values[i + 1]! | (source[at + i]! << shift)
}

function skipContent(reader: ByteReader, kind: number, mode: number): void {
  const type = fileTypeOf(mode)
  if (kind > ContentKind.LIST) throw reader.unknown(`content kind ${kind}`)
  if (kind !== ContentKind.NONE && type !== FileType.FILE && !(type === FileType.DIRECTORY && kind === ContentKind.ONE))
    throw reader.damaged('gives content to an entry that has none')
  switch (kind) {
    case ContentKind.NONE:
      return
    case ContentKind.ONE:
    case ContentKind.LIST:
      reader.take(ID_BYTES)
      return
    case ContentKind.CHUNKS: {
      const count = reader.count(ID_BYTES + 1)
      for (let i = 0; i < count; i += 1) {
        reader.varint()
        reader.take(ID_BYTES)
      }
      return
    }
  }
}

function decodeExtras(reader: ByteReader, entries: number): Extra[] {
  const count = reader.count(3)
  const extras: Extra[] = []
  let previous = 0
  for (let i = 0; i < count; i += 1) {
    const entry = reader.varint()
    if (entry < previous || entry >= entries) throw reader.damaged('has an extra for no entry')
    previous = entry
    const type = reader.u8()
    extras.push({ entry, type, bytes: reader.bytes(reader.count()) })
  }
  return extras
}
