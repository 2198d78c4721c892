/**
 * Walks the tree of a backup: keeps the stack of directories to do, hands them to the lanes, opens each by its parent's
 * descriptor, and joins the results. Descriptors stay open only while something below still needs them.
 */
import fs from 'node:fs'
import { throwIfAborted } from '../../../kernel/abort.ts'
import { monotonicNs, turn } from '../../../kernel/clock.ts'
import { createEntryAccess, type EntryAccess, type IgnoreRules } from '../../../sources/index.ts'
import { ByteWriter } from '../../pack/index.ts'
import { ContentKind, decodePage, ExtraType, encodeStatSection, type FileContent } from '../../snapshot/index.ts'
import { Warnings } from './backup-warning.ts'
import { storeBigFile } from './big-file.ts'
import { addCounters, emptyCounters, type OpenEntry, type PlannedFile, type SkippedEntry } from './directory-result.ts'
import type { DirectoryTask } from './directory-task.ts'
import { EmptyFolders } from './empty-folders.ts'
import { join, parentOf } from './entry-path.ts'
import type { DirectoryAnswer, WorkerLane } from './run-lanes.ts'
import type { SharedStretch, Turn } from './shared-file.ts'
import { skipReason } from './skip-reason.ts'
import { type TreeBuilder, TreeNode } from './tree-builder.ts'

const YIELD_NS = 40_000_000n
const OPEN_WIDE_MAX = 128

/** A directory that has been listed and whose children are not all opened yet. */
interface OpenNode {
  readonly node: TreeNode
  readonly descriptor: number
  readonly device: string
  readonly rules: IgnoreRules
  /** Children and big files that still need the descriptor. */
  needed: number
}

interface Pending {
  readonly parent: OpenNode
  readonly entry: OpenEntry
}

export interface TreeParts {
  readonly builder: TreeBuilder
  readonly storeBlob: (blob: Uint8Array) => Uint8Array
  /** Pages of a directory of the parent snapshot by its blob id. */
  readonly previousPages: (id: Uint8Array) => readonly Uint8Array[] | Promise<readonly Uint8Array[]>
  /** The main lane's work; may load what is missing and try again. */
  readonly process: (task: DirectoryTask) => Promise<DirectoryAnswer>
  /** The worker if it runs, or if now is the time to start it. */
  readonly worker: (hint: {
    readonly queued: number
    readonly bigFile: boolean
  }) => WorkerLane | undefined | Promise<WorkerLane | undefined>
  readonly runStretch: (stretch: SharedStretch, take: (turn: Turn) => void) => Promise<void>
  /** Called between two pieces of work: progress, room for packs, checkpoints. */
  readonly between: () => Promise<void>
  /** For every ancestor of a backup path: the names to take. */
  readonly only: ReadonlyMap<string, ReadonlySet<string>>
  /** Ways to backup paths that lie below others: by folder, the names to take where it is left out. */
  readonly passages: ReadonlyMap<string, ReadonlySet<string>>
  /** The paths that were asked for, and those of them that are folders. */
  readonly roots: readonly string[]
  readonly folders: readonly string[]
  /** False for FULL: a file that was read again and is the same counts as unmodified. */
  readonly trustPrevious: boolean
  readonly oneFileSystem: boolean
  readonly rootDevices: ReadonlySet<string>
  /** Paths that the parent snapshot calls emptied. */
  readonly emptiedBefore: ReadonlySet<string>
  readonly signal: AbortSignal | undefined
}

export class BackupTree {
  readonly #parts: TreeParts
  readonly #access: EntryAccess = createEntryAccess()
  readonly #pending: Pending[] = []
  readonly #bigFiles: Pending[] = []
  /** Taken back from the worker. */
  readonly #recalled: DirectoryTask[] = []
  readonly #running = new Map<
    number,
    Pick<DirectoryTask, 'descriptor' | 'previous'> & { readonly node: TreeNode; readonly device: string }
  >()
  readonly #open = new Set<OpenNode>()
  #nextNode = 0
  #rootId: Buffer | undefined
  #yieldedAt = monotonicNs()
  readonly root = new TreeNode('/')
  readonly counters = emptyCounters()
  readonly skipped: SkippedEntry[] = []
  readonly changedWhileRead: string[] = []
  readonly metadataNotKept: Array<{ path: string; what: string }> = []
  readonly uids = new Set<number>()
  readonly gids = new Set<number>()
  /** Watched patterns that something met. */
  readonly met = new Set<number>()
  readonly warnings = new Warnings()
  readonly planned: PlannedFile[] = []
  /** Folders that were asked for, and in which nothing but folders was found so far. */
  readonly emptyRoots: Set<string>
  readonly emptyFolders: EmptyFolders
  readonly #roots: ReadonlySet<string>
  directories = 0
  /** Of the big file that the lanes are in. */
  bytesInFlight = 0
  currentPath = '/'

  constructor(parts: TreeParts) {
    this.#parts = parts
    this.#roots = new Set(parts.roots)
    this.emptyRoots = new Set(parts.folders)
    this.emptyFolders = new EmptyFolders(parts.emptiedBefore)
  }

  /** Does the whole tree; returns the id of "/". */
  async run(previousRoots: readonly Uint8Array[]): Promise<Buffer> {
    const only = this.#parts.only.get('/')
    const descriptor = this.#access.openRoot('/', only !== undefined)
    await this.#start(this.root, {
      descriptor,
      device: '',
      previous: await this.#previousOf(previousRoots),
      rules: [],
      only,
    })
    while (!this.#rootId) {
      throwIfAborted(this.#parts.signal)
      await this.#step()
    }
    return this.#rootId
  }

  /** Closes every descriptor; after a failure. */
  close(): void {
    for (const { descriptor } of this.#running.values()) fs.closeSync(descriptor)
    for (const { descriptor } of this.#open) fs.closeSync(descriptor)
    this.#running.clear()
    this.#open.clear()
  }

  /** Takes a directory's result, from any lane. */
  accept(result: DirectoryAnswer): void {
    const running = this.#running.get(result.node)
    if (!running) return
    this.#running.delete(result.node)
    this.directories += 1
    addCounters(this.counters, result.counters)
    this.#note(result)
    if (result.hasFiles && this.emptyRoots.size > 0) this.#fill(running.node.path)
    if (!result.hasFiles && result.open.length === 0) this.emptyFolders.note(running.node, running.previous)
    const { node, descriptor, device } = running
    const open: OpenNode = { node, descriptor, device, rules: result.rules, needed: result.open.length }
    if (result.open.length === 0) fs.closeSync(descriptor)
    else this.#open.add(open)
    const done = this.#parts.builder.accept(node, result)
    if (done) this.#rootId = done
    // Last in, first out: reversed, so that children come in name order.
    for (const entry of [...result.open].reverse())
      (entry.kind === 'file' ? this.#bigFiles : this.#pending).push({ parent: open, entry })
  }

  #note({ skipped, changedWhileRead, metadataNotKept, uids, gids, met, warnings, planned }: DirectoryAnswer): void {
    // One by one: a folder may have more of them than a call takes arguments.
    for (const each of skipped) this.skipped.push(each)
    for (const each of changedWhileRead) this.changedWhileRead.push(each)
    for (const each of metadataNotKept) this.metadataNotKept.push(each)
    for (const uid of uids) this.uids.add(uid)
    for (const gid of gids) this.gids.add(gid)
    for (const number of met) this.met.add(number)
    this.warnings.add(warnings)
    for (const each of planned) this.planned.push(each)
  }

  /** The nearest of the backup's paths has something in it. */
  #fill(path: string): void {
    let at = path
    while (at !== '/' && !this.#roots.has(at)) at = parentOf(at)
    this.emptyRoots.delete(at)
  }

  async #step(): Promise<void> {
    if (monotonicNs() - this.#yieldedAt > YIELD_NS) {
      await turn()
      await this.#parts.between()
      this.#yieldedAt = monotonicNs()
    }
    const worker = await this.#parts.worker({ queued: this.#pending.length, bigFile: this.#bigFiles.length > 0 })
    if (worker) await this.feed(worker)
    const big = this.#bigFiles.pop()
    if (big) return this.#bigFile(big)
    const next = this.#pending.pop()
    if (next) return this.#startPending(next)
    const back = this.#recalled.pop() ?? worker?.takeBack()
    if (back) return this.accept(await this.#parts.process(back))
    if (worker && worker.queued > 0) await worker.next()
  }

  /**
   * Takes what the worker has done, and gives it what it has room for; also between two slices of a large directory.
   */
  async feed(worker: WorkerLane): Promise<void> {
    worker.drain()
    while (worker.hasRoom && this.#recalled.length > 0) worker.submit(this.#recalled.pop()!)
    while (worker.hasRoom && this.#pending.length > 1) await this.#startPending(this.#nextForWorker(), worker)
  }

  /**
   * The directories nearest to the root hold most. But each that is listed stays open until its last child is begun:
   * where many are, depth comes first.
   */
  #nextForWorker(): Pending {
    return this.#pending.splice(this.#open.size > OPEN_WIDE_MAX ? -2 : 0, 1)[0]!
  }

  /** Leaves the worker only what it has begun: for who is about to wait for it. */
  recall(worker: WorkerLane): void {
    for (let task = worker.takeBack(); task; task = worker.takeBack()) this.#recalled.push(task)
  }

  async #startPending({ parent, entry }: Pending, worker?: WorkerLane): Promise<void> {
    const path = join(parent.node.path, entry.name)
    const isOtherFileSystem =
      this.#parts.oneFileSystem && !this.#parts.only.has(path) && !this.#parts.rootDevices.has(entry.device)
    const passage = this.#parts.passages.get(path)
    let only = this.#parts.only.get(path) ?? (isOtherFileSystem || entry.isPassage ? passage : undefined)
    let descriptor = -1
    if (!isOtherFileSystem || only) {
      descriptor = this.#openDirectory(parent, entry, only !== undefined)
      // A folder that can't be listed can still be the way to what was asked for by name.
      if (descriptor < 0 && !only && passage) {
        only = passage
        descriptor = this.#openDirectory(parent, entry, true)
      }
    }
    this.#release(parent)
    if (descriptor < 0) return this.#leaveOut(parent, entry)
    const previous = await this.#previousOf(entry.previous).catch((error: unknown) => {
      fs.closeSync(descriptor)
      throw error
    })
    await this.#start(
      new TreeNode(path, parent.node, entry),
      { descriptor, device: entry.device, previous, rules: parent.rules, only },
      worker,
    )
  }

  /** A negative descriptor where it can't be opened, which is then told. */
  #openDirectory(parent: OpenNode, { name }: OpenEntry, toPass: boolean): number {
    try {
      return this.#access.openDirectory({ descriptor: parent.descriptor, path: parent.node.path }, name, toPass)
    } catch (error) {
      this.skipped.push({ path: join(parent.node.path, name), reason: skipReason(error) })
      return -1
    }
  }

  async #previousOf(ids: readonly Uint8Array[]): Promise<Array<readonly Uint8Array[]>> {
    const previous: Array<readonly Uint8Array[]> = []
    for (const id of ids) previous.push(await this.#parts.previousPages(id))
    return previous
  }

  #leaveOut(parent: OpenNode, entry: OpenEntry): void {
    const done = this.#parts.builder.leaveOut(parent.node, entry)
    if (done) this.#rootId = done
  }

  async #start(
    node: TreeNode,
    place: Pick<DirectoryTask, 'descriptor' | 'previous' | 'rules' | 'only'> & { readonly device: string },
    worker?: WorkerLane,
  ): Promise<void> {
    this.currentPath = node.path
    const number = this.#nextNode
    this.#nextNode += 1
    this.#running.set(number, {
      node,
      descriptor: place.descriptor,
      device: place.device,
      previous: place.previous,
    })
    const task: DirectoryTask = {
      node: number,
      descriptor: place.descriptor,
      path: node.path,
      previous: place.previous,
      only: place.only,
      rules: place.rules,
    }
    if (worker) return worker.submit(task)
    this.accept(await this.#parts.process(task))
  }

  async #bigFile({ parent, entry }: Pending): Promise<void> {
    const path = join(parent.node.path, entry.name)
    this.currentPath = path
    let descriptor = -1
    try {
      descriptor = this.#access.openFile({ descriptor: parent.descriptor, path: parent.node.path }, entry.name)
      const { content, bytes } = await storeBigFile(
        { descriptor, bytes: entry.bytes, isSparse: entry.isSparse },
        {
          access: this.#access,
          storeBlob: this.#parts.storeBlob,
          runStretch: (stretch, take) => this.#runStretch(stretch, take),
        },
      )
      this.#count(entry, content)
      this.#afterBig(parent, entry, { descriptor, path })
      this.counters.bytesProcessed += bytes
      this.#fillBig(parent, entry, { ...content, stored: bytes })
    } catch (error) {
      this.skipped.push({ path, reason: skipReason(error) })
      // It keeps its size and has no content: whoever restores is told that it is missing.
      this.#fillBig(parent, entry, { kind: ContentKind.NONE, bytes: new Uint8Array(0), stored: entry.bytes })
    } finally {
      this.bytesInFlight = 0
      if (descriptor >= 0) fs.closeSync(descriptor)
      this.#release(parent)
    }
  }

  #count({ before }: OpenEntry, content: FileContent): void {
    if (!before) this.counters.filesNew += 1
    else if (
      before.kind === content.kind &&
      Buffer.compare(before.bytes, content.bytes) === 0 &&
      !this.#parts.trustPrevious
    )
      this.counters.filesUnmodified += 1
    else this.counters.filesChanged += 1
  }

  #runStretch(stretch: SharedStretch, take: (turn: Turn) => void): Promise<void> {
    return this.#parts.runStretch(stretch, (turn) => {
      this.bytesInFlight += turn.bytes
      take(turn)
    })
  }

  #afterBig(parent: OpenNode, entry: OpenEntry, file: { descriptor: number; path: string }): void {
    const page = parent.node.result!.pages[entry.page]!
    const { columns } = pageOf(page.statSection, page.count)
    if (this.#access.isAsListed(file.descriptor, columns, entry.entry)) return
    page.extras.push({ entry: entry.entry, type: ExtraType.CHANGED, bytes: new Uint8Array(0) })
    this.changedWhileRead.push(file.path)
  }

  #fillBig(parent: OpenNode, entry: OpenEntry, content: { kind: number; bytes: Uint8Array; stored: number }): void {
    const pages = parent.node.result!.pages
    const page = pages[entry.page]!
    if (content.stored !== entry.bytes)
      pages[entry.page] = {
        ...page,
        statSection: withSize(page.statSection, page.count, { entry: entry.entry, bytes: content.stored }),
      }
    const done = this.#parts.builder.fillFile(parent.node, entry, content)
    if (done) this.#rootId = done
  }

  #release(parent: OpenNode): void {
    parent.needed -= 1
    if (parent.needed > 0) return
    this.#open.delete(parent)
    fs.closeSync(parent.descriptor)
  }
}

function pageOf(statSection: Uint8Array, count: number) {
  return decodePage(Buffer.concat([statSection, Buffer.alloc(count + 1)]))
}

/** The same stat section with another size of one entry: the file was shorter or longer than listed. */
function withSize(statSection: Uint8Array, count: number, change: { entry: number; bytes: number }): Uint8Array {
  const { columns } = pageOf(statSection, count)
  columns.setSize(change.entry, change.bytes)
  const out = new ByteWriter(statSection.length + 64)
  encodeStatSection(columns, { from: 0, to: count }, out)
  return out.copy()
}
