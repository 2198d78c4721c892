import type { ConfigSettings } from '../../contracts/system/index.ts'

/** Zone of a configuration, from the settings of its row. */
export function zoneOf(settings: unknown): string {
  return (settings as Partial<ConfigSettings> | null)?.timezone ?? 'UTC'
}
