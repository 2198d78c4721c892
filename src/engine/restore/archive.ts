/** Writes a part of a snapshot as a tar or zip stream, for those who want it somewhere else than in a folder. */
import { Readable, type Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { ZipFile } from 'yazl'
import { throwIfAborted } from '../../kernel/abort.ts'
import { BackupError } from '../../kernel/backup-error.ts'
import type { SnapshotEntry } from '../snapshot/index.ts'
import type { EntryType, InspectedEntry, Inspector } from './inspect.ts'
import { isUtf8, type TarMember, TarType, tarEnd, tarHeader, tarPadding } from './tar.ts'

const ZIP_YEAR_MIN = 1980
const ZIP_YEAR_MAX = 2107

export const ArchiveFormat = { TAR: 'tar', ZIP: 'zip' } as const
export type ArchiveFormat = (typeof ArchiveFormat)[keyof typeof ArchiveFormat]

export interface ArchiveResult {
  readonly entries: number
  readonly bytes: number
  /** What the format can't hold, entry by entry: sockets in both, attributes and far times in a zip archive. */
  readonly issues: readonly Issue[]
}

interface Issue {
  readonly path: string
  readonly what: string
}

export interface ArchiveOptions {
  readonly snapshot: SnapshotEntry
  readonly path: string
  readonly format: ArchiveFormat
  readonly signal?: AbortSignal
}

/** Throws NOT_FOUND and DAMAGED; the stream then ends early and is no valid archive. */
export async function writeArchive(
  inspector: Inspector,
  output: Writable,
  options: ArchiveOptions,
): Promise<ArchiveResult> {
  const found = new ArchiveEntries(inspector, options)
  await (options.format === ArchiveFormat.TAR
    ? writeTar(found, output, options.signal)
    : writeZip(found, output, options.signal))
  return { entries: found.entries, bytes: found.bytes, issues: found.issues }
}

interface ArchiveEntry extends InspectedEntry {
  /** Without the leading slash; directories end with one. */
  readonly name: string
}

/** What goes into the archive, counted. */
class ArchiveEntries {
  readonly #inspector: Inspector
  readonly #options: ArchiveOptions
  readonly issues: Issue[] = []
  entries = 0
  bytes = 0

  constructor(inspector: Inspector, options: ArchiveOptions) {
    this.#inspector = inspector
    this.#options = options
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<ArchiveEntry> {
    for await (const entry of this.#inspector.entries(this.#options.snapshot, this.#options.path)) {
      throwIfAborted(this.#options.signal)
      if (entry.type === 'socket') {
        this.issues.push({ path: entry.path, what: 'a socket has no place in an archive' })
        continue
      }
      if (this.#options.format === ArchiveFormat.ZIP) this.#tellLosses(entry)
      const name = this.#nameOf(entry)
      this.entries += 1
      this.bytes += entry.type === 'file' ? entry.bytes : 0
      yield { ...entry, name: entry.type === 'directory' ? `${name}/` : name }
    }
  }

  #nameOf({ bytePath, path }: InspectedEntry): string {
    const bytes = Buffer.from(bytePath, 'latin1')
    const name = isUtf8(bytes) ? bytes.toString('utf8') : path
    return name.replace(/^\/+/, '')
  }

  /** A zip archive has a time of day and a mode, and no more. */
  #tellLosses({ path, bytePath, attributes, mtimeSeconds }: InspectedEntry): void {
    if (!isUtf8(Buffer.from(bytePath, 'latin1')))
      this.issues.push({ path, what: 'the name is no UTF-8 and is written readably' })
    if (attributes.length > 0) this.issues.push({ path, what: 'a zip archive holds no extended attributes' })
    const year = new Date(mtimeSeconds * 1000).getFullYear()
    if (!(year >= ZIP_YEAR_MIN && year <= ZIP_YEAR_MAX))
      this.issues.push({ path, what: 'a zip archive holds times from 1980 to 2107: the nearest is written' })
  }
}

const TAR_TYPES: Readonly<Partial<Record<EntryType, TarType>>> = {
  file: TarType.FILE,
  directory: TarType.DIRECTORY,
  link: TarType.SYMBOLIC_LINK,
  fifo: TarType.FIFO,
  block: TarType.BLOCK,
  character: TarType.CHARACTER,
}

async function writeTar(entries: ArchiveEntries, output: Writable, signal: AbortSignal | undefined): Promise<void> {
  const source = Readable.from(tarBytes(entries), { objectMode: false })
  try {
    await pipeline(source, output, { end: false, ...(signal && { signal }) })
  } catch (error) {
    throwIfAborted(signal)
    throw error
  }
}

async function* tarBytes(entries: ArchiveEntries): AsyncGenerator<Uint8Array> {
  const firstNames = new Map<string, Uint8Array>()
  for await (const entry of entries) {
    const member = memberOf(entry, firstNames, entries.issues)
    yield tarHeader(member)
    if (member.type !== TarType.FILE) continue
    let bytes = 0
    for await (const piece of entry.content()) {
      bytes += piece.length
      yield piece
    }
    if (bytes !== entry.bytes) throw new BackupError('DAMAGED', "A file's chunks do not add up to its size.")
    yield tarPadding(bytes)
  }
  yield tarEnd()
}

/** Further names of one file are links to the first. */
function memberOf(entry: ArchiveEntry, firstNames: Map<string, Uint8Array>, issues: Issue[]): TarMember {
  const plain = entry.bytePath.replace(/^\/+/, '')
  const name = Buffer.from(entry.type === 'directory' ? `${plain}/` : plain, 'latin1')
  const isLinked = entry.type !== 'directory' && entry.links > 1
  const first = isLinked ? firstNames.get(entry.identity) : undefined
  if (isLinked && !first) firstNames.set(entry.identity, name)
  const linkName = first ?? entry.linkBytes
  for (const attribute of entry.attributes.filter((each) => each.name.includes('=')))
    issues.push({ path: entry.path, what: `attribute ${attribute.name}: a tar archive has no place for its name` })
  const type = first ? TarType.LINK : (TAR_TYPES[entry.type] ?? TarType.FILE)
  return {
    type,
    name,
    bytes: type === TarType.FILE ? entry.bytes : 0,
    mode: entry.mode,
    uid: entry.uid,
    gid: entry.gid,
    mtimeSeconds: entry.mtimeSeconds,
    mtimeNanoseconds: entry.mtimeNanoseconds,
    attributes: first ? [] : entry.attributes.filter((each) => !each.name.includes('=')),
    ...(linkName && { linkName }),
    ...(entry.device && { device: entry.device }),
  }
}

async function writeZip(entries: ArchiveEntries, output: Writable, signal: AbortSignal | undefined): Promise<void> {
  const { default: yazl } = await import('yazl')
  const zip = new yazl.ZipFile()
  const sent = pipeline(zip.outputStream, output, { end: false, ...(signal && { signal }) })
  sent.catch(() => {})
  for await (const found of entries) {
    const entry = { ...found, name: zipName(found, entries.issues) }
    const options = { mtime: zipTime(entry), mode: entry.mode }
    if (entry.type === 'directory') zip.addEmptyDirectory(entry.name, options)
    else if (entry.type === 'link')
      zip.addBuffer(Buffer.from(entry.linkBytes ?? ''), entry.name, { ...options, mode: 0o120777 })
    else if (entry.type === 'file') await addFile(zip, entry, { options, sent })
    else entries.issues.push({ path: entry.path, what: 'a device or pipe has no place in a zip archive' })
  }
  zip.end()
  await sent
}

/** The nearest that a zip archive holds; its times are this machine's, without a zone. */
function zipTime({ mtimeSeconds }: ArchiveEntry): Date {
  const first = new Date(ZIP_YEAR_MIN, 0, 1).getTime()
  const last = new Date(ZIP_YEAR_MAX, 11, 31, 23, 59, 58).getTime()
  return new Date(Math.min(Math.max(mtimeSeconds * 1000, first), last))
}

/**
 * In a zip archive a backslash parts folders; so it is written as %5C, and `a\b` neither becomes `a/b` nor stands in
 * for it.
 */
function zipName({ name, path }: ArchiveEntry, issues: Issue[]): string {
  if (!name.includes('\\')) return name
  const isNamed = issues.at(-1)?.path === path
  if (!isNamed) issues.push({ path, what: 'a zip archive takes no backslash in a name: it is written as %5C' })
  return name.replaceAll('\\', '%5C')
}

/** One file at a time: the next is opened when this one has been read. */
async function addFile(
  zip: ZipFile,
  entry: ArchiveEntry,
  parts: { options: { mtime: Date; mode: number }; sent: Promise<void> },
): Promise<void> {
  const content = Readable.from(entry.content(), { objectMode: false })
  const read = new Promise<void>((resolve, reject) => {
    content.once('end', resolve)
    content.once('error', reject)
  })
  zip.addReadStream(content, entry.name, { ...parts.options, mode: 0o100000 | entry.mode })
  await Promise.race([read, parts.sent])
}
