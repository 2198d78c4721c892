/** Opens packs, wherever they are, and tells what a failure to read one says. */
import { isBackupError, systemCode } from '../kernel/backup-error.ts'
import { invariant } from '../kernel/invariant.ts'
import { isNoFile } from '../kernel/regular-file.ts'
import { systemFailure } from '../kernel/system-failure.ts'
import { LocalPack } from './local-pack.ts'
import type { ObjectStore } from './object-store.ts'
import type { PackReader, PackStore, ReadBuffer } from './pack-reader.ts'
import { RemotePack } from './remote-pack.ts'
import { isForbidden, isOfOneFile, isUnreadable } from './unreadable.ts'

/** Where a pack is: plain data. A file can be read by any thread; a key only by one that has the store. */
export type PackPlace = { readonly file: string } | { readonly key: string; readonly bytes: number }

export interface OpenPackOptions {
  readonly buffer: ReadBuffer
  /** LOCAL: through the page cache, for what is read again soon. */
  readonly isCached: boolean
  /**
   * Read from front to back, one read after the other: elsewhere it comes in one stream. Default false.
   */
  readonly isSequential?: boolean
}

/** `bytes`: as the index says. */
export function placeOfPack(store: Pick<ObjectStore, 'local'>, key: string, bytes: number): PackPlace {
  return store.local ? { file: store.local.path(key) } : { key, bytes }
}

/** `store` is needed for a place that is no file. Throws at once where there is no such file; see `faultOrThrow`. */
export function openPack(place: PackPlace, store: PackStore | undefined, options: OpenPackOptions): PackReader {
  if ('file' in place) return new LocalPack(place.file, options.buffer, options)
  invariant(store, 'A pack that is no file is read through its store.')
  return new RemotePack(place, store, options)
}

export interface PackFault {
  readonly isMissing: boolean
  /** Code of the system, or of ours. */
  readonly cause: string
}

/**
 * What a failure says of that one pack. Undefined when it speaks of the whole store, of this machine or of the caller.
 * A pack that this user may not read is no damage: another has it whole.
 */
function faultOfPack(error: unknown): PackFault | undefined {
  if (isForbidden(error)) return undefined
  if (isBackupError(error, 'NOT_FOUND')) return { isMissing: true, cause: error.code }
  if (isBackupError(error, 'DAMAGED') || isUnreadable(error))
    return { isMissing: false, cause: String(error.context['cause'] ?? error.code) }
  if (isBackupError(error) || systemCode(error) === undefined) return undefined
  if (!isNoFile(error) && !isOfOneFile(error)) return undefined
  return { isMissing: isNoFile(error), cause: systemCode(error) ?? 'unknown' }
}

/** The fault, or throws what says nothing of the pack: as an error of ours, whichever thread has met it. */
export function faultOrThrow(error: unknown): PackFault {
  const fault = faultOfPack(error)
  if (fault) return fault
  throw systemFailure(error) ?? error
}
