/**
 * Restores a snapshot into a folder. Every chunk is compared with its SHA-256 before it is written, every file is
 * written under a temporary name and renamed when it is whole, and metadata is set last; so a stop at any moment leaves
 * no wrong file under its own name.
 */
import path from 'node:path'
import { BackupError } from '../../kernel/backup-error.ts'
import { type SystemCalls, systemCalls, systemCallsMissing } from '../../kernel/system-calls.ts'
import type { Repository } from '../repository/index.ts'
import {
  IndexClass,
  namesBelow,
  openIndex,
  openReader,
  readDeleteLog,
  type SnapshotDocument,
  shareReader,
} from '../snapshot/index.ts'
import { ContentLanes } from './content-lanes.ts'
import { literalsAmong } from './locate.ts'
import { guardRestore, neededFor } from './restore-guard.ts'
import type { RestoreOptions, RestoreResult } from './restore-options.ts'
import { RestoreRun } from './restore-run.ts'

/** Decoded segments that each thread keeps. */
const CACHE_SEGMENTS = 4

/**
 * Restores. Throws TARGET_REFUSED (in a repository or in HOME, no folder), USAGE, NOT_FOUND (a path that is not in the
 * snapshot), ABORTED, DISK_FULL. What could not be restored is in `issues`.
 */
export async function restoreSnapshot(
  repository: Repository,
  document: SnapshotDocument,
  options: RestoreOptions,
): Promise<RestoreResult> {
  const calls = systemCalls()
  if (!calls)
    throw new BackupError('PLATFORM_UNSUPPORTED', `Restoring needs Linux system calls (${systemCallsMissing()}).`)
  const target = path.resolve(options.target)
  guardRestore(repository, document, { target, options })
  // A prune beside the restore moves what is still needed into new packs: what was not found is looked for again in the
  // index as it is then.
  let listed = await namesBelow(repository, INDEX)
  for (let attempt = 1; ; attempt += 1) {
    const { onAccepted, ...again } = options
    const result = await restoreOnce(repository, { calls, document, options: attempt === 1 ? options : again, target })
    const hasMoved = result.issues.some(({ reason }) => reason === 'NOT_FOUND') && attempt < ATTEMPTS_MAX
    const now = hasMoved ? await namesBelow(repository, INDEX) : listed
    if (now === listed) return result
    listed = now
  }
}

const INDEX = ['index/meta/', 'index/data/']
const ATTEMPTS_MAX = 3

interface RestoreWork {
  readonly calls: SystemCalls
  readonly document: SnapshotDocument
  readonly options: RestoreOptions
  readonly target: string
}

async function restoreOnce(
  repository: Repository,
  { calls, document, options, target }: RestoreWork,
): Promise<RestoreResult> {
  const { packs } = await readDeleteLog(repository)
  const index = await openIndex(repository, IndexClass.DATA, packs)
  const meta = openReader(repository, await openIndex(repository, IndexClass.META, packs))
  const data = openReader(repository, index, { cacheSegments: CACHE_SEGMENTS, isBulk: true })
  await using _meta = meta.segments
  await using _data = data.segments
  await using lanes = new ContentLanes(data.reader, () => shareReader(repository, index.index, CACHE_SEGMENTS))
  const literals = await literalsAmong(meta.reader, document, options.include ?? [])
  const needed = neededFor(repository, options.needed)
  await using run = new RestoreRun({ calls, document, options, target, metadata: meta.reader, lanes, literals, needed })
  return await run.run()
}
