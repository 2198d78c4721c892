/**
 * The target of a restore, entered by descriptor only: each directory is opened below its parent without following
 * links, so that nothing in the target can lead a write elsewhere. Directories come into being when the first entry
 * needs them.
 */
import fs from 'node:fs'
import { BackupError, systemCode } from '../../kernel/backup-error.ts'
import { makeDirectories } from '../../kernel/directories.ts'
import { STATX_BYTES, type SystemCalls } from '../../kernel/system-calls.ts'

const { O_RDONLY, O_DIRECTORY, O_NOFOLLOW } = fs.constants
const O_CLOEXEC = 0o2000000
const FLAGS = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC

export interface TargetOptions {
  readonly calls: SystemCalls
  /** Replace something else of that name by a directory. */
  readonly mayReplace: boolean
}

export class TargetDirectory implements Disposable {
  readonly path: string
  readonly #parent: TargetDirectory | undefined
  readonly #name: string
  readonly #options: TargetOptions
  #descriptor = -1
  /** True when this run made it: nothing of another's is inside. */
  isNew = false

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
   * Its descriptor; makes it and its parents if needed. Throws TARGET_REFUSED where something else stands in the way.
   */
  descriptor(): number {
    if (this.#descriptor < 0)
      this.#descriptor = this.#parent ? this.#openBelow(this.#parent.descriptor()) : this.#openRoot()
    return this.#descriptor
  }

  /** Its descriptor if it exists already; never makes anything. */
  existing(): number | undefined {
    if (this.#descriptor >= 0) return this.#descriptor
    const parent = this.#parent?.existing()
    try {
      if (this.#parent)
        this.#descriptor = parent === undefined ? -1 : this.#options.calls.openat(parent, this.#name, FLAGS)
      else this.#descriptor = fs.openSync(Buffer.from(this.path, 'latin1') as unknown as string, O_RDONLY | O_DIRECTORY)
    } catch (error) {
      if (['ENOENT', 'ENOTDIR', 'ELOOP'].includes(systemCode(error) ?? '')) return undefined
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
    if (!fs.existsSync(path)) this.isNew = true
    makeDirectories(this.path, { mode: 0o700, encoding: 'latin1' })
    return fs.openSync(path as unknown as string, O_RDONLY | O_DIRECTORY)
  }

  #openBelow(parent: number): number {
    const { calls } = this.#options
    try {
      calls.mkdirat(parent, this.#name, 0o700)
      this.isNew = true
    } catch (error) {
      if (systemCode(error) !== 'EEXIST') throw error
    }
    try {
      return calls.openat(parent, this.#name, FLAGS)
    } catch (error) {
      if (!['ENOTDIR', 'ELOOP'].includes(systemCode(error) ?? '')) throw error
      return this.#replace(parent, error)
    }
  }

  #replace(parent: number, cause: unknown): number {
    const { calls, mayReplace } = this.#options
    if (!mayReplace)
      throw new BackupError('TARGET_REFUSED', 'Something that is no directory stands where one is to be restored.', {
        context: { path: this.path, why: 'Something that is no folder stands there' },
        cause,
      })
    calls.unlinkat(parent, this.#name, { isDirectory: false })
    calls.mkdirat(parent, this.#name, 0o700)
    this.isNew = true
    return calls.openat(parent, this.#name, FLAGS)
  }
}

/** Removes an entry and all below it, by descriptors, without following links. */
export function removeTree(calls: SystemCalls, directory: number, name: string): void {
  try {
    calls.unlinkat(directory, name, { isDirectory: false })
    return
  } catch (error) {
    if (!['EISDIR', 'EPERM'].includes(systemCode(error) ?? '')) throw error
  }
  const inside = calls.openat(directory, name, FLAGS)
  try {
    for (const below of namesIn(calls, inside)) removeTree(calls, inside, below)
  } finally {
    fs.closeSync(inside)
  }
  calls.unlinkat(directory, name, { isDirectory: true })
}

/** Names in an open directory, one character a byte, sorted. */
export function namesIn(calls: SystemCalls, directory: number): string[] {
  const names: string[] = []
  const records = Buffer.allocUnsafeSlow(64 * 1024)
  // A second listing of the same descriptor starts where the first ended: read through a fresh one.
  const fresh = calls.openat(directory, '.', FLAGS)
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

/** The status of an entry itself, or undefined when it is absent. */
export function statusOf(
  calls: SystemCalls,
  directory: number,
  name: string,
): { mode: number; bytes: number; mtimeSeconds: number; mtimeNanoseconds: number } | undefined {
  const status = Buffer.alloc(STATX_BYTES)
  const errno = calls.statx(directory, name, status)
  if (errno !== 0) return undefined
  return {
    mode: status.readUInt16LE(28),
    bytes: Number(status.readBigUInt64LE(40)),
    mtimeSeconds: Number(status.readBigInt64LE(112)),
    mtimeNanoseconds: status.readUInt32LE(120),
  }
}
