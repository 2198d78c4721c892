/**
 * The entry of a process that does the engine's work for the system, so that the owner's event loop stays free. Jobs
 * and keys come over the channel. SIGTERM, or a parent that is gone, stops the job at a checkpoint and ends the
 * process.
 */
import { otherInPlace } from '../../contracts/index.ts'
import { ClientState, Repository, workspaceIn } from '../../engine/index.ts'
import { BackupError, isBackupError } from '../../kernel/backup-error.ts'
import { monotonicNs } from '../../kernel/clock.ts'
import { sendableError } from '../../kernel/crossing-error.ts'
import { invariant } from '../../kernel/invariant.ts'
import { PROGRAM } from '../../kernel/program.ts'
import { keepMemoryLean } from '../../kernel/system-calls.ts'
import { sleep } from '../../kernel/timer.ts'
import { optimizeLateBesideThreads } from '../../kernel/worker-thread.ts'
import * as drivers from '../../sources/all.ts'
import { type SourceDriver, Sources } from '../../sources/index.ts'
import * as providers from '../../storage/all.ts'
import { Storage } from '../../storage/index.ts'
import {
  type EngineJob,
  type EngineProgress,
  type EngineRepository,
  type EngineResults,
  type FromEngine,
  parseToEngine,
} from './engine-protocol.ts'
import { ENGINE_WORK } from './engine-work.ts'
import type { WorkContext } from './work-context.ts'

const PROGRESS_NS = 250_000_000n
/** A parent that is gone can't kill what does not end. */
const ORPHAN_MS = 60_000

const storage = new Storage(Object.values(providers))
const sources = new Sources(Object.values<SourceDriver>(drivers))
const stop = new AbortController()
let isWorking = false

function send(message: FromEngine): Promise<void> {
  return new Promise((resolve) => {
    if (!process.connected || process.send?.(message, undefined, undefined, () => resolve()) === undefined) resolve()
  })
}

function progressSender(): (progress: EngineProgress) => void {
  let sentNs = 0n
  return (progress) => {
    const now = monotonicNs()
    if (now - sentNs < PROGRESS_NS) return
    sentNs = now
    void send({ type: 'progress', progress })
  }
}

async function carryOut<Kind extends EngineJob['kind']>(
  access: EngineRepository,
  job: Extract<EngineJob, { kind: Kind }>,
): Promise<EngineResults[Kind]> {
  const { stateDirectory } = access
  await using repository = await openKnown(access)
  const work = ENGINE_WORK[job.kind as Kind] as (
    repository: Repository,
    job: EngineJob,
    context: WorkContext,
  ) => Promise<EngineResults[Kind]>
  return await work(repository, job, {
    stateDirectory,
    program: PROGRAM,
    sources,
    signal: stop.signal,
    onProgress: progressSender(),
  })
}

/**
 * A repository of the system was there before: one that is gone, or another in its place, is an unmounted disk and
 * nothing to go on with.
 */
async function openKnown({ location, keks, stateDirectory, repositoryId }: EngineRepository): Promise<Repository> {
  const missing = (cause?: unknown, again?: string) =>
    new BackupError('REPOSITORY_MISSING', 'The repository that this system knows is not at its place.', {
      context: { repository: storage.labelOf(location), ...(again !== undefined && { again }) },
      cause,
    })
  const repository = await Repository.open(storage.openStore(location), keks, {
    signal: stop.signal,
    // What was seen is held against it; what this process reads is remembered by who asked for it.
    memory: (id) => ({ heads: () => new ClientState(stateDirectory, id).heads(), remember: () => {} }),
    workspace: workspaceIn(stateDirectory),
  }).catch((error: unknown) => {
    throw isBackupError(error, 'REPOSITORY_NOT_FOUND') ? missing(error) : error
  })
  const { keys } = repository
  const id = keys.repositoryId.toString('hex')
  if (repositoryId !== undefined && id !== repositoryId)
    throw missing(undefined, otherInPlace(id, storage.labelOf(location)))
  return repository
}

async function receive(message: unknown): Promise<void> {
  try {
    const parsed = parseToEngine(message)
    if (parsed.type === 'end') return end()
    invariant(!isWorking, 'A process of the engine does one job at a time.')
    isWorking = true
    await send({ type: 'result', kind: parsed.job.kind, result: await carryOut(parsed.repository, parsed.job) })
  } catch (error) {
    await send({ type: 'failed', error: sendableError(error) })
  }
  isWorking = false
  if (stop.signal.aborted) end()
}

/**
 * Without the channel nothing keeps the process. `process.exit` may wait for ever: it joins a helper thread that
 * compiles, and that one may be waiting for this one to collect garbage (https://github.com/nodejs/node/issues/54918).
 */
function end(): void {
  if (process.connected) process.disconnect()
}

function halt(why: string): void {
  stop.abort(why)
  if (!isWorking) end()
}

async function endWithoutParent(): Promise<void> {
  halt('the parent is gone')
  await sleep(ORPHAN_MS, { unref: true })
  process.kill(process.pid, 'SIGKILL')
}

invariant(process.send, 'This file runs as a child of the system.')
keepMemoryLean()
optimizeLateBesideThreads()
process.on('SIGTERM', () => halt('SIGTERM'))
// A terminal sends its Ctrl-C to the whole group: the parent decides what becomes of the job.
process.on('SIGINT', () => {})
process.on('message', (message) => void receive(message))
process.on('disconnect', () => void endWithoutParent())
