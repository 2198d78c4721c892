/**
 * The second lane: takes directories and shares of big files, or blobs of streams, until it is told to finish; or
 * verifies packs, copies blobs or writes restored contents, when it is started for that.
 */
import { type MessagePort, parentPort, workerData } from 'node:worker_threads'
import { sendableError } from '../../kernel/crossing-error.ts'
import { invariant } from '../../kernel/invariant.ts'
import type { PackStore, StoreAddress } from '../../storage/index.ts'
import {
  type BlobLaneSetup,
  type BlobTask,
  createDirectoryWork,
  type DirectoryTask,
  type FromBlobLane,
  type FromLane,
  type FromWorker,
  IndexNeeded,
  isPaused,
  Lane,
  type LaneLinks,
  type LaneSetup,
  type SharedStretch,
  storeBlobs,
  type ToLane,
  takeTurn,
  type WorkerLinks,
  WorkerQueue,
  type WorkerSetup,
  type WorkerTask,
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

/** What a lane does, whatever it is given: a task that fails ends it. */
interface LaneWork<Task> {
  readonly lane: Lane
  readonly port: MessagePort
  readonly work: (task: Task) => void
}

function runLane<Task extends { readonly type: string }>({ lane, port, work }: LaneWork<Task>): void {
  port.on('message', (message: ToLane | Task) => {
    try {
      if (!isOfLane(message)) work(message)
      else if (!obeyLane(message, lane, port)) port.close()
    } catch (error) {
      lane.discard()
      port.postMessage({ type: 'failed', error: sendableError(error) } satisfies FromLane)
      port.close()
    }
  })
}

const OF_LANE: ReadonlySet<string> = new Set(['table', 'flush', 'finish', 'discard'] satisfies Array<ToLane['type']>)

function isOfLane(message: { readonly type: string }): message is ToLane {
  return OF_LANE.has(message.type)
}

/** False when the lane has ended. */
function obeyLane(message: ToLane, lane: Lane, port: MessagePort): boolean {
  const send = (answer: FromLane): void => port.postMessage(answer)
  switch (message.type) {
    case 'table':
      lane.useTable(message.dataTable)
      return true
    case 'flush':
      lane.finish()
      send({ type: 'flushed', counters: lane.counters })
      return true
    case 'finish':
      lane.finish()
      send({ type: 'finished', counters: lane.counters })
      return false
    case 'discard':
      lane.discard()
      return false
  }
}

function laneOf(setup: LaneSetup, port: MessagePort): Lane {
  return new Lane(setup, (pack) => port.postMessage({ type: 'pack', pack } satisfies FromLane))
}

interface LaneWorker {
  readonly lane: Lane
  readonly work: ReturnType<typeof createDirectoryWork>
  readonly queue: WorkerQueue
  readonly send: (message: FromWorker) => void
}

function runBackupLane({ port, ...setup }: WorkerSetup & WorkerLinks): void {
  const lane = laneOf(setup.lane, port)
  const worker: LaneWorker = {
    lane,
    work: createDirectoryWork(lane, setup.work),
    queue: new WorkerQueue(setup.queue),
    send: (message) => port.postMessage(message),
  }
  runLane<WorkerTask>({ lane, port, work: (task) => doTask(task, worker) })
}

function doTask(task: WorkerTask, worker: LaneWorker): void {
  if (task.type === 'stretch') takeTurns(task.stretch, worker)
  else if (worker.queue.begin(task.place)) tryDirectory(task, worker)
  else worker.send({ type: 'passed', place: task.place })
}

function runBlobLane({ blobs, port }: BlobLaneSetup & LaneLinks): void {
  const lane = laneOf(blobs, port)
  const work = ({ batch, bytes, ends }: BlobTask): void => {
    const ids = storeBlobs(lane, Buffer.from(bytes.buffer), ends)
    const answer: FromBlobLane = { type: 'stored', batch, ids, bytes, counters: lane.counters }
    port.postMessage(answer, [ids.buffer, bytes.buffer])
  }
  runLane({ lane, port, work })
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
    | (BlobLaneSetup & LaneLinks)
    | { readonly verifier: true }
    | CopierStart
    | { readonly contents: ContentWorkerSetup }
  if ('blobs' in data) runBlobLane(data)
  else if ('verifier' in data) runVerifier(thread)
  else if ('copier' in data) runCopier(thread, data)
  else if ('contents' in data) runContentWriter(thread, data.contents)
  else runBackupLane(data)
}
