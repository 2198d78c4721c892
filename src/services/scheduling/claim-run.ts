import { sql } from 'kysely'
import type { DatabaseTransaction } from '../../catalog/index.ts'
import { type BackupType, effectiveSettings, RunState, type RunTrigger } from '../../contracts/system/index.ts'
import type { SystemParts } from '../parts.ts'
import { type LockedConfig, lockConfig } from './config-lock.ts'
import type { RunClaim } from './run-claim.ts'
import { type RunHooks, withHooks } from './run-hooks.ts'
import { type RunRow, runView } from './run-row.ts'

/**
 * WAIT: another run of the configuration is at work, and puts this one into the queue again when it ends. GONE: nothing
 * to do for this job.
 */
export type ClaimOutcome =
  | { readonly kind: 'CLAIMED'; readonly claim: RunClaim }
  | { readonly kind: 'WAIT' }
  | { readonly kind: 'GONE' }

/** Takes a pending run for this worker: one run of a configuration at a time, over all workers. */
export async function claimRun(parts: SystemParts, runId: string, hooks: RunHooks = {}): Promise<ClaimOutcome> {
  return await withHooks(parts, hooks, (own) => claim(parts, runId, own))
}

async function claim(parts: SystemParts, runId: string, hooks: RunHooks): Promise<ClaimOutcome> {
  return await parts.catalog.transaction(async (tx) => {
    const found = await tx.selectFrom('runs').select('config_id').where('id', '=', runId).executeTakeFirst()
    const config = found && (await lockConfig(tx, found.config_id))
    if (!config) return { kind: 'GONE' }
    const run = await tx
      .selectFrom('runs')
      .select(['state', 'fence'])
      .where('id', '=', runId)
      .forUpdate()
      .executeTakeFirstOrThrow()
    if (run.state !== RunState.PENDING || config.removed_at !== null) return { kind: 'GONE' }
    const other = await tx
      .selectFrom('runs')
      .select('id')
      .where('config_id', '=', config.id)
      .where('state', '=', RunState.RUNNING)
      .limit(1)
      .executeTakeFirst()
    if (other) return { kind: 'WAIT' }
    return { kind: 'CLAIMED', claim: await take(parts, tx, { runId, config, hooks }) }
  })
}

async function take(
  parts: SystemParts,
  tx: DatabaseTransaction,
  { runId, config, hooks }: { readonly runId: string; readonly config: LockedConfig; readonly hooks: RunHooks },
): Promise<RunClaim> {
  const row = await tx
    .updateTable('runs')
    .set((of) => ({
      state: RunState.RUNNING,
      fence: of('fence', '+', 1),
      attempts: of('attempts', '+', 1),
      started_at: sql<Date>`coalesce(started_at, clock_timestamp())`,
      error: null,
      progress: null,
    }))
    .where('id', '=', runId)
    .returningAll()
    .executeTakeFirstOrThrow()
  await tx
    .insertInto('run_attempts')
    .values({
      run_id: runId,
      attempt: row.attempts,
      tenant_id: row.tenant_id,
      fence: row.fence,
      worker_id: parts.worker.id,
      started_at: sql<Date>`clock_timestamp()`,
      heartbeat_at: sql<Date>`clock_timestamp()`,
    })
    .execute()
  await hooks.runStarted?.(parts, runView(row), { tx })
  return claimOf(parts, row, config)
}

function claimOf(parts: SystemParts, row: RunRow, config: LockedConfig): RunClaim {
  return {
    runId: row.id,
    configId: row.config_id,
    configName: row.config_name,
    source: row.source,
    type: row.type as BackupType,
    trigger: row.trigger as RunTrigger,
    dueAtMs: row.due_at?.getTime() ?? null,
    requestedBy: row.requested_by,
    repositoryRowId: config.repository_id,
    fence: row.fence,
    attempt: row.attempts,
    settings: effectiveSettings(config.settings, parts.defaults),
    sourceSealed: config.source_sealed,
  }
}
