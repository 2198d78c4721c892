import { type Signer } from '../crypto/index.ts';
import type { ObjectProblem, Repository } from '../repository/index.ts';
import { type ClaimDocument, type SnapshotDocument } from './documents.ts';
/** Throws USAGE unless `runId` can be a storage key: 1 to 128 of `a-z 0-9 . _ -`, the first a letter or digit. */
export declare function checkRunId(runId: string): void;
/** Undefined when nobody has claimed the run. Throws DAMAGED. */
export declare function readClaim(repository: Repository, runId: string, signal?: AbortSignal): Promise<ClaimDocument | undefined>;
/** Claims a run for a confirmed snapshot. False when it was claimed before: `readClaim` says for which. */
export declare function claimRun(repository: Repository, run: {
    readonly runId: string;
    readonly snapshot: string;
    readonly signer: Signer;
}): Promise<boolean>;
interface Candidate {
    readonly name: string;
    readonly document: SnapshotDocument;
    readonly modifiedMs: number;
}
export interface DecidedRuns<T extends Candidate> {
    readonly counting: T[];
    /** Whole, of a run for which another snapshot counts, and nobody has decided it yet: it may count once a claim says so. */
    readonly rivals: T[];
    /** Of a run that is claimed for another snapshot, or withdrawn by their own writer: they never count again. */
    readonly superseded: T[];
    /** Claims that can't be believed. */
    readonly problems: ObjectProblem[];
}
/** One snapshot of each run counts. `isForgotten` says of a name whether a forget record covers it; `withdrawn` are names that their writers took back. */
export declare function decideRuns<T extends Candidate>(repository: Repository, snapshots: readonly T[], facts: {
    readonly isForgotten: (name: string) => boolean;
    readonly withdrawn: ReadonlySet<string>;
    readonly signal?: AbortSignal;
}): Promise<DecidedRuns<T>>;
/** The snapshot of a scheduled run that counts. */
export declare function findRun<T extends Candidate>(history: {
    readonly snapshots: readonly T[];
}, runId: string): T | undefined;
/** Copies compete with copies of the same repository only. */
export declare function runOf({ runId, copiedFrom }: SnapshotDocument): string | undefined;
/** Reads every claim: those that can't be believed. */
export declare function damagedClaims(repository: Repository, signal?: AbortSignal): Promise<ObjectProblem[]>;
export {};
