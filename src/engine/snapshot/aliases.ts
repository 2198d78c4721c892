/** Paths that were given to a backup by a name with links in it: found under that name, too. */
import { bytesOfPathText, type SnapshotDocument } from './documents.ts'

/**
 * Where an absolute path (one character a byte) stands in the tree when its beginning is such a name; else undefined.
 */
export function realPathOf({ aliases = [] }: Pick<SnapshotDocument, 'aliases'>, path: string): string | undefined {
  for (const { path: given, real } of aliases) {
    const name = bytesOfPathText(given)
    if (path === name) return bytesOfPathText(real)
    if (path.startsWith(name === '/' ? '/' : `${name}/`)) return `${bytesOfPathText(real)}${path.slice(name.length)}`
  }
  return undefined
}

/** The same of a path or glob as it is typed. */
export function realPatternOf(document: Pick<SnapshotDocument, 'aliases'>, typed: string): string {
  const path = Buffer.from(typed.length > 1 ? typed.replace(/\/+$/, '') : typed).toString('latin1')
  const name = (document.aliases ?? [])
    .map((each) => bytesOfPathText(each.path))
    .find((each) => path === each || path.startsWith(`${each}/`))
  const real = name === undefined ? undefined : realPathOf(document, name)
  if (name === undefined || real === undefined) return typed
  const rest = Buffer.from(path.slice(name.length), 'latin1').toString()
  // What is a wildcard in a pattern is none in the name of a folder.
  return `${Buffer.from(real, 'latin1')
    .toString()
    .replace(/[*?[{\\]/g, '\\$&')}${rest}`
}
