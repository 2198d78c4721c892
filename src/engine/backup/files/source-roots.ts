/** The paths that a backup was asked for, as they are on the disk. */
import fs from 'node:fs'
import path from 'node:path'
import { BackupError, systemCode } from '../../../kernel/backup-error.ts'
import { bytesOfText, type PathAlias, textOfBytes } from '../../../sources/index.ts'
import type { SkippedEntry } from './directory-result.ts'
import { parentOf } from './entry-path.ts'

/** Paths have one character a byte. */
export interface SourceRoots {
  /** Real, none below another. */
  readonly roots: readonly string[]
  /** Asked for by name, and below another: what leaves out a part of that one does not leave them out. */
  readonly nested: readonly string[]
  /** Names with links in them that roots were given by. */
  readonly aliases: readonly PathAlias[]
  /** Asked for, but not there. */
  readonly missing: readonly SkippedEntry[]
}

/**
 * Real absolute paths. A path that is not there does not keep the others from being backed up: it is named in the
 * snapshot, which is then partial. Throws SOURCE_UNREADABLE when none is there. `paths` are texts as textOfBytes makes
 * them.
 */
export function resolveRoots(paths: readonly string[]): SourceRoots {
  if (paths.length === 0) throw new BackupError('USAGE', 'No path to back up was given.')
  const real = new Set<string>()
  const aliases = new Map<string, PathAlias>()
  const missing: SkippedEntry[] = []
  for (const each of paths) {
    const given = bytesOfText(path.resolve(each))
    try {
      const found = realPath(bytesOfText(each))
      real.add(found)
      if (found !== given) aliases.set(given, { path: given, real: found })
    } catch (error) {
      missing.push({ path: given, reason: systemCode(error) ?? 'unknown' })
      if (missing.length === paths.length) throw unreadable(missing, error)
    }
  }
  const isNested = (root: string) => root !== '/' && aboveOf(root).some((above) => real.has(above))
  const sorted = [...real].sort()
  return {
    roots: sorted.filter((root) => !isNested(root)),
    nested: sorted.filter(isNested),
    aliases: [...aliases.values()],
    missing,
  }
}

const NAMED_MAX = 10

function unreadable(missing: readonly SkippedEntry[], cause: unknown): BackupError {
  const { reason } = missing.at(-1)!
  return new BackupError('SOURCE_UNREADABLE', `The path can't be read (${reason}).`, {
    context: {
      path: missing
        .slice(0, NAMED_MAX)
        .map((each) => textOfBytes(each.path))
        .join(', '),
      cause: reason,
    },
    cause,
  })
}

/** Node's types leave Buffers out of some path parameters that take them. */
function realPath(bytes: string): string {
  return fs.realpathSync.native(Buffer.from(bytes, 'latin1') as unknown as string, 'latin1')
}

function aboveOf(root: string): string[] {
  const found: string[] = []
  for (let at = root; at !== '/'; found.push(at)) at = parentOf(at)
  return found
}

/** For every ancestor of a root: which names to take. */
export function ancestors(roots: readonly string[]): Map<string, Set<string>> {
  const only = new Map<string, Set<string>>()
  for (const root of roots) {
    for (let at = root; at !== '/'; at = parentOf(at)) {
      const parent = parentOf(at)
      const name = at.slice(parent === '/' ? 1 : parent.length + 1)
      const names = only.get(parent)
      if (names?.has(name)) break
      if (names) names.add(name)
      else only.set(parent, new Set([name]))
    }
  }
  return only
}

export interface RootFacts {
  readonly folders: readonly string[]
  /** As `major:minor`. */
  readonly devices: ReadonlySet<string>
}

export function rootFacts(roots: readonly string[]): RootFacts {
  const stats = roots.map((root) => fs.statSync(Buffer.from(root, 'latin1') as unknown as string))
  return {
    folders: roots.filter((_, i) => stats[i]!.isDirectory()),
    devices: new Set(stats.map(({ dev }) => `${(dev >> 8) & 0xfff}:${(dev & 0xff) | ((dev >> 12) & 0xfff00)}`)),
  }
}
