/**
 * The second lane: takes directories and shares of big files until it is told to finish; or verifies packs, copies
 * blobs or writes restored contents, when it is started for that.
 */
import { type MessagePort, parentPort, workerData } from 'node:worker_threads'
import { sendableError } from '../../kernel/crossing-error.ts'
import { invariant } from '../../kernel/invariant.ts'
import type { PackStore, StoreAddress } from '../../storage/index.ts'
import {
  createDirectoryWork,
  type DirectoryTask,
  type FromWorker,
  IndexNeeded,
  isPaused,
  Lane,
  type SharedStretch,
  type ToWorker,
  takeTurn,
  type WorkerLinks,
  WorkerQueue,
  type WorkerSetup,
} from '../backup/lane-parts.ts'
import type { CopierStart, FromCopier, ToCopier } from '../maintenance/copy-blobs.ts'
import { PackCopier } from '../maintenance/pack-copier.ts'
import { PackVerifier } from '../maintenance/pack-verifier.ts'
import type { FromVerifier, ToVerifier } from '../maintenance/verify-lanes.ts'
import type { ContentWorkerSetup } from '../restore/content-lanes.ts'
import { ContentWriter, type Pieces } from '../restore/content-writer.ts'
import { openSharedReader } from '../snapshot/index.ts'

/** For a thread that reads packs that are no files: it opens the store itself. */
export type OpenStore = (address: StoreAddress) => PackStore

interface LaneWorker {
  readonly lane: Lane
  readonly work: ReturnType<typeof createDirectoryWork>
  readonly port: MessagePort
  readonly queue: WorkerQueue
  readonly send: (message: FromWorker) => void
}

function runBackupLane(setup: WorkerSetup & WorkerLinks): void {
  const { port } = setup
  const queue = new WorkerQueue(setup.queue)
  const send = (message: FromWorker): void => port.postMessage(message)
  const lane = new Lane(setup.lane, (pack) => send({ type: 'pack', pack }))
  const work = createDirectoryWork(lane, setup.work)
  port.on('message', (message: ToWorker) => {
    try {
      handle(message, { lane, work, port, queue, send })
    } catch (error) {
      lane.discard()
      send({ type: 'failed', error: sendableError(error) })
      port.close()
    }
  })
}

function handle(message: ToWorker, worker: LaneWorker): void {
  const { lane, port, queue, send } = worker
  switch (message.type) {
    case 'directory':
      if (queue.begin(message.place)) tryDirectory(message, worker)
      else send({ type: 'passed', place: message.place })
      return
    case 'table':
      lane.useTable(message.dataTable)
      return
    case 'stretch':
      takeTurns(message.stretch, worker)
      return
    case 'flush':
      lane.finish()
      send({ type: 'flushed', counters: lane.counters })
      return
    case 'finish':
      lane.finish()
      send({ type: 'finished', counters: lane.counters })
      port.close()
      return
    case 'discard':
      lane.discard()
      port.close()
  }
}

/** Says when the stretch has ended. One that is paused is left without a word: the main thread posts it again. */
function takeTurns(stretch: SharedStretch, { lane, send }: LaneWorker): void {
  while (!isPaused(stretch)) {
    const turn = takeTurn(lane, stretch)
    if (!turn) return send({ type: 'stretch-end' })
    send({ type: 'turn', turn, counters: lane.counters })
  }
}

interface PlacedTask {
  readonly task: DirectoryTask
  readonly place: number
}

function tryDirectory({ task, place }: PlacedTask, worker: LaneWorker): void {
  try {
    processDirectory({ task, place }, worker)
  } catch (error) {
    if (!(error instanceof IndexNeeded)) throw error
    worker.send({ type: 'index-needed', place })
  }
}

function processDirectory({ task, place }: PlacedTask, { lane, work, send }: LaneWorker): void {
  const slices = work.slices(task)
  let slice = slices.next()
  for (; !slice.done; slice = slices.next()) send({ type: 'progress', inFlight: slice.value, counters: lane.counters })
  send({ type: 'directory', result: slice.value, place, counters: lane.counters })
}

/** What each job of the thread works with. */
interface Thread {
  readonly parent: MessagePort
  readonly storeAt: (address: StoreAddress | undefined) => PackStore | undefined
}

function runVerifier({ parent, storeAt }: Thread): void {
  let verifier: PackVerifier | undefined
  parent.on('message', (message: ToVerifier) => {
    if ('setup' in message) verifier = new PackVerifier(message.setup, storeAt(message.address))
    else
      void verifier
        ?.verify(message.task)
        .catch((error: unknown) => ({ failed: sendableError(error) }))
        .then((answer: FromVerifier) => parent.postMessage(answer))
  })
}

function runCopier({ parent, storeAt }: Thread, { copier: setup, address }: CopierStart): void {
  const send = (message: FromCopier): void => parent.postMessage(message)
  const copier = new PackCopier(setup, (pack) => send({ pack }), storeAt(address))
  // One after the other: to end is said while the last pack may still be copied.
  let last = Promise.resolve()
  parent.on('message', (message: ToCopier) => {
    last = last
      .then(async () => send(await obey(copier, message)))
      .catch((error: unknown) => {
        copier.discard()
        send({ failed: sendableError(error) })
      })
  })
}

async function obey(copier: PackCopier, message: ToCopier): Promise<FromCopier> {
  if ('task' in message) return { copied: await copier.copy(message.task) }
  if (message.end === 'finish') copier.finish()
  else copier.discard()
  return { ended: true }
}

function runContentWriter({ storeAt }: Thread, { reader, port }: ContentWorkerSetup): void {
  const writer = new ContentWriter(openSharedReader(reader, storeAt(reader.address)))
  let last = Promise.resolve()
  port.on('message', (pieces: Pieces) => {
    last = last.then(async () => port.postMessage(await writer.write(pieces)))
  })
}

/** `openStore`: only of a thread that may be given packs that are no files. */
export function runWorker(openStore?: OpenStore): void {
  invariant(parentPort, 'This file runs as a worker thread.')
  const storeAt = (address: StoreAddress | undefined) => address && openStore?.(address)
  const thread = { parent: parentPort, storeAt }
  const data = workerData as
    | (WorkerSetup & WorkerLinks)
    | { readonly verifier: true }
    | CopierStart
    | { readonly contents: ContentWorkerSetup }
  if ('verifier' in data) runVerifier(thread)
  else if ('copier' in data) runCopier(thread, data)
  else if ('contents' in data) runContentWriter(thread, data.contents)
  else runBackupLane(data)
}
