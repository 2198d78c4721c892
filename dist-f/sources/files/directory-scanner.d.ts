import { type EntryColumns } from '../../contracts/index.ts';
import { type SystemCalls } from '../../kernel/system-calls.ts';
export interface ScanSkip {
    /** One character a byte. */
    readonly name: string;
    readonly reason: string;
}
/** An open directory. `path` serves where there are no descriptors to go by. */
export interface OpenDirectory {
    readonly descriptor: number;
    /** One character a byte, absolute. */
    readonly path: string;
}
export interface DirectoryScanner {
    /** Fills `into`. Names that vanished meanwhile are left out; other failures are returned. Throws a Node-like error when the directory itself can't be read. */
    scan(directory: OpenDirectory, into: EntryColumns): ScanSkip[];
}
/** The scanner for this platform: over system calls where they load, else over node:fs. */
export declare function createDirectoryScanner(calls?: SystemCalls | undefined): DirectoryScanner;
