/** The second lane: takes directories and shares of big files until it is told to finish; or verifies packs, when it is started for that. */
import { type MessagePort, parentPort, workerData } from 'node:worker_threads'
import { BackupError } from '../../kernel/backup-error.ts'
import { invariant } from '../../kernel/invariant.ts'
import { createDirectoryWork, Lane, takeTurn, type FromWorker, type ToWorker, type WorkerFailure, type WorkerSetup } from '../backup/lane-parts.ts'
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
      send({ type: 'failed', error: failure(error) })
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

function failure(error: unknown): WorkerFailure {
  if (error instanceof BackupError) return { code: error.code, message: error.message, context: { ...error.context } }
  return { code: undefined, message: error instanceof Error ? (error.stack ?? error.message) : String(error), context: {} }
}

function runVerifier(): void {
  let verifier: PackVerifier | undefined
  parent.on('message', (message: ToVerifier) => {
    if ('setup' in message) verifier = new PackVerifier(message.setup)
    else parent.postMessage(verifier?.verify(message.task))
  })
}

const data = workerData as (WorkerSetup & { readonly port: MessagePort }) | { readonly verifier: true }
if ('verifier' in data) runVerifier()
else runBackupLane(data)
