/** Everything that the repository's small objects say: snapshots, checkpoints, records, delete log. Listed before any index is read. */
import { BackupError } from '../../kernel/backup-error.ts';
import { type Heads, type ObjectProblem, type Repository } from '../repository/index.ts';
import { type DeleteLog } from './delete-log.ts';
import { type RecordEntry } from './record-list.ts';
import { type Losses, type SnapshotEntry } from './chains.ts';
export interface History {
    /** Snapshots in force, oldest first. */
    readonly snapshots: readonly SnapshotEntry[];
    readonly checkpoints: readonly SnapshotEntry[];
    readonly deleteLog: DeleteLog;
    /** Newest generation of each record in force; lifted ones are left out. */
    readonly records: readonly RecordEntry[];
    /** All but audit segments. */
    readonly allRecords: readonly RecordEntry[];
    /** Committed by a writer that never confirmed them, while what they need was deleted: they never were good, and prune removes them. */
    readonly unfinished: readonly SnapshotEntry[];
    /** Whole, of a scheduled run for which another snapshot counts until a claim decides: what they need is kept. */
    readonly rivals: readonly SnapshotEntry[];
    /** Of a scheduled run that another snapshot was committed for: they never count again, and prune removes them. */
    readonly superseded: readonly SnapshotEntry[];
    /** Names of snapshots in force that nobody has confirmed since something was condemned. What they need is there, as of this reading. */
    readonly unconfirmed: ReadonlySet<string>;
    /** Objects of snapshots that are forgotten: a forget was stopped. */
    readonly leftovers: readonly string[];
    /** Forgotten snapshots by name. */
    readonly forgotten: ReadonlyMap<string, {
        readonly writer: string;
        readonly sequence: number;
    }>;
    readonly problems: readonly ObjectProblem[];
    /** Signs that older state was put back. */
    readonly rollbacks: readonly BackupError[];
    /** Snapshots and records that are missing while a damaged object may be what is left of them. Each is a problem too. */
    readonly losses: Losses;
    /** Store milliseconds of the newest snapshot object that can't be read; 0 without one. */
    readonly damagedSnapshotMs: number;
}
/**
 * Reads everything, and holds it against `seen` (default: what the repository's memory knows, which then learns what was read). Other writers and pruners
 * work meanwhile, and a listing is no snapshot of the store: what looks like a rollback is read again before it is said.
 */
export declare function readHistory(repository: Repository, options?: {
    signal?: AbortSignal;
    seen?: Heads;
}): Promise<History>;
/**
 * For whoever refers to what other snapshots refer to without looking at each blob. What was in force and is not condemned by this history's delete log was not
 * condemned before that was read either; what is condemned later, the writer sees when it confirms. Throws REPOSITORY_LOCKED when the log never stays.
 */
export declare function readWriterHistory(repository: Repository, options?: {
    signal?: AbortSignal;
    seen?: Heads;
}): Promise<History>;
export declare function headsOf(history: History, keyGeneration: number): Heads;
/** How far a pruner that read this history has looked, for the delete log: it says nothing of snapshots that were not whole, nor of later ones of their writers. */
export declare function markedOf(history: History): Record<string, number>;
/** The newest snapshot of every other writer, as a snapshot names them: the chain across writers. */
export declare function othersSeen(history: History, writer: string): Record<string, readonly [number, string]>;
/**
 * Finds one snapshot by name, unique prefix (at least 4 digits), or `latest` (of `source` where one is given). Checkpoints are found by name
 * only. Throws SNAPSHOT_NOT_FOUND, SNAPSHOT_AMBIGUOUS, and for `latest` ROLLBACK_SUSPECTED or DAMAGED: where newer ones
 * may be hidden or can't be read nobody knows the latest.
 */
export declare function findSnapshot(history: History, wanted: string, options?: {
    source?: string;
    path?: string;
}): SnapshotEntry;
