/**
 * Locks of the state folder: files that say whose they are. One is taken away from its owner only when it was read and
 * the owner is proven dead; what can't be read is held.
 */
import { randomBytes } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { systemCode } from '../../kernel/backup-error.ts'
import { nowMs } from '../../kernel/clock.ts'
import { bootId, isProcessAlive, processStart } from '../../kernel/machine.ts'
import { makeOwnedFile } from '../../kernel/owned-file.ts'
import { readTextSync } from '../../kernel/regular-file.ts'

const LOCK_BYTES_MAX = 4096
const POLL_MS = 5
/** What is made here and by `replaceOwnedFile`, also by earlier versions. */
const ASIDE = /^\.(heads|verification|writer-\d+)\..+-[0-9a-f]{12}$/
const ASIDE_AGE_MS_MAX = 3_600_000
/** What `link` says where the file system knows no links, or not for this user. */
const NO_LINKS: readonly unknown[] = ['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS']
/** Texts of the locks that this process holds. */
const heldHere = new Set<string>()

export type StateLock = Disposable

export interface LockOptions {
  /** How long to wait for whoever has it, without giving the thread back. Default 0. */
  readonly waitMs?: number
  /** How old a lock of another start of the machine, or of another container, has to be to count as left behind. */
  readonly strangeAgeMs?: number
}

/** Undefined while somebody else has it. Throws what the system says where the folder can't be written. */
export function takeStateLock(file: string, options: LockOptions = {}): StateLock | undefined {
  const text = `${process.pid} ${processStart()} ${bootId()} ${randomBytes(12).toString('hex')}`
  // Written aside and linked: nobody ever sees one that does not say yet whose it is.
  const aside = asideOf(file)
  makeOwnedFile(aside, text)
  heldHere.add(text)
  let isOurs = false
  try {
    const triesMax = 2 + Math.ceil((options.waitMs ?? 0) / POLL_MS)
    for (let tries = 0; tries < triesMax && !isOurs; tries += 1) {
      isOurs = isLinked(aside, { file, text })
      if (!isOurs && !isLeftTaken(file, options) && tries + 2 < triesMax) pause(POLL_MS)
    }
    return isOurs ? { [Symbol.dispose]: () => release(file, text) } : undefined
  } finally {
    if (!isOurs) heldHere.delete(text)
    fs.rmSync(aside, { force: true })
  }
}

/** False where one is there. */
function isLinked(aside: string, { file, text }: { readonly file: string; readonly text: string }): boolean {
  try {
    fs.linkSync(aside, file)
    return true
  } catch (error) {
    if (systemCode(error) === 'EEXIST') return false
    if (!NO_LINKS.includes(systemCode(error))) throw error
    return isMade(file, text)
  }
}

function isMade(file: string, text: string): boolean {
  try {
    makeOwnedFile(file, text)
    return true
  } catch (error) {
    if (systemCode(error) === 'EEXIST') return false
    throw error
  }
}

/** For a moment: there is no way to wait without a promise otherwise. */
function pause(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms)
}

/** True when nothing stands there any more: what a dead process left behind is taken away. */
function isLeftTaken(file: string, options: LockOptions): boolean {
  const found = readLock(file)
  if (found === 'gone') return true
  if (found === 'unreadable' || !isLeftBehind(found, options)) return false
  const aside = asideOf(file)
  try {
    fs.renameSync(file, aside)
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return true
    throw error
  }
  const taken = readLock(aside)
  const isThatOne = typeof taken === 'object' && taken.text === found.text
  // Another has taken the dead one's place meanwhile: it gets its own back.
  if (!isThatOne) giveBack(aside, file)
  fs.rmSync(aside, { force: true })
  return isThatOne
}

function giveBack(aside: string, file: string): void {
  try {
    fs.linkSync(aside, file)
  } catch {
    // A third one has it already: what is guarded is merged, whoever writes.
  }
}

interface FoundLock {
  readonly text: string
  readonly ageMs: number
}

function readLock(file: string): FoundLock | 'gone' | 'unreadable' {
  try {
    const text = readTextSync(file, LOCK_BYTES_MAX)
    return { text, ageMs: nowMs() - fs.statSync(file).mtimeMs }
  } catch (error) {
    return systemCode(error) === 'ENOENT' && !isThere(file) ? 'gone' : 'unreadable'
  }
}

function isThere(file: string): boolean {
  try {
    fs.lstatSync(file)
    return true
  } catch (error) {
    return systemCode(error) !== 'ENOENT'
  }
}

/** Of one that does not say whose it is nobody knows. */
function isLeftBehind({ text, ageMs }: FoundLock, { strangeAgeMs = 0 }: LockOptions): boolean {
  const [pid = '', start, boot] = text.split(' ')
  if (!/^\d+$/.test(pid) || start === undefined || boot === undefined) return false
  if (boot !== bootId()) return ageMs >= strangeAgeMs
  const number = Number(pid)
  if (processStart(number) !== start || !isProcessAlive(number)) return true
  // Where the platform does not say when a process began, only this process knows which of its number's are its own.
  return number === process.pid && start === '' && !heldHere.has(text)
}

function release(file: string, text: string): void {
  heldHere.delete(text)
  const found = readLock(file)
  if (typeof found === 'object' && found.text === text) fs.rmSync(file, { force: true })
}

function asideOf(file: string): string {
  return path.join(path.dirname(file), `.${path.basename(file)}-${process.pid}-${randomBytes(6).toString('hex')}`)
}

/** Takes away what a killed process wrote aside: what is as old as that is nobody's any more. */
export function sweepAside(folder: string): void {
  for (const name of fs.readdirSync(folder)) {
    if (!ASIDE.test(name)) continue
    const file = path.join(folder, name)
    const stat = fs.lstatSync(file, { throwIfNoEntry: false })
    if (stat?.isFile() && nowMs() - stat.mtimeMs > ASIDE_AGE_MS_MAX) fs.rmSync(file, { force: true })
  }
}
