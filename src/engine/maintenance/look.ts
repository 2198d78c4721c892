/**
 * What one object of a repository says, for whoever helps: read, authenticated, and without anything that opens
 * something. One object, or one frame of a pack, is in memory at a time.
 */
import { BackupError } from '../../kernel/backup-error.ts'
import { shortIds } from '../../kernel/id-beginning.ts'
import type { ObjectStat } from '../../storage/index.ts'
import {
  FRAME_HEADER_BYTES,
  FrameKind,
  HEADER_BYTES,
  ObjectOpener,
  ObjectType,
  parseFrameHeader,
} from '../crypto/index.ts'
import { decodeIndexSegment } from '../index/index.ts'
import { ByteReader, parseSegment } from '../pack/index.ts'
import { isOwnKeyring, type Repository, readConfigs, readKeyrings } from '../repository/index.ts'
import { readHistory } from '../snapshot/index.ts'
import { parseRecordKey, type RecordDocument, readRecord, STREAMS_FOLDER } from '../streams/index.ts'
import { shownDocument } from './shown-document.ts'

/** Kinds as people name them, with the folder that holds them. */
export const OBJECT_FOLDERS = {
  config: 'config',
  keys: 'keys',
  snapshots: 'snapshots',
  checkpoints: 'checkpoints',
  packs: 'packs',
  index: 'index',
  records: 'records',
  audit: 'audit',
  locks: 'sessions',
  deletes: 'deletes',
  confirms: 'confirms',
  claims: 'commits',
  streams: STREAMS_FOLDER,
  parity: 'parity',
  user: 'user',
} as const
export type ObjectKind = keyof typeof OBJECT_FOLDERS

const DOCUMENT_TYPES: Readonly<Record<string, ObjectType>> = {
  records: ObjectType.RECORD,
  audit: ObjectType.RECORD,
  sessions: ObjectType.SESSION,
  deletes: ObjectType.DELETE,
  confirms: ObjectType.CONFIRM,
  commits: ObjectType.CLAIM,
}

/** Of the names that a beginning may mean. */
const SHOWN_MAX = 10
const SHOWN_LENGTH = 12

/** In the order of the store's listing. */
export async function* listObjects(
  repository: Repository,
  kind: ObjectKind,
  signal?: AbortSignal,
): AsyncGenerator<ObjectStat> {
  yield* repository.objects(`${OBJECT_FOLDERS[kind]}/`, signal ? { signal } : {})
}

/**
 * The key of the one object of a kind whose name, or key, begins so. Equal copies of one object count once. Throws
 * NOT_FOUND, and ID_AMBIGUOUS where several begin so.
 */
export async function findObject(
  repository: Repository,
  { kind, begin }: { readonly kind: ObjectKind; readonly begin: string },
  signal?: AbortSignal,
): Promise<string> {
  const found = new Map<string, string>()
  for await (const { key } of listObjects(repository, kind, signal)) {
    const name = nameOf(key)
    if ((key.startsWith(begin) || name.startsWith(begin)) && !found.has(name)) found.set(name, key)
    if (found.size > SHOWN_MAX) break
  }
  if (found.size > 1)
    throw new BackupError('ID_AMBIGUOUS', 'Several objects begin like that.', {
      context: { id: begin, candidates: [...shortIds([...found.keys()], SHOWN_LENGTH).values()].slice(0, SHOWN_MAX) },
    })
  const [key] = found.values()
  if (key !== undefined) return key
  throw new BackupError('NOT_FOUND', 'There is no such object.', {
    context: { object: `${OBJECT_FOLDERS[kind]}/${begin}`, list: `list ${kind}` },
  })
}

/** A claim is named by its run; every other object by its content. */
function nameOf(key: string): string {
  const last = key.slice(key.lastIndexOf('/') + 1)
  return /[0-9a-f]{64}$/.test(last) ? last.slice(-64) : last
}

/** What it says, as plain JSON. Throws DAMAGED, NOT_FOUND; USAGE for what has nothing to say but bytes. */
export async function readObject(
  repository: Repository,
  key: string,
  signal?: AbortSignal,
): Promise<Readonly<Record<string, unknown>>> {
  const folder = folderOf(key)
  if (folder === 'config') return { key, ...(await configOf(repository, key, signal)) }
  if (folder === 'keys') return { key, ...(await keyringOf(repository, key, signal)) }
  if (folder === 'snapshots' || folder === 'checkpoints') return { key, ...(await snapshotOf(repository, key, signal)) }
  if (folder === 'packs') return { key, ...(await packOf(repository, key, signal)) }
  if (folder === STREAMS_FOLDER)
    return { key, document: shownDocument(folder, { ...(await recordOf(repository, key, signal)) }) }
  if (folder === 'index') return { key, ...(await indexOf(repository, key, signal)) }
  const type = DOCUMENT_TYPES[folder]
  if (type === undefined) throw new BackupError('USAGE', `Of ${key} there is nothing to show but sealed bytes.`)
  // All but a claim are named by their bytes.
  if (folder !== 'commits') await repository.readPayload(key, type, signal)
  const { body, signer } = await repository.readDocument(key, type, signal)
  return { key, signer, document: shownDocument(folderOf(key), { ...body }) }
}

async function configOf(repository: Repository, key: string, signal: AbortSignal | undefined): Promise<object> {
  const { candidates } = await readConfigs(repository.store, signal)
  const stored = candidates.find(({ name }) => name === nameOf(key))
  if (!stored) throw damaged(key)
  return { isInForce: stored.name === repository.configName, document: shownDocument('config', { ...stored.config }) }
}

async function keyringOf(repository: Repository, key: string, signal: AbortSignal | undefined): Promise<object> {
  const { candidates } = await readKeyrings(repository.store, signal)
  const stored = candidates.find(({ name }) => name === nameOf(key))
  if (!stored) throw damaged(key)
  return {
    isSigned: isOwnKeyring(repository.keys, stored),
    copies: stored.keys,
    document: shownDocument('keys', { ...stored.body }),
  }
}

/** Its signature may stand in the one after it: the whole chain is read. */
async function snapshotOf(repository: Repository, key: string, signal: AbortSignal | undefined): Promise<object> {
  const history = await readHistory(repository, signal ? { signal } : {})
  const found = [...history.snapshots, ...history.checkpoints].find(({ name }) => name === nameOf(key))
  if (found) return { document: shownDocument(folderOf(key), { ...found.document }) }
  const problem = history.problems.find((each) => each.key === key)
  if (problem) throw problem.error
  const type = key.startsWith('snapshots/') ? ObjectType.SNAPSHOT : ObjectType.CHECKPOINT
  const { body, signer } = await repository.readDocument(key, type, signal)
  return { counts: false, signer, document: shownDocument(folderOf(key), { ...body }) }
}

/** Every frame is authenticated; what the blobs hold is not looked at. */
async function packOf(repository: Repository, key: string, signal: AbortSignal | undefined): Promise<object> {
  const { store, keys } = repository
  const read = (offset: number, length: number) => store.get(key, { offset, length, ...(signal && { signal }) })
  const opener = new ObjectOpener(await read(0, HEADER_BYTES), {
    type: [ObjectType.PACK_DATA, ObjectType.PACK_META],
    repositoryId: keys.repositoryId,
    masterOf: keys.masterOf,
  })
  const segments: Array<{ offset: number; bytesSealed: number; blobs: number; bytes: number }> = []
  for (let offset = HEADER_BYTES, number = 0; ; number += 1) {
    const { sealedBytes } = parseFrameHeader(await read(offset, FRAME_HEADER_BYTES))
    const { kind, isFinal, plaintext } = opener.openFrame(await read(offset, FRAME_HEADER_BYTES + sealedBytes), {
      number,
    })
    offset += FRAME_HEADER_BYTES + sealedBytes
    if (kind === FrameKind.PACK_END) {
      const end = new ByteReader(plaintext, 'pack end')
      const { type, epoch, tenant } = opener.header
      return {
        holds: type === ObjectType.PACK_DATA ? 'data' : 'metadata',
        epoch,
        tenant: tenant.toString('hex'),
        bytes: offset,
        segmentCount: end.varint(),
        blobCount: end.varint(),
        segments,
      }
    }
    if (isFinal || kind !== FrameKind.SEGMENT) throw damaged(key)
    const { blobOffsets } = parseSegment(plaintext)
    segments.push({
      offset: offset - FRAME_HEADER_BYTES - sealedBytes,
      bytesSealed: sealedBytes,
      blobs: blobOffsets.length - 1,
      bytes: blobOffsets.at(-1) ?? 0,
    })
  }
}

async function recordOf(repository: Repository, key: string, signal: AbortSignal | undefined): Promise<RecordDocument> {
  const place = parseRecordKey(key)
  if (!place) throw damaged(key)
  return (await readRecord(repository, place, signal)).document
}

async function indexOf(repository: Repository, key: string, signal: AbortSignal | undefined): Promise<object> {
  const type = key.startsWith('index/data/') ? ObjectType.INDEX_DATA : ObjectType.INDEX_META
  const { supersedes, packs } = decodeIndexSegment(await repository.readPayload(key, type, signal))
  return {
    supersedes,
    packs: packs.map(({ name, bytes, segments, blobBytes }) => ({
      pack: name,
      bytes,
      segments: segments.length / 2,
      blobs: blobBytes.length,
    })),
  }
}

function folderOf(key: string): string {
  return key.slice(0, key.indexOf('/'))
}

function damaged(key: string): BackupError {
  return new BackupError('DAMAGED', 'An object is not what its name says.', { context: { object: key } })
}
