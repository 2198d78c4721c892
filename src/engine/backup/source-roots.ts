/** The paths that a backup was asked for, as they are on the disk. */
import fs from 'node:fs'
import path from 'node:path'
import { BackupError, systemCode } from '../../kernel/backup-error.ts'
import type { SkippedEntry } from './directory-result.ts'

export interface SourceRoots {
  readonly roots: readonly string[]
  /** Asked for, but not there. */
  readonly missing: readonly SkippedEntry[]
}

/**
 * Real absolute paths, one character a byte, none inside another. A path that is not there does not keep the others
 * from being backed up: it is named in the snapshot, which is then partial. Throws SOURCE_UNREADABLE when none is
 * there.
 */
export function resolveRoots(paths: readonly string[]): SourceRoots {
  if (paths.length === 0) throw new BackupError('USAGE', 'No path to back up was given.')
  const real: string[] = []
  const missing: SkippedEntry[] = []
  for (const each of paths) {
    try {
      real.push(Buffer.from(fs.realpathSync.native(each)).toString('latin1'))
    } catch (error) {
      const cause = systemCode(error) ?? 'unknown'
      missing.push({ path: Buffer.from(path.resolve(each)).toString('latin1'), reason: cause })
      if (missing.length === paths.length)
        throw new BackupError('SOURCE_UNREADABLE', `The path can't be read (${cause}).`, {
          context: { path: paths.join(', '), cause },
          cause: error,
        })
    }
  }
  const roots = [...new Set(real)]
    .filter((root) => !real.some((other) => other !== root && root.startsWith(other === '/' ? '/' : `${other}/`)))
    .sort()
  return { roots, missing }
}

/** For every ancestor of a root: which names to take. */
export function ancestors(roots: readonly string[]): Map<string, string[]> {
  const only = new Map<string, string[]>()
  for (const root of roots) {
    for (let at = root; at !== '/'; ) {
      const slash = at.lastIndexOf('/')
      const parent = slash === 0 ? '/' : at.slice(0, slash)
      const names = only.get(parent) ?? []
      if (!names.includes(at.slice(slash + 1))) only.set(parent, [...names, at.slice(slash + 1)])
      at = parent
    }
  }
  return only
}
