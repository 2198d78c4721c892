/** Writes a part of a snapshot as a tar or zip stream, for those who want it somewhere else than in a folder. */
import { Readable, type Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { createTarPacker } from 'modern-tar'
import type { ZipFile } from 'yazl'
import { throwIfAborted } from '../../kernel/abort.ts'
import type { SnapshotEntry } from '../snapshot/index.ts'
import type { InspectedEntry, Inspector } from './inspect.ts'

export const ArchiveFormat = { TAR: 'tar', ZIP: 'zip' } as const
export type ArchiveFormat = (typeof ArchiveFormat)[keyof typeof ArchiveFormat]

export interface ArchiveResult {
  readonly entries: number
  readonly bytes: number
  /** What the format can't hold: names that are no UTF-8 are written readably, sockets are left out. */
  readonly issues: ReadonlyArray<{ readonly path: string; readonly what: string }>
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
  readonly issues: Array<{ path: string; what: string }> = []
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
      const isText = Buffer.from(Buffer.from(entry.bytePath, 'latin1').toString('utf8')).equals(
        Buffer.from(entry.bytePath, 'latin1'),
      )
      if (!isText) this.issues.push({ path: entry.path, what: 'the name is no UTF-8 and is written readably' })
      const name = (isText ? Buffer.from(entry.bytePath, 'latin1').toString('utf8') : entry.path).replace(/^\/+/, '')
      this.entries += 1
      this.bytes += entry.type === 'file' ? entry.bytes : 0
      yield { ...entry, name: entry.type === 'directory' ? `${name}/` : name }
    }
  }
}

const TAR_TYPES = {
  file: 'file',
  directory: 'directory',
  link: 'symlink',
  fifo: 'fifo',
  block: 'block-device',
  character: 'character-device',
} as const

async function writeTar(entries: ArchiveEntries, output: Writable, signal: AbortSignal | undefined): Promise<void> {
  const tar = await import('modern-tar')
  const { readable, controller } = tar.createTarPacker()
  const sent = pipeline(Readable.fromWeb(readable as import('node:stream/web').ReadableStream<Uint8Array>), output, {
    end: false,
    ...(signal && { signal }),
  })
  // A failure of one side is the other side's failure too; the first is thrown.
  sent.catch(() => {})
  const firstNames = new Map<string, string>()
  try {
    for await (const entry of entries) await addToTar(controller, entry, firstNames)
    controller.finalize()
  } catch (error) {
    controller.error(error instanceof Error ? error : new Error(String(error)))
    throw error
  }
  await sent
}

async function addToTar(
  controller: ReturnType<typeof createTarPacker>['controller'],
  entry: ArchiveEntry,
  firstNames: Map<string, string>,
): Promise<void> {
  const first = entry.type === 'file' && entry.links > 1 ? firstNames.get(entry.identity) : undefined
  if (entry.type === 'file' && entry.links > 1 && first === undefined) firstNames.set(entry.identity, entry.name)
  const isFile = entry.type === 'file' && first === undefined
  const writer = controller
    .add({
      name: entry.name,
      size: isFile ? entry.bytes : 0,
      mtime: new Date(Math.max(0, Date.parse(entry.modifiedAt) || 0)),
      mode: entry.mode,
      uid: entry.uid,
      gid: entry.gid,
      type: first === undefined ? TAR_TYPES[entry.type as keyof typeof TAR_TYPES] : 'link',
      ...(first !== undefined && { linkname: first }),
      ...(entry.linkTarget !== undefined && { linkname: entry.linkTarget }),
    })
    .getWriter()
  if (isFile) for await (const piece of entry.content()) await writer.write(piece)
  await writer.close()
}

async function writeZip(entries: ArchiveEntries, output: Writable, signal: AbortSignal | undefined): Promise<void> {
  const { default: yazl } = await import('yazl')
  const zip = new yazl.ZipFile()
  const sent = pipeline(zip.outputStream, output, { end: false, ...(signal && { signal }) })
  sent.catch(() => {})
  for await (const found of entries) {
    const entry = { ...found, name: zipName(found, entries.issues) }
    const options = { mtime: new Date(Date.parse(entry.modifiedAt) || 0), mode: entry.mode }
    if (entry.type === 'directory') zip.addEmptyDirectory(entry.name, options)
    else if (entry.type === 'link')
      zip.addBuffer(Buffer.from(entry.linkTarget ?? ''), entry.name, { ...options, mode: 0o120777 })
    else if (entry.type === 'file') await addFile(zip, entry, { options, sent })
    else entries.issues.push({ path: entry.path, what: 'a device or pipe has no place in a zip archive' })
  }
  zip.end()
  await sent
}

/**
 * In a zip archive a backslash parts folders; so it is written as %5C, and `a\b` neither becomes `a/b` nor stands in
 * for it.
 */
function zipName({ name, path }: ArchiveEntry, issues: Array<{ path: string; what: string }>): string {
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
