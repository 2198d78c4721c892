import { type Heads, type Repository } from '../repository/index.ts';
import { type VerifyProblem } from './verify-objects.ts';
export interface VerifyOptions {
    /** Share of the stored bytes to read, 0–1. Default 0: structure only. */
    readonly readShare?: number;
    readonly seen?: Heads;
    /** When each pack was last read, in milliseconds: the longest ago comes first. */
    readonly lastVerified?: ReadonlyMap<string, number>;
    /** Told of each pack that was read, so that a stopped run is not for nothing. */
    readonly onPackRead?: (name: string) => void;
    readonly onProgress?: (facts: {
        readonly filesDone: number;
        readonly bytesDone: number;
        readonly bytesExpected: number;
    }) => void;
    readonly signal?: AbortSignal;
}
export interface VerifyHit {
    readonly snapshot: string;
    readonly paths: readonly string[];
}
export interface VerifyResult {
    readonly snapshots: number;
    readonly packs: number;
    readonly packsRead: number;
    readonly bytesRead: number;
    readonly bytesStored: number;
    readonly problems: readonly VerifyProblem[];
    /** What is whole but less safe than it should be: repair mends it. */
    readonly notices: readonly VerifyProblem[];
    /** Snapshots and paths that can't be restored whole. */
    readonly hits: readonly VerifyHit[];
    /** Files of the application below `user/`: in no snapshot, and not looked at. */
    readonly userFiles: number;
}
export declare function verifyRepository(repository: Repository, options?: VerifyOptions): Promise<VerifyResult>;
