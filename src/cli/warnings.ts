/** What a backup warns of, in the reader's language. */
import { bytesOfPathText, printablePath, type SnapshotWarning } from '../engine/index.ts'
import type { CommandContext } from './command.ts'
import { sentence } from './locale.ts'
import { en, type MessageKey } from './messages/en.ts'

export function backupWarningText(
  { code, subject, line, why }: SnapshotWarning,
  { t, locale }: Pick<CommandContext, 't' | 'locale'>,
): string {
  const key = `warning.${code === 'IGNORE_FILE' && line !== undefined ? 'IGNORE_LINE' : code}`
  const shown = printablePath(bytesOfPathText(subject))
  // Of a later version.
  if (!(key in en)) return `${code}: ${shown}`
  return t(key as MessageKey, {
    subject: shown,
    ...(line !== undefined && { line }),
    ...(why !== undefined && { why: sentence(why, locale) }),
  })
}
