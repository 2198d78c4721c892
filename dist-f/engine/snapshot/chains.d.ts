/**
 * Tells whether something is missing that must be there (docs/format/v1.md section 11): hidden by the store, or lost to damage. Where an object is there that
 * can't be read, what is missing may be what it said: that is damage, which is named and mended, and no reason to stop backing up.
 */
import { BackupError } from '../../kernel/backup-error.ts';
import type { Heads, ObjectProblem } from '../repository/index.ts';
import type { DeleteLog } from './delete-log.ts';
import { type SnapshotDocument } from './documents.ts';
import type { RecordEntry } from './record-list.ts';
export interface SnapshotEntry {
    readonly name: string;
    readonly document: SnapshotDocument;
    /** Store milliseconds. */
    readonly modifiedMs: number;
}
interface MissingSnapshot {
    readonly writer: string;
    readonly sequence: number;
}
interface MissingRecord {
    /** `kind/subject`. */
    readonly record: string;
    readonly seen: number;
    readonly found: number;
}
export interface Losses {
    readonly snapshots: readonly MissingSnapshot[];
    readonly records: readonly MissingRecord[];
}
export interface ChainFacts {
    readonly stored: readonly SnapshotEntry[];
    readonly forgotten: ReadonlyMap<string, MissingSnapshot>;
    readonly deleteLog: DeleteLog;
    readonly records: readonly RecordEntry[];
    readonly seen: Heads | undefined;
    readonly keyGeneration: number;
    readonly damagedSnapshots: number;
    readonly damagedRecords: number;
}
export declare function checkChains(facts: ChainFacts): {
    rollbacks: BackupError[];
    losses: Losses;
};
/** What is lost, as problems: whoever deletes has to know. */
export declare function lossProblems({ snapshots, records }: Losses): ObjectProblem[];
/** Of kinds whose newest record replaces the others: a hidden one would bring back what an operator has changed. */
export declare function recordHeads(records: readonly RecordEntry[]): Record<string, number>;
export {};
