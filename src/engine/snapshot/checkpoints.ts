/** Nobody confirms a checkpoint: whoever relies on one looks first whether what it needs is still there. */
import type { Repository } from '../repository/index.ts'
import type { SnapshotEntry } from './chains.ts'
import { closureExists } from './closure.ts'
import type { History } from './history.ts'

/** Those of the checkpoints that are whole, and those whose writers slept through a deletion. */
export async function judgeCheckpoints(
  repository: Repository,
  { checkpoints, deleteLog }: Pick<History, 'checkpoints' | 'deleteLog'>,
): Promise<{ whole: SnapshotEntry[]; broken: SnapshotEntry[] }> {
  const judged: { whole: SnapshotEntry[]; broken: SnapshotEntry[] } = { whole: [], broken: [] }
  for (const checkpoint of checkpoints) {
    const { document } = checkpoint
    const isWhole =
      document.deleteGeneration >= deleteLog.newestGeneration || (await closureExists(repository, document, deleteLog))
    judged[isWhole ? 'whole' : 'broken'].push(checkpoint)
  }
  return judged
}
