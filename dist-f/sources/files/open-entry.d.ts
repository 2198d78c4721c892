import { type EntryColumns } from '../../contracts/index.ts';
import { type SystemCalls } from '../../kernel/system-calls.ts';
import type { OpenDirectory } from './directory-scanner.ts';
export interface ExtendedAttribute {
    readonly name: string;
    readonly value: Uint8Array;
}
/** A stretch of a sparse file that holds data. */
export interface DataExtent {
    readonly from: number;
    /** Exclusive. */
    readonly to: number;
}
export interface EntryAccess {
    /** What can't be kept on this platform; empty where all can. */
    readonly missing: string;
    openRoot(path: string): number;
    openDirectory(parent: OpenDirectory, name: string): number;
    /** Opens a regular file for reading without touching its atime where that is allowed. */
    openFile(parent: OpenDirectory, name: string): number;
    /** Asks for a file's first bytes to be fetched, where the platform can. */
    willRead(descriptor: number, bytes: number): void;
    /** True when the open file is still the listed one: same inode, type, size and times. */
    isAsListed(descriptor: number, columns: EntryColumns, entry: number): boolean;
    /** The open file is the inode that was listed. Throws an error with code ESTALE when it is another. */
    checkIdentity(descriptor: number, columns: EntryColumns, entry: number): void;
    readLink(parent: OpenDirectory, name: string): Uint8Array;
    /** Sorted by name. Attributes that can't be read are named in `failed`. */
    attributesOfFile(descriptor: number): {
        attributes: ExtendedAttribute[];
        failed: string[];
    };
    attributesOfEntry(parent: OpenDirectory, name: string): {
        attributes: ExtendedAttribute[];
        failed: string[];
    };
    /** The stretches of data of a file with holes. */
    extents(descriptor: number, bytes: number): DataExtent[];
}
/** Access for this platform and thread. */
export declare function createEntryAccess(calls?: SystemCalls | undefined): EntryAccess;
