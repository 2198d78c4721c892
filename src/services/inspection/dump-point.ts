/** Brings the content of a point out as a stream: one file as it is, or a folder as an archive. */
import { PassThrough, Readable } from 'node:stream'
import {
  ArchiveFormat,
  type History,
  Inspector,
  readHistory,
  type SnapshotEntry,
  writeArchive,
} from '../../engine/index.ts'
import { BackupError } from '../../kernel/backup-error.ts'
import { closeQuietly } from '../close-quietly.ts'
import type { RepositoryAccess, SystemParts } from '../parts.ts'
import { findPoint } from '../recovery/index.ts'
import { snapshotOf } from './inspect-points.ts'

export interface DumpOptions {
  readonly pointId: string
  readonly path: string
  /** Default: a file as it is, a folder as tar. */
  readonly format?: 'raw' | 'tar' | 'zip' | undefined
  readonly signal?: AbortSignal | undefined
}

/**
 * The bytes, each piece authenticated before it is given; the stream fails half-way with DAMAGED. An archive that can't
 * hold an entry whole (a socket; attributes in a zip) ends well all the same. Throws POINT_NOT_FOUND, NOT_FOUND, USAGE
 * for a folder that is asked for as it is.
 */
export async function dumpPoint(
  parts: Pick<SystemParts, 'catalog' | 'repositories' | 'tenantId' | 'log'>,
  options: DumpOptions,
): Promise<Readable> {
  const { pointId, path, signal } = options
  const point = await findPoint(parts, pointId)
  const opened = await openInspector(await parts.repositories.of(point.repository_id), signal)
  try {
    const { inspector } = opened
    const snapshot = snapshotOf(opened.history, point.snapshot, pointId)
    const format = await formatFor(inspector, snapshot, options)
    const body =
      format === 'raw'
        ? Readable.from(inspector.content(snapshot, path), { objectMode: false, ...(signal && { signal }) })
        : archived(inspector, { snapshot, path, format, ...(signal && { signal }) }, parts.log)
    // Read to its end, failed or given up: it closes.
    return body.once('close', () => void closeQuietly(opened, parts.log))
  } catch (error) {
    await opened[Symbol.asyncDispose]()
    throw error
  }
}

interface OpenInspector extends AsyncDisposable {
  readonly inspector: Inspector
  readonly history: History
}

async function openInspector(repository: RepositoryAccess, signal: AbortSignal | undefined): Promise<OpenInspector> {
  const opened = await repository.open(signal)
  try {
    const history = await readHistory(opened, { ...(signal && { signal }) })
    const inspector = await Inspector.open(opened)
    const close = async () => {
      await inspector[Symbol.asyncDispose]()
      await opened[Symbol.asyncDispose]()
    }
    return { inspector, history, [Symbol.asyncDispose]: close }
  } catch (error) {
    await opened[Symbol.asyncDispose]()
    throw error
  }
}

async function formatFor(
  inspector: Inspector,
  snapshot: SnapshotEntry,
  { path, format }: DumpOptions,
): Promise<ArchiveFormat | 'raw'> {
  const type = await inspector.typeOf(snapshot, path)
  if (format === 'raw' && type === 'directory')
    throw new BackupError('USAGE', `${path} is a folder: the formats tar and zip pack it.`)
  return format ?? (type === 'directory' ? ArchiveFormat.TAR : 'raw')
}

function archived(
  inspector: Inspector,
  options: Parameters<typeof writeArchive>[2],
  log: SystemParts['log'],
): Readable {
  const output = new PassThrough()
  writeArchive(inspector, output, options).then(
    ({ issues }) => {
      if (issues.length > 0) log.warn('an archive could not hold everything', { issues: issues.slice(0, 20) })
      output.end()
    },
    (error: unknown) => output.destroy(error instanceof Error ? error : new Error(String(error))),
  )
  return output
}
