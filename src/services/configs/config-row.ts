/** A row of `configs`, and as it is shown. */
import type { Selectable } from 'kysely'
import type { Database, DatabaseTransaction, Tables } from '../../catalog/index.ts'
import type { ConfigView, StoredSettings } from '../../contracts/system/index.ts'
import { formatLocal } from '../../jobs/index.ts'
import { BackupError } from '../../kernel/backup-error.ts'
import { isoTime } from '../../kernel/clock.ts'
import { FIRST_NAME, type RepositoryAccess } from '../parts.ts'

export type ConfigRow = Selectable<Tables['configs']>

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i

/** `lock` holds it to the end of the transaction. Throws CONFIG_NOT_FOUND, also for a removed one. */
export async function readConfig(
  db: Database | DatabaseTransaction,
  { tenantId }: { readonly tenantId: string },
  { id, lock = false }: { readonly id: string; readonly lock?: boolean },
): Promise<ConfigRow> {
  const query = db
    .selectFrom('configs')
    .selectAll()
    .where('tenant_id', '=', tenantId)
    .where('id', '=', UUID.test(id) ? id : '00000000-0000-0000-0000-000000000000')
    .where('removed_at', 'is', null)
  const row = await (lock ? query.forNoKeyUpdate() : query).executeTakeFirst()
  if (row) return row
  throw new BackupError('CONFIG_NOT_FOUND', `There is no configuration ${id}.`, { context: { config: id } })
}

export function configView(
  row: ConfigRow,
  facts: {
    readonly nextDueAt: Date | null
    readonly schedulerAlive: boolean
    readonly repositories: readonly RepositoryAccess[]
  },
): ConfigView {
  const { healthcheckSealed: _, ...settings } = row.settings as StoredSettings
  const nextMs = row.enabled ? facts.nextDueAt?.getTime() : undefined
  return {
    id: row.id,
    name: row.name,
    kind: row.kind,
    enabled: row.enabled,
    generation: row.generation,
    repository: nameOf(row.repository_id, facts.repositories),
    settings,
    createdAt: isoTime(row.created_at.getTime()),
    updatedAt: isoTime(row.updated_at.getTime()),
    nextRunAt: nextMs === undefined ? null : isoTime(nextMs),
    nextRunLocal: nextMs === undefined ? null : formatLocal(nextMs, settings.timezone),
    schedulerAlive: facts.schedulerAlive,
  }
}

/** One that was removed though a configuration writes to it goes by its id. */
function nameOf(rowId: string | null, repositories: readonly RepositoryAccess[]): string {
  return rowId === null ? FIRST_NAME : (repositories.find((each) => each.rowId === rowId)?.name ?? rowId)
}

/** The two configurations of one name, by whatever way they met. */
export function nameTaken(error: unknown, name: string): unknown {
  const isDuplicate = typeof error === 'object' && error !== null && 'code' in error && error.code === '23505'
  return isDuplicate
    ? new BackupError('CONFIG_EXISTS', `There is a configuration named ${name} already.`, {
        context: { name },
        cause: error,
      })
    : error
}
