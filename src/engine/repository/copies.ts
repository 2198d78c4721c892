/**
 * The two kinds of object that stand in more than one copy and are read before anything can be authenticated. Whatever
 * somebody has put beside them, none is longer than it may be, and only so much is read: the smallest first, since ours
 * are small.
 */
import { createHash } from 'node:crypto'
import { BackupError } from '../../kernel/backup-error.ts'
import { inOrder } from '../../kernel/in-order.ts'
import { isUnreadable, type ObjectStore } from '../../storage/index.ts'

/** Of a folder, all together: some thousands of ours. */
const READ_BYTES_MAX = 64 * 1024 * 1024
/** What opening costs, however little is in it. */
const OPENING_BYTES = 4096
const COPIES_AT_ONCE = 8

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
  /** Keys beyond what is read of a folder: they count for nothing. */
  readonly unread: string[]
  /** Why the first that can't be read can't be. */
  readonly unreadable: BackupError | undefined
}

/** Throws what the store throws, unless it says that one object alone can't be read. */
export async function readCopies(store: ObjectStore, family: CopyFamily): Promise<ReadCopies> {
  const { form, bytesMax, signal } = family
  const whole = new Map<string, { name: string; keys: string[]; bytes: Uint8Array }>()
  const damaged: string[] = []
  let unreadable: BackupError | undefined
  const { within, unread } = await listSmallest(store, family)
  const read = async (key: string) => ({
    key,
    bytes: await readWhole(store, key, { bytesMax, ...(signal && { signal }) }),
  })
  for await (const { key, bytes } of inOrder(within, { widthMax: COPIES_AT_ONCE }, read)) {
    if (bytes === undefined) continue
    const name = form.exec(key)!.at(-1)!
    const known = whole.get(name)
    if (bytes instanceof BackupError) {
      damaged.push(key)
      if (isUnreadable(bytes)) unreadable ??= bytes
    } else if (createHash('sha256').update(bytes).digest('hex') !== name) damaged.push(key)
    else if (known) known.keys.push(key)
    else whole.set(name, { name, keys: [key], bytes })
  }
  return { whole: [...whole.values()], damaged, unread, unreadable }
}

/** One that is longer than it may be is refused unread, and costs its opening alone. */
async function listSmallest(
  store: ObjectStore,
  { prefix, form, bytesMax, signal }: CopyFamily,
): Promise<{ within: string[]; unread: string[] }> {
  const listed: Array<{ key: string; cost: number }> = []
  for await (const { key, bytes } of store.list(prefix, signal ? { signal } : {}))
    if (form.test(key)) listed.push({ key, cost: OPENING_BYTES + (bytes > bytesMax ? 0 : bytes) })
  listed.sort((a, b) => a.cost - b.cost || (a.key < b.key ? -1 : 1))
  const found = { within: [] as string[], unread: [] as string[] }
  let read = 0
  for (const { key, cost } of listed) {
    read += cost
    found[read <= READ_BYTES_MAX ? 'within' : 'unread'].push(key)
  }
  return found
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
