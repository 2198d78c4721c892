/** Threads that share the work of this one. */
// A Node that is too old has no such function, and is to be told so.
import * as nodeModule from 'node:module'
import path from 'node:path'
import { setFlagsFromString } from 'node:v8'
import { type TransferListItem, Worker } from 'node:worker_threads'
import { BackupError } from './backup-error.ts'
import { environment } from './environment.ts'

/** From here on the flag for the delay has another name and a default that suits. */
const MAJOR_WITH_A_MULTIPLE = 25

let isOwnProcess = false

/**
 * For a program of ours, never in an application that uses the library: V8's flags are the whole process's. Call it
 * once, before any thread starts.
 */
export function optimizeLateBesideThreads(): void {
  isOwnProcess = true
}

/**
 * V8's efficiency mode: with both cores at work, code that is optimized beside them takes their time and up to 16 MiB
 * (docs/adr/0020). The mode's own delay of 15,000 calls is late for a run of seconds.
 */
function optimizeLate(): void {
  setFlagsFromString('--efficiency-mode')
  if (Number(process.versions.node.split('.')[0]) < MAJOR_WITH_A_MULTIPLE)
    setFlagsFromString('--efficiency-mode-delay-turbofan=2000')
}

export interface ThreadStart {
  readonly workerData: unknown
  readonly transferList?: readonly TransferListItem[]
  readonly closesItsFiles?: boolean
}

/**
 * A thread's small young generation keeps the peak low. Its descriptors are shared with the main thread, which closes
 * them; with `closesItsFiles` those that the thread has opened are closed when it ends, however it ends.
 */
export function startThread(
  entry: URL,
  { workerData, transferList = [], closesItsFiles = false }: ThreadStart,
): Worker {
  if (isOwnProcess) optimizeLate()
  return new Worker(entry, {
    workerData,
    transferList: [...transferList],
    resourceLimits: { maxYoungGenerationSizeMb: 4 },
    trackUnmanagedFds: closesItsFiles,
    ...compiledCode(),
  })
}

/** A thread takes compiled code from where the process does, yet only its environment tells it so. */
function compiledCode(): { readonly env?: NodeJS.ProcessEnv } {
  // Node's own folder, named for its version, below the one that it is told.
  const folder = nodeModule.getCompileCacheDir?.()
  return folder === undefined ? {} : { env: { ...environment(), NODE_COMPILE_CACHE: path.dirname(folder) } }
}

/** A thread that ends before it was told to has not done its work, whatever its exit code. */
export function lostThread(exitCode: number): BackupError {
  return new BackupError('WORKER_LOST', `The worker thread ended early, with ${exitCode}.`, {
    context: { cause: `exit ${exitCode}` },
  })
}
