import type { Warning } from '../../contracts/system/index.ts'
import { nowMs } from '../../kernel/clock.ts'
import type { SystemParts } from '../parts.ts'
import { recordWarnings } from '../records/index.ts'
import { endRunsOf } from '../scheduling/index.ts'
import { readConfig } from './config-row.ts'

/**
 * Takes a configuration away: no further run, the open ones end with a checkpoint; its points stay and no longer
 * expire. Its name is free again. Throws CONFIG_NOT_FOUND.
 */
export async function deleteConfig(
  parts: SystemParts,
  id: string,
  by: string,
  options: { readonly signal?: AbortSignal } = {},
): Promise<{ readonly warnings: readonly Warning[] }> {
  await parts.catalog.transaction(async (tx) => {
    const row = await readConfig(tx, parts, { id, lock: true })
    const now = new Date(nowMs())
    await tx
      .updateTable('configs')
      .set({ removed_at: now, updated_at: now, generation: row.generation + 1 })
      .where('id', '=', row.id)
      .execute()
    await endRunsOf(tx, parts, row.id)
    await tx
      .updateTable('recovery_points')
      .set({ expires_at: null })
      .where('tenant_id', '=', parts.tenantId)
      .where('config_id', '=', row.id)
      .where('removed_at', 'is', null)
      .execute()
  }, options)
  parts.log.info('configuration removed', { config: id, by })
  return { warnings: await recordWarnings(parts, id, options) }
}
