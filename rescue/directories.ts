/** Directories and file contents: docs/format/v1.md section 10. Names are strings of one character a byte. */
import { Cursor, LaterVersion, RescueError } from './bytes.ts'

const COLUMNS = [
  'mode',
  'uid',
  'gid',
  'sizeLow',
  'sizeHigh',
  'mtimeLow',
  'mtimeHigh',
  'mtimeNs',
  'ctimeLow',
  'ctimeHigh',
  'ctimeNs',
  'inodeLow',
  'inodeHigh',
  'links',
  'major',
  'minor',
] as const

/** Where blobs come from. */
export interface Blobs {
  blob(id: Buffer): Buffer
}

export interface Entry {
  readonly name: string
  readonly mode: number
  readonly uid: number
  readonly gid: number
  readonly bytes: number
  /** Seconds, with a fraction as exact as a double allows. */
  readonly mtime: number
  readonly links: number
  /** Device and inode. */
  readonly identity: string
  readonly kind: number
  readonly content: Buffer
  readonly linkTarget: Buffer | undefined
  /** Its extended attributes. */
  readonly attributes: readonly { readonly name: string; readonly value: Buffer }[]
  /** Some of its metadata could not be kept. */
  readonly isPoor: boolean
  /** It changed while it was read. */
  readonly isChanging: boolean
}

export interface Chunk {
  readonly bytes: number
  readonly id: Buffer
}

export const TYPE = { DIRECTORY: 0o040000, FILE: 0o100000, LINK: 0o120000, MASK: 0o170000 } as const

/** The entries of a directory blob: a page, or a split into pages. */
export function* entriesOf(store: Blobs, id: Buffer): Generator<Entry> {
  const blob = Buffer.from(store.blob(id))
  if (blob[0] === 1) yield* pageEntries(blob)
  else if (blob[0] === 2) for (const page of splitPages(blob)) yield* pageEntries(Buffer.from(store.blob(page)))
  else throw kindRefused('a directory', blob[0])
}

function splitPages(blob: Buffer): Buffer[] {
  const cursor = new Cursor(blob)
  cursor.u8()
  return Array.from({ length: cursor.count(34) }, () => {
    cursor.varint()
    cursor.take(cursor.u8())
    return cursor.take(32)
  })
}

function* pageEntries(blob: Buffer): Generator<Entry> {
  const cursor = new Cursor(blob)
  if (blob[0] !== 1) throw kindRefused('a page', blob[0])
  cursor.u8()
  const count = cursor.count(1)
  const lengths = cursor.take(count)
  const names = Array.from(lengths, (length) => cursor.take(length).toString('latin1'))
  for (const [i, name] of names.entries())
    if (!isAllowed(name) || (i > 0 && name <= (names[i - 1] as string)))
      throw new RescueError('a directory has a forbidden name')
  const columns = Object.fromEntries(
    COLUMNS.map((column) => [column, count === 0 ? [] : readColumn(cursor, count)]),
  ) as Record<(typeof COLUMNS)[number], number[]>
  const kinds = cursor.take(count)
  const contents = Array.from(kinds, (kind) => readContent(cursor, kind))
  const extras = readExtras(cursor)
  for (let i = 0; i < count; i += 1) {
    const at = (column: (typeof COLUMNS)[number]) => columns[column][i] as number
    yield {
      name: names[i] as string,
      mode: at('mode'),
      uid: at('uid'),
      gid: at('gid'),
      bytes: at('sizeHigh') * 2 ** 32 + at('sizeLow'),
      mtime: (at('mtimeHigh') | 0) * 2 ** 32 + at('mtimeLow') + at('mtimeNs') / 1e9,
      links: at('links'),
      identity: [at('major'), at('minor'), at('inodeHigh'), at('inodeLow')].join(':'),
      kind: kinds[i] as number,
      content: contents[i] as Buffer,
      ...seenIn(extras.get(i)),
    }
  }
}

/** Section 10: metadata blobs are of kind 1, 2 and 3. */
function kindRefused(what: string, kind: number | undefined): RescueError {
  if (kind !== undefined && (kind < 1 || kind > 3)) return new LaterVersion(`${what}, kind ${kind},`)
  return new RescueError(`${what} has another kind than its place says`)
}

function isAllowed(name: string): boolean {
  return name !== '' && name !== '.' && name !== '..' && !name.includes('/') && !name.includes('\0')
}

function readColumn(cursor: Cursor, count: number): number[] {
  const mask = cursor.u8()
  if (mask > 15) throw new LaterVersion(`mask ${mask}`)
  let value = cursor.u32()
  const planes = [0, 1, 2, 3].map((k) => ((mask >> k) & 1 ? cursor.take(count - 1) : undefined))
  const values = [value]
  for (let i = 0; i < count - 1; i += 1) {
    let difference = 0
    for (let k = 0; k < 4; k += 1) difference += (planes[k]?.[i] ?? 0) * 256 ** k
    value = (value + difference) % 2 ** 32
    values.push(value)
  }
  return values
}

function readContent(cursor: Cursor, kind: number): Buffer {
  const from = cursor.at
  if (kind === 1 || kind === 3) cursor.take(32)
  else if (kind === 2) {
    for (let left = cursor.count(33); left > 0; left -= 1) {
      cursor.varint()
      cursor.take(32)
    }
  } else if (kind !== 0) throw new LaterVersion(`content kind ${kind}`)
  return cursor.bytes.subarray(from, cursor.at)
}

interface Extra {
  readonly type: number
  readonly bytes: Buffer
}

/** Of types that are not known nothing is made. */
function seenIn(extras: readonly Extra[] = []): Pick<Entry, 'linkTarget' | 'attributes' | 'isPoor' | 'isChanging'> {
  return {
    linkTarget: extras.find(({ type }) => type === 1)?.bytes,
    attributes: extras
      .filter(({ type }) => type === 2)
      .map(({ bytes }) => {
        const end = 1 + (bytes[0] ?? 0)
        return { name: bytes.subarray(1, end).toString('latin1'), value: bytes.subarray(end) }
      }),
    isPoor: extras.some(({ type }) => type === 4),
    isChanging: extras.some(({ type }) => type === 5),
  }
}

function readExtras(cursor: Cursor): Map<number, Extra[]> {
  const extras = new Map<number, Extra[]>()
  for (let left = cursor.count(3); left > 0; left -= 1) {
    const entry = cursor.varint()
    const type = cursor.u8()
    const bytes = cursor.take(cursor.varint())
    extras.set(entry, [...(extras.get(entry) ?? []), { type, bytes }])
  }
  if (cursor.left !== 0) throw new RescueError('a page has bytes after its end')
  return extras
}

/** The chunks of a file, in order. */
export function* chunksOf(store: Blobs, entry: Entry): Generator<Chunk> {
  if (entry.kind === 1) yield { bytes: entry.bytes, id: entry.content }
  else if (entry.kind === 2) yield* readChunks(new Cursor(entry.content))
  else if (entry.kind === 3) yield* listChunks(store, entry.content, 9)
}

function* listChunks(store: Blobs, id: Buffer, above: number): Generator<Chunk> {
  const cursor = new Cursor(Buffer.from(store.blob(id)))
  if (cursor.bytes[0] !== 3) throw kindRefused('a chunk list', cursor.bytes[0])
  cursor.u8()
  const level = cursor.u8()
  if (level >= above) throw new RescueError('a chunk list does not lead downwards')
  for (const chunk of readChunks(cursor)) {
    if (level === 0) yield chunk
    else yield* listChunks(store, chunk.id, level)
  }
}

function readChunks(cursor: Cursor): Chunk[] {
  return Array.from({ length: cursor.count(33) }, () => ({ bytes: cursor.varint(), id: cursor.take(32) }))
}

export function isHole(id: Buffer): boolean {
  return id.every((byte) => byte === 0)
}

/** Section 11: what an interrupted run had not reached. */
export function isUnreached({ mode, kind, bytes }: Entry): boolean {
  const type = mode & TYPE.MASK
  return kind === 0 && ((type === TYPE.FILE && bytes > 0) || type === TYPE.DIRECTORY)
}
