/**
 * Moves a HOME that an earlier version put elsewhere to its fixed place. The rename of the database is the moment that
 * counts: before it the old folder is the system, after it the new one, and whoever names the old one is told. Stopped
 * anywhere, the same command goes on.
 */
import { randomBytes } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { z } from 'zod'
import { OwnerLock } from '../catalog/index.ts'
import { mergeClock, mergeHeads, mergeWriters } from '../engine/index.ts'
import { BackupError, isBackupError, systemCode } from '../kernel/backup-error.ts'
import { makeDirectories } from '../kernel/directories.ts'
import { holdsDatabase, holdsState, holdsSystem, MOVED_FILE, movedTo } from '../kernel/home-folder.ts'
import { replaceOwnedFile } from '../kernel/owned-file.ts'
import { isWithin } from '../kernel/real-place.ts'
import { diskFull, FullPlace, isFull } from '../kernel/system-failure.ts'
import { syncFolder, syncTree } from '../kernel/written-through.ts'
import { isSameFolder, repositoryAround } from '../storage/index.ts'
import { parseLocation, storage } from './compose.ts'
import { enterHome } from './home-owner.ts'
import { readSettled, writeSettled } from './settings/index.ts'
import { memberOf } from './system-config.ts'

const DATABASE = 'database'
const STATE = 'repositories'
const CONFIG = 'config.json'
/** The locks themselves, what they say of their holder, and the journals that are there while they are held. */
const LOCK_NAME = /^owner\.(lock|next)/
const ASIDE_NAME = /^database\.new-\d+-[0-9a-f]{8}$/
/** What a file system keeps to itself, and the small files of HOME. */
const ROOM_BYTES = 1024 * 1024
/** Of `stat`, whatever the file system's own are. */
const BLOCK_BYTES = 512
const LOG_NAME = /^[^/]*\.log$/

export interface MoveHome {
  readonly from: string
  readonly to: string
  /** A folder outside the listed ones, the repository in it say, stays where it is. */
  readonly left: readonly string[]
}

export interface MoveOptions {
  readonly from: string
  readonly to: string
  /**
   * Where HOME is when none is named: what single commands remember there is merged. Any other place has to be empty.
   */
  readonly fixed: string
}

/**
 * Throws TARGET_REFUSED where there is nothing to move, another system is at the new place, or that place is one of
 * something else; OWNER_EXISTS while a process has either open, HOME_FOREIGN, DISK_FULL, PERMISSION_DENIED. After an
 * error before its moment everything is as it was.
 */
export async function moveHome({ from, to, fixed }: MoveOptions): Promise<MoveHome> {
  refuseUseless(from, to)
  refuseTaken({ from, to, fixed })
  const isMade = !fs.existsSync(to)
  makeLikeOwner(from, to)
  enterHome(from, { mayBecomeOwner: true, isEmbedded: true })
  using _old = await OwnerLock.acquire(path.join(from, 'owner.lock'))
  using _new = await OwnerLock.acquire(path.join(to, 'owner.lock'))
  refuseTaken({ from, to, fixed })
  const begun = new BegunMove(from, to, isMade)
  let isConfigThere: boolean
  try {
    isConfigThere = await carryOver(from, to)
  } catch (error) {
    begun.undo()
    throw begun.told(error)
  }
  for (const name of [DATABASE, STATE, ...(isConfigThere ? [CONFIG] : []), 'settled.json', 'owner.sock'])
    fs.rmSync(path.join(from, name), { recursive: true, force: true })
  for (const name of fs.readdirSync(from).filter((each) => LOG_NAME.test(each))) moveLog(from, to, name)
  syncFolder(from)
  return { from, to, left: fs.readdirSync(from).filter((name) => name !== MOVED_FILE && !LOCK_NAME.test(name)) }
}

/** Everything to its new place. Answers whether `config.json` is among it. */
async function carryOver(from: string, to: string): Promise<boolean> {
  // First of all: who finds something at the new place knows by it that this move began it.
  replaceOwnedFile(path.join(from, MOVED_FILE), `${JSON.stringify({ to })}\n`)
  fs.rmSync(path.join(to, MOVED_FILE), { force: true })
  mergeState(from, to, mergeHeads)
  mergeClock(path.join(from, STATE), path.join(to, STATE))
  const isConfigThere = moveSettings(from, to)
  if (holdsDatabase(from) && !holdsDatabase(to)) await moveTree(path.join(from, DATABASE), path.join(to, DATABASE))
  // Two processes must never write as one: a writer's id is at one place at a time.
  mergeState(from, to, mergeWriters)
  return isConfigThere
}

function refuseUseless(from: string, to: string): void {
  if (isWithin(from, to) || isWithin(to, from)) throw refused(to, 'It is the folder itself, or one lies in the other')
  if (!holdsSystem(from) && !holdsState(from)) throw refused(from, 'There is nothing to move')
}

/** A HOME among files of something else, of a repository above all, is lost with them, and they with it. */
function refuseTaken({ from, to, fixed }: MoveOptions): void {
  if (fs.existsSync(to) && !fs.statSync(to).isDirectory()) throw refused(to, 'It is no folder')
  const repository = readSettled(from)?.repository
  const root = repository === undefined ? undefined : storage.localRootOf(parseLocation(repository))
  const around = repositoryAround(to, root)
  if (around !== undefined) throw refused(to, `It lies in the repository ${around}`)
  if (root !== undefined && isWithin(root, to)) throw refused(to, `The repository ${root} lies in it`)
  const isBegun = isSameFolder(movedTo(from) ?? from, to)
  if (isBegun) return
  if (holdsDatabase(to)) throw refused(to, 'There is a system already')
  const there = readSettled(to)?.repository
  if (there !== undefined && repository !== undefined && !storage.isPlace(there, parseLocation(repository)))
    throw refused(to, `There is a system already, of the repository ${there}`)
  const isMine = isSameFolder(to, fixed) ? isOfHome : isOfEmptyHome
  const other = namesIn(to).find((name) => !isMine(name))
  if (other !== undefined) throw refused(to, `It is not empty (${other})`)
}

const isOfEmptyHome = (name: string): boolean => name === MOVED_FILE || LOCK_NAME.test(name)

/** What a HOME without a system may hold. */
const isOfHome = (name: string): boolean =>
  isOfEmptyHome(name) || [STATE, CONFIG, 'settled.json', 'owner.sock'].includes(name) || LOG_NAME.test(name)

function namesIn(folder: string): string[] {
  return fs.existsSync(folder) ? fs.readdirSync(folder) : []
}

function refused(place: string, why: string): BackupError {
  return new BackupError('TARGET_REFUSED', `${place}: ${why}.`, { context: { path: place, why } })
}

/** What was there before, to be left alone where the move fails before its moment. */
class BegunMove {
  readonly #from: string
  readonly #to: string
  readonly #isMade: boolean
  readonly #names: ReadonlySet<string>
  readonly #isFirst: boolean

  constructor(from: string, to: string, isMade: boolean) {
    this.#from = from
    this.#to = to
    this.#isMade = isMade
    this.#names = new Set(namesIn(to).filter((name) => !isMade || !LOCK_NAME.test(name)))
    this.#isFirst = movedTo(from) === undefined
  }

  /** Once the database is at the new place, the move can only go on. */
  undo(): void {
    if (holdsDatabase(this.#to)) return
    for (const name of namesIn(this.#to))
      if (!this.#names.has(name) && (this.#isMade || !LOCK_NAME.test(name)))
        fs.rmSync(path.join(this.#to, name), { recursive: true, force: true })
    if (this.#isMade) fs.rmSync(this.#to, { recursive: true, force: true })
    if (this.#isFirst) fs.rmSync(path.join(this.#from, MOVED_FILE), { force: true })
  }

  /** A copy on a disk without room fails with more codes than one. */
  told(error: unknown): unknown {
    if (isBackupError(error)) return error
    if (!isFull(error) && freeBytes(path.dirname(this.#to)) >= ROOM_BYTES) return error
    return noRoom(this.#to, error)
  }
}

function freeBytes(folder: string): number {
  const { bavail, bsize } = fs.statfsSync(folder)
  return bavail * bsize
}

function noRoom(folder: string, cause?: unknown): BackupError {
  return diskFull({ ...FullPlace.HOME, room: FullPlace.OTHER.room }, folder, cause)
}

/** As root, the new folder belongs to the owner of the old one, who could not make it at its fixed place. */
function makeLikeOwner(from: string, to: string): void {
  const isNew = !fs.existsSync(to)
  makeDirectories(to, { mode: 0o700 })
  const { uid, gid } = fs.statSync(from)
  if (isNew && process.geteuid?.() === 0 && uid !== 0) fs.chownSync(to, uid, gid)
}

type MergeState = (from: string, to: string, repositoryId: string) => void

/** The newest heads of both; every writer keeps its id. Doing it twice changes nothing. */
function mergeState(from: string, to: string, merge: MergeState): void {
  const state = path.join(from, STATE)
  if (!fs.existsSync(state)) return
  for (const repositoryId of fs.readdirSync(state).filter((name) => /^[0-9a-f]{32}$/.test(name)))
    merge(state, path.join(to, STATE), repositoryId)
}

/**
 * Paths that counted from the old folder are made absolute: the repository stays where it is. False: the new folder has
 * a `config.json` that says something else; it counts, and the old one is left.
 */
function moveSettings(from: string, to: string): boolean {
  const inIt = path.join(from, 'backups')
  const settled = readSettled(from) ?? (fs.existsSync(path.join(inIt, 'config')) ? { repository: inIt } : undefined)
  if (settled) writeSettled(to, { ...settled, ...readSettled(to) })
  const file = path.join(from, CONFIG)
  if (!fs.existsSync(file)) return true
  const { home: _home, ...config } = JSON.parse(fs.readFileSync(file, 'utf8').replace(/^\uFEFF/, '')) as Record<
    string,
    object | undefined
  >
  const places = storage.providers.flatMap((provider) => {
    const settings = config[memberOf(provider)]
    const parsed = provider.settings(z).safeParse(settings)
    return parsed.success ? [[memberOf(provider), provider.absolute?.(parsed.data, from) ?? settings]] : []
  })
  const text = `${JSON.stringify({ ...config, ...Object.fromEntries(places) }, undefined, 2)}\n`
  const target = path.join(to, CONFIG)
  if (fs.existsSync(target)) return fs.readFileSync(target, 'utf8') === text
  replaceOwnedFile(target, text)
  return true
}

/** By a rename, or over two file systems by a copy that is written through before it gets its name. */
async function moveTree(from: string, to: string): Promise<void> {
  try {
    fs.renameSync(from, to)
  } catch (error) {
    if (systemCode(error) !== 'EXDEV') throw error
    for (const name of fs.readdirSync(path.dirname(to)).filter((each) => ASIDE_NAME.test(each)))
      fs.rmSync(path.join(path.dirname(to), name), { recursive: true, force: true })
    if (freeBytes(path.dirname(to)) < bytesIn(from) + ROOM_BYTES) throw noRoom(path.dirname(to), error)
    // Named as what an unfinished start leaves: the next one removes it.
    const aside = `${to}.new-${process.pid}-${randomBytes(4).toString('hex')}`
    fs.cpSync(from, aside, { recursive: true, preserveTimestamps: true, errorOnExist: true })
    fs.chmodSync(aside, 0o700)
    await syncTree(aside)
    fs.renameSync(aside, to)
  }
  syncFolder(path.dirname(to))
}

function bytesIn(folder: string): number {
  return fs
    .readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .reduce((sum, name) => sum + (fs.lstatSync(path.join(folder, name)).blocks || 0) * BLOCK_BYTES, 0)
}

/** Logs are no state: one that can't go along stays. */
function moveLog(from: string, to: string, name: string): void {
  const target = fs.existsSync(path.join(to, name)) ? `moved-${name}` : name
  try {
    moveFile(path.join(from, name), path.join(to, target))
  } catch {
    // It is left, and listed so.
  }
}

function moveFile(from: string, to: string): void {
  try {
    fs.renameSync(from, to)
  } catch (error) {
    if (systemCode(error) !== 'EXDEV') throw error
    fs.copyFileSync(from, to, fs.constants.COPYFILE_EXCL)
    fs.rmSync(from)
  }
}
