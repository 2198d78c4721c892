/** A source as the target of a restore: what a driver reaches. What is secret in its settings is stored sealed. */
import type { RecoveryOptions, StoredSettings } from '../../contracts/system/index.ts'
import { sourceOfStored } from '../../contracts/system/index.ts'
import { BackupError } from '../../kernel/backup-error.ts'
import { GuardedSource, labelOf, type ReachableSource } from '../../sources/index.ts'
import { parseDriverSettings } from '../configs/index.ts'
import { targetPurpose } from '../control-key/index.ts'
import type { SystemParts } from '../parts.ts'
import type { PointRow } from './points.ts'
import type { SourceTarget } from './request-row.ts'

const PLACE = 'target.settings'

/**
 * The target, looked at and sealed. Throws SOURCE_NOT_AVAILABLE, CONFIG_INVALID, SOURCE_FAILED; TARGET_REFUSED for a
 * source that takes nothing back, and for a point of another kind.
 */
export async function checkSourceTarget(
  parts: SystemParts,
  { kind, settings: given }: NonNullable<RecoveryOptions['target']>,
  { point, requestId }: { readonly point: PointRow; readonly requestId: string },
): Promise<SourceTarget> {
  const { sources, secrets } = parts
  const driver = sources.driverOf(kind)
  const settings = { ...parseDriverSettings(driver, given, PLACE) }
  const label = labelOf(sources, kind, settings)
  const refused = (why: string) =>
    new BackupError('TARGET_REFUSED', `The target is refused. ${why}.`, { context: { path: label, why } })
  if (!driver.capabilities.restoresInto || !driver.restore)
    throw refused('Nothing is written back into a source of its kind')
  const own = await kindOf(parts, point)
  if (own !== undefined && own !== kind) throw refused(`It takes no point of the kind ${own}`)
  await new GuardedSource(sources, { kind, settings }).check()
  const { shown, secret } = sources.parted(kind, settings)
  const sealed = secrets.seal(JSON.stringify(secret), targetPurpose(requestId)).toString('hex')
  return { kind, label, settings: shown, sealed }
}

/** All that it takes to reach it. Throws DAMAGED. */
export function openSourceTarget(
  { secrets }: Pick<SystemParts, 'secrets'>,
  requestId: string,
  { kind, settings, sealed }: SourceTarget,
): ReachableSource {
  const secret = JSON.parse(secrets.open(Buffer.from(sealed, 'hex'), targetPurpose(requestId))) as object
  return { kind, settings: { ...settings, ...secret } }
}

/** Of a point whose configuration is not known, only the snapshot tells: whoever carries the request out looks. */
async function kindOf({ catalog }: SystemParts, { config_id: configId }: PointRow): Promise<string | undefined> {
  if (configId === null) return undefined
  const row = await catalog.db.selectFrom('configs').select('settings').where('id', '=', configId).executeTakeFirst()
  const stored = row?.settings as Partial<StoredSettings> | undefined
  return stored?.kind === undefined ? undefined : sourceOfStored(stored).kind
}
