/** Copies needed blobs into new packs, each proven by its id, and makes them findable: for prune within a repository, for copy into another. */
import fs from 'node:fs'
import { throwIfAborted } from '../../kernel/abort.ts'
import { BackupError } from '../../kernel/backup-error.ts'
import { turn } from '../../kernel/clock.ts'
import { createSegmentCodec, type SegmentCodec } from '../compression/index.ts'
import { blobIdOf, LookupIds, ObjectType } from '../crypto/index.ts'
import { alignedBuffer, BLOB_BYTES_MAX, PackWriter, SealBuffers } from '../pack/index.ts'
import type { Repository } from '../repository/index.ts'
import { type IndexClass, openReader } from '../snapshot/index.ts'
import { PackShipper } from '../backup/pack-shipper.ts'
import type { MarkedIndex } from './mark.ts'

const MIB = 1024 * 1024

export interface CopyWork {
  readonly from: Repository
  /** Where the copies go: the same repository when packs are rewritten. */
  readonly to: Repository
  readonly indexClass: IndexClass
  readonly marked: MarkedIndex
  /** Pack numbers. */
  readonly packs: readonly number[]
  readonly onBytes?: (bytes: number) => void
  readonly signal?: AbortSignal
}

/** Copies the needed blobs of `packs`. When it returns, the copies are durable and indexed. Returns the bytes stored. Throws DAMAGED. */
export async function copyBlobs(work: CopyWork): Promise<number> {
  const { from, to, marked, packs, signal } = work
  if (packs.length === 0) return 0
  const shipper = new PackShipper(to, signal)
  const codec = createSegmentCodec({ level: 3 })
  const writer = packWriter(work, { codec, shipper })
  const { segments } = openReader(from, marked.load, { cacheSegments: 2 })
  await using _segments = segments
  const parts = { writer, read: (segment: number) => segments.read(segment, signal), from: new LookupIds(from.keys.idKey.key), to: new LookupIds(to.keys.idKey.key) }
  try {
    for (const pack of packs) {
      throwIfAborted(signal)
      const bytes = await copyPack(marked, { ...parts, pack })
      work.onBytes?.(bytes)
      await shipper.room()
      await turn()
    }
    writer.finishPack()
    await shipper.settle(to.keys.idKey.version)
  } catch (error) {
    writer.discard()
    throw error
  } finally {
    codec.dispose()
  }
  return shipper.bytesStored
}

function packWriter({ to, indexClass }: CopyWork, parts: { codec: SegmentCodec; shipper: PackShipper }): PackWriter {
  const { stagingDirectory } = to.store
  fs.mkdirSync(stagingDirectory, { recursive: true, mode: 0o700 })
  const segmentBytes = indexClass === 'data' ? MIB : MIB / 2
  const type = indexClass === 'data' ? ObjectType.PACK_DATA : ObjectType.PACK_META
  return new PackWriter(
    { type, scope: to.keys.scope(), stagingDirectory, segmentBytes, packBytes: 64 * MIB },
    {
      codec: parts.codec, buffers: new SealBuffers(segmentBytes + BLOB_BYTES_MAX), segment: Buffer.allocUnsafeSlow(segmentBytes + BLOB_BYTES_MAX), output: alignedBuffer(MIB / 2),
      onPack: (pack) => parts.shipper.ship(pack),
    },
  )
}

interface CopyParts {
  readonly pack: number
  readonly read: (segment: number) => Promise<{ bytes: Uint8Array }>
  readonly writer: PackWriter
  readonly from: LookupIds
  readonly to: LookupIds
}

/** Returns the plain bytes copied. */
async function copyPack({ index, needed }: MarkedIndex, parts: CopyParts): Promise<number> {
  const { entryFrom, blobCount } = index.packs[parts.pack]!
  const expected = new Uint32Array(4)
  const found = new Uint32Array(4)
  let copied = 0
  for (let entry = entryFrom; entry < entryFrom + blobCount; entry += 1) {
    if (needed[entry] !== 1) continue
    const { segment, offset, bytes } = index.table.placeOf(entry)
    const blob = (await parts.read(segment)).bytes.subarray(offset, offset + bytes)
    const id = blobIdOf(blob)
    parts.from.lookupInto(id, 0, found)
    index.table.lookupIdInto(entry, expected)
    if (blob.length !== bytes || expected.some((word, i) => word !== found[i])) throw new BackupError('DAMAGED', 'A blob to be copied is damaged: nothing is deleted.', { context: { object: `packs/${index.packs[parts.pack]!.name}` } })
    parts.to.lookupInto(id, 0, expected)
    parts.writer.add(blob, expected)
    copied += bytes
  }
  return copied
}
