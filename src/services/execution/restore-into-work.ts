/** A point on its way back into what a driver reaches. */
import { findSnapshot, Inspector, type Repository, type RestoreResult, readHistory } from '../../engine/index.ts'
import { BackupError } from '../../kernel/backup-error.ts'
import { monotonicNs } from '../../kernel/clock.ts'
import { GuardedSource, labelOf, type StoredEntry } from '../../sources/index.ts'
import type { RestoreIntoJob } from './engine-protocol.ts'
import type { WorkContext } from './work-context.ts'

/** Throws TARGET_REFUSED for a point of another kind, SOURCE_FAILED, SOURCE_NOT_AVAILABLE, ABORTED. */
export async function restoreInto(
  repository: Repository,
  { snapshot, into }: RestoreIntoJob,
  { signal, sources, onProgress }: WorkContext,
): Promise<RestoreResult> {
  const beganNs = monotonicNs()
  const found = findSnapshot(await readHistory(repository, { signal }), snapshot)
  const { sourceKind, summary } = found.document
  if (sourceKind !== into.kind) throw otherKind(sourceKind, labelOf(sources, into.kind, into.settings))
  await using inspector = await Inspector.open(repository)
  const expected = { filesExpected: null, bytesExpected: summary.bytesProcessed }
  const done = { files: 0, bytes: 0 }
  const tell = () => onProgress({ filesDone: done.files, bytesDone: done.bytes, bytesAdded: 0, ...expected })
  const entries = async function* (): AsyncGenerator<StoredEntry> {
    for await (const { type, path, bytes, content } of inspector.entries(found, '/')) {
      if (type !== 'file') continue
      yield {
        path,
        bytes,
        async *content() {
          for await (const piece of content()) {
            yield piece
            done.bytes += piece.length
            tell()
          }
        },
      }
      done.files += 1
    }
  }
  await new GuardedSource(sources, into).restore(entries(), signal)
  return {
    filesRestored: done.files,
    bytesRestored: done.bytes,
    filesUnchanged: 0,
    filesKept: 0,
    filesVerified: 0,
    directories: 0,
    metadataRestored: 0,
    deleted: 0,
    issues: [],
    issueCount: 0,
    unmatched: [],
    durationMs: Number(monotonicNs() - beganNs) / 1e6,
  }
}

function otherKind(kind: string, path: string): BackupError {
  const why = `It takes no point of the kind ${kind}`
  return new BackupError('TARGET_REFUSED', `The target is refused. ${why}.`, { context: { path, why } })
}
