import type { Repository } from '../repository/index.ts';
import type { SnapshotDocument } from '../snapshot/index.ts';
export interface GuardedRestore {
    readonly include?: readonly string[];
    readonly delete?: boolean;
    readonly deleteExcluded?: boolean;
}
/** `target` is absolute. Throws TARGET_REFUSED and USAGE. */
export declare function guardRestore(repository: Repository, document: SnapshotDocument, facts: {
    readonly target: string;
    readonly options: GuardedRestore;
}): void;
