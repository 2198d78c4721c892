import { type Signer } from '../crypto/index.ts';
import type { Repository } from '../repository/index.ts';
import { type DeleteLog, type SnapshotDocument } from '../snapshot/index.ts';
import type { WriterSession } from './sessions.ts';
export interface PutSnapshot {
    readonly name: string;
    readonly document: SnapshotDocument;
    readonly signer: Signer;
}
/** What a writer had when it began. */
export interface Writing {
    readonly session: WriterSession;
    /** As it was read after the session was opened. */
    readonly log: DeleteLog;
}
/**
 * Call it after the snapshot's PUT. Throws REPOSITORY_LOCKED, and takes the snapshot back, when data that it relies on was condemned meanwhile, or
 * when nobody waited for this writer any more: its session is gone, and a pruner may be removing the snapshot as one that never was good.
 */
export declare function confirmSnapshot(repository: Repository, snapshot: PutSnapshot, { session, log }: Writing): Promise<void>;
/** Takes a writer's own snapshot back. Said before it is done: a gap in the writer's sequence would look like a store that hides a snapshot. */
export declare function retractSnapshot(repository: Repository, { name, document, signer }: PutSnapshot): Promise<void>;
