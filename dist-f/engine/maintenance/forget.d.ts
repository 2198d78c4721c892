import { type Repository } from '../repository/index.ts';
import { type History, type SnapshotEntry } from '../snapshot/index.ts';
/**
 * Removes snapshots: first the signed record that says so, then the objects. Pins and holds are read again right before the record, since `history` may be old,
 * and once more after it: one that came in between takes the record back. Throws SNAPSHOT_PROTECTED for one under a pin or hold, ROLLBACK_SUSPECTED, and DAMAGED
 * while a record can't be read: it may be a hold. Then none goes.
 */
export declare function forgetSnapshots(repository: Repository, history: History, options: {
    readonly names: readonly string[];
    readonly by: string;
}): Promise<void>;
/** Where hardly any room is left, what frees room gets what was kept for it. */
export declare function useReserve({ store }: Repository): Promise<void>;
/** Of snapshots that never were good, and so are under nobody's protection. */
export declare function removeSnapshots(repository: Repository, history: History, removal: Removal): Promise<void>;
interface Removal {
    readonly doomed: readonly SnapshotEntry[];
    readonly by: string;
}
export {};
