/**
 * Copies needed blobs into new packs and makes them findable: for prune within a repository, for copy into another. The
 * main thread works, and one worker beside it when there is enough to do.
 */
import type { Worker } from 'node:worker_threads'
import { throwIfAborted } from '../../kernel/abort.ts'
import { turn } from '../../kernel/clock.ts'
import { type CrossingError, receivedError } from '../../kernel/crossing-error.ts'
import { makeDirectories } from '../../kernel/directories.ts'
import { lostThread } from '../../kernel/worker-thread.ts'
import { placeOfPack, type StoreAddress } from '../../storage/index.ts'
import { PackShipper } from '../commit/index.ts'
import { ObjectType } from '../crypto/index.ts'
import type { FinishedPack } from '../pack/index.ts'
import { packKey, type Repository, startWorkerThread } from '../repository/index.ts'
import type { IndexClass } from '../snapshot/index.ts'
import type { MarkedIndex } from './mark.ts'
import { type CopierSetup, PackCopier } from './pack-copier.ts'
import type { PackTask } from './pack-verifier.ts'

const WORKER_BYTES_MIN = 32 * 1024 * 1024

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

/** What the worker is started with; `address`: of a store whose packs are no files. */
export interface CopierStart {
  readonly copier: CopierSetup
  readonly address: StoreAddress | undefined
}

export type ToCopier = { readonly task: PackTask } | { readonly end: 'finish' | 'discard' }
export type FromCopier =
  | { readonly copied: number }
  | { readonly pack: FinishedPack }
  | { readonly ended: true }
  | { readonly failed: CrossingError }

/**
 * Copies the needed blobs of `packs`. When it returns, the copies are durable and indexed. Returns the bytes stored.
 * Throws DAMAGED, NOT_FOUND.
 */
export async function copyBlobs(work: CopyWork): Promise<number> {
  const { to, packs, signal } = work
  if (packs.length === 0) return 0
  makeDirectories(to.workspace, { mode: 0o700 })
  const shipper = new PackShipper(to, signal)
  const queue = packs.map((pack) => taskOf(work, pack)).sort((a, b) => b.bytes - a.bytes)
  const setup = setupOf(work)
  const { address, local } = work.from.store
  const bytes = queue.reduce((sum, task) => sum + task.bytes, 0)
  const isShared = (local || address) && queue.length > 1 && bytes >= WORKER_BYTES_MIN
  await using lane = isShared
    ? new CopierLane({ copier: setup, address }, { queue, shipper, onBytes: work.onBytes })
    : undefined
  const copier = new PackCopier(setup, (pack) => shipper.ship(pack), work.from.store)
  try {
    for (let task = queue.shift(); task; task = queue.shift()) {
      throwIfAborted(signal)
      const bytes = await copier.copy(task)
      work.onBytes?.(bytes)
      await shipper.room()
      await turn()
    }
    copier.finish()
  } catch (error) {
    queue.length = 0
    copier.discard()
    throw error
  }
  await lane?.finished
  await shipper.settle(to.keys.idKey.version)
  return shipper.bytesStored
}

function taskOf({ from, marked }: CopyWork, pack: number): PackTask {
  const { name, bytes, entryFrom, blobCount, segmentFrom, segmentCount } = marked.index.packs[pack]!
  const sealedBytes = Uint32Array.from(
    { length: segmentCount },
    (_, i) => marked.index.placeOfSegment(segmentFrom + i).sealedBytes,
  )
  return { place: placeOfPack(from.store, packKey(name), bytes), name, bytes, entryFrom, blobCount, sealedBytes }
}

function setupOf({ from, to, indexClass, marked }: CopyWork): CopierSetup {
  return {
    from: { repositoryId: from.keys.repositoryId, masters: from.keys.bundle.masters, idKey: from.keys.idKey.key },
    to: { scope: to.keys.scope(), idKey: to.keys.idKey.key, workspace: to.workspace },
    type: indexClass === 'data' ? ObjectType.PACK_DATA : ObjectType.PACK_META,
    table: marked.index.table.memory,
    needed: marked.needed,
  }
}

interface LaneParts {
  readonly queue: PackTask[]
  readonly shipper: PackShipper
  readonly onBytes: ((bytes: number) => void) | undefined
}

/** The second thread: it takes from the same queue and hands its packs to the same shipper. */
class CopierLane implements AsyncDisposable {
  readonly #worker: Worker
  readonly #parts: LaneParts
  /** Resolves when the worker's last pack was handed over. */
  readonly finished: Promise<void>

  constructor(start: CopierStart, parts: LaneParts) {
    this.#parts = parts
    this.#worker = startWorkerThread(start, [], { opensStores: start.address !== undefined })
    this.finished = new Promise((resolve, reject) => {
      this.#worker.on('message', (message: FromCopier) => {
        if ('pack' in message) parts.shipper.ship(message.pack)
        else if ('failed' in message) reject(receivedError(message.failed))
        else if ('ended' in message) resolve()
        else {
          parts.onBytes?.(message.copied)
          this.#next()
        }
      })
      this.#worker.on('error', reject)
      this.#worker.on('exit', (code) => reject(lostThread(code)))
    })
    // Awaited at the end; a failure before that must not be an unhandled one.
    this.finished.catch(() => {})
    this.#next()
  }

  #next(): void {
    const task = this.#parts.queue.shift()
    this.#worker.postMessage((task ? { task } : { end: 'finish' }) satisfies ToCopier)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const isDone = await Promise.race([
      this.finished.then(
        () => true,
        () => true,
      ),
      turn().then(() => false),
    ])
    if (!isDone) {
      this.#worker.postMessage({ end: 'discard' } satisfies ToCopier)
      await this.finished.catch(() => {})
    }
    await this.#worker.terminate()
  }
}
