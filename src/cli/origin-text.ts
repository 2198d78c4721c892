/** Where a setting comes from, in words. */
import type { Origin, OriginEntry } from '../system/settings/index.ts'
import type { Translate } from './locale.ts'

export function originText({ kind, name = '', file = '' }: Origin, t: Translate): string {
  switch (kind) {
    case 'ARGUMENT':
      return t('origin.argument', { name })
    case 'CONFIG_FILE':
      return t('origin.file', { file })
    case 'ENVIRONMENT':
      return t('origin.environment', { name })
    case 'ENV_FILE':
      return t('origin.envFile', { name, file })
    case 'REMEMBERED':
      return t('origin.remembered', { file })
    case 'DEFAULT':
      return t('origin.default')
  }
}

/** Values as text; what has none as a dash. */
export function effectiveRows(
  entries: readonly OriginEntry[],
): Array<{ readonly name: string; readonly value: string; readonly origin: Origin }> {
  return entries.map(({ name, value, origin }) => ({
    name,
    value:
      value === null || value === undefined ? '–' : typeof value === 'object' ? JSON.stringify(value) : String(value),
    origin,
  }))
}
