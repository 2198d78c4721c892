/**
 * Due times are not in the repository: they follow from the schedules. What came due while there was no database is
 * caught up as after any time down.
 */
import { type ConfigSettings, DueState } from '../../contracts/system/index.ts'
import { isBackupError } from '../../kernel/backup-error.ts'
import { configOf } from '../execution/index.ts'
import { dueAfter, insertWaiting, type ScheduledConfig } from '../scheduling/index.ts'
import type { RebuildContext } from './rebuild-context.ts'

/** Every live, enabled configuration that waits for nothing gets the first due time after its newest run or change. */
export async function restoreDueTimes(context: RebuildContext): Promise<void> {
  const { parts, tx } = context
  const newest = newestStarts(context)
  const rows = await tx
    .selectFrom('configs')
    .select(['id', 'enabled', 'settings', 'created_at', 'updated_at'])
    .where('tenant_id', '=', parts.tenantId)
    .where('removed_at', 'is', null)
    .where('enabled', '=', true)
    .where(({ not, exists, selectFrom }) =>
      not(
        exists(
          selectFrom('due_times')
            .select('due_at')
            .whereRef('due_times.config_id', '=', 'configs.id')
            .where('due_times.state', '=', DueState.WAITING),
        ),
      ),
    )
    .execute()
  for (const { id, enabled, settings, created_at: createdAt, updated_at: updatedAt } of rows) {
    const config = { id, enabled, settings: settings as ConfigSettings, createdAt }
    const dueAtMs = firstDue(context, config, Math.max(updatedAt.getTime(), newest.get(id) ?? 0))
    if (dueAtMs !== Number.POSITIVE_INFINITY) await insertWaiting(tx, parts, { config, dueAtMs })
  }
}

/** A schedule that this version can't read keeps nobody from getting everything else back. */
function firstDue({ parts: { log } }: RebuildContext, config: ScheduledConfig, afterMs: number): number {
  try {
    return dueAfter(config, afterMs)
  } catch (error) {
    if (!isBackupError(error, 'CONFIG_INVALID')) throw error
    log.warn('a rebuilt configuration has a schedule that can not be read', { config: config.id })
    return Number.POSITIVE_INFINITY
  }
}

function newestStarts({ history }: RebuildContext): Map<string, number> {
  const newest = new Map<string, number>()
  for (const { document } of history.snapshots) {
    const id = configOf(document)
    if (id !== null) newest.set(id, Math.max(newest.get(id) ?? 0, Date.parse(document.startedAt)))
  }
  return newest
}
