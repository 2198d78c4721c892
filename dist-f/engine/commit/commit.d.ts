import { type Signer } from '../crypto/index.ts';
import type { Repository } from '../repository/index.ts';
import { type History, type SnapshotDocument, type SnapshotEntry } from '../snapshot/index.ts';
import { type Writing } from './confirm.ts';
export interface Committed {
    /** The snapshot that counts. */
    readonly name: string;
    readonly document: SnapshotDocument;
    /** True when another snapshot of the same run counts: the one given is not in the repository. */
    readonly isRepeat: boolean;
}
/**
 * Commits a snapshot whose data is durable. Of one `runId` one snapshot counts, however often and by whomever it is committed. Throws REPOSITORY_LOCKED
 * when data was condemned meanwhile (nothing was committed; run again), ALREADY_EXISTS when the run's snapshot has been forgotten since.
 */
export declare function commitSnapshot(repository: Repository, { document, signer, writing }: {
    readonly document: SnapshotDocument;
    readonly signer: Signer;
    readonly writing: Writing;
}): Promise<Committed>;
/**
 * The snapshot that counts for a run, once nothing can take it back any more; undefined while the run is still to be done. Throws ALREADY_EXISTS when
 * it was done and its snapshot has been forgotten.
 */
export declare function committedRun(repository: Repository, history: History, runId: string): Promise<SnapshotEntry | undefined>;
