/**
 * Files of the application (docs/format/v1.md section 15): below `user/` only, mutable, in no snapshot. A file's
 * content is an object of its own, sealed in a stream and named by its bytes; one small sealed object, found under the
 * keyed hash of the path, points to it and is replaced as a whole. So a reader sees the old file or the new one.
 */
import { createHash, createHmac, randomBytes } from 'node:crypto'
import fs from 'node:fs/promises'
import path from 'node:path'
import { throwIfAborted } from '../../kernel/abort.ts'
import { BackupError, isBackupError, systemCode } from '../../kernel/backup-error.ts'
import { isoTime, nowMs } from '../../kernel/clock.ts'
import { makeDirectories } from '../../kernel/directories.ts'
import { machineTag } from '../../kernel/machine.ts'
import {
  isUnreadable,
  type ObjectStat,
  type ObjectStore,
  publishFile,
  requireWholeAnswer,
} from '../../storage/index.ts'
import {
  FRAME_HEADER_BYTES,
  FrameKind,
  HEADER_BYTES,
  ObjectOpener,
  ObjectSealer,
  ObjectType,
  openPayload,
  parseFrameHeader,
  sealPayload,
  TAG_BYTES,
} from '../crypto/index.ts'
import { isObjectKey, objectBytesMax } from './object-keys.ts'
import type { ObjectProblem } from './object-problem.ts'
import type { Repository } from './repository.ts'

const FOLDER = 'user/'
const NAME = 'name'
const FRAME_BYTES = 1024 * 1024
/**
 * What a stopped upload left is removed by the next one to the same path, once no upload can still be at work on it.
 */
const LEFTOVER_MS = 24 * 3600 * 1000

export interface UserFile {
  readonly path: string
  readonly bytes: number
  /** Of the content, hexadecimal. */
  readonly sha256: string
  /** ISO 8601. */
  readonly modifiedAt: string
}

interface UserName extends UserFile {
  /** Name of the object that holds the content. */
  readonly content: string
}

interface CallOptions {
  readonly signal?: AbortSignal
}

/**
 * Stores a file and replaces what had its path. Durable when it resolves; stopped before, the former file is untouched.
 * Memory stays at a few MiB, whatever the size.
 */
export async function writeUserFile(
  repository: Repository,
  filePath: string,
  body: AsyncIterable<Uint8Array>,
  { signal }: CallOptions = {},
): Promise<UserFile> {
  const { store } = repository
  await repository.prepare()
  makeDirectories(repository.workspace, { mode: 0o700 })
  const staged = path.join(
    repository.workspace,
    `user-${machineTag()}-${process.pid}-${randomBytes(12).toString('hex')}`,
  )
  try {
    const written = await stage(repository, { path: filePath, staged, body, signal })
    const folder = folderOf(repository, filePath)
    const former = await readName(repository, filePath, signal).catch(orNothing)
    await publishFile(store, staged, { key: `${folder}/${written.content}`, ...(signal && { signal }) })
    const file: UserName = {
      path: filePath,
      bytes: written.bytes,
      sha256: written.sha256,
      modifiedAt: isoTime(nowMs()),
      content: written.content,
    }
    await store.put(
      `${folder}/${NAME}`,
      sealPayload(ObjectType.USER_NAME, repository.keys.scope(), Buffer.from(JSON.stringify(file))),
      signal ? { signal } : {},
    )
    await sweep(store, { folder, current: written.content, former: former?.content })
    return stated(file)
  } finally {
    await fs.rm(staged, { force: true })
  }
}

/** A damaged name is replaced like any other. */
function orNothing(error: unknown): undefined {
  if (isBackupError(error, 'DAMAGED') || isBackupError(error, 'FILE_NOT_FOUND')) return undefined
  throw error
}

interface Staging {
  readonly path: string
  readonly staged: string
  readonly body: AsyncIterable<Uint8Array>
  readonly signal: AbortSignal | undefined
}

/** The first frame is the path: content that is moved to another path is found out. */
async function stage(
  repository: Repository,
  { path: filePath, staged, body, signal }: Staging,
): Promise<{ bytes: number; sha256: string; content: string }> {
  const plain = createHash('sha256')
  const file = await fs.open(staged, 'wx', 0o600)
  const writer = new SealedWriter(file, new ObjectSealer(ObjectType.USER_CONTENT, repository.keys.scope()))
  let bytes = 0
  try {
    await writer.begin(Buffer.from(filePath))
    for await (const piece of body) {
      throwIfAborted(signal)
      plain.update(piece)
      bytes += piece.length
      for (let at = 0; at < piece.length; at += FRAME_BYTES) await writer.write(piece.subarray(at, at + FRAME_BYTES))
    }
    throwIfAborted(signal)
    return { bytes, sha256: plain.digest('hex'), content: await writer.end() }
  } finally {
    await file.close()
  }
}

/** Full frames and a last one, through two buffers that are used again and again. */
class SealedWriter {
  readonly #file: fs.FileHandle
  readonly #sealer: ObjectSealer
  readonly #hash = createHash('sha256')
  readonly #plain = Buffer.allocUnsafeSlow(FRAME_BYTES)
  readonly #sealed = Buffer.allocUnsafeSlow(FRAME_BYTES + FRAME_HEADER_BYTES + TAG_BYTES)
  #held = 0
  #isPathHeld = false

  constructor(file: fs.FileHandle, sealer: ObjectSealer) {
    this.#file = file
    this.#sealer = sealer
  }

  /** The path waits to be sealed: of an empty file its frame is the final one. */
  async begin(filePath: Buffer): Promise<void> {
    await this.#append(this.#sealer.header)
    this.#held = filePath.copy(this.#plain)
    this.#isPathHeld = true
  }

  /** At most a frame's bytes. */
  async write(piece: Uint8Array): Promise<void> {
    if (piece.length === 0) return
    if (this.#isPathHeld || this.#held === FRAME_BYTES) await this.#seal(false)
    this.#isPathHeld = false
    const taken = Math.min(piece.length, FRAME_BYTES - this.#held)
    this.#plain.set(piece.subarray(0, taken), this.#held)
    this.#held += taken
    if (taken < piece.length) await this.write(piece.subarray(taken))
  }

  /** Seals the final frame. Returns the object's name. */
  async end(): Promise<string> {
    await this.#seal(true)
    return this.#hash.digest('hex')
  }

  async #seal(final: boolean): Promise<void> {
    let at = 0
    this.#sealer.sealFrame([this.#plain.subarray(0, this.#held)], {
      kind: FrameKind.PAYLOAD,
      final,
      emit: (piece) => {
        this.#sealed.set(piece, at)
        at += piece.length
      },
    })
    this.#held = 0
    await this.#append(this.#sealed.subarray(0, at))
  }

  async #append(bytes: Uint8Array): Promise<void> {
    this.#hash.update(bytes)
    for (let done = 0; done < bytes.length; ) done += (await this.#file.write(bytes, done)).bytesWritten
  }
}

async function sweep(
  store: ObjectStore,
  {
    folder,
    current,
    former,
  }: { readonly folder: string; readonly current: string; readonly former: string | undefined },
): Promise<void> {
  const now = nowMs()
  for await (const { key, modifiedMs } of store.list(`${folder}/`)) {
    const name = key.slice(folder.length + 1)
    if (isObjectKey(key) && name !== NAME && name !== current && (name === former || now - modifiedMs > LEFTOVER_MS))
      await store.delete(key)
  }
}

/** Dispose of it, read or not. */
export interface OpenedUserFile extends AsyncDisposable {
  readonly file: UserFile
  /**
   * Every piece is authenticated before it is given; throws DAMAGED in the middle, or at the end when anything is
   * missing.
   */
  readonly content: AsyncIterable<Uint8Array>
}

/** Throws FILE_NOT_FOUND and DAMAGED. */
export async function readUserFile(
  repository: Repository,
  filePath: string,
  { signal }: CallOptions = {},
): Promise<OpenedUserFile> {
  for (let attempt = 1; ; attempt += 1) {
    const name = await readName(repository, filePath, signal)
    const key = `${folderOf(repository, filePath)}/${name.content}`
    try {
      const source = await openObject(repository.store, key, signal)
      return {
        file: stated(name),
        content: contentOf(repository, { name, source, key }),
        [Symbol.asyncDispose]: () => source[Symbol.asyncDispose](),
      }
    } catch (error) {
      if (!isBackupError(error, 'NOT_FOUND')) throw error
      // Replaced between the two reads: look again. Else it is lost.
      if (attempt > 2)
        throw new BackupError('DAMAGED', 'The content of a file is not there.', {
          context: { object: key },
          cause: error,
        })
    }
  }
}

/** Whether there is such a file; its name is not opened. */
export async function hasUserFile(
  repository: Repository,
  filePath: string,
  options: CallOptions = {},
): Promise<boolean> {
  return (await repository.store.head(`${folderOf(repository, filePath)}/${NAME}`, options)) !== undefined
}

/** False when there was none. */
export async function removeUserFile(
  repository: Repository,
  filePath: string,
  options: CallOptions = {},
): Promise<boolean> {
  if (!(await hasUserFile(repository, filePath, options))) return false
  const folder = folderOf(repository, filePath)
  const keys: string[] = []
  for await (const { key } of repository.objects(`${folder}/`, options)) keys.push(key)
  await repository.store.delete(`${folder}/${NAME}`, options)
  for (const key of keys) await repository.store.delete(key)
  return true
}

/** Sorted by path. What can't be believed is returned apart, never dropped in silence. */
export async function listUserFiles(
  repository: Repository,
  options: CallOptions = {},
): Promise<{ readonly files: readonly UserFile[]; readonly problems: readonly ObjectProblem[] }> {
  const files: UserFile[] = []
  const problems: ObjectProblem[] = []
  for await (const { key } of namesIn(repository.store, options)) {
    try {
      files.push(stated(await openName(repository, key, options.signal)))
    } catch (error) {
      if (isBackupError(error, 'DAMAGED')) problems.push({ key, error })
      else if (!isBackupError(error, 'NOT_FOUND')) throw error
    }
  }
  return { files: files.sort((a, b) => (a.path < b.path ? -1 : 1)), problems }
}

/** How many there are: for those who leave them alone and say so. */
export async function countUserFiles(store: ObjectStore, options: CallOptions = {}): Promise<number> {
  let count = 0
  for await (const _ of namesIn(store, options)) count += 1
  return count
}

async function* namesIn(store: ObjectStore, options: CallOptions): AsyncIterable<ObjectStat> {
  for await (const stat of store.list(FOLDER, options))
    if (isObjectKey(stat.key) && stat.key.endsWith(`/${NAME}`)) yield stat
}

function folderOf({ keys }: Repository, filePath: string): string {
  const id = createHmac('sha256', keys.userNameKey).update(filePath).digest('hex')
  return `${FOLDER}${id.slice(0, 2)}/${id}`
}

async function readName(repository: Repository, filePath: string, signal: AbortSignal | undefined): Promise<UserName> {
  try {
    return await openName(repository, `${folderOf(repository, filePath)}/${NAME}`, signal)
  } catch (error) {
    throw isBackupError(error, 'NOT_FOUND')
      ? new BackupError('FILE_NOT_FOUND', 'There is no such file.', { context: { path: filePath }, cause: error })
      : error
  }
}

async function openName(repository: Repository, key: string, signal: AbortSignal | undefined): Promise<UserName> {
  const bytesMax = objectBytesMax(ObjectType.USER_NAME)
  const bytes = await repository.store
    .get(key, signal ? { signal, bytesMax } : { bytesMax })
    .catch((error: unknown) => {
      throw isUnreadable(error) ? unreadable(key, error.cause) : error
    })
  const damaged = (cause?: unknown) =>
    new BackupError('DAMAGED', "A file's name can not be believed.", { context: { object: key }, cause })
  let body: Partial<UserName>
  try {
    body = JSON.parse(
      openPayload(bytes, {
        type: ObjectType.USER_NAME,
        repositoryId: repository.keys.repositoryId,
        masterOf: repository.keys.masterOf,
      }).payload.toString('utf8'),
    ) as Partial<UserName>
  } catch (error) {
    await requireWholeAnswer(repository.store, key, bytes.length)
    throw damaged(error)
  }
  const { path: filePath, bytes: size, sha256, modifiedAt, content } = body
  const isWhole =
    typeof filePath === 'string' &&
    Number.isSafeInteger(size) &&
    typeof sha256 === 'string' &&
    typeof modifiedAt === 'string' &&
    typeof content === 'string' &&
    /^[0-9a-f]{64}$/.test(content)
  if (!isWhole || key !== `${folderOf(repository, filePath)}/${NAME}`) throw damaged()
  return { path: filePath, bytes: size!, sha256, modifiedAt, content }
}

function stated({ path: filePath, bytes, sha256, modifiedAt }: UserName): UserFile {
  return { path: filePath, bytes, sha256, modifiedAt }
}

/** Bytes of an object in order. */
interface ObjectSource extends AsyncDisposable {
  /** Fills all of `into`. Throws DAMAGED when the object ends before. */
  take(into: Buffer): Promise<void>
  /** False where bytes follow what was taken. */
  isAtEnd(): Promise<boolean>
}

/** Throws NOT_FOUND. Replacing the object does not disturb who reads it. */
async function openObject(store: ObjectStore, key: string, signal: AbortSignal | undefined): Promise<ObjectSource> {
  const pieces = store.stream(key, signal ? { signal } : {})[Symbol.asyncIterator]()
  const next = async (): Promise<Uint8Array | undefined> => {
    const { done, value } = await pieces.next().catch((error: unknown) => {
      throw isUnreadable(error) ? unreadable(key, error.cause) : error
    })
    return done === true ? undefined : value
  }
  let piece = await next()
  return {
    take: async (into) => {
      throwIfAborted(signal)
      for (let done = 0; done < into.length; ) {
        if (!piece) throw new BackupError('DAMAGED', 'An object is cut short.', { context: { object: key } })
        const taken = piece.subarray(0, into.length - done)
        into.set(taken, done)
        done += taken.length
        piece = taken.length < piece.length ? piece.subarray(taken.length) : await next()
      }
    },
    isAtEnd: async () => {
      while (piece?.length === 0) piece = await next()
      return piece === undefined
    },
    [Symbol.asyncDispose]: async () => {
      await pieces.return?.()
    },
  }
}

function unreadable(object: string, cause: unknown): BackupError {
  return new BackupError('DAMAGED', 'An object can not be read.', {
    context: { object, cause: systemCode(cause) ?? 'unknown' },
    cause,
  })
}

interface OpenContent {
  readonly name: UserName
  readonly source: ObjectSource
  readonly key: string
}

async function* contentOf(repository: Repository, { name, source, key }: OpenContent): AsyncIterable<Uint8Array> {
  const hash = createHash('sha256')
  let bytes = 0
  try {
    const header = Buffer.alloc(HEADER_BYTES)
    await source.take(header)
    const opener = new ObjectOpener(header, {
      type: ObjectType.USER_CONTENT,
      repositoryId: repository.keys.repositoryId,
      masterOf: repository.keys.masterOf,
    })
    const buffer = Buffer.allocUnsafeSlow(FRAME_HEADER_BYTES + FRAME_BYTES + TAG_BYTES)
    let isFinal = false
    for (let number = 0; !isFinal; number += 1) {
      const frame = await takeFrame(source, { opener, buffer, number })
      isFinal = frame.isFinal
      if (number === 0) requireSame(Buffer.from(frame.plaintext).equals(Buffer.from(name.path)))
      else {
        hash.update(frame.plaintext)
        bytes += frame.plaintext.length
        yield frame.plaintext
      }
    }
    requireSame((await source.isAtEnd()) && bytes === name.bytes && hash.digest('hex') === name.sha256)
  } catch (error) {
    throw isBackupError(error, 'DAMAGED')
      ? new BackupError('DAMAGED', error.message, { context: { ...error.context, object: key }, cause: error })
      : error
  }
}

function requireSame(isSame: boolean): void {
  if (!isSame) throw new BackupError('DAMAGED', 'The content of a file is not what its name says.')
}

/** The sealed bytes go through `buffer`, the plaintext is the reader's to keep. */
async function takeFrame(
  source: ObjectSource,
  { opener, buffer, number }: { readonly opener: ObjectOpener; readonly buffer: Buffer; readonly number: number },
) {
  await source.take(buffer.subarray(0, FRAME_HEADER_BYTES))
  const end = FRAME_HEADER_BYTES + parseFrameHeader(buffer).sealedBytes
  requireSame(end <= buffer.length)
  await source.take(buffer.subarray(FRAME_HEADER_BYTES, end))
  const frame = opener.openFrame(buffer.subarray(0, end), { number })
  requireSame(frame.kind === FrameKind.PAYLOAD)
  return frame
}
