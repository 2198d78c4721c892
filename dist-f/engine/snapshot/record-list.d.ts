import type { ObjectProblem, Repository } from '../repository/index.ts';
import { type RecordDocument } from './documents.ts';
export interface RecordEntry {
    readonly name: string;
    readonly document: RecordDocument;
}
export interface RecordList {
    /** Every generation of every record whose signature is the maintenance key's; lifted ones too. In no order. */
    readonly entries: readonly RecordEntry[];
    /** Objects of the folder that can't be believed. */
    readonly problems: readonly ObjectProblem[];
}
/** Audit segments grow with time and no decision hangs on them, so they lie apart: a backup or a restore never reads them. */
export declare const RecordFolder: {
    readonly DECISIONS: "records";
    readonly AUDIT: "audit";
};
export type RecordFolder = (typeof RecordFolder)[keyof typeof RecordFolder];
/** Where records of a kind stand. */
export declare function folderOfRecord(kind: string): RecordFolder;
/** Reads every record of a folder. Throws what the store throws; damage is returned, never dropped in silence. */
export declare function readRecords(repository: Repository, folder: RecordFolder, signal?: AbortSignal): Promise<RecordList>;
/** The highest generation of each kind and subject, lifted ones included; of equal generations the lowest name. */
export declare function newestRecords(entries: readonly RecordEntry[]): RecordEntry[];
/** The newest of each kind and subject, without what was lifted and without `forget`, of which every one counts. */
export declare function inForce(entries: readonly RecordEntry[]): RecordEntry[];
/** The snapshots that a `forget` record names. */
export declare function forgottenBy({ value }: RecordDocument): ReadonlyArray<{
    readonly name: string;
    readonly writer: string;
    readonly sequence: number;
}>;
