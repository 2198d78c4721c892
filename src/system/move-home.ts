/**
 * Moves a HOME that an earlier version put elsewhere to its fixed place. The rename of the database is the moment that
 * counts: before it the old folder is the system, after it the new one, and whoever names the old one is told. Stopped
 * anywhere, the same command goes on.
 */
import { randomBytes } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { OwnerLock } from '../catalog/index.ts'
import { mergeClock, mergeHeads, mergeWriters } from '../engine/index.ts'
import { BackupError, systemCode } from '../kernel/backup-error.ts'
import { makeDirectories } from '../kernel/directories.ts'
import { holdsDatabase, holdsState, holdsSystem, MOVED_FILE } from '../kernel/home-folder.ts'
import { replaceOwnedFile } from '../kernel/owned-file.ts'
import { syncFolder, syncTree } from '../kernel/written-through.ts'
import { enterHome } from './home-owner.ts'
import { readSettled, writeSettled } from './settings/index.ts'

const DATABASE = 'database'
const STATE = 'repositories'
const CONFIG = 'config.json'
/** The locks themselves, what they say of their holder, and the journals that are there while they are held. */
const LOCK_NAME = /^owner\.(lock|next)/
const LOG_NAME = /^[^/]*\.log$/

export interface MoveHome {
  readonly from: string
  readonly to: string
  /** A folder outside the listed ones, the repository in it say, stays where it is. */
  readonly left: readonly string[]
}

/** Whoever names a HOME that was moved is told where it is. Throws HOME_MOVED. */
export function refuseMoved(home: string): void {
  const to = movedTo(home)
  // Stopped before its moment, a move has not been.
  if (to !== undefined && (holdsDatabase(to) || !holdsDatabase(home)) && (holdsSystem(to) || holdsState(to)))
    throw new BackupError('HOME_MOVED', `${home} was moved to ${to}.`, { context: { home, to } })
}

/**
 * Throws TARGET_REFUSED where there is nothing to move or another system is at the new place, OWNER_EXISTS while a
 * process has either open, HOME_FOREIGN, DISK_FULL, PERMISSION_DENIED.
 */
export async function moveHome({ from, to }: { readonly from: string; readonly to: string }): Promise<MoveHome> {
  refuseUseless(from, to)
  makeLikeOwner(from, to)
  enterHome(from, { mayBecomeOwner: true, isEmbedded: true })
  using _old = await OwnerLock.acquire(path.join(from, 'owner.lock'))
  using _new = await OwnerLock.acquire(path.join(to, 'owner.lock'))
  const [isHere, isThere] = [holdsDatabase(from), holdsDatabase(to)]
  if (isHere && isThere && movedTo(from) !== to) throw refused(to, 'There is a system already')
  mergeState(from, to, mergeHeads)
  mergeClock(path.join(from, STATE), path.join(to, STATE))
  const isConfigThere = moveSettings(from, to)
  replaceOwnedFile(path.join(from, MOVED_FILE), `${JSON.stringify({ to })}\n`)
  if (isHere && !isThere) await moveTree(path.join(from, DATABASE), path.join(to, DATABASE))
  // Two processes must never write as one: a writer's id is at one place at a time.
  mergeState(from, to, mergeWriters)
  for (const name of [DATABASE, STATE, ...(isConfigThere ? [CONFIG] : []), 'settled.json', 'owner.sock'])
    fs.rmSync(path.join(from, name), { recursive: true, force: true })
  for (const name of fs.readdirSync(from).filter((each) => LOG_NAME.test(each))) moveLog(from, to, name)
  syncFolder(from)
  return { from, to, left: fs.readdirSync(from).filter((name) => name !== MOVED_FILE && !LOCK_NAME.test(name)) }
}

function refuseUseless(from: string, to: string): void {
  const isInside = (one: string, other: string) => `${path.resolve(one)}/`.startsWith(`${path.resolve(other)}/`)
  if (isInside(from, to) || isInside(to, from)) throw refused(to, 'It is the folder itself, or one lies in the other')
  if (!holdsSystem(from) && !holdsState(from)) throw refused(from, 'There is nothing to move')
}

function refused(place: string, why: string): BackupError {
  return new BackupError('TARGET_REFUSED', `${place}: ${why}.`, { context: { path: place, why } })
}

function movedTo(home: string): string | undefined {
  try {
    const { to } = JSON.parse(fs.readFileSync(path.join(home, MOVED_FILE), 'utf8')) as { to?: unknown }
    return typeof to === 'string' ? to : undefined
  } catch {
    return undefined
  }
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
  const { home: _home, ...config } = JSON.parse(fs.readFileSync(file, 'utf8').replace(/^\uFEFF/, '')) as {
    home?: unknown
    local?: { basePath?: string }
  }
  const basePath = config.local?.basePath
  const local = basePath === undefined ? {} : { local: { ...config.local, basePath: path.resolve(from, basePath) } }
  const text = `${JSON.stringify({ ...config, ...local }, undefined, 2)}\n`
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
    // Named as what an unfinished start leaves: the next one removes it.
    const aside = `${to}.new-${process.pid}-${randomBytes(4).toString('hex')}`
    fs.cpSync(from, aside, { recursive: true, preserveTimestamps: true, errorOnExist: true })
    fs.chmodSync(aside, 0o700)
    await syncTree(aside)
    fs.renameSync(aside, to)
  }
  syncFolder(path.dirname(to))
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
