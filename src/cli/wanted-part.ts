/** What is to be restored, as it is typed. */
import { BackupError } from '../kernel/backup-error.ts'

/** "latest:/srv/data" names a folder inside the snapshot. Throws USAGE where none stands behind the colon. */
export function splitWanted(text: string): [string, string | undefined] {
  const colon = text.indexOf(':')
  if (colon >= 0 && colon === text.length - 1)
    throw new BackupError('USAGE', `The folder behind the colon of "${text}" is empty.`)
  return colon < 0 ? [text, undefined] : [text.slice(0, colon), text.slice(colon + 1)]
}
