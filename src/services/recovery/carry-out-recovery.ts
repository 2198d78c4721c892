/**
 * A restore of the system: claimed under a fence, carried out in a process of its own, watched, and ended in the rows.
 * Whoever takes a request over from a killed worker goes on where it was: what is restored already is left as it is,
 * and what was half-written is swept.
 */
import { sql } from 'kysely'
import { ERROR_CATALOG, failureOf } from '../../contracts/index.ts'
import { PointState, RecoveryState, RecoveryType } from '../../contracts/system/index.ts'
import { Overwrite, type RestoreResult } from '../../engine/index.ts'
import { JobKind } from '../../jobs/index.ts'
import { BackupError, isBackupError } from '../../kernel/backup-error.ts'
import { nowMs } from '../../kernel/clock.ts'
import { hostName, isProcessAlive } from '../../kernel/machine.ts'
import { sleep } from '../../kernel/timer.ts'
import { type EngineProgress, runInEngine } from '../execution/index.ts'
import { AuditResult, type SystemParts } from '../parts.ts'
import { neededBySystem } from './check-target.ts'
import { findRequest, isIntoSource, type RequestRow, type StoredOptions, storedStats } from './request-row.ts'
import { openSourceTarget } from './source-target.ts'

const WATCH_MS = 300
/** A worker that has not been heard of for so long is thought gone. */
const LEASE_MS = 30_000
const ATTEMPTS_MAX = 5
const RETRY_MS = 5000
const PERCENT_MAX_RUNNING = 99

const Halt = { CANCEL: 'CANCEL', SHUTDOWN: 'SHUTDOWN', STALE: 'STALE' } as const
type Halt = (typeof Halt)[keyof typeof Halt]

/**
 * Resolves when nothing more is to be done for the job: the request is over, was put back because this worker stops, or
 * is somebody else's. Throws STALE_WORKER while another worker seems to carry it out: the queue comes back.
 */
export async function carryOutRecovery(
  parts: SystemParts,
  requestId: string,
  { signal }: { readonly signal: AbortSignal },
): Promise<void> {
  const request = await claim(parts, requestId)
  if (!request) return
  // Its worker went before it heard of it. Not one more file is written.
  if (request.cancel_requested_at !== null) return await finish(parts, request, { state: RecoveryState.CANCELLED })
  const halt = new AbortController()
  const end = new AbortController()
  const stop = () => halt.abort(Halt.SHUTDOWN)
  if (signal.aborted) stop()
  signal.addEventListener('abort', stop, { once: true })
  const watch = new Watch(parts, request, { halt, end: end.signal })
  const watching = watch.run()
  try {
    const result = await restore(parts, request, { signal: halt.signal, watch })
    await finish(parts, request, {
      state: result.issueCount > 0 ? RecoveryState.PARTIAL : RecoveryState.COMPLETED,
      result,
    })
  } catch (error) {
    await endEarly(parts, request, { error, halt: halt.signal.aborted ? (halt.signal.reason as Halt) : undefined })
  } finally {
    signal.removeEventListener('abort', stop)
    end.abort()
    await watching
  }
}

/** Undefined when the request is over. The fence shuts out whoever held it before. */
async function claim(parts: SystemParts, requestId: string): Promise<RequestRow | undefined> {
  const row = await findRequest(parts, requestId)
  if (row.state !== RecoveryState.PENDING && row.state !== RecoveryState.RUNNING) return undefined
  if (row.state === RecoveryState.RUNNING && !(await isAbandoned(parts, row)))
    throw new BackupError('STALE_WORKER', `Request ${row.id} is carried out by another worker.`, {
      context: { request: row.id },
    })
  const now = new Date(nowMs())
  return await parts.catalog.db
    .updateTable('recovery_requests')
    .set((of) => ({
      state: RecoveryState.RUNNING,
      fence: of('fence', '+', 1),
      worker_id: parts.worker.id,
      heartbeat_at: sql<Date>`clock_timestamp()`,
      started_at: row.started_at ?? now,
      error: null,
    }))
    .where('id', '=', row.id)
    .where('fence', '=', row.fence)
    .where('state', '=', row.state)
    .returningAll()
    .executeTakeFirst()
}

/** A lease goes by the database's clock alone. One that it dates ahead was written before that clock was put right. */
async function isAbandoned({ catalog, worker }: SystemParts, { id, worker_id }: RequestRow): Promise<boolean> {
  if (worker_id === null || worker_id === worker.id) return true
  const lease = sql`make_interval(secs => ${LEASE_MS / 1000})`
  const row = await catalog.db
    .selectFrom('recovery_requests')
    .select(
      sql<boolean>`coalesce(heartbeat_at between clock_timestamp() - ${lease} and clock_timestamp() + ${lease}, false)`.as(
        'isHeld',
      ),
    )
    .where('id', '=', id)
    .executeTakeFirst()
  if (row?.isHeld !== true) return true
  const holder = await catalog.db
    .selectFrom('workers')
    .select(['host', 'pid', 'stopped_at'])
    .where('id', '=', worker_id)
    .executeTakeFirst()
  return (
    holder !== undefined && (holder.stopped_at !== null || (holder.host === hostName() && !isProcessAlive(holder.pid)))
  )
}

async function restore(
  parts: SystemParts,
  request: RequestRow,
  { signal, watch }: { readonly signal: AbortSignal; readonly watch: Watch },
): Promise<RestoreResult> {
  const point = await parts.catalog.db
    .selectFrom('recovery_points')
    .select(['snapshot', 'repository_id'])
    .where('id', '=', request.point_id)
    .executeTakeFirstOrThrow()
  const call = { signal, onProgress: (progress: EngineProgress) => watch.note(progress) }
  const repository = await parts.repositories.of(point.repository_id)
  const options = request.options as StoredOptions
  if (isIntoSource(options)) {
    const into = openSourceTarget(parts, request.id, options.target)
    const job = { kind: 'restoreInto', snapshot: point.snapshot, into } as const
    return await runInEngine(repository, job, { ...call, sourceKind: into.kind })
  }
  const { targetPath, overwrite, paths, subtree, verify, deleteExtra } = options
  const isRepeat = request.fence > 1
  const job = {
    kind: 'restore',
    snapshot: point.snapshot,
    target: targetPath,
    include: paths,
    ...(subtree !== undefined && { subtree }),
    deleteExtra,
    verify,
    isRepeat,
    needed: await neededBySystem(parts),
    // What an earlier try wrote has the snapshot's size and time already: it need not be written again.
    overwrite: isRepeat && overwrite === Overwrite.ALWAYS ? Overwrite.IF_CHANGED : overwrite,
  } as const
  return await runInEngine(repository, job, call)
}

/**
 * Says that this worker is at it and how far, and hears of cancellation. While the database does not answer, the
 * restore goes on.
 */
class Watch {
  readonly #parts: SystemParts
  readonly #request: RequestRow
  readonly #halt: AbortController
  readonly #end: AbortSignal
  #percent = 0

  constructor(
    parts: SystemParts,
    request: RequestRow,
    { halt, end }: { readonly halt: AbortController; readonly end: AbortSignal },
  ) {
    this.#parts = parts
    this.#request = request
    this.#halt = halt
    this.#end = end
  }

  /** Files and bytes count alike: many small files take as long as few large ones. */
  note({
    filesDone,
    filesExpected,
    bytesDone,
    bytesExpected,
  }: {
    readonly filesDone: number
    readonly filesExpected: number | null
    readonly bytesDone: number
    readonly bytesExpected: number | null
  }): void {
    const shares = [filesExpected ? filesDone / filesExpected : 1, bytesExpected ? bytesDone / bytesExpected : 1]
    const share = shares.reduce((sum, each) => sum + Math.min(1, each), 0) / shares.length
    this.#percent = Math.max(this.#percent, Math.min(PERCENT_MAX_RUNNING, Math.floor(share * 100)))
  }

  async run(): Promise<void> {
    while (!this.#end.aborted) {
      await sleep(WATCH_MS, { signal: this.#end }).catch(() => {})
      if (!this.#end.aborted)
        await this.#look().catch((error: unknown) =>
          this.#parts.log.warn('the progress of a recovery could not be written', {
            requestId: this.#request.id,
            error,
          }),
        )
    }
  }

  async #look(): Promise<void> {
    const row = await held(
      this.#parts.catalog.db
        .updateTable('recovery_requests')
        .set({ heartbeat_at: sql<Date>`clock_timestamp()`, progress: this.#percent }),
      this.#request,
    )
      .returning('cancel_requested_at')
      .executeTakeFirst()
    if (this.#halt.signal.aborted) return
    if (!row) this.#halt.abort(Halt.STALE)
    else if (row.cancel_requested_at !== null) this.#halt.abort(Halt.CANCEL)
  }
}

/** Only while this worker holds the request. */
function held<Query extends { where(column: 'id' | 'fence' | 'state', operator: '=', value: never): Query }>(
  query: Query,
  { id, fence }: RequestRow,
): Query {
  return query
    .where('id', '=', id as never)
    .where('fence', '=', fence as never)
    .where('state', '=', RecoveryState.RUNNING as never)
}

interface Ending {
  readonly state: RecoveryState
  readonly result?: RestoreResult
  readonly error?: unknown
}

async function finish(parts: SystemParts, request: RequestRow, { state, result, error }: Ending): Promise<void> {
  const failure = error === undefined ? null : failureOf(error, parts.locale)
  await parts.catalog.transaction(async (tx) => {
    const columns = {
      state,
      finished_at: new Date(nowMs()),
      error: failure && JSON.stringify(failure),
      ...(result && { progress: 100, stats: JSON.stringify(storedStats(result)) }),
    }
    const row = await held(tx.updateTable('recovery_requests').set(columns), request).returning('id').executeTakeFirst()
    if (!row) return parts.log.warn('another worker has the recovery', { requestId: request.id })
    if (result && isProof(request, result))
      await tx
        .updateTable('recovery_points')
        .set({ state: PointState.RESTORED })
        .where('id', '=', request.point_id)
        .execute()
    const outcome = state === RecoveryState.FAILED ? AuditResult.FAILED : AuditResult.SUCCESS
    await parts.audit.append(
      {
        actor: 'system',
        action: 'recovery.finish',
        resource: `recovery:${request.id}`,
        result: outcome,
        details: { state, pointId: request.point_id, ...(failure && { code: failure.code }) },
      },
      tx,
    )
  })
}

/**
 * A point is proven by a restore of all of it, every file read back. What was left as it was proves nothing, and so
 * does what a driver wrote: nobody has read that.
 */
function isProof({ type, options }: RequestRow, { issueCount, filesUnchanged, filesKept }: RestoreResult): boolean {
  const stored = options as StoredOptions
  return (
    type === RecoveryType.FULL_RESTORE &&
    !isIntoSource(stored) &&
    stored.verify &&
    issueCount === 0 &&
    filesUnchanged + filesKept === 0
  )
}

async function endEarly(
  parts: SystemParts,
  request: RequestRow,
  { error, halt }: { readonly error: unknown; readonly halt: Halt | undefined },
): Promise<void> {
  if (halt === Halt.STALE) return parts.log.warn('another worker has the recovery', { requestId: request.id })
  if (halt === Halt.CANCEL) return await finish(parts, request, { state: RecoveryState.CANCELLED })
  const isStopped = halt === Halt.SHUTDOWN || isBackupError(error, 'ABORTED')
  const code = isBackupError(error) ? error.code : 'INTERNAL'
  const isRetried = ERROR_CATALOG[code].retry !== 'never' && request.fence < ATTEMPTS_MAX
  if (isStopped || isRetried) return await putBack(parts, request, isStopped ? 0 : RETRY_MS)
  if (!isBackupError(error)) parts.log.error('a recovery failed by a bug', { requestId: request.id, error })
  await finish(parts, request, { state: RecoveryState.FAILED, error })
}

async function putBack(parts: SystemParts, request: RequestRow, delayMs: number): Promise<void> {
  await parts.catalog.transaction(async (tx) => {
    const row = await held(
      tx.updateTable('recovery_requests').set({ state: RecoveryState.PENDING, worker_id: null }),
      request,
    )
      .returning('id')
      .executeTakeFirst()
    if (row)
      await parts.queue.enqueue(
        {
          kind: JobKind.RECOVERY,
          subject: request.id,
          priority: request.priority,
          startAfter: new Date(nowMs() + delayMs),
        },
        tx,
      )
  })
}

/**
 * Requests whose worker is gone, or whose job was lost, are put into the queue again. Called at start and now and then;
 * a request that is carried out or waits already is not doubled. Gives how many.
 */
export async function resumeRecoveries(parts: SystemParts): Promise<number> {
  const rows = await parts.catalog.db
    .selectFrom('recovery_requests')
    .selectAll()
    .where('tenant_id', '=', parts.tenantId)
    .where('state', 'in', [RecoveryState.PENDING, RecoveryState.RUNNING])
    .execute()
  let resumed = 0
  for (const row of rows) {
    if (row.state === RecoveryState.RUNNING && (row.worker_id === parts.worker.id || !(await isAbandoned(parts, row))))
      continue
    await parts.catalog.transaction((tx) =>
      parts.queue.enqueue({ kind: JobKind.RECOVERY, subject: row.id, priority: row.priority }, tx),
    )
    resumed += 1
  }
  return resumed
}
