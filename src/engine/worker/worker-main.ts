/** The second lane: takes directories and shares of big files until it is told to finish; or verifies packs, when it is started for that. */
import { type MessagePort, parentPort, workerData } from 'node:worker_threads'
import { invariant } from '../../kernel/invariant.ts'
import { createDirectoryWork, Lane, takeTurn, type FromWorker, failureOf, type ToWorker, type WorkerSetup } from '../backup/lane-parts.ts'
import type { FromCopier, ToCopier } from '../maintenance/copy-blobs.ts'
import { type CopierSetup, PackCopier } from '../maintenance/pack-copier.ts'
import { PackVerifier } from '../maintenance/pack-verifier.ts'
import type { ToVerifier } from '../maintenance/verify-lanes.ts'

invariant(parentPort, 'This file runs as a worker thread.')
const parent = parentPort

interface LaneWorker {
  readonly lane: Lane
  readonly work: ReturnType<typeof createDirectoryWork>
  readonly port: MessagePort
  readonly send: (message: FromWorker) => void
}

function runBackupLane(setup: WorkerSetup & { readonly port: MessagePort }): void {
  const { port } = setup
  const send = (message: FromWorker): void => port.postMessage(message)
  const lane = new Lane(setup.lane, (pack) => send({ type: 'pack', pack }))
  const work = createDirectoryWork(lane, setup.work)
  port.on('message', (message: ToWorker) => {
    try {
      handle(message, { lane, work, port, send })
    } catch (error) {
      lane.discard()
      send({ type: 'failed', error: failureOf(error) })
      port.close()
    }
  })
}

function handle(message: ToWorker, { lane, work, port, send }: LaneWorker): void {
  switch (message.type) {
    case 'directory':
      send({ type: 'directory', result: work.process(message.task), counters: lane.counters })
      return
    case 'stretch':
      for (let turn = takeTurn(lane, message.stretch); turn; turn = takeTurn(lane, message.stretch)) send({ type: 'turn', turn, counters: lane.counters })
      send({ type: 'stretch-end' })
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

function runVerifier(): void {
  let verifier: PackVerifier | undefined
  parent.on('message', (message: ToVerifier) => {
    if ('setup' in message) verifier = new PackVerifier(message.setup)
    else parent.postMessage(verifier?.verify(message.task))
  })
}

function runCopier(setup: CopierSetup): void {
  const send = (message: FromCopier): void => parent.postMessage(message)
  const copier = new PackCopier(setup, (pack) => send({ pack }))
  parent.on('message', (message: ToCopier) => {
    try {
      if ('task' in message) return send({ copied: copier.copy(message.task) })
      if (message.end === 'finish') copier.finish()
      else copier.discard()
      send({ ended: true })
    } catch (error) {
      copier.discard()
      send({ failed: failureOf(error) })
    }
  })
}

const data = workerData as (WorkerSetup & { readonly port: MessagePort }) | { readonly verifier: true } | { readonly copier: CopierSetup }
if ('verifier' in data) runVerifier()
else if ('copier' in data) runCopier(data.copier)
else runBackupLane(data)
