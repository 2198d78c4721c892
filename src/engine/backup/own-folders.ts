import fs from 'node:fs'
import { BackupError } from '../../kernel/backup-error.ts'
import type { Repository } from '../repository/index.ts'
import { printablePath } from '../snapshot/index.ts'

/** The repository does not back itself up. Throws USAGE for a path inside it. Paths have one character a byte. */
export function ownFolders({ store }: Repository, roots: readonly string[]): string[] {
  if (!store.local) return []
  const own = Buffer.from(fs.realpathSync.native(store.local.root)).toString('latin1')
  const inside = roots.find((root) => root === own || root.startsWith(`${own}/`))
  if (inside !== undefined)
    throw new BackupError('USAGE', `The path ${printablePath(inside)} lies inside the repository.`)
  return [own]
}
