/** Nobody confirms a checkpoint: whoever relies on one looks first whether what it needs is still there. */
import type { Repository } from '../repository/index.ts';
import type { SnapshotEntry } from './chains.ts';
import type { History } from './history.ts';
/** Those of the checkpoints that are whole, and those whose writers slept through a deletion. */
export declare function judgeCheckpoints(repository: Repository, { checkpoints, deleteLog }: Pick<History, 'checkpoints' | 'deleteLog'>): Promise<{
    whole: SnapshotEntry[];
    broken: SnapshotEntry[];
}>;
