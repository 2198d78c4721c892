import { randomUUID } from 'node:crypto'
import { type ConfigSettings, PRIORITY_RANK, RunState, RunTrigger } from '../../contracts/system/index.ts'
import { JobKind } from '../../jobs/index.ts'
import { BackupError } from '../../kernel/backup-error.ts'
import type { SystemParts } from '../parts.ts'
import { sourceName } from './run-row.ts'
import { isUuid } from './uuid.ts'

/**
 * A run now, whatever the schedule says; a disabled configuration has one too. Gives its id once run and job are
 * committed. Throws CONFIG_NOT_FOUND.
 */
export async function requestRun(
  parts: SystemParts,
  {
    configId,
    by,
    trigger = RunTrigger.MANUAL,
  }: { readonly configId: string; readonly by: string; readonly trigger?: RunTrigger },
): Promise<string> {
  return await parts.catalog.transaction(async (tx) => {
    const config = isUuid(configId)
      ? await tx
          .selectFrom('configs')
          .select(['id', 'name', 'settings'])
          .where('tenant_id', '=', parts.tenantId)
          .where('id', '=', configId)
          .where('removed_at', 'is', null)
          .forShare()
          .executeTakeFirst()
      : undefined
    if (!config)
      throw new BackupError('CONFIG_NOT_FOUND', `There is no configuration ${configId}.`, {
        context: { config: configId },
      })
    const { type, priority } = config.settings as ConfigSettings
    const id = randomUUID()
    await tx
      .insertInto('runs')
      .values({
        id,
        tenant_id: parts.tenantId,
        config_id: config.id,
        config_name: config.name,
        source: sourceName(config),
        type,
        trigger,
        priority: PRIORITY_RANK[priority],
        state: RunState.PENDING,
        requested_by: by,
      })
      .execute()
    await parts.queue.enqueue({ kind: JobKind.BACKUP, subject: id, priority: PRIORITY_RANK[priority] }, tx)
    return id
  })
}
