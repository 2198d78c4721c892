/** The way into a backup of files: what it is asked for is checked, and a run that was overtaken is begun again. */
import { BackupError, isBackupError } from '../../kernel/backup-error.ts'
import { textFault } from '../../kernel/text.ts'
import { type Repository, requireFeatures } from '../repository/index.ts'
import { checkRunId } from '../snapshot/index.ts'
import type { BackupOptions, BackupResult } from './backup-options.ts'
import { BackupRun } from './backup-run.ts'
import { resolveRoots } from './source-roots.ts'

const ATTEMPTS_MAX = 3

/**
 * Backs up files. Throws SOURCE_UNREADABLE when none of the paths can be read, ABORTED after a checkpoint, DISK_FULL,
 * PROCESS_LIMIT, STORAGE_FAILED, ALREADY_EXISTS when the snapshot of `runId` was committed and forgotten before. What
 * inside the paths can't be read is named in the snapshot.
 */
export async function backupFiles(repository: Repository, options: BackupOptions): Promise<BackupResult> {
  requireFeatures(repository.config, 'write')
  if (options.runId !== undefined) checkRunId(options.runId)
  if ([options.source, ...(options.tags ?? [])].some((text) => textFault(text) !== undefined))
    throw new BackupError('USAGE', 'The name of a source and a tag hold no control characters.')
  const roots = resolveRoots(options.paths)
  using writer = options.state.claimWriter()
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await new BackupRun(repository, options, { roots, writer: writer.id }).run()
    } catch (error) {
      // Data was condemned meanwhile: another run stores it anew, and cheaply.
      if (attempt === ATTEMPTS_MAX || !isBackupError(error, 'REPOSITORY_LOCKED')) throw error
    }
  }
}
