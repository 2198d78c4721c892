import { type ClientState, type Repository } from '../repository/index.ts';
import { type SnapshotEntry } from '../snapshot/index.ts';
export interface CopyOptions {
    /** Snapshots of the first repository, oldest first. */
    readonly snapshots: readonly SnapshotEntry[];
    /** This machine's memory of the second repository. */
    readonly state: ClientState;
    readonly signal?: AbortSignal;
    readonly onProgress?: (facts: {
        readonly filesDone: number;
        readonly bytesDone: number;
        readonly bytesExpected: number;
    }) => void;
}
export interface CopyResult {
    /** Names in the second repository. */
    readonly copied: readonly string[];
    /** Snapshots that the second repository has already. */
    readonly present: number;
    readonly bytesCopied: number;
    readonly bytesStored: number;
    /** Files of the application below `user/` of the first repository: in no snapshot, and not copied. */
    readonly userFiles: number;
}
/** Throws DAMAGED when something that a snapshot needs can't be read; then no snapshot has been committed by this run. */
export declare function copySnapshots(from: Repository, to: Repository, options: CopyOptions): Promise<CopyResult>;
