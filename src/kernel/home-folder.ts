/**
 * Where this program keeps what belongs to the machine when nobody says where: one fixed place a user, never the folder
 * that a command happens to stand in. What earlier versions left elsewhere is found and used, not passed over.
 */
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { BackupError } from './backup-error.ts'

export const ROOT_HOME = '/var/lib/neonpro-backup'
/** HOME of the unit that earlier versions shipped. */
const FORMER_UNIT_HOME = '/var/lib/neonpro'
/** The default of earlier versions: of whatever folder a command stood in. */
const FORMER_HOME = 'neonpro-data'
const NAME = 'neonpro-backup'
/** Of a HOME that has been moved away: where it is now. */
export const MOVED_FILE = 'moved.json'

/** Where `moved.json` in it says that a HOME has gone; undefined where there is none. */
export function movedTo(home: string): string | undefined {
  try {
    const { to } = JSON.parse(fs.readFileSync(path.join(home, MOVED_FILE), 'utf8')) as { to?: unknown }
    return typeof to === 'string' ? to : undefined
  } catch {
    return undefined
  }
}

/** Whoever names a HOME that was moved, once or onward, is told where it is now. Throws HOME_MOVED. */
export function refuseMoved(home: string): void {
  const to = placeNow(home, new Set())
  if (to !== home) throw new BackupError('HOME_MOVED', `${home} was moved to ${to}.`, { context: { home, to } })
}

/** The end of the trail. A move that was stopped before its moment has not been. */
function placeNow(home: string, seen: ReadonlySet<string>): string {
  const next = movedTo(home)
  if (next === undefined || next === home || seen.has(next)) return home
  const end = placeNow(next, new Set([...seen, home]))
  if (holdsDatabase(home) && !holdsDatabase(end)) return home
  // A place that is away (an unmounted disk) is still the place, unless something is left here.
  const isStillHere = (holdsSystem(home) || holdsState(home)) && !holdsSystem(end) && !holdsState(end)
  return isStillHere ? home : end
}

export interface HomeFolder {
  readonly folder: string
  /** Where it would be if nothing older were there. */
  readonly fixed: string
}

type Env = Readonly<Record<string, string | undefined>>

/** `/var/lib/neonpro-backup` for root, else `neonpro-backup` in the state folder of XDG. */
export function fixedHome(env: Env): string {
  return process.geteuid?.() === 0 ? ROOT_HOME : stateHome(env)
}

/** HOME of the system: the fixed one, unless only an older one holds a system, or only an older one anything. */
export function systemHome(env: Env, cwd: string): HomeFolder {
  const fixed = fixedHome(env)
  const all = [fixed, ...formerHomes(env, cwd)]
  return { folder: all.find(holdsDatabase) ?? all.find(holdsSystem) ?? all.find(holdsState) ?? fixed, fixed }
}

/** Where single commands remember repositories: they never looked into the folder they stand in. */
export function commandHome(env: Env): HomeFolder {
  const fixed = fixedHome(env)
  return { folder: [fixed, stateHome(env)].find(holdsState) ?? fixed, fixed }
}

/** Where earlier versions may have left a HOME, the likelier first. */
export function formerHomes(env: Env, cwd: string): string[] {
  const inFolder = path.resolve(cwd, FORMER_HOME)
  return process.geteuid?.() === 0 ? [inFolder, FORMER_UNIT_HOME, stateHome(env)] : [inFolder]
}

export function holdsDatabase(folder: string): boolean {
  return hasAny(folder, ['database'])
}

export function holdsSystem(folder: string): boolean {
  return hasAny(folder, ['database', 'config.json', 'settled.json']) || isFormerWithoutDatabase(folder)
}

export function holdsState(folder: string): boolean {
  return hasAny(folder, ['repositories'])
}

/** On a PostgreSQL of its own, a system kept only a repository or a log in the folder it made. */
function isFormerWithoutDatabase(folder: string): boolean {
  return (
    path.basename(folder) === FORMER_HOME &&
    !fs.existsSync(path.join(folder, MOVED_FILE)) &&
    hasAny(folder, ['backups', 'repositories', 'owner.lock'])
  )
}

/** The machine's own places for a HOME that hold something, whoever's command this is. */
export function homesInUse(env: Env, cwd: string): string[] {
  return [fixedHome(env), ...formerHomes(env, cwd)].filter((each) => holdsSystem(each) || holdsState(each))
}

/**
 * All places that a HOME is made of: the folder, what lies elsewhere and has only a link in it (a database on another
 * disk), and the socket where a long path of HOME leaves no room for it.
 */
export function placesOfHome(home: string): string[] {
  const links = entriesOf(home).filter((each) => each.isSymbolicLink())
  const socket = socketTold(home)
  return [home, ...links.map(({ name }) => path.join(home, name)), ...(socket === undefined ? [] : [socket])]
}

function entriesOf(folder: string): fs.Dirent[] {
  try {
    return fs.readdirSync(folder, { withFileTypes: true })
  } catch {
    return []
  }
}

/** As the owner of HOME tells it beside its lock. */
function socketTold(home: string): string | undefined {
  try {
    const { socket } = JSON.parse(fs.readFileSync(path.join(home, 'owner.lock.json'), 'utf8')) as { socket?: unknown }
    return typeof socket === 'string' && path.isAbsolute(socket) ? socket : undefined
  } catch {
    return undefined
  }
}

function hasAny(folder: string, names: readonly string[]): boolean {
  return names.some((name) => fs.existsSync(path.join(folder, name)))
}

function stateHome(env: Env): string {
  const state = env['XDG_STATE_HOME']
  // XDG: a relative path is to be ignored.
  const base = state && path.isAbsolute(state) ? state : path.join(env['HOME'] || os.homedir(), '.local/state')
  return path.join(base, NAME)
}
