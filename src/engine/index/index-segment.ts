/** Index segments: which blobs stand in which packs (docs/format/v1.md section 9). */
import { FRAME_HEADER_BYTES, HEADER_BYTES } from '../crypto/index.ts'
import { ByteReader, ByteWriter } from '../pack/index.ts'

const VERSION = 1
const NAME_BYTES = 32

/** One pack as an index segment describes it. */
export interface IndexedPack {
  /** 64 hexadecimal digits. */
  readonly name: string
  readonly bytes: number
  /** Per segment: sealed bytes, blob count. */
  readonly segments: Uint32Array
  /** 16 bytes a blob. */
  readonly lookupIds: Uint8Array
  readonly blobBytes: Uint32Array
}

export interface IndexSegment {
  readonly idKeyVersion: number
  /** Names of index segments that this one replaces. */
  readonly supersedes: readonly string[]
  readonly packs: readonly IndexedPack[]
}

export function encodeIndexSegment(segment: IndexSegment): Buffer {
  const out = new ByteWriter(64 * 1024)
  out.u8(VERSION)
  out.u32(segment.idKeyVersion)
  out.varint(segment.supersedes.length)
  for (const name of segment.supersedes) out.bytes(Buffer.from(name, 'hex'))
  out.varint(segment.packs.length)
  for (const pack of segment.packs) {
    out.bytes(Buffer.from(pack.name, 'hex'))
    out.varint(pack.bytes)
    out.varint(pack.segments.length / 2)
    for (const value of pack.segments) out.varint(value)
  }
  for (const pack of segment.packs) out.bytes(pack.lookupIds)
  for (const pack of segment.packs) for (const bytes of pack.blobBytes) out.varint(bytes)
  return out.copy()
}

/** Of an authenticated payload, before it is parsed; undefined for one of another version, or that is none. */
export function idKeyVersionOf(payload: Uint8Array): number | undefined {
  if (payload[0] !== VERSION || payload.length < 5) return undefined
  return new DataView(payload.buffer, payload.byteOffset, payload.length).getUint32(1, true)
}

/**
 * Parses an authenticated payload. Throws DAMAGED, FEATURE_UNSUPPORTED; allocates no more than a small multiple of its
 * size.
 */
export function decodeIndexSegment(payload: Uint8Array): IndexSegment {
  const reader = new ByteReader(payload, 'index segment')
  const version = reader.u8()
  if (version !== VERSION) throw reader.unknown(`version ${version}`)
  const idKeyVersion = reader.u32()
  const supersedes = Array.from({ length: reader.count(NAME_BYTES) }, () =>
    Buffer.from(reader.bytes(NAME_BYTES)).toString('hex'),
  )
  const heads = Array.from({ length: reader.count(NAME_BYTES + 2) }, () => packHead(reader))
  const lookupIds = heads.map((head) => reader.bytes(head.blobCount * 16))
  const packs = heads.map((head, i) => ({
    name: head.name,
    bytes: head.bytes,
    segments: head.segments,
    lookupIds: lookupIds[i]!,
    blobBytes: lengths(reader, head.blobCount),
  }))
  reader.end()
  return { idKeyVersion, supersedes, packs }
}

function packHead(reader: ByteReader): { name: string; bytes: number; segments: Uint32Array; blobCount: number } {
  const name = Buffer.from(reader.bytes(NAME_BYTES)).toString('hex')
  const bytes = reader.varint()
  const count = reader.count(2)
  const segments = new Uint32Array(count * 2)
  let blobCount = 0
  for (let i = 0; i < segments.length; i += 2) {
    segments[i] = reader.varint()
    segments[i + 1] = reader.varint()
    blobCount += segments[i + 1]!
  }
  if (blobCount * 16 > reader.left) throw reader.damaged('counts more blobs than it holds')
  return { name, bytes, segments, blobCount }
}

function lengths(reader: ByteReader, count: number): Uint32Array {
  const out = new Uint32Array(count)
  for (let i = 0; i < count; i += 1) out[i] = reader.varint()
  return out
}

/** The offset of every segment of a pack, in bytes from its start. */
export function segmentOffsets(segments: Uint32Array): number[] {
  const offsets: number[] = []
  let at = HEADER_BYTES
  for (let i = 0; i < segments.length; i += 2) {
    offsets.push(at)
    at += FRAME_HEADER_BYTES + segments[i]!
  }
  return offsets
}
