/**
 * The address of a configuration's own pings: whoever has it can report in its name, so it stands sealed in the
 * settings, and beside it what may be shown. Settings of the first versions hold it in the clear: they are sealed at
 * start, and their record is written anew.
 */
import { sql } from 'kysely'
import type { Catalog } from '../../catalog/index.ts'
import type { StoredSettings } from '../../contracts/system/index.ts'
import { redactPath } from '../../kernel/redaction.ts'
import type { SecretSeal } from '../parts.ts'

function purposeOf(configId: string): string {
  return `config.healthcheck:${configId}`
}

type HealthcheckSettings = Pick<StoredSettings, 'healthcheckUrl' | 'healthcheckSealed'>

/** The settings with the address sealed, and its host in its place. Sealed ones stay as they are. */
export function sealHealthcheck<S extends HealthcheckSettings>(secrets: SecretSeal, configId: string, settings: S): S {
  const { healthcheckUrl: url, healthcheckSealed: sealed } = settings
  if (url === undefined || sealed !== undefined) return settings
  return {
    ...settings,
    healthcheckUrl: redactPath(url),
    healthcheckSealed: secrets.seal(url, purposeOf(configId)).toString('hex'),
  }
}

/** The whole address; undefined where there is none. Throws DAMAGED. */
export function healthcheckAddress(
  secrets: SecretSeal,
  configId: string,
  { healthcheckUrl: url, healthcheckSealed: sealed }: HealthcheckSettings,
): string | undefined {
  return sealed === undefined ? url : secrets.open(Buffer.from(sealed, 'hex'), purposeOf(configId))
}

/** The same settings, sealed by another key. */
export function resealHealthcheck(
  settings: StoredSettings,
  configId: string,
  { from, to }: { readonly from: SecretSeal; readonly to: SecretSeal },
): StoredSettings {
  const { healthcheckSealed: _, ...rest } = settings
  const url = healthcheckAddress(from, configId, settings)
  return url === undefined ? rest : sealHealthcheck(to, configId, { ...rest, healthcheckUrl: url })
}

/**
 * Seals what the first versions left in the clear, removed configurations too. Each gets a new generation, so that its
 * record is rewritten; records that are superseded by it still hold the address.
 */
export async function sealHealthchecks(
  { catalog, tenantId }: { readonly catalog: Catalog; readonly tenantId: string },
  secrets: SecretSeal,
): Promise<void> {
  await catalog.transaction(async (tx) => {
    const rows = await tx
      .selectFrom('configs')
      .select(['id', 'settings', 'generation'])
      .where('tenant_id', '=', tenantId)
      .where(sql<boolean>`settings ? 'healthcheckUrl'`)
      .where(sql<boolean>`not settings ? 'healthcheckSealed'`)
      .forUpdate()
      .execute()
    for (const { id, settings, generation } of rows)
      await tx
        .updateTable('configs')
        .set({
          settings: JSON.stringify(sealHealthcheck(secrets, id, settings as StoredSettings)),
          generation: generation + 1,
        })
        .where('id', '=', id)
        .execute()
  })
}
