/**
 * The target of a restore, entered by descriptor only: each directory is opened below its parent without following
 * links, so that nothing in the target can lead a write elsewhere. Directories come into being when the first entry
 * needs them.
 */
import fs from 'node:fs'
import { FileType, fileTypeOf } from '../../contracts/index.ts'
import { systemCode } from '../../kernel/backup-error.ts'
import { makeDirectories } from '../../kernel/directories.ts'
import { whyReadOnly } from '../../kernel/mounted.ts'
import type { SystemCalls } from '../../kernel/system-calls.ts'
import type { EntryPlace } from './entry-metadata.ts'
import { type EntryStatus, statusOf, statusOfOpen } from './entry-status.ts'
import { targetRefused } from './needed-places.ts'
import { DIRECTORY_FLAGS, O_PATH, openEntry, writeObstacle } from './target-access.ts'

const { O_RDONLY, O_DIRECTORY } = fs.constants
const OWNER_WRITES = 0o300
const DEFAULT_ACL = 'system.posix_acl_default'
const NOT_THERE: readonly string[] = ['ENOENT', 'ENOTDIR', 'ELOOP']

export interface TargetOptions {
  readonly calls: SystemCalls
  /** Nothing is changed, not even for a moment. */
  readonly dryRun: boolean
  /** Throws where something else of that name may not be replaced by a directory. */
  readonly onReplace: (status: EntryStatus) => void
}

export class TargetDirectory implements Disposable {
  readonly path: string
  readonly #parent: TargetDirectory | undefined
  readonly #name: string
  readonly #options: TargetOptions
  #descriptor = -1
  /** True when this run made it: nothing of another's is inside. */
  isNew = false
  /** The mode before this run let itself in. */
  #formerMode: number | undefined
  #handsDown: boolean | undefined
  #isPassage = false

  constructor(path: string, options: TargetOptions, below?: { parent: TargetDirectory; name: string }) {
    this.path = path
    this.#options = options
    this.#parent = below?.parent
    this.#name = below?.name ?? ''
  }

  /** True when the directory has been opened or made. */
  get isOpen(): boolean {
    return this.#descriptor >= 0
  }

  child(name: string): TargetDirectory {
    return new TargetDirectory(`${this.path === '/' ? '' : this.path}/${name}`, this.#options, { parent: this, name })
  }

  /**
   * Its descriptor; makes it and its parents if needed. Throws TARGET_REFUSED where the target itself can't be used.
   */
  descriptor(): number {
    if (this.#descriptor < 0)
      this.#descriptor = this.#parent ? this.#openBelow(this.#parent.descriptor()) : this.#openRoot()
    return this.#descriptor
  }

  /** Its descriptor, for making and removing entries: a closed folder of mine is opened to me meanwhile. */
  writable(): number {
    const descriptor = this.descriptor()
    if (!this.isNew) this.#formerMode ??= grantWrite(this.#options.calls, descriptor)
    return descriptor
  }

  /** Sets the mode back that `writable` changed, where nothing else sets it. */
  giveBack(): void {
    if (this.#formerMode !== undefined && this.#descriptor >= 0) fs.fchmodSync(this.#descriptor, this.#formerMode)
    this.#formerMode = undefined
  }

  /** True when what is made inside gets an access list of the folder's. */
  get handsDown(): boolean {
    const { calls } = this.#options
    const descriptor = this.descriptor()
    const names = () => (this.#isPassage ? calls.llistxattr(descriptor, '.') : calls.flistxattr(descriptor))
    this.#handsDown ??= names().includes(DEFAULT_ACL)
    return this.#handsDown
  }

  /** True when it may only be gone through: its descriptor leads to names in it, and is good for nothing else. */
  get isPassage(): boolean {
    return this.#isPassage
  }

  /** Itself, open already, for its metadata. */
  get place(): EntryPlace {
    return this.#isPassage ? { directory: this.#descriptor, name: '.' } : { descriptor: this.#descriptor }
  }

  /** Why nothing could be made in it, as far as that can be seen; of one that is not there, undefined. */
  obstacle(): string | undefined {
    const descriptor = this.existing()
    return descriptor === undefined ? undefined : writeObstacle(this.#options.calls, descriptor)
  }

  /** Its descriptor if it exists already; never makes anything. */
  existing(): number | undefined {
    if (this.#descriptor >= 0) return this.#descriptor
    const parent = this.#parent?.existing()
    try {
      if (this.#parent) this.#descriptor = parent === undefined ? -1 : this.#open(parent)
      else this.#descriptor = this.#openByPath()
    } catch (error) {
      if (NOT_THERE.includes(systemCode(error) ?? '')) return undefined
      throw error
    }
    return this.#descriptor < 0 ? undefined : this.#descriptor
  }

  [Symbol.dispose](): void {
    if (this.#descriptor >= 0) fs.closeSync(this.#descriptor)
    this.#descriptor = -1
  }

  #openRoot(): number {
    const path = Buffer.from(this.path, 'latin1')
    try {
      if (!fs.existsSync(path)) this.isNew = true
      makeDirectories(this.path, { mode: 0o700, encoding: 'latin1' })
      return this.#openByPath()
    } catch (error) {
      throw unusableTarget(path.toString('utf8'), error)
    }
  }

  /** The target itself may lie behind a link, which whoever named it may follow. */
  #openByPath(): number {
    const path = Buffer.from(this.path, 'latin1') as unknown as string
    try {
      return fs.openSync(path, O_RDONLY | O_DIRECTORY)
    } catch (error) {
      if (systemCode(error) !== 'EACCES' || fs.statSync(path).uid === process.geteuid?.()) throw error
      return this.#openToPass(() => fs.openSync(path, O_PATH | O_DIRECTORY), error)
    }
  }

  /**
   * One of mine that is closed to me is opened meanwhile; a dry run only looks through it. Another's that can't be
   * listed is gone through where it can be: whoever may write below it may restore there.
   */
  #open(parent: number): number {
    const { calls, dryRun } = this.#options
    try {
      return calls.openat(parent, this.#name, DIRECTORY_FLAGS)
    } catch (error) {
      const status = systemCode(error) === 'EACCES' ? statusOf(calls, parent, this.#name) : undefined
      if (!status) throw error
      const toPass = () => calls.openat(parent, this.#name, DIRECTORY_FLAGS | O_PATH)
      if (status.uid !== process.geteuid?.()) return this.#openToPass(toPass, error)
      if (dryRun) {
        this.#isPassage = true
        return toPass()
      }
      this.#formerMode = status.mode & 0o7777
      return openEntry(calls, { directory: parent, name: this.#name }, { isDirectory: true })
    }
  }

  /** Throws `refused` where it can't even be gone through: all in it would seem to be absent. */
  #openToPass(open: () => number, refused: unknown): number {
    const descriptor = open()
    try {
      fs.accessSync(`/proc/self/fd/${descriptor}`, fs.constants.X_OK)
    } catch {
      fs.closeSync(descriptor)
      throw refused
    }
    this.#isPassage = true
    return descriptor
  }

  #openBelow(parent: number): number {
    const { calls } = this.#options
    const status = this.#parent?.isNew ? undefined : statusOf(calls, parent, this.#name)
    if (status && fileTypeOf(status.mode) === FileType.DIRECTORY) return this.#open(parent)
    const writable = this.#parent?.writable() ?? parent
    if (status) {
      this.#options.onReplace(status)
      calls.unlinkat(writable, this.#name, { isDirectory: false })
    }
    try {
      calls.mkdirat(writable, this.#name, 0o700)
      this.isNew = true
    } catch (error) {
      if (systemCode(error) !== 'EEXIST') throw error
    }
    return calls.openat(writable, this.#name, DIRECTORY_FLAGS)
  }
}

/** A target that can't be made or opened at all; a full disk keeps its own name. */
function unusableTarget(target: string, cause: unknown): unknown {
  const code = systemCode(cause)
  if (code === undefined || code === 'ENOSPC' || code === 'EDQUOT') return cause
  const why = code === 'EROFS' ? whyReadOnly(target) : `It can not be written to (${code})`
  return targetRefused(target, why, cause)
}

/** Names in an open directory, or in one below it, one character a byte, sorted. */
export function namesIn(calls: SystemCalls, directory: number, below = '.'): string[] {
  const names: string[] = []
  const records = Buffer.allocUnsafeSlow(64 * 1024)
  // A second listing of the same descriptor starts where the first ended: read through a fresh one.
  const fresh = calls.openat(directory, below, DIRECTORY_FLAGS)
  try {
    for (let bytes = calls.getdents(fresh, records); bytes > 0; bytes = calls.getdents(fresh, records)) {
      for (let at = 0; at < bytes; at += records.readUInt16LE(at + 16)) {
        const name = records.toString('latin1', at + 19, records.indexOf(0, at + 19))
        if (name !== '.' && name !== '..') names.push(name)
      }
    }
  } finally {
    fs.closeSync(fresh)
  }
  return names.sort()
}

/**
 * Lets the owner of a directory write in it. Gives the mode that it had, or undefined where nothing had to be done.
 * Root needs no such right.
 */
export function grantWrite(calls: SystemCalls, directory: number): number | undefined {
  const me = process.geteuid?.()
  if (me === 0) return undefined
  const { mode, uid } = statusOfOpen(calls, directory)
  if (uid !== me || (mode & OWNER_WRITES) === OWNER_WRITES) return undefined
  fs.fchmodSync(directory, (mode & 0o7777) | OWNER_WRITES)
  return mode & 0o7777
}
