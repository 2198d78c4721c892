/**
 * Removing what the snapshot does not have, by descriptors, without following links. What the restore needs, what lies
 * on another file system, and what holds a repository stays and is told; so is what the system refuses.
 */
import fs from 'node:fs'
import { FileType, fileTypeOf } from '../../contracts/index.ts'
import { systemCode } from '../../kernel/backup-error.ts'
import type { SystemCalls } from '../../kernel/system-calls.ts'
import { type EntryStatus, statusOf, statusOfOpen } from './entry-status.ts'
import { NEEDED_REASON, type SparedEntries } from './spared-entries.ts'
import { openEntry, whyRefused, writeObstacle } from './target-access.ts'
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

export class Removal {
  readonly #options: RemovalOptions

  constructor(options: RemovalOptions) {
    this.#options = options
  }

  /** An entry and all below it. False when some of it stays, which has been told. */
  remove(place: Place): boolean {
    const { calls, spared } = this.#options
    const status = statusOf(calls, place.directory, place.name)
    if (!status) return true
    if (spared.fromRemoval(status)) return this.#refuse(place, NEEDED_REASON)
    const isDirectory = fileTypeOf(status.mode) === FileType.DIRECTORY
    if (isDirectory && !this.#empty(place)) return false
    return this.#unlink(place, status)
  }

  /** Removes what is in a directory. */
  #empty(place: Place): boolean {
    const { calls, dryRun } = this.#options
    let inside: number
    try {
      inside = dryRun
        ? calls.openat(
            place.directory,
            place.name,
            fs.constants.O_RDONLY | fs.constants.O_DIRECTORY | fs.constants.O_NOFOLLOW,
          )
        : openEntry(calls, place, { isDirectory: true })
    } catch (error) {
      return this.#refuse(place, systemCode(error) ?? String(error))
    }
    try {
      if (statusOfOpen(calls, inside).device !== statusOfOpen(calls, place.directory).device)
        return this.#refuse(place, OTHER_FILE_SYSTEM)
      const names = namesIn(calls, inside)
      if (holdsRepository(calls, inside, names)) return this.#refuse(place, NEEDED_REASON)
      if (!dryRun && names.length > 0) grantWrite(calls, inside)
      // Every one is tried: what can go goes.
      return names
        .map((name) => this.remove({ directory: inside, name, source: `${place.source}/${name}` }))
        .every((isGone) => isGone)
    } finally {
      fs.closeSync(inside)
    }
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
