/** What a configuration may back up: paths that are there and can be read, apart from the repositories. */
import fs from 'node:fs/promises'
import type { FilesSource } from '../../contracts/system/index.ts'
import { BackupError, systemCode } from '../../kernel/backup-error.ts'
import { isAtOrBelow, realPlace } from '../../kernel/real-place.ts'
import type { SystemParts } from '../parts.ts'

/**
 * At save time and before each run. Throws SOURCE_UNREADABLE for a path that is absent or may not be read (with
 * `someMayBeAway` only when none can: a run names those that are away, and stores the rest), CONFIG_INVALID for one that
 * holds a repository or lies in one.
 */
export async function checkPaths(
  { paths }: Pick<FilesSource, 'paths'>,
  roots: readonly string[],
  { someMayBeAway = false }: { readonly someMayBeAway?: boolean } = {},
): Promise<void> {
  if (paths.length === 0) throw overlap('paths', 'it is empty')
  const repositories = roots.map((root) => ({ root, place: realPlace(root) }))
  let away = 0
  for (const [i, each] of paths.entries()) {
    const source = await readable(each).catch((error: unknown) => {
      away += 1
      if (!someMayBeAway || away === paths.length) throw error
    })
    if (source === undefined) continue
    for (const { root, place } of repositories) {
      if (isAtOrBelow(place, source)) throw overlap(`paths[${i}]`, `it holds the repository ${root}`)
      if (isAtOrBelow(source, place)) throw overlap(`paths[${i}]`, `it lies inside the repository ${root}`)
    }
  }
}

/** The folders of this machine that repositories of the system lie in. */
export async function repositoryRoots({ repositories }: Pick<SystemParts, 'repositories'>): Promise<string[]> {
  return (await repositories.all()).flatMap(({ localRoot }) => localRoot ?? [])
}

function overlap(at: string, why: string): BackupError {
  return new BackupError('CONFIG_INVALID', `${at}: ${why}.`, {
    context: { path: at, why, accepted: 'folders apart from the repository' },
  })
}

async function readable(source: string): Promise<string> {
  try {
    const real = await fs.realpath(source)
    const isDirectory = (await fs.stat(real)).isDirectory()
    await fs.access(real, isDirectory ? fs.constants.R_OK | fs.constants.X_OK : fs.constants.R_OK)
    return real
  } catch (error) {
    const cause = systemCode(error) ?? 'unknown'
    throw new BackupError('SOURCE_UNREADABLE', `The path can't be read (${cause}).`, {
      context: { path: source, cause },
      cause: error,
    })
  }
}
