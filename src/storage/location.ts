/** Where a repository is: a path or a URL. */
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { BackupError } from '../kernel/backup-error.ts'

export interface RepositoryLocation {
  readonly kind: 'LOCAL'
  /** Absolute. */
  readonly path: string
}

/** Parses `--repo`. Throws USAGE, and SOURCE_NOT_AVAILABLE for stores that this version has no provider for. */
export function parseLocation(text: string): RepositoryLocation {
  if (text.trim() === '') throw new BackupError('USAGE', 'The repository is not named.')
  const scheme = /^([a-z][a-z0-9+.-]*):/i.exec(text)?.[1]?.toLowerCase()
  if (scheme === 'file') return { kind: 'LOCAL', path: text.startsWith('file://') ? fileURLToPath(text) : path.resolve(text.slice(5)) }
  if (scheme !== undefined && text.includes('://')) throw new BackupError('SOURCE_NOT_AVAILABLE', `There is no storage provider for ${scheme}: yet.`, { context: { kind: scheme } })
  return { kind: 'LOCAL', path: path.resolve(text) }
}
