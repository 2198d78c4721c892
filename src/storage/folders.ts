/** Of folders of this machine: which hold a repository, and how they may lie to each other. */
import fs from 'node:fs'
import path from 'node:path'
import { BackupError, systemCode } from '../kernel/backup-error.ts'
import { isWithin, nearestPlace, realPlace } from '../kernel/real-place.ts'
import { translate } from './local-errors.ts'

/** Whether a repository stands there: somebody who lacks its key must be told of that key, not of a new one. */
export function folderHoldsRepository(folder: string): boolean {
  return Object.entries(OWN_OBJECTS).some(([name, form]) => {
    try {
      return fs.readdirSync(path.join(folder, name)).some((each) => form.test(each))
    } catch (error) {
      // What may not be looked at may well be there.
      return systemCode(error) === 'EACCES' || systemCode(error) === 'EPERM'
    }
  })
}

/** Also without its configuration it is one: that is made again from the keyrings. */
export const OWN_OBJECTS: Readonly<Record<'config' | 'keys', RegExp>> = {
  config: /^[abc]-[0-9a-f]{64}$/,
  keys: /^[0-9a-f]{8}-[ab]-[0-9a-f]{64}$/,
}

/** By the real paths, also of what is away: a disk that is not mounted has its place all the same. */
export function isSameFolder(one: string, other: string): boolean {
  return realPlace(one) === realPlace(other)
}

/** The repository that a place is, or lies in, by the real paths. `known`: one that need not be there yet. */
export function repositoryAround(place: string, known?: string): string | undefined {
  for (let at = realPlace(place); at !== path.dirname(at); at = path.dirname(at))
    if (folderHoldsRepository(at) && Object.keys(OWN_OBJECTS).some((name) => fs.existsSync(path.join(at, name))))
      return at
  return known !== undefined && isWithin(place, known) ? known : undefined
}

/**
 * A repository within another one is garbage to that one, and lost with it. By the real paths. Throws USAGE, and
 * TARGET_REFUSED where something that is no folder has the place.
 */
export function refuseNestedFolder(folder: string): void {
  const there = nearestPlace(folder)
  if (!fs.statSync(there).isDirectory()) throw placeRefused(there, 'It is no folder')
  const outer = repositoryAround(path.dirname(realPlace(folder)))
  if (outer !== undefined)
    throw new BackupError('USAGE', `${folder} lies in the repository ${outer}: name a place outside of it.`)
}

/**
 * Before a HOME is begun: among a repository's objects it would be garbage to that one, and a repository among HOME's
 * own files would go with them. `repository`: its folder, where it has one; it need not be there yet. Throws
 * TARGET_REFUSED.
 */
export function refuseHomePlace(home: string, repository?: string): void {
  const around = repositoryAround(home, repository)
  if (around !== undefined) throw placeRefused(home, `HOME would lie in the repository ${around}`)
  if (repository === undefined) return
  const inner = ['database', 'repositories'].find((name) => isWithin(repository, path.join(home, name)))
  if (inner !== undefined) throw placeRefused(repository, `It would lie among the files of HOME (${inner})`)
}

function placeRefused(place: string, why: string): BackupError {
  return new BackupError('TARGET_REFUSED', `${place}: ${why}.`, { context: { path: place, why } })
}

const { O_DIRECTORY, O_WRONLY } = fs.constants
/** O_TMPFILE of Linux: a file without a name, which is gone with its descriptor. Node does not know it. */
const NAMELESS = 0o20000000 | O_DIRECTORY | O_WRONLY
const NOT_KNOWN: readonly unknown[] = ['EOPNOTSUPP', 'ENOTSUP', 'EISDIR', 'EINVAL']

/**
 * By trying, in the folder and in those that it holds: modes alone tell nothing of read-only disks, quotas and shares.
 * Leaves nothing behind. Throws as a PUT would.
 */
export function requireWritableFolder(root: string): void {
  let trying = root
  try {
    const folders = fs.readdirSync(root, { withFileTypes: true }).filter((each) => each.isDirectory())
    for (const folder of [root, ...folders.map(({ name }) => path.join(root, name))]) {
      trying = folder
      makeAndRemove(folder)
    }
  } catch (error) {
    throw translate(error, { operation: 'put', key: trying, folder: root })
  }
}

function makeAndRemove(folder: string): void {
  if (process.platform === 'linux')
    try {
      return fs.closeSync(fs.openSync(folder, NAMELESS, 0o600))
    } catch (error) {
      if (!NOT_KNOWN.includes(systemCode(error))) throw error
    }
  fs.rmdirSync(fs.mkdtempSync(path.join(folder, '.neonpro-try-')))
}
