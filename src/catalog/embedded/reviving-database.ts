/**
 * The embedded database for as long as its catalog is open. When PostgreSQL gives up (its log could not be written: a
 * full disk, a broken one) the WebAssembly instance is dead, and PGlite would call into it for ever. Here the call
 * fails with DATABASE_UNAVAILABLE, the instance is dropped, and whoever comes next opens the directory anew, which
 * replays what was committed.
 */
import type { PGlite, Results } from '@electric-sql/pglite'
import { BackupError, systemCode } from '../../kernel/backup-error.ts'
import { closeStreams, type HostModule } from './watched-files.ts'

/** `e.status` of PostgreSQL's own long jump, an ordinary SQL error. */
const LONG_JUMP = 100

/** What of PGlite's module is used. */
interface Module {
  _PostgresMainLoopOnce(): void
  stackRestore(pointer: number): void
}

export interface OpenedDatabase {
  readonly database: PGlite
  /** What ended it, or keeps it from writing through; undefined while it is well. */
  readonly failure: () => unknown
}

/** One life of the database. What began in it, a transaction say, ends with it. */
export interface Instance {
  query<T>(text: string, values: readonly unknown[]): Promise<Results<T>>
  /** Many statements. */
  exec(text: string): Promise<Results[]>
}

export class RevivingDatabase {
  readonly #location: string
  readonly #open: () => Promise<OpenedDatabase>
  #current: Promise<LivingDatabase> | undefined
  #isClosed = false

  private constructor(location: string, open: () => Promise<OpenedDatabase>) {
    this.#location = location
    this.#open = open
  }

  /** Throws what `open` throws. */
  static async start(location: string, open: () => Promise<OpenedDatabase>): Promise<RevivingDatabase> {
    const made = new RevivingDatabase(location, open)
    made.#current = made.#begin()
    await made.#current
    return made
  }

  /** The one that lives, or a new one. Throws DATABASE_UNAVAILABLE. */
  async acquire(): Promise<Instance> {
    if (this.#isClosed) throw this.#unavailable('it is closed')
    this.#current ??= this.#begin()
    const opening = this.#current
    try {
      return await opening
    } catch (error) {
      if (this.#current === opening) this.#current = undefined
      throw this.#unavailable(error)
    }
  }

  async close(): Promise<void> {
    if (this.#isClosed) return
    this.#isClosed = true
    await (await this.#current?.catch(() => undefined))?.close()
  }

  async #begin(): Promise<LivingDatabase> {
    const opened = await this.#open()
    return new LivingDatabase(opened, (error) => {
      this.#current = undefined
      return this.#unavailable(error)
    })
  }

  #unavailable(error: unknown): BackupError {
    const cause = systemCode(error) ?? (error instanceof Error ? error.message : String(error))
    return new BackupError('DATABASE_UNAVAILABLE', `The embedded database in ${this.#location} stopped: ${cause}.`, {
      context: { database: this.#location, cause },
      cause: error,
    })
  }
}

class LivingDatabase implements Instance {
  readonly #database: PGlite
  readonly #failure: () => unknown
  readonly #onDeath: (error: unknown) => BackupError
  #death: BackupError | undefined

  constructor({ database, failure }: OpenedDatabase, onDeath: (error: unknown) => BackupError) {
    this.#database = database
    this.#failure = failure
    this.#onDeath = onDeath
  }

  query<T>(text: string, values: readonly unknown[]): Promise<Results<T>> {
    return this.#run(() => this.#database.query<T>(text, values as unknown[]))
  }

  exec(text: string): Promise<Results[]> {
    return this.#run(() => this.#database.exec(text))
  }

  async close(): Promise<void> {
    if (!this.#death) await this.#database.close()
  }

  async #run<T>(work: () => Promise<T>): Promise<T> {
    if (this.#death) throw this.#death
    try {
      const result = await work()
      if (this.#failure() === undefined) return result
    } catch (error) {
      if (this.#failure() === undefined) throw error
    }
    this.#death ??= this.#onDeath(this.#failure())
    closeStreams(this.#database.Module as unknown as HostModule)
    throw this.#death
  }
}

/**
 * PGlite calls PostgreSQL's main loop until a message is used up and swallows what it throws: a dead instance throws at
 * once and uses nothing up. The one call that PGlite makes after a throw is to `stackRestore`; thrown from there, the
 * error gets out. Answers what killed the instance, or undefined.
 */
export function watch(database: PGlite): () => unknown {
  const module = database.Module as unknown as Module
  const { _PostgresMainLoopOnce: loopOnce, stackRestore } = module
  let fatal: unknown
  module._PostgresMainLoopOnce = () => {
    try {
      loopOnce()
    } catch (error) {
      if ((error as { status?: unknown } | null)?.status !== LONG_JUMP) fatal ??= error ?? new Error('stopped')
      throw error
    }
  }
  module.stackRestore = (pointer) => {
    if (fatal !== undefined) throw fatal
    stackRestore(pointer)
  }
  return () => fatal
}
