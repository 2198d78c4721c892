/**
 * Wide directories are cut into pages by content, so that one new name changes few pages (docs/format/v1.md section
 * 10).
 */
import { ByteReader, ByteWriter } from '../pack/index.ts'
import { BlobKind, requireKind } from './directory-page.ts'

/**
 * A change stores its page and the split anew, at about 40 bytes for an entry and for a page that do not compress:
 * pages grow with the square root of the directory, from this many entries.
 */
const WIDE_ENTRIES = 4096
const SCALE_MAX = 6
const ID_BYTES = 32

export interface SplitPage {
  readonly entries: number
  /** One character a byte. */
  readonly firstName: string
  readonly id: Uint8Array
}

/**
 * Where pages end (exclusive entry numbers); the last is `names.length`. One page, possibly empty, for a directory that
 * is not wide.
 */
export function pageEnds(names: readonly string[]): number[] {
  const scale = scaleOf(names.length)
  const [entriesMin, entriesMax, cutBits] = [16 << scale, 128 << scale, 4 + scale]
  const ends: number[] = []
  let start = 0
  for (let i = 0; i + 1 < names.length; i += 1) {
    const entries = i - start + 1
    if (entries >= entriesMax || (entries >= entriesMin && isCut(names[i]!, cutBits))) {
      ends.push(i + 1)
      start = i + 1
    }
  }
  ends.push(names.length)
  return ends
}

function scaleOf(entries: number): number {
  let scale = 0
  while (scale < SCALE_MAX && entries > WIDE_ENTRIES * 4 ** scale) scale += 1
  return scale
}

/**
 * By FNV-1a with a final mix, which costs next to nothing. Whoever chooses names can move pages' ends within their
 * bounds, and nothing else.
 */
function isCut(name: string, bits: number): boolean {
  let h = 0x811c9dc5
  for (let i = 0; i < name.length; i += 1) h = Math.imul(h ^ name.charCodeAt(i), 0x01000193)
  return Math.imul(h ^ (h >>> 15), 0x2c1b3c6d) >>> (32 - bits) === 0
}

export function encodeSplit(pages: readonly SplitPage[]): Buffer {
  const out = new ByteWriter(1024)
  out.u8(BlobKind.SPLIT)
  out.varint(pages.length)
  for (const { entries, firstName, id } of pages) {
    out.varint(entries)
    out.u8(firstName.length)
    out.bytes(Buffer.from(firstName, 'latin1'))
    out.bytes(id)
  }
  return out.copy()
}

/** Decodes an authenticated split. Throws DAMAGED, FEATURE_UNSUPPORTED. */
export function decodeSplit(blob: Uint8Array): SplitPage[] {
  const reader = new ByteReader(blob, 'directory split')
  requireKind(reader, BlobKind.SPLIT)
  const count = reader.count(ID_BYTES + 2)
  const pages: SplitPage[] = []
  for (let i = 0; i < count; i += 1) {
    const entries = reader.varint()
    const firstName = Buffer.from(reader.bytes(reader.u8())).toString('latin1')
    pages.push({ entries, firstName, id: Buffer.from(reader.bytes(ID_BYTES)) })
    if (i > 0 && firstName <= pages[i - 1]!.firstName) throw reader.damaged('has pages out of order')
  }
  reader.end()
  return pages
}
