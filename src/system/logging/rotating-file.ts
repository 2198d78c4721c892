/**
 * The active log always has its own name; at the size limit it is renamed to `NAME.1.log`, the older ones move up, the
 * oldest goes. Every line is written at once and whole. Several processes may write to one file: each notices when
 * another has renamed it. Nothing here throws: what can't be written goes to the fallback, with one warning an outage.
 */
import fs from 'node:fs'
import path from 'node:path'
import { systemCode } from '../../kernel/backup-error.ts'
import { nowMs } from '../../kernel/clock.ts'
import { makeDirectories } from '../../kernel/directories.ts'
import { isProcessAlive } from '../../kernel/machine.ts'

export interface RotatingFileOptions {
  readonly directory: string
  /** A bare name. */
  readonly filename: string
  readonly bytesMax: number
  /** Renamed files that stay. */
  readonly keep: number
  /** Takes lines that can't be written. */
  readonly fallback: (line: string) => void
  /** Called once when an outage begins. */
  readonly onOutage: (file: string, cause: string) => void
  /** After an outage the file is tried again when so much time has gone; default 1,000. */
  readonly retryMs?: number
}

const RETRY_MS = 1_000
/** After so many lines it is looked whether the name still means this file. */
const LINES_BETWEEN_LOOKS = 100
const LOOK_MS = 1_000
const { O_APPEND, O_CREAT, O_WRONLY, O_NOFOLLOW, O_NONBLOCK } = fs.constants

export class RotatingFile implements Disposable {
  readonly path: string
  readonly #options: RotatingFileOptions
  #descriptor: number | undefined
  #inode = 0n
  #bytes = 0
  #linesSinceLook = 0
  #lookedAtMs = 0
  /** A line was cut by a full disk: the next one begins on a line of its own. */
  #isTorn = false
  #failedAtMs: number | undefined
  #isClosed = false

  constructor(options: RotatingFileOptions) {
    this.#options = options
    this.path = path.join(options.directory, options.filename)
  }

  /** One or more whole lines. */
  write(line: string): void {
    if (this.#isClosed) return
    if (this.#failedAtMs !== undefined && nowMs() - this.#failedAtMs < (this.#options.retryMs ?? RETRY_MS))
      return this.#options.fallback(line)
    try {
      this.#append(line)
      this.#failedAtMs = undefined
    } catch (error) {
      this.#fail(line, error)
    }
  }

  [Symbol.dispose](): void {
    this.#isClosed = true
    this.#close()
  }

  #append(line: string): void {
    this.#look()
    const bytes = Buffer.from(this.#isTorn ? `\n${line}` : line)
    if (this.#bytes > 0 && this.#bytes + bytes.length > this.#options.bytesMax) this.#rotate()
    const descriptor = this.#descriptor ?? this.#open()
    for (let at = 0; at < bytes.length; ) {
      const written = fs.writeSync(descriptor, bytes, at)
      at += written
      this.#bytes += written
      this.#isTorn = at < bytes.length
    }
  }

  /** Whether the name still means the open file: somebody may have rotated or removed it. */
  #look(): void {
    if (this.#descriptor === undefined) return
    this.#linesSinceLook += 1
    const isTime = nowMs() - this.#lookedAtMs >= LOOK_MS || this.#linesSinceLook >= LINES_BETWEEN_LOOKS
    if (isTime && !this.#isStillNamed()) this.#close()
  }

  #isStillNamed(): boolean {
    this.#linesSinceLook = 0
    this.#lookedAtMs = nowMs()
    const facts = fs.lstatSync(this.path, { bigint: true, throwIfNoEntry: false })
    if (facts?.ino === this.#inode) this.#bytes = Number(facts.size)
    return facts?.ino === this.#inode
  }

  #open(): number {
    makeDirectories(this.#options.directory, { mode: 0o750 })
    // A link would lead out of the folder, a pipe without a reader would hold the process.
    const descriptor = fs.openSync(this.path, O_APPEND | O_CREAT | O_WRONLY | O_NOFOLLOW | O_NONBLOCK, 0o640)
    const facts = fs.fstatSync(descriptor, { bigint: true })
    if (!facts.isFile()) {
      fs.closeSync(descriptor)
      throw Object.assign(new Error('not a file'), { code: 'ENOTFILE' })
    }
    this.#descriptor = descriptor
    this.#inode = facts.ino
    this.#bytes = Number(facts.size)
    this.#lookedAtMs = nowMs()
    return descriptor
  }

  /**
   * One process at a time: of two that move the same files up, one would write over what the other has just put aside.
   * Whoever comes meanwhile goes on writing.
   */
  #rotate(): void {
    const lock = `${this.path}.rotating`
    const hasLock = isTaken(lock)
    try {
      // Another process may have been first.
      if (hasLock && this.#isStillNamed() && this.#bytes > 0) this.#moveUp()
    } finally {
      if (hasLock) fs.rmSync(lock, { force: true })
      this.#close()
    }
  }

  #moveUp(): void {
    try {
      for (let number = this.#options.keep - 1; number >= 1; number -= 1)
        this.#rename(this.#older(number), this.#older(number + 1))
      this.#rename(this.path, this.#older(1))
    } catch {
      // A folder that allows no renaming: better too long a file than none.
    }
  }

  #older(number: number): string {
    const { dir, name, ext } = path.parse(this.path)
    return path.join(dir, `${name}.${number}${ext}`)
  }

  #rename(from: string, to: string): void {
    try {
      fs.renameSync(from, to)
    } catch (error) {
      if (systemCode(error) !== 'ENOENT') throw error
    }
  }

  #fail(line: string, error: unknown): void {
    const isNew = this.#failedAtMs === undefined
    this.#failedAtMs = nowMs()
    this.#close()
    if (isNew) this.#options.onOutage(this.path, systemCode(error) ?? 'unknown')
    this.#options.fallback(line)
  }

  #close(): void {
    if (this.#descriptor === undefined) return
    try {
      fs.closeSync(this.#descriptor)
    } catch {
      // Nothing was held back: every line went out at once.
    }
    this.#descriptor = undefined
    this.#bytes = 0
  }
}

/**
 * A link that names its maker, made at once or not at all. One that a dead process has left is taken away: the next to
 * come gets it.
 */
function isTaken(lock: string): boolean {
  try {
    fs.symlinkSync(String(process.pid), lock)
    return true
  } catch {
    const holder = Number(holderOf(lock) ?? process.pid)
    if (!isProcessAlive(holder)) fs.rmSync(lock, { force: true })
    return false
  }
}

function holderOf(lock: string): string | undefined {
  try {
    return fs.readlinkSync(lock)
  } catch {
    return undefined
  }
}
