/**
 * Objects as files below one folder. A write becomes visible by rename or link only after its bytes are on the disk,
 * and is acknowledged only after the folders that lead to it are. A failed fsync is never retried: the page cache may
 * have dropped the error with the data.
 */
import { randomBytes } from 'node:crypto'
import { constants, type Dirent, type Stats } from 'node:fs'
import fs from 'node:fs/promises'
import path from 'node:path'
import { throwIfAborted } from '../kernel/abort.ts'
import { BackupError, systemCode } from '../kernel/backup-error.ts'
import { monotonicNs } from '../kernel/clock.ts'
import { inOrder } from '../kernel/in-order.ts'
import { bootId, machineTag } from '../kernel/machine.ts'
import { ownerToGive } from '../kernel/owned-file.ts'
import { piecesOf } from './byte-source.ts'
import { checkKey } from './key.ts'
import { translate } from './local-errors.ts'
import { readObject, streamObject } from './local-reading.ts'
import { STAGING, sweepStaged } from './local-staging.ts'
import type {
  ByteSource,
  CallOptions,
  ListOptions,
  LocalFiles,
  ObjectStat,
  ObjectStore,
  PutOptions,
  RangeOptions,
  ReadOptions,
  StoreCapabilities,
  StoreCapacity,
} from './object-store.ts'

const RESERVE = 'reserve'
const STATS_AT_ONCE = 32
/** Folders that are reached through a link lie at most that deep: a link may lead anywhere. */
const LINKED_DEPTH_MAX = 4
/**
 * Records, a session, entries of the delete log: at 64 bytes a pack enough to condemn and delete some 1,500 packs at
 * once.
 */
const RESERVE_BYTES = 256 * 1024
/** It is made only where it takes no more than this part of what is free. */
const RESERVE_SHARE = 8
/** A file system may run out of files before it runs out of bytes: empty ones, and the one above. */
const RESERVE_FILES = Array.from({ length: 24 }, (_, i) => `${RESERVE}-${i + 1}`)

export interface LocalStoreConfig {
  /** Folder of the objects; made when absent. */
  readonly basePath: string
  /** Exact, whatever the umask. Default 0600. */
  readonly fileMode?: number
  /** Exact, whatever the umask. Default 0700. */
  readonly directoryMode?: number
  /** Owner of new files and folders; only root may set it. Default, for root: who owns the folder. */
  readonly uid?: number
  readonly gid?: number
}

export class LocalStore implements ObjectStore {
  readonly kind = 'LOCAL'
  readonly location: string
  readonly capabilities: StoreCapabilities = {
    createIfAbsent: true,
    objectLock: false,
    versions: false,
  }
  readonly local: LocalFiles
  readonly #workspace: string
  readonly #config: LocalStoreConfig
  readonly #knownDirectories = new Set<string>()
  #isClosed = false
  #poison: BackupError | undefined

  constructor(config: LocalStoreConfig) {
    this.location = path.resolve(config.basePath)
    this.#config = { ...ownerToGive(this.location), ...config }
    this.#workspace = path.join(this.location, STAGING)
    this.local = {
      root: this.location,
      workspace: this.#workspace,
      path: (key) => this.#path(key),
      publish: (stagedPath, key, options = {}) => this.#publish(stagedPath, key, options),
      uptime: () => ({ boot: bootId(), ms: Number(monotonicNs() / 1_000_000n) }),
      reserve: (action) => this.#reserve(action),
    }
  }

  /** Makes the staging folder and sweeps what dead runs left in it. Reading needs no call of this. */
  async prepare(): Promise<void> {
    await this.#guard('prepare', this.location, async () => {
      await this.#makeStaging()
      await sweepStaged(this.#workspace)
    })
  }

  async put(key: string, body: ByteSource | Uint8Array, options: PutOptions = {}): Promise<void> {
    const target = this.#target(key, options.signal)
    await this.#guard('put', key, async () => {
      await this.#makeStaging()
      const staged = path.join(this.#workspace, `put-${machineTag()}-${process.pid}-${randomBytes(12).toString('hex')}`)
      try {
        await this.#writeStaged(staged, body, options.signal)
        await this.#reveal(staged, target, options.ifAbsent === true)
      } finally {
        await fs.rm(staged, { force: true })
      }
    })
  }

  async get(key: string, options: ReadOptions = {}): Promise<Uint8Array> {
    const target = this.#target(key, options.signal, false)
    return this.#guard('get', key, () => readObject(target, { ...options, key }))
  }

  async *stream(key: string, options: RangeOptions = {}): AsyncIterable<Uint8Array> {
    const target = this.#target(key, options.signal, false)
    try {
      yield* streamObject(target, { ...options, key })
    } catch (error) {
      throw translate(error, { operation: 'get', key, folder: this.location })
    }
  }

  async head(key: string, options: CallOptions = {}): Promise<ObjectStat | undefined> {
    const target = this.#target(key, options.signal, false)
    return this.#guard('head', key, async () => {
      const stat = await statOrUndefined(target)
      return stat?.isFile() ? { key, bytes: stat.size, modifiedMs: stat.mtimeMs } : undefined
    })
  }

  async *list(prefix: string, options: ListOptions = {}): AsyncIterable<ObjectStat> {
    this.#checkOpen()
    const slash = prefix.lastIndexOf('/')
    yield* this.#walk({ directory: slash < 0 ? '' : prefix.slice(0, slash), isLinked: false }, prefix, options)
  }

  async delete(key: string, options: CallOptions = {}): Promise<void> {
    const target = this.#target(key, options.signal)
    await this.#guard('delete', key, async () => {
      try {
        await fs.unlink(target)
      } catch (error) {
        // A folder is no object either.
        if (['ENOENT', 'ENOTDIR', 'EISDIR'].includes(systemCode(error) ?? '')) return
        if (systemCode(error) === 'EPERM' && (await statOrUndefined(target))?.isDirectory()) return
        throw error
      }
      await this.#syncDirectory(path.dirname(target))
    })
  }

  async capacity(): Promise<StoreCapacity> {
    const stat = await fs.statfs(this.location)
    return {
      bytesFree: stat.bavail * stat.bsize,
      bytesTotal: stat.blocks * stat.bsize,
      ...(stat.files > 0 && { filesFree: stat.ffree }),
    }
  }

  nowMs(): Promise<number> {
    return this.#guard('clock', this.location, async () => {
      await this.#makeStaging()
      const probe = path.join(this.#workspace, `clock-${machineTag()}-${process.pid}-${randomBytes(6).toString('hex')}`)
      try {
        await fs.writeFile(probe, '', { flag: 'wx', mode: 0o600 })
        return (await fs.stat(probe)).mtimeMs
      } finally {
        await fs.rm(probe, { force: true })
      }
    })
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.#isClosed = true
    return Promise.resolve()
  }

  async #reserve(action: 'keep' | 'use'): Promise<void> {
    if (action === 'use') {
      for (const name of [RESERVE, ...RESERVE_FILES]) await fs.rm(path.join(this.#workspace, name), { force: true })
      return
    }
    const { bytesFree, filesFree } = await this.capacity()
    if (bytesFree < RESERVE_BYTES * RESERVE_SHARE) return
    if (filesFree !== undefined && filesFree < RESERVE_FILES.length * RESERVE_SHARE) return
    const found = new Set(await fs.readdir(this.#workspace).catch(() => []))
    // Random: a file system that compresses would keep no room for zeros.
    if (!found.has(RESERVE)) await this.#keep(RESERVE, randomBytes(RESERVE_BYTES))
    // Where it counts no files they are not what it runs out of.
    if (filesFree === undefined) return
    for (const name of RESERVE_FILES) if (!found.has(name)) await this.#keep(name, Buffer.alloc(0))
  }

  async #publish(stagedPath: string, key: string, options: CallOptions): Promise<void> {
    const target = this.#target(key, options.signal)
    await this.#guard('publish', key, async () => {
      await this.#syncFile(stagedPath)
      const existing = await statOrUndefined(target)
      const staged = await fs.lstat(stagedPath)
      if (existing?.isFile() && existing.size === staged.size) return fs.rm(stagedPath, { force: true })
      await this.#reveal(stagedPath, target, false)
    })
  }

  #path(key: string): string {
    checkKey(key)
    return path.join(this.location, key)
  }

  async *#walk({ directory, isLinked }: Walked, prefix: string, options: ListOptions): AsyncIterable<ObjectStat> {
    throwIfAborted(options.signal)
    const keyOf = ({ name }: Dirent) => (directory === '' ? name : `${directory}/${name}`)
    const entries = (await this.#readDirectory(directory, isLinked)).filter(
      (entry) => keyOf(entry).startsWith(prefix) || prefix.startsWith(`${keyOf(entry)}/`),
    )
    for await (const { entry, stat } of inOrder(entries, { widthMax: STATS_AT_ONCE }, (each) =>
      this.#statOf(each, keyOf(each)),
    )) {
      const below = { directory: keyOf(entry), isLinked: isLinked || entry.isSymbolicLink() }
      if (entry.isDirectory()) yield* this.#walk(below, prefix, options)
      else if (stat?.isFile() || (stat && options.withOthers))
        yield {
          key: keyOf(entry),
          bytes: stat.size,
          modifiedMs: stat.mtimeMs,
          ...(!stat.isFile() && { isOther: true }),
        }
    }
  }

  async #statOf(entry: Dirent, key: string): Promise<{ entry: Dirent; stat: Stats | undefined }> {
    return { entry, stat: entry.isDirectory() ? undefined : await statOrUndefined(path.join(this.location, key)) }
  }

  async #readDirectory(directory: string, isLinked: boolean): Promise<Dirent[]> {
    try {
      if (isLinked && directory.split('/').length > LINKED_DEPTH_MAX) return []
      const entries = await fs.readdir(path.join(this.location, directory), { withFileTypes: true })
      if (!isLinked)
        for (const entry of entries) if (entry.isSymbolicLink()) await this.#resolveFolder(entry, directory)
      // Byte order of whole keys: a folder sorts as its name with the slash that follows it.
      const sortKey = (entry: Dirent) => (entry.isDirectory() ? `${entry.name}/` : entry.name)
      return entries.filter(({ name }) => !name.startsWith('.')).sort((a, b) => (sortKey(a) < sortKey(b) ? -1 : 1))
    } catch (error) {
      if (systemCode(error) === 'ENOENT' || systemCode(error) === 'ENOTDIR') return []
      throw translate(error, { operation: 'list', key: directory, folder: this.location })
    }
  }

  /**
   * A folder that its owner has put on another disk is a folder. One that leads back into the repository, or above it,
   * would be walked again and again: that is a stranger's link.
   */
  async #resolveFolder(entry: Dirent, directory: string): Promise<void> {
    try {
      const [root, target] = await Promise.all([
        fs.realpath(this.location),
        fs.realpath(path.join(this.location, directory, entry.name)),
      ])
      const isApart = !`${root}/`.startsWith(`${target}/`) && !`${target}/`.startsWith(`${root}/`) && target !== '/'
      if (isApart && (await fs.stat(target)).isDirectory()) entry.isDirectory = () => true
    } catch {
      // It leads nowhere.
    }
  }

  /**
   * The staging folder, which never is a link: what is swept and written there would be somebody else's. A link is
   * taken away, and nothing of what it leads to is touched. Throws STORAGE_FAILED where something else has the name.
   */
  async #makeStaging(): Promise<void> {
    const found = await statOrUndefined(this.#workspace)
    if (found?.isDirectory()) return
    this.#knownDirectories.delete(this.#workspace)
    if (found?.isSymbolicLink()) await fs.unlink(this.#workspace)
    else if (found)
      throw new BackupError('STORAGE_FAILED', 'Something that is no folder has the name of the staging folder.', {
        context: { path: this.#workspace },
      })
    await this.#makeDirectory(this.#workspace)
  }

  /** Best effort: nothing that is at work needs what is kept aside. */
  async #keep(name: string, bytes: Buffer): Promise<void> {
    const file = path.join(this.#workspace, name)
    try {
      await using handle = await fs.open(file, 'wx', 0o600)
      await this.#own(handle)
      await handle.writeFile(bytes)
      if (bytes.length > 0) await handle.sync()
    } catch {
      await fs.rm(file, { force: true })
    }
  }

  async #writeStaged(staged: string, body: ByteSource | Uint8Array, signal: AbortSignal | undefined): Promise<void> {
    const file = await fs.open(staged, 'wx', 0o600)
    try {
      await file.chmod(this.#config.fileMode ?? 0o600)
      // Whole: one `write` may take less than it was given.
      if (body instanceof Uint8Array) await file.writeFile(body)
      else for await (const piece of piecesOf(body, signal)) await file.writeFile(piece)
      await this.#own(file)
      await this.#sync(() => file.sync())
    } finally {
      await file.close()
    }
  }

  async #syncFile(target: string): Promise<void> {
    const file = await fs.open(target, constants.O_RDWR | constants.O_NOFOLLOW)
    try {
      // Another name of it may be any file of this machine.
      if (this.#gives && (await file.stat()).nlink > 1)
        throw new BackupError('STORAGE_FAILED', 'Something else has taken the place of a staged file.', {
          context: { path: target },
        })
      await file.chmod(this.#config.fileMode ?? 0o600)
      await this.#own(file)
      await this.#sync(() => file.sync())
    } finally {
      await file.close()
    }
  }

  async #reveal(staged: string, target: string, ifAbsent: boolean): Promise<void> {
    await this.#makeDirectory(path.dirname(target))
    if (ifAbsent) await fs.link(staged, target)
    else await fs.rename(staged, target)
    await this.#syncDirectory(path.dirname(target))
  }

  /** Makes a folder and its missing parents below the base, each durable in its parent. */
  async #makeDirectory(directory: string): Promise<void> {
    if (this.#knownDirectories.has(directory)) return
    const missing: string[] = []
    for (let at = directory; !(await statOrUndefined(at)); at = path.dirname(at)) missing.unshift(at)
    for (const made of missing) {
      await fs.mkdir(made, { mode: this.#config.directoryMode ?? 0o700 }).catch((error: unknown) => {
        if (systemCode(error) !== 'EEXIST') throw error
      })
      await this.#settleDirectory(made)
      await this.#syncDirectory(path.dirname(made))
    }
    this.#knownDirectories.add(directory)
  }

  async #settleDirectory(made: string): Promise<void> {
    const handle = await fs.open(made, constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW)
    try {
      await handle.chmod(this.#config.directoryMode ?? 0o700)
      await this.#own(handle)
    } finally {
      await handle.close()
    }
  }

  get #gives(): boolean {
    return this.#config.uid !== undefined || this.#config.gid !== undefined
  }

  /** By what is open: whoever owns the folder can put any file of the machine in the place of a name. */
  async #own(handle: fs.FileHandle): Promise<void> {
    const { uid, gid } = this.#config
    if (this.#gives) await handle.chown(uid ?? -1, gid ?? -1)
  }

  async #syncDirectory(directory: string): Promise<void> {
    const handle = await fs.open(directory, 'r')
    try {
      await this.#sync(() => handle.sync())
    } finally {
      await handle.close()
    }
  }

  async #sync(run: () => Promise<void>): Promise<void> {
    try {
      await run()
    } catch (error) {
      this.#poison = new BackupError('STORAGE_FAILED', 'The disk did not confirm a write; this store takes no more.', {
        context: { path: this.location, cause: systemCode(error) },
        cause: error,
      })
      throw this.#poison
    }
  }

  #target(key: string, signal: AbortSignal | undefined, forWriting = true): string {
    this.#checkOpen()
    throwIfAborted(signal)
    if (forWriting && this.#poison) throw this.#poison
    checkKey(key)
    return path.join(this.location, key)
  }

  #checkOpen(): void {
    if (this.#isClosed)
      throw new BackupError('STORAGE_FAILED', 'The store is closed.', { context: { path: this.location } })
  }

  async #guard<T>(operation: string, key: string, run: () => Promise<T>): Promise<T> {
    try {
      return await run()
    } catch (error) {
      throw translate(error, { operation, key, folder: this.location })
    }
  }
}

interface Walked {
  readonly directory: string
  /** A link leads to it, or to a folder above it. */
  readonly isLinked: boolean
}

async function statOrUndefined(target: string) {
  try {
    return await fs.lstat(target)
  } catch (error) {
    if (systemCode(error) === 'ENOENT' || systemCode(error) === 'ENOTDIR') return undefined
    throw error
  }
}
