/**
 * Which documents are signed by whom they name. A signature is the dearest part of reading a small object, and a writer's snapshots are a chain: who has checked
 * a later one's signature, and finds the SHA-256 of an earlier one of the same writer in it, has that writer's word for every byte of the earlier one.
 */
import { BackupError } from '../../kernel/backup-error.ts';
import { type DocumentExpectation, type UnverifiedDocument } from '../crypto/index.ts';
/** A document whose seal is whole, under the name that its bytes have. */
export interface OpenedDocument {
    readonly name: string;
    readonly key: string;
    readonly body: Record<string, unknown>;
    readonly document: UnverifiedDocument;
    /** Store milliseconds. */
    readonly modifiedMs: number;
}
/** Names the document before, of the same signer; null or undefined where there is none. */
export type PreviousOf = (body: Record<string, unknown>) => unknown;
/** The names of those whose signers stand behind them. */
export declare function signedNames(opened: readonly OpenedDocument[], expect: DocumentExpectation, previousOf?: PreviousOf): Promise<ReadonlySet<string>>;
export declare function unsigned(): BackupError;
