/** Where a repository is: a path or a URL. */
import fs from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { BackupError, systemCode } from '../kernel/backup-error.ts'
import { isWithin, nearestPlace, realPlace } from '../kernel/real-place.ts'

export interface RepositoryLocation {
  readonly kind: 'LOCAL'
  /** Absolute. */
  readonly path: string
  /** Modes and owner of what is written. */
  readonly fileMode?: number
  readonly directoryMode?: number
  readonly uid?: number
  readonly gid?: number
}

/**
 * Parses `--repo`: a path, or a file: URL that may end with `?mode=0640&dir-mode=0750&uid=33&gid=33`. Throws USAGE, and
 * SOURCE_NOT_AVAILABLE for stores that this version has no provider for.
 */
export function parseLocation(text: string): RepositoryLocation {
  if (text.trim() === '') throw new BackupError('USAGE', 'The repository is not named.')
  const scheme = /^([a-z][a-z0-9+.-]*):/i.exec(text)?.[1]?.toLowerCase()
  if (scheme === 'file') return fileLocation(text)
  if (scheme !== undefined && text.includes('://'))
    throw new BackupError('SOURCE_NOT_AVAILABLE', `There is no storage provider for ${scheme}: yet.`, {
      context: { kind: scheme },
    })
  return { kind: 'LOCAL', path: path.resolve(text) }
}

/** Whether a repository stands there: somebody who lacks its key must be told of that key, not of a new one. */
export function holdsRepository({ path: folder }: Pick<RepositoryLocation, 'path'>): boolean {
  try {
    return fs.readdirSync(path.join(folder, 'config')).some((name) => /^[abc]-[0-9a-f]{64}$/.test(name))
  } catch (error) {
    // What may not be looked at may well be there.
    return systemCode(error) === 'EACCES' || systemCode(error) === 'EPERM'
  }
}

/** By the real paths, where there are any. */
export function isSamePlace(one: string, other: string): boolean {
  const real = (place: string) => (fs.existsSync(place) ? fs.realpathSync(place) : path.resolve(place))
  return real(one) === real(other)
}

/** The repository that a place is, or lies in, by the real paths. `known`: one that need not be there yet. */
export function repositoryAround(place: string, known?: string): string | undefined {
  for (let at = realPlace(place); at !== path.dirname(at); at = path.dirname(at))
    if (holdsRepository({ path: at }) && fs.existsSync(path.join(at, 'config'))) return at
  return known !== undefined && isWithin(place, known) ? known : undefined
}

/**
 * A repository within another one is garbage to that one, and lost with it. By the real paths. Throws USAGE, and
 * TARGET_REFUSED where something that is no folder has the place.
 */
export function refuseNested({ path: folder }: Pick<RepositoryLocation, 'path'>): void {
  const there = nearestPlace(folder)
  if (!fs.statSync(there).isDirectory()) throw placeRefused(there, 'It is no folder')
  const outer = repositoryAround(path.dirname(realPlace(folder)))
  if (outer !== undefined)
    throw new BackupError('USAGE', `${folder} lies in the repository ${outer}: name a place outside of it.`)
}

/**
 * Before a HOME is begun: among a repository's objects it would be garbage to that one, and a repository among HOME's
 * own files would go with them. `repository` need not be there yet. Throws TARGET_REFUSED.
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

const PARAMETERS = { mode: 'fileMode', 'dir-mode': 'directoryMode', uid: 'uid', gid: 'gid' } as const

function fileLocation(text: string): RepositoryLocation {
  const [place = '', query = ''] = text.split('?', 2)
  const options: Record<string, number> = {}
  for (const [name, value] of new URLSearchParams(query)) {
    const member = PARAMETERS[name as keyof typeof PARAMETERS]
    const isMode = name.endsWith('mode')
    if (member === undefined || !(isMode ? /^0?[0-7]{3}$/ : /^\d+$/).test(value))
      throw new BackupError(
        'USAGE',
        `The location has "${name}=${value}"; known are mode, dir-mode (octal), uid and gid.`,
      )
    options[member] = Number.parseInt(value, isMode ? 8 : 10)
  }
  return {
    kind: 'LOCAL',
    path: place.startsWith('file://') ? fileURLToPath(place) : path.resolve(place.slice(5)),
    ...options,
  }
}
