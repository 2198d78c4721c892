import type { Database, DatabaseTransaction } from '../../catalog/index.ts'
import { RunState, type RunView } from '../../contracts/system/index.ts'
import { throwIfAborted } from '../../kernel/abort.ts'
import { BackupError } from '../../kernel/backup-error.ts'
import { monotonicNs } from '../../kernel/clock.ts'
import { Waker } from '../../kernel/timer.ts'
import type { SystemParts } from '../parts.ts'
import { listen, RunEvent } from './run-events.ts'
import { type RunRow, runView } from './run-row.ts'
import { isUuid } from './uuid.ts'
import { newestHeartbeat } from './workers.ts'

/** Throws RUN_NOT_FOUND. */
export async function getRun(parts: SystemParts, runId: string): Promise<RunView> {
  return runView(await findRun(parts, parts.catalog.db, runId))
}

/** The row. Throws RUN_NOT_FOUND. */
export async function findRun(parts: SystemParts, db: Database | DatabaseTransaction, runId: string): Promise<RunRow> {
  const row = isUuid(runId)
    ? await db
        .selectFrom('runs')
        .selectAll()
        .where('tenant_id', '=', parts.tenantId)
        .where('id', '=', runId)
        .executeTakeFirst()
    : undefined
  if (!row) throw new BackupError('RUN_NOT_FOUND', `There is no run ${runId}.`, { context: { run: runId } })
  return row
}

/** Another process may end the run: then it is seen at the next look. */
const POLL_MS = 1_000
const SILENT_MS = 60_000

export interface WaitOptions {
  readonly signal?: AbortSignal
  /** Without any worker's heartbeat, before NO_WORKER is answered. Default 60 s. */
  readonly silentMs?: number
}

/**
 * The run when it is over. Throws RUN_NOT_FOUND; ABORTED and NO_WORKER, which leave the run as it is: a worker that
 * comes later takes it up.
 */
export async function waitForRun(
  parts: SystemParts,
  runId: string,
  { signal, silentMs = SILENT_MS }: WaitOptions = {},
): Promise<RunView> {
  const waker = new Waker()
  const watch = new WorkerWatch(parts, silentMs)
  const done = new AbortController()
  listen(parts.catalog, RunEvent.FINISHED, {
    signal: done.signal,
    heard: (subject) => subject === runId && waker.wake(),
  })
  try {
    while (true) {
      throwIfAborted(signal)
      const run = await getRun(parts, runId)
      if (run.state !== RunState.PENDING && run.state !== RunState.RUNNING) return run
      await watch.look(run)
      await waker.wait(Math.min(POLL_MS, silentMs), { signal })
    }
  } finally {
    done.abort()
  }
}

/**
 * Silence is measured here, by the clock that stands still while the machine sleeps: after a sleep every heartbeat is
 * old, and the worker's next one is about to come.
 */
class WorkerWatch {
  readonly #parts: SystemParts
  readonly #silentNs: bigint
  #newest: string | undefined
  #heardNs = monotonicNs()

  constructor(parts: SystemParts, silentMs: number) {
    this.#parts = parts
    this.#silentNs = BigInt(silentMs) * 1_000_000n
  }

  /** Throws NO_WORKER once none has been heard of for so long. */
  async look({ id, configName }: RunView): Promise<void> {
    const newest = await newestHeartbeat(this.#parts)
    if (newest !== undefined && newest !== this.#newest) this.#heardNs = monotonicNs()
    this.#newest = newest
    if (monotonicNs() - this.#heardNs >= this.#silentNs)
      throw new BackupError('NO_WORKER', `Nothing carries out run ${id}.`, { context: { run: id, name: configName } })
  }
}
