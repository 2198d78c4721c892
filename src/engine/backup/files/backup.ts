/** The way into a backup of files: what it is asked for is checked, and a run that was overtaken is begun again. */
import { isBackupError } from '../../../kernel/backup-error.ts'
import type { Repository } from '../../repository/index.ts'
import { BackupSession, checkRun } from '../session/backup-session.ts'
import type { BackupResult } from '../session/run-options.ts'
import type { BackupOptions } from './backup-options.ts'
import { FilesWriter } from './files-writer.ts'
import { resolveRoots } from './source-roots.ts'

const ATTEMPTS_MAX = 3
const NEW_BLOBS_RESERVED = 6_000_000

/**
 * Backs up files. Throws SOURCE_UNREADABLE when none of the paths can be read, ABORTED after a checkpoint, DISK_FULL,
 * PROCESS_LIMIT, STORAGE_FAILED, ALREADY_EXISTS when the snapshot of `runId` was committed and forgotten before. What
 * inside the paths can't be read is named in the snapshot.
 */
export async function backupFiles(repository: Repository, options: BackupOptions): Promise<BackupResult> {
  checkRun(repository, options)
  const roots = resolveRoots(options.paths)
  using writer = options.state.claimWriter()
  for (let attempt = 1; ; attempt += 1) {
    try {
      const tree = new FilesWriter(options, roots)
      const parts = { writer: writer.id, tree, blobsReserved: NEW_BLOBS_RESERVED }
      return await new BackupSession(repository, options, parts).run()
    } catch (error) {
      // Data was condemned meanwhile: another run stores it anew, and cheaply.
      if (attempt === ATTEMPTS_MAX || !isBackupError(error, 'REPOSITORY_LOCKED')) throw error
    }
  }
}
