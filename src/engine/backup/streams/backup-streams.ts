/** The way into a backup of entries whose contents come as streams, from anything. */
import { BackupError } from '../../../kernel/backup-error.ts'
import { invariant } from '../../../kernel/invariant.ts'
import { useFeature } from '../../commit/index.ts'
import { Feature, type Repository } from '../../repository/index.ts'
import { FILES_KIND, SOURCE_KIND } from '../../snapshot/index.ts'
import { BackupSession, checkRun } from '../session/backup-session.ts'
import type { BackupResult } from '../session/run-options.ts'
import type { StreamBackupOptions } from './stream-options.ts'
import { StreamsWriter } from './streams-writer.ts'

/** Of points that later versions make otherwise (docs/format/v1.md section 11). */
const RESERVED_KINDS = ['STREAM', 'GROUP']
const CONTENTS_MAX = 16
/** As pages of 8 KiB some 250 GB that are new. Memory is touched only as far as it is used. */
const NEW_BLOBS_RESERVED = 32_000_000

/**
 * Backs up everything that `entries` brings, as a snapshot whose tree is files. Throws SOURCE_UNREADABLE, or the
 * source's own error, when an entry, a content or a path can't be taken, ABORTED, DISK_FULL, STORAGE_FAILED,
 * ALREADY_EXISTS when the snapshot of `runId` was committed and forgotten before, UPGRADE_REQUIRED for a repository of
 * the format's first version, REPOSITORY_LOCKED when data was condemned meanwhile: the source is read once, and the run
 * is to be made again. No failure leaves a snapshot; what was finished is kept in a checkpoint where the run was
 * stopped or the source broke off, and is stored only once.
 */
export async function backupStreams(repository: Repository, options: StreamBackupOptions): Promise<BackupResult> {
  checkRun(repository, options)
  const { sourceKind, contentsAtOnce = 1 } = options
  if (!SOURCE_KIND.test(sourceKind) || sourceKind === FILES_KIND || RESERVED_KINDS.includes(sourceKind))
    throw new BackupError(
      'USAGE',
      `"${sourceKind}" is no kind of source that comes as streams: 1 to 32 capitals, digits and underscores.`,
    )
  invariant(contentsAtOnce >= 1 && contentsAtOnce <= CONTENTS_MAX, 'At least one content is read, and not too many.')
  await useFeature(repository, Feature.SOURCES, options.signal)
  using writer = options.state.claimWriter()
  const tree = new StreamsWriter(options)
  return await new BackupSession(repository, options, {
    writer: writer.id,
    tree,
    blobsReserved: NEW_BLOBS_RESERVED,
  }).run()
}
