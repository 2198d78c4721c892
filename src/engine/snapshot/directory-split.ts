/** Wide directories are cut into pages by content, so that one new name changes few pages (docs/format/v1.md section 10). */
import { hash } from 'node:crypto'
import { ByteReader, ByteWriter } from '../pack/index.ts'
import { BlobKind } from './directory-page.ts'

const PAGE_ENTRIES_MIN = 1024
const PAGE_ENTRIES_MAX = 8192
const CUT_MASK = 0xffe0
const ID_BYTES = 32

export interface SplitPage {
  readonly entries: number
  /** One character a byte. */
  readonly firstName: string
  readonly id: Uint8Array
}

/** Where pages end (exclusive entry numbers); the last is `names.length`. One page, possibly empty, for a directory that is not wide. */
export function pageEnds(names: readonly string[]): number[] {
  const ends: number[] = []
  let start = 0
  for (let i = 0; i + 1 < names.length; i += 1) {
    const entries = i - start + 1
    if (entries >= PAGE_ENTRIES_MAX || (entries >= PAGE_ENTRIES_MIN && isCut(names[i]!))) {
      ends.push(i + 1)
      start = i + 1
    }
  }
  ends.push(names.length)
  return ends
}

function isCut(name: string): boolean {
  const digest = hash('sha256', Buffer.from(name, 'latin1'), 'buffer')
  return (digest.readUInt16BE(0) & CUT_MASK) === 0
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

/** Decodes an authenticated split. Throws DAMAGED. */
export function decodeSplit(blob: Uint8Array): SplitPage[] {
  const reader = new ByteReader(blob, 'directory split')
  if (reader.u8() !== BlobKind.SPLIT) throw reader.damaged('is no split')
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
