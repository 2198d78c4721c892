/**
 * Restores a snapshot into a folder. Every chunk is compared with its SHA-256 before it is written, every file is written under a temporary
 * name and renamed when it is whole, and metadata is set last; so a stop at any moment leaves no wrong file under its own name.
 */
import { randomBytes } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { FileType, fileTypeOf } from '../../contracts/index.ts'
import { throwIfAborted } from '../../kernel/abort.ts'
import { BackupError, isBackupError, systemCode } from '../../kernel/backup-error.ts'
import { monotonicNs, turn } from '../../kernel/clock.ts'
import { type SystemCalls, systemCalls, systemCallsMissing } from '../../kernel/system-calls.ts'
import type { BlobReader, Repository } from '../repository/index.ts'
import { ContentKind, type DirectoryPage, IndexClass, namesBelow, openIndex, openReader, pagesOfDirectory, printablePath, type SnapshotDocument } from '../snapshot/index.ts'
import { applyMetadata, type MetadataOptions } from './entry-metadata.ts'
import { FileWriter } from './file-writer.ts'
import { findEntry, locate } from './locate.ts'
import { createSelection, type Selection } from './selection.ts'
import { namesIn, removeTree, statusOf, TargetDirectory } from './target-directory.ts'

export const Overwrite = { ALWAYS: 'always', IF_CHANGED: 'if-changed', IF_NEWER: 'if-newer', NEVER: 'never' } as const
export type Overwrite = (typeof Overwrite)[keyof typeof Overwrite]

const YIELD_NS = 40_000_000n
const ISSUES_MAX = 1000

export interface RestoreProgress {
  readonly filesDone: number
  readonly bytesDone: number
  readonly filesExpected: number
  readonly bytesExpected: number
  readonly currentPath: string
}

export interface RestoreOptions {
  readonly target: string
  /** Paths or globs inside the snapshot; none means all. */
  readonly include?: readonly string[]
  /** A directory of the snapshot whose inside goes straight into the target. */
  readonly subtree?: string
  /** Default if-changed: files whose size and mtime agree are left as they are. */
  readonly overwrite?: Overwrite
  /** Removes what the snapshot does not have from restored directories. Refused for "/" and for a restore with `include`. */
  readonly delete?: boolean
  readonly dryRun?: boolean
  /** Reads every restored file back and compares it. */
  readonly verify?: boolean
  readonly signal?: AbortSignal
  readonly onProgress?: (progress: RestoreProgress) => void
}

export interface RestoreIssue {
  readonly path: string
  readonly reason: string
}

export interface RestoreResult {
  readonly filesRestored: number
  readonly filesUnchanged: number
  readonly filesKept: number
  readonly filesVerified: number
  readonly directories: number
  readonly bytesRestored: number
  readonly deleted: number
  readonly issues: readonly RestoreIssue[]
  readonly issueCount: number
  readonly durationMs: number
}

/** Restores. Throws TARGET_REFUSED, NOT_FOUND (a path that is not in the snapshot), ABORTED, DISK_FULL. What could not be restored is in `issues`. */
export async function restoreSnapshot(repository: Repository, document: SnapshotDocument, options: RestoreOptions): Promise<RestoreResult> {
  const calls = systemCalls()
  if (!calls) throw new BackupError('PLATFORM_UNSUPPORTED', `Restoring needs Linux system calls (${systemCallsMissing()}).`)
  const target = path.resolve(options.target)
  if (options.delete && (target === '/' || (options.include ?? []).length > 0)) throw new BackupError('TARGET_REFUSED', '--delete is not allowed for "/" or together with --include.', { context: { path: target } })
  // A prune beside the restore moves what is still needed into new packs: what was not found is looked for again in the index as it is then.
  let listed = await namesBelow(repository, INDEX)
  for (let attempt = 1; ; attempt += 1) {
    const result = await restoreOnce(repository, { calls, document, options, target })
    const hasMoved = result.issues.some(({ reason }) => reason === 'NOT_FOUND') && attempt < ATTEMPTS_MAX
    const now = hasMoved ? await namesBelow(repository, INDEX) : listed
    if (now === listed) return result
    listed = now
  }
}

const INDEX = ['index/meta/', 'index/data/']
const ATTEMPTS_MAX = 3

interface RestoreWork {
  readonly calls: SystemCalls
  readonly document: SnapshotDocument
  readonly options: RestoreOptions
  readonly target: string
}

async function restoreOnce(repository: Repository, { calls, document, options, target }: RestoreWork): Promise<RestoreResult> {
  const meta = openReader(repository, await openIndex(repository, IndexClass.META))
  const data = openReader(repository, await openIndex(repository, IndexClass.DATA), { cacheSegments: 16 })
  await using _meta = meta.segments
  await using _data = data.segments
  const run = new RestoreRun({ calls, document, options, metadata: meta.reader, data: data.reader })
  return await run.run(target)
}

interface RunParts {
  readonly calls: SystemCalls
  readonly document: SnapshotDocument
  readonly options: RestoreOptions
  readonly metadata: BlobReader
  readonly data: BlobReader
}

class RestoreRun {
  readonly #parts: RunParts
  readonly #calls: SystemCalls
  readonly #selection: Selection
  readonly #overwrite: Overwrite
  readonly #writer: FileWriter
  readonly #metadataOptions: MetadataOptions
  readonly #linked = new Map<string, { readonly directory: string; readonly name: string }>()
  readonly #issues: RestoreIssue[] = []
  readonly #startedNs = monotonicNs()
  #yieldedAt = this.#startedNs
  #issueCount = 0
  #root!: TargetDirectory
  #counts = { filesRestored: 0, filesUnchanged: 0, filesKept: 0, filesVerified: 0, directories: 0, bytesRestored: 0, deleted: 0 }

  constructor(parts: RunParts) {
    this.#parts = parts
    this.#calls = parts.calls
    this.#selection = createSelection(parts.options.include ?? [])
    this.#overwrite = parts.options.overwrite ?? Overwrite.IF_CHANGED
    this.#writer = new FileWriter(parts.calls, { data: parts.data, metadata: parts.metadata, ...(parts.options.signal && { signal: parts.options.signal }) })
    this.#metadataOptions = { calls: parts.calls, isRoot: process.getuid?.() === 0, onIssue: (name, what) => this.#issue(name, what) }
  }

  async run(target: string): Promise<RestoreResult> {
    const { document, options, metadata } = this.#parts
    const rootId = Buffer.from(document.tree, 'hex')
    const id = options.subtree === undefined ? rootId : await locate(metadata, rootId, options.subtree)
    this.#root = new TargetDirectory(Buffer.from(target).toString('latin1'), { calls: this.#calls, mayReplace: this.#overwrite !== Overwrite.NEVER })
    try {
      await this.#directory(id, options.subtree === undefined ? '/' : `/${options.subtree.replace(/^\/+|\/+$/g, '')}`, this.#root)
      if (options.subtree !== undefined && this.#root.isNew && !options.dryRun) await this.#rootMetadata(rootId, options.subtree)
    } finally {
      this.#root[Symbol.dispose]()
    }
    const found = this.#counts.filesRestored + this.#counts.filesUnchanged + this.#counts.filesKept + this.#counts.directories + this.#issueCount
    if (found === 0 && (options.include ?? []).length > 0) throw new BackupError('NOT_FOUND', 'Nothing in the snapshot matches.', { context: { object: (options.include ?? []).join(', ') } })
    return { ...this.#counts, issues: this.#issues, issueCount: this.#issueCount, durationMs: Number(monotonicNs() - this.#startedNs) / 1e6 }
  }

  /** A new target takes the metadata of the folder whose inside it received. */
  async #rootMetadata(rootId: Uint8Array, subtree: string): Promise<void> {
    const found = await findEntry(this.#parts.metadata, rootId, subtree)
    if (found) applyMetadata({ ...found, path: subtree }, { descriptor: this.#root.descriptor() }, this.#metadataOptions)
  }

  async #directory(id: Uint8Array, source: string, target: TargetDirectory): Promise<void> {
    const names = new Set<string>()
    try {
      for await (const page of pagesOfDirectory(this.#parts.metadata, id)) {
        for (let entry = 0; entry < page.count; entry += 1) {
          names.add(page.columns.names[entry]!)
          await this.#entry(page, entry, { source, target })
        }
      }
    } catch (error) {
      if (!isBackupError(error, 'DAMAGED') && !isBackupError(error, 'NOT_FOUND')) throw error
      return this.#issue(source, error.code)
    }
    if (this.#parts.options.delete && this.#selection.takes(source)) this.#deleteOthers(target, names)
  }

  async #entry(page: DirectoryPage, entry: number, at: { source: string; target: TargetDirectory }): Promise<void> {
    const name = page.columns.names[entry]!
    const source = at.source === '/' ? `/${name}` : `${at.source}/${name}`
    const isTaken = this.#selection.takes(source)
    const type = page.columns.type(entry)
    if (type === FileType.DIRECTORY) {
      if (isTaken || this.#selection.mayHold(source)) await this.#subdirectory(page, entry, { source, target: at.target.child(name), isTaken })
      return
    }
    if (!isTaken) return
    await this.#breathe(source)
    try {
      if (type === FileType.FILE) await this.#file(page, entry, { source, target: at.target })
      else this.#special(page, entry, at.target)
    } catch (error) {
      this.#failed(error, source)
    }
  }

  async #subdirectory(page: DirectoryPage, entry: number, at: { source: string; target: TargetDirectory; isTaken: boolean }): Promise<void> {
    const { source, target } = at
    try {
      if (at.isTaken) {
        this.#counts.directories += 1
        if (!this.#parts.options.dryRun) target.descriptor()
      }
      if (page.kinds[entry] === ContentKind.ONE) await this.#directory(Uint8Array.from(page.contentOf(entry)), source, target)
      else if (!this.#parts.document.complete) this.#issue(source, 'NOT_REACHED')
      if (!this.#parts.options.dryRun && target.isOpen && (at.isTaken || target.isNew)) applyMetadata({ page, entry, path: source }, { descriptor: target.descriptor() }, this.#metadataOptions)
    } catch (error) {
      this.#failed(error, source)
    } finally {
      target[Symbol.dispose]()
    }
  }

  async #file(page: DirectoryPage, entry: number, at: { source: string; target: TargetDirectory }): Promise<void> {
    const { columns } = page
    const name = columns.names[entry]!
    const bytes = columns.size(entry)
    if (page.kinds[entry] === ContentKind.NONE && bytes > 0) return this.#issue(at.source, 'NOT_REACHED')
    const existing = at.target.isNew ? undefined : this.#existing(at.target, name)
    if (existing && this.#keeps(existing, page, entry)) return
    if (this.#parts.options.dryRun) {
      this.#counts.filesRestored += 1
      this.#counts.bytesRestored += bytes
      return
    }
    if (columns.links(entry) > 1 && this.#link(page, entry, at)) return
    await this.#write(page, entry, { ...at, isReplacing: existing !== undefined })
    if (columns.links(entry) > 1) this.#linked.set(columns.identity(entry), { directory: at.target.path, name })
    this.#counts.filesRestored += 1
    this.#counts.bytesRestored += bytes
  }

  async #write(page: DirectoryPage, entry: number, at: { source: string; target: TargetDirectory; isReplacing: boolean }): Promise<void> {
    const name = page.columns.names[entry]!
    const directory = at.target.descriptor()
    const temporary = `.neonpro-${randomBytes(8).toString('hex')}`
    const descriptor = this.#calls.openat(directory, temporary, fs.constants.O_RDWR | fs.constants.O_CREAT | fs.constants.O_EXCL | fs.constants.O_NOFOLLOW, 0o600)
    let isRenamed = false
    try {
      const content = { kind: page.kinds[entry]!, bytes: page.contentOf(entry) }
      await this.#writer.write(descriptor, content, page.columns.size(entry))
      if (this.#parts.options.verify) {
        await this.#writer.compare(descriptor, content, page.columns.size(entry))
        this.#counts.filesVerified += 1
      }
      applyMetadata({ page, entry, path: at.source }, { descriptor }, this.#metadataOptions)
      if (at.isReplacing) this.#clearWay(directory, name)
      this.#calls.rename(directory, temporary, { name, noReplace: !at.isReplacing })
      isRenamed = true
    } finally {
      fs.closeSync(descriptor)
      if (!isRenamed) this.#calls.unlinkat(directory, temporary, { isDirectory: false })
    }
  }

  #special(page: DirectoryPage, entry: number, target: TargetDirectory): void {
    const name = page.columns.names[entry]!
    const existing = target.isNew ? undefined : this.#existing(target, name)
    if (existing && this.#keeps(existing, page, entry)) return
    this.#counts.filesRestored += 1
    if (this.#parts.options.dryRun) return
    const directory = target.descriptor()
    const temporary = `.neonpro-${randomBytes(8).toString('hex')}`
    this.#makeSpecial(page, entry, { directory, name: temporary })
    try {
      applyMetadata({ page, entry, path: `${target.path}/${name}` }, { directory, name: temporary }, this.#metadataOptions)
      if (existing) this.#clearWay(directory, name)
      this.#calls.rename(directory, temporary, { name, noReplace: existing === undefined })
    } catch (error) {
      this.#calls.unlinkat(directory, temporary, { isDirectory: false })
      throw error
    }
  }

  #makeSpecial(page: DirectoryPage, entry: number, at: { directory: number; name: string }): void {
    const mode = page.columns.mode(entry)
    if (fileTypeOf(mode) === FileType.LINK) {
      const link = page.extra(entry, 1)
      if (!link) throw new BackupError('DAMAGED', 'A symbolic link has no target.')
      return this.#calls.symlinkat(link, at.directory, at.name)
    }
    const device = Buffer.from(page.extra(entry, 3) ?? Buffer.alloc(8))
    this.#calls.mknodat(at.directory, at.name, { mode: (mode & 0o170000) | 0o600, major: device.readUInt32LE(0), minor: device.readUInt32LE(4) })
  }

  /** A directory in the way of a file goes only when it is empty: deleting a tree is never a side effect. */
  #clearWay(directory: number, name: string): void {
    const status = statusOf(this.#calls, directory, name)
    if (status && fileTypeOf(status.mode) === FileType.DIRECTORY) this.#calls.unlinkat(directory, name, { isDirectory: true })
  }

  #link(page: DirectoryPage, entry: number, at: { target: TargetDirectory }): boolean {
    const first = this.#linked.get(page.columns.identity(entry))
    if (!first) return false
    const name = page.columns.names[entry]!
    const from = this.#openChain(first.directory)
    try {
      const directory = at.target.descriptor()
      if (!at.target.isNew && statusOf(this.#calls, directory, name)) this.#calls.unlinkat(directory, name, { isDirectory: false })
      this.#calls.linkat({ directory: from, name: first.name }, directory, name)
    } finally {
      fs.closeSync(from)
    }
    this.#counts.filesRestored += 1
    return true
  }

  /** Opens a directory of the target again, step by step without following links. */
  #openChain(directory: string): number {
    const flags = fs.constants.O_RDONLY | fs.constants.O_DIRECTORY | fs.constants.O_NOFOLLOW
    let at = this.#calls.openat(this.#root.descriptor(), '.', flags)
    const rest = directory.slice(this.#root.path === '/' ? 0 : this.#root.path.length)
    for (const name of rest.split('/').filter((part) => part !== '')) {
      const next = this.#calls.openat(at, name, flags)
      fs.closeSync(at)
      at = next
    }
    return at
  }

  #existing(target: TargetDirectory, name: string) {
    const directory = target.existing()
    return directory === undefined ? undefined : statusOf(this.#calls, directory, name)
  }

  /** True when the overwrite mode leaves the existing file as it is. */
  #keeps(existing: NonNullable<ReturnType<typeof statusOf>>, page: DirectoryPage, entry: number): boolean {
    const { columns } = page
    const isSameTime = existing.mtimeSeconds === columns.mtimeSeconds(entry) && existing.mtimeNanoseconds === columns.mtimeNanoseconds(entry)
    const isSame = fileTypeOf(existing.mode) === columns.type(entry) && existing.bytes === columns.size(entry) && isSameTime
    const isNewer = existing.mtimeSeconds > columns.mtimeSeconds(entry) || (existing.mtimeSeconds === columns.mtimeSeconds(entry) && existing.mtimeNanoseconds >= columns.mtimeNanoseconds(entry))
    if (this.#overwrite === Overwrite.IF_CHANGED && isSame) this.#counts.filesUnchanged += 1
    else if (this.#overwrite === Overwrite.NEVER || (this.#overwrite === Overwrite.IF_NEWER && isNewer)) this.#counts.filesKept += 1
    else return false
    return true
  }

  #deleteOthers(target: TargetDirectory, names: ReadonlySet<string>): void {
    const directory = target.existing()
    if (directory === undefined) return
    for (const name of namesIn(this.#calls, directory)) {
      if (names.has(name)) continue
      if (!this.#parts.options.dryRun) removeTree(this.#calls, directory, name)
      this.#counts.deleted += 1
    }
  }

  #failed(error: unknown, source: string): void {
    const code = systemCode(error)
    if (code === undefined || code === 'ABORTED' || code === 'STORAGE_FAILED' || code === 'INTERNAL') throw error
    if (code === 'ENOSPC' || code === 'EDQUOT') throw new BackupError('DISK_FULL', 'The target has no room left.', { context: { path: printablePath(source) }, cause: error })
    this.#issue(source, code)
  }

  #issue(source: string, reason: string): void {
    this.#issueCount += 1
    if (this.#issues.length < ISSUES_MAX) this.#issues.push({ path: printablePath(source), reason })
  }

  async #breathe(currentPath: string): Promise<void> {
    throwIfAborted(this.#parts.options.signal)
    if (monotonicNs() - this.#yieldedAt < YIELD_NS) return
    await turn()
    this.#yieldedAt = monotonicNs()
    const { summary } = this.#parts.document
    this.#parts.options.onProgress?.({
      filesDone: this.#counts.filesRestored + this.#counts.filesUnchanged + this.#counts.filesKept, bytesDone: this.#counts.bytesRestored,
      filesExpected: summary.filesNew + summary.filesChanged + summary.filesUnmodified, bytesExpected: summary.bytesProcessed, currentPath: printablePath(currentPath),
    })
  }
}
