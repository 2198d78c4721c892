/** Copies the needed blobs of half-empty packs into new packs, each proven by its id, and makes them findable. */
import fs from 'node:fs'
import { throwIfAborted } from '../../kernel/abort.ts'
import { BackupError } from '../../kernel/backup-error.ts'
import { turn } from '../../kernel/clock.ts'
import { createSegmentCodec } from '../compression/index.ts'
import { blobIdOf, LookupIds, ObjectType } from '../crypto/index.ts'
import { alignedBuffer, BLOB_BYTES_MAX, PackWriter, SealBuffers } from '../pack/index.ts'
import type { Repository } from '../repository/index.ts'
import { type IndexClass, openReader } from '../snapshot/index.ts'
import { PackShipper } from '../backup/pack-shipper.ts'
import type { MarkedIndex } from './mark.ts'

const MIB = 1024 * 1024

/** Repacks the needed blobs of `packs`. When it returns, the copies are durable and indexed. Returns the bytes stored. */
export async function repack(repository: Repository, indexClass: IndexClass, work: { readonly marked: MarkedIndex; readonly packs: readonly number[]; readonly signal?: AbortSignal }): Promise<number> {
  const { marked, packs, signal } = work
  if (packs.length === 0) return 0
  fs.mkdirSync(repository.store.stagingDirectory, { recursive: true, mode: 0o700 })
  const shipper = new PackShipper(repository, signal)
  const segmentBytes = indexClass === 'data' ? MIB : MIB / 2
  const type = indexClass === 'data' ? ObjectType.PACK_DATA : ObjectType.PACK_META
  const codec = createSegmentCodec({ level: 3 })
  const writer = new PackWriter(
    { type, scope: repository.keys.scope(), stagingDirectory: repository.store.stagingDirectory, segmentBytes, packBytes: 64 * MIB },
    { codec, buffers: new SealBuffers(segmentBytes + BLOB_BYTES_MAX), segment: Buffer.allocUnsafeSlow(segmentBytes + BLOB_BYTES_MAX), output: alignedBuffer(MIB / 2), onPack: (pack) => shipper.ship(pack) },
  )
  const { segments } = openReader(repository, marked.load, { cacheSegments: 2 })
  await using _segments = segments
  try {
    for (const pack of packs) {
      throwIfAborted(signal)
      await copyPack(marked, { pack, read: (segment) => segments.read(segment, signal), writer, lookupIds: new LookupIds(repository.keys.idKey.key) })
      await shipper.room()
      await turn()
    }
    writer.finishPack()
    await shipper.settle(repository.keys.idKey.version)
  } catch (error) {
    writer.discard()
    throw error
  } finally {
    codec.dispose()
  }
  return shipper.bytesStored
}

interface CopyParts {
  readonly pack: number
  readonly read: (segment: number) => Promise<{ bytes: Uint8Array }>
  readonly writer: PackWriter
  readonly lookupIds: LookupIds
}

async function copyPack({ index, needed }: MarkedIndex, parts: CopyParts): Promise<void> {
  const { entryFrom, blobCount } = index.packs[parts.pack]!
  const expected = new Uint32Array(4)
  const found = new Uint32Array(4)
  for (let entry = entryFrom; entry < entryFrom + blobCount; entry += 1) {
    if (needed[entry] !== 1) continue
    const { segment, offset, bytes } = index.table.placeOf(entry)
    const blob = (await parts.read(segment)).bytes.subarray(offset, offset + bytes)
    parts.lookupIds.lookupInto(blobIdOf(blob), 0, found)
    index.table.lookupIdInto(entry, expected)
    if (blob.length !== bytes || expected.some((word, i) => word !== found[i])) throw new BackupError('DAMAGED', 'A blob to be repacked is damaged: nothing is deleted.', { context: { object: `packs/${index.packs[parts.pack]!.name}` } })
    parts.writer.add(blob, expected)
  }
}
