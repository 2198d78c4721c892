/**
 * A stream record as an object (docs/format/v1.md section 17): the signed document alone in the first frame, so that
 * who only wants to know what it says reads a few hundred bytes; the content behind it.
 */
import { createHash } from 'node:crypto'
import zlib from 'node:zlib'
import { BackupError, isBackupError } from '../../kernel/backup-error.ts'
import { invariant } from '../../kernel/invariant.ts'
import {
  FRAME_HEADER_BYTES,
  FrameKind,
  HEADER_BYTES,
  ObjectOpener,
  ObjectSealer,
  ObjectType,
  parseFrameHeader,
  type Signer,
  signDocument,
  splitDocument,
  verifyDocument,
} from '../crypto/index.ts'
import type { Repository } from '../repository/index.ts'
import {
  CONTENT_BYTES_MAX,
  parseRecordDocument,
  placeOf,
  RecordCodec,
  type RecordDocument,
  requireAtItsKey,
} from './record-document.ts'
import { type ListedRecord, type RecordKey, recordPrefix } from './record-key.ts'
import { streamNameKey } from './stream-identity.ts'

const FRAME_BYTES = 1024 * 1024
/** Of the signed document; ours have some 1,000. */
const DOCUMENT_BYTES_MAX = 64 * 1024
/** Enough for header, first frame and its end in one read. */
const HEAD_BYTES = 4 * 1024
/** Length, signer and signature around a document's body. */
const SIGNED_BYTES = 4 + 16 + 64
const ZSTD_LEVEL = 3
/** Less is not worth a codec. */
const COMPRESSED_BYTES_MIN = 64

/** Every record lacks these until it is sealed. */
type Unsealed<T> = T extends RecordDocument ? Omit<T, 'bytes' | 'sha256' | 'codec' | 'writer' | 'keyGeneration'> : never
export type RecordDraft = Unsealed<RecordDocument>

export interface SealedRecord {
  readonly key: string
  readonly bytes: Buffer
  readonly document: RecordDocument
}

/** Signs and seals. The same draft gives another object each time; one that is put again is put as it is. */
export function sealRecord(
  { keys }: Pick<Repository, 'keys'>,
  draft: RecordDraft,
  { content, writer }: { readonly content: Uint8Array; readonly writer: Signer },
): SealedRecord {
  invariant(content.length <= CONTENT_BYTES_MAX, 'The content of a record is not longer than a reader takes.')
  const { codec, stored } = compressed(content)
  const document = parseRecordDocument({
    ...draft,
    bytes: content.length,
    sha256: sha256Of(content),
    codec,
    writer: writer.id.toString('hex'),
    keyGeneration: keys.generation,
  })
  const signed = signDocument(document, {
    purpose: String(ObjectType.STREAM),
    repositoryId: keys.repositoryId,
    signer: writer,
  })
  invariant(signed.length <= DOCUMENT_BYTES_MAX, "A record's document is not longer than a reader takes.")
  const bytes = sealFrames(new ObjectSealer(ObjectType.STREAM, keys.scope()), [signed, ...framesOf(stored)])
  const key = `${recordPrefix(placeOf(document, streamNameKey(keys)))}${sha256Of(bytes)}`
  return { key, bytes, document }
}

function compressed(content: Uint8Array): { readonly codec: RecordCodec; readonly stored: Uint8Array } {
  const plain = { codec: RecordCodec.NONE, stored: content }
  if (content.length < COMPRESSED_BYTES_MIN) return plain
  const packed = zlib.zstdCompressSync(content, {
    params: { [zlib.constants.ZSTD_c_compressionLevel]: ZSTD_LEVEL },
  })
  return packed.length < content.length ? { codec: RecordCodec.ZSTD, stored: packed } : plain
}

function framesOf(stored: Uint8Array): Uint8Array[] {
  const frames: Uint8Array[] = []
  for (let at = 0; at < stored.length; at += FRAME_BYTES) frames.push(stored.subarray(at, at + FRAME_BYTES))
  return frames
}

function sealFrames(sealer: ObjectSealer, frames: readonly Uint8Array[]): Buffer {
  const pieces: Buffer[] = [sealer.header]
  for (const [i, frame] of frames.entries())
    sealer.sealFrame([frame], {
      kind: FrameKind.PAYLOAD,
      final: i === frames.length - 1,
      emit: (piece) => pieces.push(Buffer.from(piece)),
    })
  return Buffer.concat(pieces)
}

export interface OpenedRecord<T extends RecordDocument = RecordDocument> {
  readonly key: RecordKey
  readonly document: T
  readonly content: Buffer
}

/** Reads a whole record. Throws NOT_FOUND, DAMAGED, FEATURE_UNSUPPORTED, and what the store throws. */
export async function readRecord(repository: Repository, key: RecordKey, signal?: AbortSignal): Promise<OpenedRecord> {
  const payload = await repository.readPayload(key.key, ObjectType.STREAM, signal)
  return naming(key, () => {
    const bodyBytes = payload.length < 4 ? 0 : payload.readUInt32LE(0)
    const end = SIGNED_BYTES + bodyBytes
    if (end > Math.min(payload.length, DOCUMENT_BYTES_MAX))
      throw new BackupError('DAMAGED', 'A signed document has another length than it says.')
    const document = openDocument(repository, key, payload.subarray(0, end))
    return { key, document, content: decoded(document, payload.subarray(end)) }
  })
}

/**
 * Reads what a record says without its content, whose bytes are not looked at. Throws as `readRecord` does, but for
 * damage of the content.
 */
export async function readRecordHead(
  repository: Repository,
  key: ListedRecord,
  { signal }: { readonly signal?: AbortSignal } = {},
): Promise<RecordDocument> {
  const { store, keys } = repository
  const read = (offset: number, length: number) => store.get(key.key, { offset, length, ...(signal && { signal }) })
  try {
    let head = await read(0, Math.min(key.bytes, HEAD_BYTES))
    const expect = { type: ObjectType.STREAM, repositoryId: keys.repositoryId, masterOf: keys.masterOf }
    const opener = new ObjectOpener(head, expect)
    const end = HEADER_BYTES + FRAME_HEADER_BYTES + parseFrameHeader(head.subarray(HEADER_BYTES)).sealedBytes
    if (end <= Math.min(key.bytes, HEADER_BYTES + DOCUMENT_BYTES_MAX) && end > head.length) head = await read(0, end)
    const { kind, plaintext } = opener.openFrame(head.subarray(HEADER_BYTES, end), { number: 0 })
    if (kind === FrameKind.PAYLOAD) return openDocument(repository, key, plaintext)
  } catch (error) {
    if (!isBackupError(error, 'DAMAGED')) throw atKey(error, key)
  }
  // What is wrong with it is told by reading it whole: it may be a stranger's, or have rotted.
  return (await readRecord(repository, key, signal)).document
}

function openDocument(repository: Repository, key: RecordKey, signed: Uint8Array): RecordDocument {
  const { keys } = repository
  const { body, signer } = verifyDocument(splitDocument(signed), {
    purpose: String(ObjectType.STREAM),
    repositoryId: keys.repositoryId,
    signerOf: keys.signerOf,
  })
  const document = parseRecordDocument(body)
  if (document.writer !== signer.toString('hex'))
    throw new BackupError('DAMAGED', 'A stream record is signed by another than its writer.')
  requireAtItsKey(document, key, streamNameKey(keys))
  return document
}

/** The document is authenticated: what it says is how much may be decoded. */
function decoded({ bytes, sha256, codec }: RecordDocument, stored: Uint8Array): Buffer {
  const content = codec === RecordCodec.NONE ? Buffer.from(stored) : decompressed(stored, bytes)
  if (content.length !== bytes || sha256Of(content) !== sha256)
    throw new BackupError('DAMAGED', 'The content of a stream record is not what its document says.')
  return content
}

function decompressed(stored: Uint8Array, bytes: number): Buffer {
  try {
    return zlib.zstdDecompressSync(stored, { maxOutputLength: Math.max(1, bytes) })
  } catch (error) {
    throw new BackupError('DAMAGED', 'The content of a stream record can not be decoded.', { cause: error })
  }
}

function sha256Of(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}

function naming<T>(key: RecordKey, run: () => T): T {
  try {
    return run()
  } catch (error) {
    throw atKey(error, key)
  }
}

function atKey(error: unknown, { key: object }: RecordKey): unknown {
  if (!isBackupError(error)) return error
  return new BackupError(error.code, error.message, { context: { ...error.context, object }, cause: error })
}
