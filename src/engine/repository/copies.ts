/**
 * The two kinds of object that stand in more than one copy and are read before anything can be authenticated. Whatever
 * somebody has put beside them, each distinct one is read once, and none is longer than it may be.
 */
import { createHash } from 'node:crypto'
import { BackupError } from '../../kernel/backup-error.ts'
import type { ObjectStore } from '../../storage/index.ts'
import { isUnreadable } from './unreadable.ts'

export interface CopyFamily {
  readonly prefix: string
  /** Of a key; its last group is the name. */
  readonly form: RegExp
  readonly bytesMax: number
  readonly signal?: AbortSignal
}

/** An object under all keys that hold it whole. */
export interface WholeCopies {
  readonly name: string
  readonly keys: readonly string[]
  readonly bytes: Uint8Array
}

export interface ReadCopies {
  readonly whole: WholeCopies[]
  /** Keys of copies that don't hash to their name, are too long, or can't be read. */
  readonly damaged: string[]
  /** Why the first that can't be read can't be. */
  readonly unreadable: BackupError | undefined
}

/** Throws what the store throws, unless it says that one object alone can't be read. */
export async function readCopies(store: ObjectStore, family: CopyFamily): Promise<ReadCopies> {
  const { prefix, form, bytesMax, signal } = family
  const whole = new Map<string, { name: string; keys: string[]; bytes: Uint8Array }>()
  const damaged: string[] = []
  let unreadable: BackupError | undefined
  for await (const { key } of store.list(prefix, signal ? { signal } : {})) {
    const name = form.exec(key)?.at(-1)
    if (name === undefined) continue
    const bytes = await readWhole(store, key, { bytesMax, ...(signal && { signal }) })
    if (bytes === undefined) continue
    const known = whole.get(name)
    if (bytes instanceof BackupError) {
      damaged.push(key)
      if (isUnreadable(bytes)) unreadable ??= bytes
    } else if (createHash('sha256').update(bytes).digest('hex') !== name) damaged.push(key)
    else if (known) known.keys.push(key)
    else whole.set(name, { name, keys: [key], bytes })
  }
  return { whole: [...whole.values()], damaged, unreadable }
}

/** Undefined for one that is gone since it was listed. */
async function readWhole(
  store: ObjectStore,
  key: string,
  options: { readonly bytesMax: number; readonly signal?: AbortSignal },
): Promise<Uint8Array | BackupError | undefined> {
  try {
    return await store.get(key, options)
  } catch (error) {
    if (!(error instanceof BackupError)) throw error
    if (error.code === 'NOT_FOUND') return undefined
    if (error.code === 'DAMAGED' || isUnreadable(error)) return error
    throw error
  }
}
