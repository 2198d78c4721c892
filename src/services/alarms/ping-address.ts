/** Which address a configuration's pings go to: two of them never share one, or a good run would hide a silent one. */
import type { Database, DatabaseTransaction } from '../../catalog/index.ts'
import { type ConfigSettings, type Warning, warningOf } from '../../contracts/system/index.ts'
import { isBackupError } from '../../kernel/backup-error.ts'
import { numberedSlug, slugOf } from '../../notifiers/index.ts'
import { healthcheckAddress } from '../control-key/index.ts'
import type { SystemParts } from '../parts.ts'

const SLUG = '{slug}'

/**
 * What stands for `{slug}`: the name's own, unless an older configuration of another name has that. The older one keeps
 * it for good, also when it is removed, so that a check never changes its meaning.
 */
export async function pingSlug(
  { tenantId }: Pick<SystemParts, 'tenantId'>,
  db: Database | DatabaseTransaction,
  name: string,
): Promise<string> {
  const rows = await db
    .selectFrom('configs')
    .select('name')
    .where('tenant_id', '=', tenantId)
    .orderBy('created_at')
    .orderBy('id')
    .execute()
  const slug = slugOf(name)
  const first = rows.find((row) => slugOf(row.name) === slug)
  return first === undefined || first.name === name ? slug : numberedSlug(name, slug)
}

/** The address with its slug put in; undefined: this configuration has no pings. */
export async function pingAddress(
  parts: Pick<SystemParts, 'tenantId' | 'channels' | 'secrets'>,
  db: Database | DatabaseTransaction,
  config: { readonly id: string; readonly name: string; readonly settings: unknown },
): Promise<string | undefined> {
  const own = healthcheckAddress(parts.secrets, config.id, config.settings as ConfigSettings)
  const address = own ?? parts.channels.healthcheckUrl
  if (address === undefined || (own === undefined && !address.includes(SLUG))) return undefined
  return address.includes(SLUG) ? address.replaceAll(SLUG, await pingSlug(parts, db, config.name)) : address
}

/** What is said when a configuration is saved: a slug that is not the name's own, an address that others use too. */
export async function pingWarnings(
  parts: Pick<SystemParts, 'tenantId' | 'channels' | 'locale' | 'catalog' | 'secrets'>,
  config: { readonly id: string; readonly name: string; readonly settings: ConfigSettings },
): Promise<Warning[]> {
  const { db } = parts.catalog
  const address = await pingAddress(parts, db, config)
  if (address === undefined) return []
  const slug = await pingSlug(parts, db, config.name)
  const own = healthcheckAddress(parts.secrets, config.id, config.settings)
  const isBySlug = (own ?? parts.channels.healthcheckUrl ?? '').includes(SLUG)
  const sharing = await othersAt(parts, address, config.id)
  return [
    ...(isBySlug && slug !== slugOf(config.name)
      ? [warningOf('HEALTHCHECK_SLUG', parts.locale, { name: config.name, slug })]
      : []),
    ...(sharing.length > 0
      ? [warningOf('HEALTHCHECK_SHARED', parts.locale, { name: config.name, others: sharing.join(', ') })]
      : []),
  ]
}

async function othersAt(
  parts: Pick<SystemParts, 'tenantId' | 'channels' | 'catalog' | 'secrets'>,
  address: string,
  configId: string,
): Promise<string[]> {
  const rows = await parts.catalog.db
    .selectFrom('configs')
    .select(['id', 'name', 'settings'])
    .where('tenant_id', '=', parts.tenantId)
    .where('removed_at', 'is', null)
    .where('id', '<>', configId)
    .orderBy('name')
    .execute()
  const others = rows.filter(({ id, settings }) => knownAddress(parts, id, settings as ConfigSettings) === address)
  const isHeartbeat = parts.channels.healthcheckUrl === address
  return [...others.map(({ name }) => name), ...(isHeartbeat ? ['HEALTHCHECK_URL'] : [])]
}

/** One that can not be opened is told where it is to be pinged; it keeps no other configuration from being saved. */
function knownAddress(
  { secrets }: Pick<SystemParts, 'secrets'>,
  configId: string,
  settings: ConfigSettings,
): string | undefined {
  try {
    return healthcheckAddress(secrets, configId, settings)
  } catch (error) {
    if (isBackupError(error, 'DAMAGED')) return undefined
    throw error
  }
}
