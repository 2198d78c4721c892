/** The entries of the target that the restore itself needs, known by their inodes: no name or mount hides them. */
import fs from 'node:fs'
import type { SystemCalls } from '../../kernel/system-calls.ts'
import { type EntryStatus, statusOf } from './entry-status.ts'
import { Needed, type NeededPlace, placesOf } from './needed-places.ts'
import { O_PATH } from './target-access.ts'

/**
 * Their content decides whether the snapshot can be opened at all, and whether an older store would be noticed; a
 * database is in use. An older one must not take its place.
 */
const KEPT_AS_THEY_ARE: ReadonlySet<Needed> = new Set([
  Needed.REPOSITORY,
  Needed.OTHER_REPOSITORY,
  Needed.KEY_FILE,
  Needed.HOME,
])

/** Why something of the target was left alone. */
export const NEEDED_REASON = 'NEEDED'

export class SparedEntries {
  readonly #found = new Map<number, Array<{ readonly device: number; readonly what: Needed }>>()

  constructor(calls: SystemCalls, needed: readonly NeededPlace[]) {
    for (const { what, path } of needed)
      for (const place of placesOf(path)) {
        const status = statusAt(calls, place)
        if (status) this.#found.set(status.inode, [...(this.#found.get(status.inode) ?? []), { ...status, what }])
      }
  }

  /** True for what must not be removed. */
  fromRemoval({ inode, device }: EntryStatus): boolean {
    return this.#found.get(inode)?.some((each) => each.device === device) ?? false
  }

  /** True for what must not be replaced by what the snapshot has there. */
  fromReplacement({ inode, device }: EntryStatus): boolean {
    return this.#found.get(inode)?.some((each) => each.device === device && KEPT_AS_THEY_ARE.has(each.what)) ?? false
  }
}

function statusAt(calls: SystemCalls, place: string): EntryStatus | undefined {
  const folder = place.slice(0, Math.max(place.lastIndexOf('/'), 1))
  const name = place === '/' ? '.' : place.slice(place.lastIndexOf('/') + 1)
  try {
    const directory = fs.openSync(folder, O_PATH | fs.constants.O_DIRECTORY)
    try {
      return statusOf(calls, directory, Buffer.from(name).toString('latin1'))
    } finally {
      fs.closeSync(directory)
    }
  } catch {
    return undefined
  }
}
