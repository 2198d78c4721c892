/**
 * What a restore itself needs and so must never destroy: the repository, the keys, the machine's state, the program
 * that runs. Each is known by every place that leads to it: the links on the way, and where it really lies.
 */
import fs from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { BackupError } from '../../kernel/backup-error.ts'
import { placesOfHome } from '../../kernel/home-folder.ts'
import { programFolder } from '../../kernel/program-files.ts'
import { isAtOrBelow, isBehind, realPlace } from '../../kernel/real-place.ts'

export const Needed = {
  REPOSITORY: 'the repository',
  OTHER_REPOSITORY: 'another repository',
  KEY_FILE: 'the key file',
  HOME: 'the state of this machine (HOME)',
  SETTINGS: 'the settings',
  PROGRAM: 'the running program',
  NODE: 'the Node that runs it',
} as const
export type Needed = (typeof Needed)[keyof typeof Needed]

export interface NeededPlace {
  readonly what: Needed
  /** Absolute; need not exist. */
  readonly path: string
}

const LINKS_MAX = 40

/** Whether a folder with these names is a system's HOME, be it none that is known here. */
export function isHome(names: readonly string[]): boolean {
  return names.includes('owner.lock') && (names.includes('database') || names.includes('repositories'))
}

/** A HOME with all that belongs to it. */
export function neededState(home: string): NeededPlace[] {
  return placesOfHome(home).map((place) => ({ what: Needed.HOME, path: place }))
}

/** The program as it runs here: script, package and Node. */
export function runningProgram(): NeededPlace[] {
  const script = process.argv[1]
  return [
    { what: Needed.PROGRAM, path: fileURLToPath(programFolder()).replace(/(.)\/$/, '$1') },
    ...(script === undefined ? [] : [{ what: Needed.PROGRAM, path: path.resolve(script) }]),
    { what: Needed.NODE, path: process.execPath },
  ]
}

/**
 * Refuses a target in which something that is needed would be removed. `target` is absolute. Throws TARGET_REFUSED
 * naming the place, USAGE for "/" by whatever name.
 */
export function requireNothingNeeded(target: string, needed: readonly NeededPlace[]): void {
  const real = realPlace(target)
  if (real === '/') throw new BackupError('USAGE', '--delete is not allowed for "/".')
  for (const { what, path: place } of needed) {
    const places = placesOf(place)
    if (places.some((each) => isAtOrBelow(each, real)))
      throw targetRefused(target, `It holds ${what} (${place}), and what is not in the snapshot would be deleted`)
  }
}

/**
 * Refuses a target that is the state of this machine or lies in it: what is there belongs to who uses it now. `target`
 * is absolute. Throws TARGET_REFUSED naming the place.
 */
export function requireApartFromState(target: string, needed: readonly NeededPlace[]): void {
  const found = needed.find(({ what, path: place }) => what === Needed.HOME && isBehind(target, place))
  if (found) throw targetRefused(target, `It lies in ${found.what} (${found.path})`)
}

export function targetRefused(target: string, why: string, cause?: unknown): BackupError {
  return new BackupError('TARGET_REFUSED', `The target is refused. ${why}.`, { context: { path: target, why }, cause })
}

/** Every link that leads to a place, in order, and last where it really lies. */
export function placesOf(place: string): string[] {
  const links: string[] = []
  let rest = path.resolve(place).split('/').slice(1)
  let at = '/'
  while (rest.length > 0) {
    const [name = '', ...behind] = rest
    rest = behind
    const here = path.join(at, name)
    const target = links.length < LINKS_MAX ? linkTarget(here) : undefined
    if (target === undefined) at = here
    else {
      links.push(here)
      rest = [...path.resolve(at, target).split('/').slice(1), ...behind]
      at = '/'
    }
  }
  return [...links, at]
}

function linkTarget(file: string): string | undefined {
  try {
    return fs.readlinkSync(file)
  } catch {
    return undefined
  }
}
