import type { Database, DatabaseTransaction } from '../../catalog/index.ts'
import { RunState, type RunView } from '../../contracts/system/index.ts'
import { throwIfAborted } from '../../kernel/abort.ts'
import { BackupError } from '../../kernel/backup-error.ts'
import { Waker } from '../../kernel/timer.ts'
import type { SystemParts } from '../parts.ts'
import { listen, RunEvent } from './run-events.ts'
import { type RunRow, runView } from './run-row.ts'
import { isUuid } from './uuid.ts'

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

/** The run when it is over. Throws RUN_NOT_FOUND; ABORTED, which leaves the run alone. */
export async function waitForRun(
  parts: SystemParts,
  runId: string,
  { signal }: { readonly signal?: AbortSignal } = {},
): Promise<RunView> {
  const waker = new Waker()
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
      await waker.wait(POLL_MS, { signal })
    }
  } finally {
    done.abort()
  }
}
