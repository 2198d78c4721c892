import type { BlobReader, Repository } from '../repository/index.ts';
import type { DeleteLog } from './delete-log.ts';
import type { SnapshotDocument } from './documents.ts';
export interface ClosureVisitor {
    /** A metadata blob; false when it and all below it are known. */
    readonly metadata: (id: Uint8Array) => boolean;
    readonly data: (id: Uint8Array, bytes: number) => void;
    /** True for a chunk list that is not to be read: nothing below it is visited. */
    readonly isLost?: (id: Uint8Array) => boolean;
}
/** Calls the visitor for every blob below a tree. Throws DAMAGED or NOT_FOUND when metadata can't be read. */
export declare function visitClosure(reader: BlobReader, tree: Uint8Array, visitor: ClosureVisitor & {
    readonly signal?: AbortSignal;
}): Promise<void>;
/** True when every blob of the snapshot stands in a pack that is not condemned. */
export declare function closureIsLive(repository: Repository, document: SnapshotDocument, log: DeleteLog): Promise<boolean>;
/** True when the index names every blob of the snapshot, be it in a condemned pack. */
export declare function closureExists(repository: Repository, document: SnapshotDocument, log: DeleteLog): Promise<boolean>;
/**
 * True when no index names some blob of the snapshot: its writer slept through a deletion. What an index names and can't be read is damage, which says
 * nothing of the writer and is no reason to take the rest of the snapshot away.
 */
export declare function closureIsLacking(repository: Repository, document: SnapshotDocument, log: DeleteLog): Promise<boolean>;
