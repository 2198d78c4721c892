/**
 * The two kinds of object that stand in more than one copy and are read before anything can be authenticated. Whatever
 * somebody has put beside them, none is longer than it may be, and only so much is read, in several orders, so that
 * neither a flood of small ones nor giants nor our own past keep the newest of ours from being read.
 */
import { createHash } from 'node:crypto'
import { BackupError } from '../../kernel/backup-error.ts'
import { inOrder } from '../../kernel/in-order.ts'
import { isUnreadable, type ObjectStore, requireWholeAnswer } from '../../storage/index.ts'
import type { UnreadObject } from './forbidden.ts'

/** Of a folder, all together: some hundreds of ours. */
const READ_BYTES_MAX = 64 * 1024 * 1024
/** What opening costs, however little is in it. */
const OPENING_BYTES = 4096
const COPIES_AT_ONCE = 8

export interface CopyFamily {
  readonly prefix: string
  /** Of a key; its last group is the name. */
  readonly form: RegExp
  readonly bytesMax: number
  /** The generation that a key names; of objects without one 0. */
  readonly generationOf?: (key: string) => number
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
  /** Copies that don't hash to their name, are too long, or can't be read. */
  readonly damaged: UnreadObject[]
  /** Keys beyond what is read of a folder: nobody knows whose they are. */
  readonly unread: string[]
  /** Why the first that can't be read can't be. */
  readonly unreadable: BackupError | undefined
}

/** Throws what the store throws, unless it says that one object alone can't be read. */
export async function readCopies(store: ObjectStore, family: CopyFamily): Promise<ReadCopies> {
  const { form, bytesMax, signal } = family
  const whole = new Map<string, { name: string; keys: string[]; bytes: Uint8Array }>()
  const damaged: UnreadObject[] = []
  let unreadable: BackupError | undefined
  const { within, unread } = await listWithin(store, family)
  const read = async (key: string) => ({
    key,
    bytes: await readWhole(store, key, { bytesMax, ...(signal && { signal }) }),
  })
  for await (const { key, bytes } of inOrder(within, { widthMax: COPIES_AT_ONCE }, read)) {
    if (bytes === undefined) continue
    const name = form.exec(key)!.at(-1)!
    const known = whole.get(name)
    if (bytes instanceof BackupError) {
      damaged.push({ key, error: bytes })
      if (isUnreadable(bytes)) unreadable ??= bytes
    } else if (createHash('sha256').update(bytes).digest('hex') !== name) {
      await requireWholeAnswer(store, key, bytes.length)
      damaged.push({ key })
    } else if (known) known.keys.push(key)
    else whole.set(name, { name, keys: [key], bytes })
  }
  return { whole: [...whole.values()], damaged, unread, unreadable }
}

/** What stands under one name and one generation: its copies are read together. */
interface Listed {
  readonly generation: number
  readonly keys: string[]
  cost: number
}

/** One that is longer than it may be is refused unread, and costs its opening alone. */
async function listWithin(
  store: ObjectStore,
  { prefix, form, bytesMax, generationOf = () => 0, signal }: CopyFamily,
): Promise<{ within: string[]; unread: string[] }> {
  const listed = new Map<string, Listed>()
  const all: string[] = []
  for await (const { key, bytes } of store.list(prefix, signal ? { signal } : {})) {
    const name = form.exec(key)?.at(-1)
    if (name === undefined) continue
    all.push(key)
    const generation = generationOf(key)
    const cost = OPENING_BYTES + (bytes > bytesMax ? 0 : bytes)
    const known = listed.get(`${generation} ${name}`)
    if (!known) listed.set(`${generation} ${name}`, { generation, keys: [key], cost })
    else {
      known.keys.push(key)
      known.cost += cost
    }
  }
  const taken = taking([...listed.values()])
  return { within: all.filter((key) => taken.has(key)), unread: all.filter((key) => !taken.has(key)) }
}

/**
 * The smallest, the longest, and in turn one of each generation from the highest on, the longest of it first: a third
 * of what is read for each.
 */
function taking(listed: readonly Listed[]): ReadonlySet<string> {
  const smallest = listed.toSorted((a, b) => a.cost - b.cost || (a.keys[0]! < b.keys[0]! ? -1 : 1))
  const longest = smallest.toReversed()
  const turn = new Map<Listed, number>()
  for (const each of Map.groupBy(longest, ({ generation }) => generation).values())
    for (const [i, one] of each.entries()) turn.set(one, i)
  const inTurn = longest.toSorted((a, b) => turn.get(a)! - turn.get(b)! || b.generation - a.generation)
  const orders = [smallest, longest, inTurn]
  const taken = new Set<string>()
  for (const order of orders) {
    let read = 0
    for (const { keys, cost } of order) {
      if (taken.has(keys[0]!)) continue
      read += cost
      if (read > READ_BYTES_MAX / orders.length) break
      for (const key of keys) taken.add(key)
    }
  }
  return taken
}

/** Undefined for one that is gone since it was listed. */
export async function readWhole(
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
