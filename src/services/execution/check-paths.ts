/** What a configuration may back up: paths that are there and can be read, apart from the repository. */
import fs from 'node:fs/promises'
import type { FilesSource } from '../../contracts/system/index.ts'
import { BackupError, systemCode } from '../../kernel/backup-error.ts'
import { isAtOrBelow, realPlace } from '../../kernel/real-place.ts'
import type { RepositoryAccess } from '../parts.ts'

/**
 * At save time and before each run. Throws SOURCE_UNREADABLE for a path that is absent or may not be read (with
 * `someMayBeAway` only when none can: a run names those that are away, and stores the rest), CONFIG_INVALID for one that
 * holds the repository or lies in it.
 */
export async function checkPaths(
  { paths }: Pick<FilesSource, 'paths'>,
  { localRoot }: Pick<RepositoryAccess, 'localRoot'>,
  { someMayBeAway = false }: { readonly someMayBeAway?: boolean } = {},
): Promise<void> {
  if (paths.length === 0) throw overlap('paths', 'it is empty')
  const repository = localRoot === undefined ? undefined : realPlace(localRoot)
  let away = 0
  for (const [i, each] of paths.entries()) {
    const source = await readable(each).catch((error: unknown) => {
      away += 1
      if (!someMayBeAway || away === paths.length) throw error
    })
    if (source === undefined || repository === undefined) continue
    if (isAtOrBelow(repository, source)) throw overlap(`paths[${i}]`, `it holds the repository ${localRoot}`)
    if (isAtOrBelow(source, repository)) throw overlap(`paths[${i}]`, `it lies inside the repository ${localRoot}`)
  }
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
