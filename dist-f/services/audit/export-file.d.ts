import { type AuditProblem } from './chain.ts';
export interface ExportHeader {
    readonly tenant: string;
    /** Number of the first entry; one above `to` in an empty export. */
    readonly from: number;
    readonly to: number;
    /** Hexadecimal hash before the first entry. */
    readonly previous: string;
    /** Of the last entry. */
    readonly hash: string;
}
export interface ExportVerdict {
    readonly isIntact: boolean;
    readonly tenant: string;
    readonly from: number;
    readonly to: number;
    readonly entries: number;
    /** Hexadecimal hash of the last entry in the file. */
    readonly head: string;
    readonly problems: readonly AuditProblem[];
}
export declare function headerLine({ tenant, from, to, previous, hash }: ExportHeader): string;
/** The entry's canonical bytes stand at the end as they are: cut them out and hash them. */
export declare function entryLine({ sequence, hash, entry }: {
    readonly sequence: number;
    readonly hash: Uint8Array;
    readonly entry: Uint8Array;
}): string;
/**
 * Checks an exported log line by line. What is found is a problem; throws DAMAGED only for a file that is no export, FORMAT_TOO_NEW for one of a later version.
 * A file can't prove that nothing came after it: compare `head` with `audit verify`, or with a later export.
 */
export declare function verifyExport(lines: AsyncIterable<string> | Iterable<string>): Promise<ExportVerdict>;
