/**
 * One process at a time. The lock is a SQLite file held in BEGIN EXCLUSIVE: the kernel lets go of it when the process
 * ends, however it ends, so it can't go stale, and it works on every platform. Who holds it stands in a file beside it,
 * for people. Never open the lock file with node:fs in the process that holds it: closing any descriptor of it would
 * release the lock.
 */
import fs from 'node:fs'
import path from 'node:path'
import { BackupError } from '../../kernel/backup-error.ts'
import { isoTime, nowMs } from '../../kernel/clock.ts'
import { makeDirectories } from '../../kernel/directories.ts'
import { hostName } from '../../kernel/machine.ts'
import { processLimit } from '../../kernel/system-failure.ts'
import { folderRefusal } from './folder-refusal.ts'

export interface Owner {
  readonly pid: number
  readonly host: string
  readonly since: string
  /** Where its repository lies and where it listens, once everything is open. */
  readonly repository?: string
  readonly socket?: string
}

interface SqliteFile {
  exec(text: string): void
  close(): void
}

const SQLITE_BUSY = 5
const SQLITE_CANTOPEN = 14
/** What the lock needs: the file, its journal, its folder. */
const SQLITE_FILES = 4

export class OwnerLock implements Disposable {
  readonly file: string
  readonly #owner: Owner
  #database: SqliteFile | undefined

  private constructor(file: string, database: SqliteFile) {
    this.file = file
    this.#database = database
    this.#owner = { pid: process.pid, host: hostName(), since: isoTime(nowMs()) }
    fs.writeFileSync(ownerFile(file), `${JSON.stringify(this.#owner)}\n`, { mode: 0o600 })
  }

  /**
   * Makes `file` where it is absent. Throws OWNER_EXISTS, naming pid and host, while another holder lives;
   * PERMISSION_DENIED, HOME_READ_ONLY, DISK_FULL, PROCESS_LIMIT.
   */
  static async acquire(file: string): Promise<OwnerLock> {
    try {
      makeDirectories(path.dirname(file), { mode: 0o700 })
      return await OwnerLock.#lock(file)
    } catch (error) {
      if (error instanceof BackupError) throw error
      throw limitOf(error) ?? folderRefusal(file, error) ?? folderRefusal(path.dirname(file), error) ?? error
    }
  }

  static async #lock(file: string): Promise<OwnerLock> {
    const database = await openSqlite(file)
    try {
      database.exec('pragma busy_timeout = 0; begin exclusive')
      return new OwnerLock(file, database)
    } catch (error) {
      database.close()
      if ((error as { errcode?: unknown }).errcode !== SQLITE_BUSY) throw error
      const owner = readOwner(file)
      throw new BackupError('OWNER_EXISTS', `The process ${owner?.pid ?? '?'} holds ${file}.`, {
        context: { pid: owner?.pid ?? '?', host: owner?.host ?? hostName() },
        cause: error,
      })
    }
  }

  /** Says where the holder listens, and where its repository lies: who becomes its client compares. */
  tell(facts: Pick<Owner, 'repository' | 'socket'>): void {
    fs.writeFileSync(ownerFile(this.file), `${JSON.stringify({ ...this.#owner, ...facts })}\n`, { mode: 0o600 })
  }

  [Symbol.dispose](): void {
    if (!this.#database) return
    fs.rmSync(ownerFile(this.file), { force: true })
    this.#database.close()
    this.#database = undefined
  }
}

/** SQLite says no more than that it could not open its file: whether any could be opened tells why. */
function limitOf(error: unknown): BackupError | undefined {
  const known = processLimit(error)
  if (known || (error as { errcode?: unknown }).errcode !== SQLITE_CANTOPEN) return known
  const opened: number[] = []
  try {
    while (opened.length < SQLITE_FILES) opened.push(fs.openSync('/dev/null', 'r'))
    return undefined
  } catch (refused) {
    return processLimit(refused)
  } finally {
    for (const descriptor of opened) fs.closeSync(descriptor)
  }
}

function ownerFile(file: string): string {
  return `${file}.json`
}

/** Who wrote the file beside the lock last; it may have ended since. */
export function readOwner(file: string): Owner | undefined {
  try {
    return JSON.parse(fs.readFileSync(ownerFile(file), 'utf8')) as Owner
  } catch {
    return undefined
  }
}

/** Node 22 warns that its SQLite is experimental; what is used of it, a lock, isn't. */
async function openSqlite(file: string): Promise<SqliteFile> {
  const warn = process.emitWarning
  process.emitWarning = ((warning: string | Error, ...rest: unknown[]) => {
    if (!String(warning).includes('SQLite')) Reflect.apply(warn, process, [warning, ...rest])
  }) as typeof process.emitWarning
  try {
    const { DatabaseSync } = await import('node:sqlite')
    return new DatabaseSync(file)
  } finally {
    process.emitWarning = warn
  }
}
