/** What is secret in a driver's settings: sealed beside the configuration, of which everything else may be shown. */
import type { DriverSource } from '../../contracts/system/index.ts'
import type { DriverSettings } from '../../sources/index.ts'
import type { SecretSeal } from '../parts.ts'
import { sourcePurpose } from './control-key.ts'

/** Null where nothing is secret. */
export function sealSource(secrets: SecretSeal, configId: string, secret: DriverSettings): Buffer | null {
  return Object.keys(secret).length === 0 ? null : secrets.seal(JSON.stringify(secret), sourcePurpose(configId))
}

/** All that it takes to reach the source. Throws DAMAGED. */
export function openSource(
  secrets: SecretSeal,
  configId: string,
  { settings, sealed }: Pick<DriverSource, 'settings'> & { readonly sealed: Buffer | null },
): DriverSettings {
  if (sealed === null) return settings
  return { ...settings, ...(JSON.parse(secrets.open(sealed, sourcePurpose(configId))) as DriverSettings) }
}
