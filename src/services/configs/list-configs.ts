import { type ConfigView, effectiveSettings } from '../../contracts/system/index.ts'
import type { SystemParts } from '../parts.ts'
import { nextDueOf, schedulerAlive } from '../scheduling/index.ts'
import { configView, readConfig } from './config-row.ts'

/** By name. Costs four queries, whatever their number. */
export async function listConfigs(parts: SystemParts): Promise<ConfigView[]> {
  const [rows, next, alive, repositories] = await Promise.all([
    parts.catalog.db
      .selectFrom('configs')
      .selectAll()
      .where('tenant_id', '=', parts.tenantId)
      .where('removed_at', 'is', null)
      .orderBy('name')
      .execute(),
    nextDueOf(parts),
    schedulerAlive(parts),
    parts.repositories.all(),
  ])
  return rows.map((row) =>
    configView(row, { nextDueAt: next.get(row.id) ?? null, schedulerAlive: alive, repositories }),
  )
}

/** What its runs go by: its own settings, and the system's where it says nothing. Throws CONFIG_NOT_FOUND. */
export async function effectiveConfig(parts: SystemParts, id: string): Promise<ConfigView> {
  const config = await getConfig(parts, id)
  return { ...config, settings: effectiveSettings(config.settings, parts.defaults) }
}

/** Throws CONFIG_NOT_FOUND. */
export async function getConfig(parts: SystemParts, id: string): Promise<ConfigView> {
  const row = await readConfig(parts.catalog.db, parts, { id })
  const [next, alive, repositories] = await Promise.all([
    nextDueOf(parts, [row.id]),
    schedulerAlive(parts),
    parts.repositories.all(),
  ])
  return configView(row, { nextDueAt: next.get(row.id) ?? null, schedulerAlive: alive, repositories })
}
