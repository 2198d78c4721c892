/**
 * Removing what the snapshot does not have, by descriptors, without following links. What the restore needs, what lies
 * on another file system, and what holds a repository or a system's state stays and is told; so is what the system
 * refuses.
 */
import fs from 'node:fs'
import { FileType, fileTypeOf } from '../../contracts/index.ts'
import { systemCode } from '../../kernel/backup-error.ts'
import type { SystemCalls } from '../../kernel/system-calls.ts'
import { type EntryStatus, isSameFile, statusOf, statusOfOpen } from './entry-status.ts'
import { isHome } from './needed-places.ts'
import { NEEDED_REASON, type SparedEntries } from './spared-entries.ts'
import { DIRECTORY_FLAGS, openEntry, whyRefused, writeObstacle } from './target-access.ts'
import { grantWrite, namesIn } from './target-directory.ts'

/** A copy of a repository's configuration (docs/format/v1.md section 2). */
const CONFIG_COPY = /^[abc]-[0-9a-f]{64}$/
const OTHER_FILE_SYSTEM = 'OTHER_FILE_SYSTEM'

export interface RemovalOptions {
  readonly calls: SystemCalls
  readonly spared: SparedEntries
  /** Removes nothing and tells what would be told. */
  readonly dryRun: boolean
  /** `source`: the path below the snapshot's root, one character a byte. */
  readonly onRefused: (source: string, reason: string) => void
}

interface Place {
  readonly directory: number
  readonly name: string
  readonly source: string
}

/** A directory that is being emptied. */
interface Level {
  readonly place: Place
  readonly status: EntryStatus
  /** Undefined while deeper ones are at work. */
  descriptor: number | undefined
  /** Still to be removed, the next one last. */
  names: string[]
  isEmptied: boolean
}

/** The deepest of the open directories stay open; those above are found again through "..", and compared. */
const OPEN_MAX = 32

class OpenLevels implements Disposable {
  readonly #calls: SystemCalls
  readonly #levels: Level[] = []

  constructor(calls: SystemCalls) {
    this.#calls = calls
  }

  get deepest(): Level | undefined {
    return this.#levels.at(-1)
  }

  enter(level: Level): void {
    this.#levels.push(level)
    const above = this.#levels.at(-1 - OPEN_MAX)
    if (above) close(above)
  }

  /**
   * Closes the deepest. Gives the directory above it; undefined where that is not the one that it was: nothing more is
   * done there.
   */
  leave(): number | undefined {
    const left = this.#levels.pop()!
    const above = this.deepest
    try {
      if (!above) return left.place.directory
      above.descriptor ??= this.#reopened(left, above)
      if (above.descriptor === undefined) {
        above.names.length = 0
        above.isEmptied = false
      }
      return above.descriptor
    } finally {
      close(left)
    }
  }

  #reopened({ descriptor }: Level, { status }: Level): number | undefined {
    if (descriptor === undefined) return undefined
    try {
      const above = this.#calls.openat(descriptor, '..', DIRECTORY_FLAGS)
      if (isSameFile(statusOfOpen(this.#calls, above), status)) return above
      fs.closeSync(above)
    } catch {
      // As one that was moved.
    }
    return undefined
  }

  [Symbol.dispose](): void {
    for (const level of this.#levels) close(level)
  }
}

function close(level: Level): void {
  if (level.descriptor !== undefined) fs.closeSync(level.descriptor)
  level.descriptor = undefined
}

export class Removal {
  readonly #options: RemovalOptions

  constructor(options: RemovalOptions) {
    this.#options = options
  }

  /** An entry and all below it, however deep. False when some of it stays, which has been told. */
  remove(place: Place): boolean {
    using levels = new OpenLevels(this.#options.calls)
    let isGone = this.#begin(place, levels)
    for (let level = levels.deepest; level; level = levels.deepest) {
      // Every one is tried: what can go goes.
      if (isGone === false) level.isEmptied = false
      const name = level.names.pop()
      if (name === undefined) isGone = this.#leave(level, levels)
      else isGone = this.#begin({ directory: level.descriptor!, name, source: `${level.place.source}/${name}` }, levels)
    }
    return isGone === true
  }

  /** Undefined where a directory was entered, which has to be emptied first. */
  #begin(place: Place, levels: OpenLevels): boolean | undefined {
    const { calls, spared } = this.#options
    const status = statusOf(calls, place.directory, place.name)
    if (!status) return true
    if (spared.fromRemoval(status)) return this.#refuse(place, NEEDED_REASON)
    return fileTypeOf(status.mode) === FileType.DIRECTORY ? this.#enter(place, levels) : this.#unlink(place, status)
  }

  #enter(place: Place, levels: OpenLevels): false | undefined {
    const { calls, dryRun } = this.#options
    let inside: number
    try {
      inside = dryRun
        ? calls.openat(place.directory, place.name, DIRECTORY_FLAGS)
        : openEntry(calls, place, { isDirectory: true })
    } catch (error) {
      return this.#refuse(place, systemCode(error) ?? String(error))
    }
    const status = statusOfOpen(calls, inside)
    const level: Level = { place, status, descriptor: inside, names: [], isEmptied: true }
    levels.enter(level)
    if (status.device !== statusOfOpen(calls, place.directory).device) return this.#keep(level, OTHER_FILE_SYSTEM)
    const names = namesIn(calls, inside)
    if (isHome(names) || holdsRepository(calls, inside, names)) return this.#keep(level, NEEDED_REASON)
    if (!dryRun && names.length > 0) grantWrite(calls, inside)
    level.names = names.reverse()
    return undefined
  }

  /** Back in the directory above, whose entry it is. False also where somebody has moved it meanwhile. */
  #leave({ place, status, isEmptied }: Level, levels: OpenLevels): boolean {
    const above = levels.leave()
    if (!isEmptied) return false
    if (above === undefined) return this.#refuse(place, 'ENOENT')
    return this.#unlink({ ...place, directory: above }, status)
  }

  /** It stays with all that is in it. */
  #keep(level: Level, reason: string): false {
    level.isEmptied = false
    return this.#refuse(level.place, reason)
  }

  #unlink(place: Place, status: EntryStatus): boolean {
    const { calls, dryRun } = this.#options
    if (dryRun) {
      const obstacle = status.isUnchangeable ? 'IMMUTABLE' : writeObstacle(calls, place.directory)
      return obstacle === undefined || this.#refuse(place, obstacle)
    }
    try {
      calls.unlinkat(place.directory, place.name, { isDirectory: fileTypeOf(status.mode) === FileType.DIRECTORY })
      return true
    } catch (error) {
      return this.#refuse(place, systemCode(whyRefused(error, calls, place)) ?? String(error))
    }
  }

  #refuse({ source }: Place, reason: string): false {
    this.#options.onRefused(source, reason)
    return false
  }
}

function holdsRepository(calls: SystemCalls, directory: number, names: readonly string[]): boolean {
  if (!names.includes('config') || !names.includes('keys')) return false
  try {
    const config = openEntry(calls, { directory, name: 'config' }, { isDirectory: true })
    try {
      return namesIn(calls, config).some((name) => CONFIG_COPY.test(name))
    } finally {
      fs.closeSync(config)
    }
  } catch {
    return false
  }
}
