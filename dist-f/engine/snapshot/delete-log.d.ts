import { type ObjectProblem, type Repository } from '../repository/index.ts';
import { type DeleteEntry, type SnapshotDocument } from './documents.ts';
export interface DeleteLogEntry {
    readonly name: string;
    readonly document: DeleteEntry;
    readonly modifiedMs: number;
}
export interface DamagedEntry {
    readonly key: string;
    readonly generation: number;
    readonly name: string;
}
export declare class DeleteLog {
    #private;
    readonly entries: readonly DeleteLogEntry[];
    readonly problems: readonly ObjectProblem[];
    /** Entries that are there and can't be read: their keys still say which they are. */
    readonly damaged: readonly DamagedEntry[];
    /** Packs that are condemned but neither deleted nor taken back. */
    readonly tombstoned: ReadonlySet<string>;
    /** Packs that a completed deletion removed. */
    readonly deletedPacks: ReadonlySet<string>;
    constructor(entries: readonly DeleteLogEntry[], problems?: readonly ObjectProblem[]);
    /** What whoever opens an index has to know of it. */
    get packs(): {
        readonly tombstonedPacks: ReadonlySet<string>;
        readonly deletedPacks: ReadonlySet<string>;
    };
    get newestGeneration(): number;
    /** The newest generation in which damaged packs were given up; 0 without one. An entry that can't be read may have said so. */
    get lossGeneration(): number;
    /** True when nothing stands in this log that did not stand in `earlier`: entries may share a generation, so that a number alone does not tell. */
    isCoveredBy(earlier: DeleteLog): boolean;
    /** True when the entry is there, alone in its generation, and nothing is newer. */
    isNewest(name: string): boolean;
    /** Names of the entries of the newest generation. */
    get heads(): string[];
    /** Tombstones that no `deleted` entry completes. */
    open(completed?: Set<string>): DeleteLogEntry[];
    /** Throws ROLLBACK_SUSPECTED when a generation is missing, an entry's predecessor is gone, or `seenGeneration` lies above the newest. */
    checkChain(seenGeneration?: number): void;
    /** True when every entry newer than the snapshot's own generation has seen it, or a confirmation covers the entry. */
    isConfirmed(snapshot: SnapshotDocument, confirmedGeneration: number): boolean;
}
export declare function readDeleteLog(repository: Repository, signal?: AbortSignal): Promise<DeleteLog>;
