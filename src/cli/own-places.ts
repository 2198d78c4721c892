/** What belongs to this program and lies in what is backed up. */
import path from 'node:path'
import { isWithin, realPlace } from '../kernel/real-place.ts'
import { createFileFilter, type FileFilters } from '../sources/index.ts'
import { type CommandContext, homeOf } from './command.ts'
import { keyFileOf } from './open.ts'

interface Asked {
  readonly paths: readonly string[]
  readonly filters: FileFilters
}

/**
 * A key that is only in its own backup opens nothing; HOME is made again from the repository, and an old one helps
 * nobody; a repository in its source is left out. All is said, but of what the filters leave out.
 */
export function warnOfPlaces(context: CommandContext, asked: Asked, repository: string | undefined): void {
  const keyFile = keyFileOf(context)
  if (keyFile !== undefined && isStored(keyFile, asked)) context.warn(context.t('key.inSource', { file: keyFile }))
  const home = homeOf(context)
  if (isStored(home, asked)) context.warn(context.t('backup.homeInside', { home }))
  if (repository !== undefined && isStored(repository, asked))
    context.warn(context.t('backup.repositoryInside', { repository }))
}

/** Ignore files in the folders are not asked. */
function isStored(place: string, { paths, filters }: Asked): boolean {
  return paths.some((each) => isWithin(place, each) && !isLeftOut(place, realPlace(each), filters))
}

function isLeftOut(place: string, root: string, filters: FileFilters): boolean {
  const [top, inside] = [root, path.relative(root, realPlace(place))].map((each) =>
    Buffer.from(each).toString('latin1'),
  ) as [string, string]
  const filter = createFileFilter(filters, { roots: [top], aliases: [] })
  let folder = top
  for (const name of inside === '' ? [] : inside.split('/')) {
    const entry = { name, isDirectory: true, bytes: 0, modifiedMs: Number.POSITIVE_INFINITY }
    if (filter.inside(folder, []).leavesOut(entry)) return true
    folder = folder === '/' ? `/${name}` : `${folder}/${name}`
  }
  return false
}
