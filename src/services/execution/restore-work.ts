/** A restore on an open repository. Of a part, it is counted first how much there is. */
import {
  findSnapshot,
  type Repository,
  type RestoreOptions,
  type RestoreResult,
  readHistory,
  restoreSnapshot,
} from '../../engine/index.ts'
import type { RestoreJob } from './engine-protocol.ts'
import type { WorkContext } from './work-context.ts'

/** Throws NOT_FOUND where nothing in the snapshot is meant. */
export async function restorePoint(
  repository: Repository,
  job: RestoreJob,
  { signal, onProgress }: WorkContext,
): Promise<RestoreResult> {
  const { document } = findSnapshot(await readHistory(repository, { signal }), job.snapshot)
  const { target, include, subtree, overwrite, verify, deleteExtra, isRepeat, needed } = job
  const options: RestoreOptions = {
    target,
    include,
    overwrite,
    verify,
    delete: deleteExtra,
    ...(needed && { needed }),
    ...(subtree !== undefined && { subtree }),
    sweep: isRepeat,
    signal,
  }
  const part =
    include.length === 0
      ? undefined
      : await restoreSnapshot(repository, document, { ...options, sweep: false, dryRun: true })
  const known = part && { files: part.filesRestored + part.filesUnchanged + part.filesKept, bytes: part.bytesRestored }
  return restoreSnapshot(repository, document, {
    ...options,
    onProgress: ({ filesDone, bytesDone, filesExpected, bytesExpected }) =>
      onProgress({
        filesDone,
        bytesDone,
        bytesAdded: 0,
        filesExpected: known?.files ?? filesExpected ?? null,
        bytesExpected: known?.bytes ?? bytesExpected ?? null,
      }),
  })
}
