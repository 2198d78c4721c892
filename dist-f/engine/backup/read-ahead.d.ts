import { type EntryColumns } from '../../contracts/index.ts';
import type { EntryAccess, OpenDirectory } from '../../sources/index.ts';
export interface UpcomingFiles {
    readonly directory: OpenDirectory;
    readonly columns: EntryColumns;
    /** False for entries that will not be read. */
    readonly isWanted: (entry: number) => boolean;
}
export declare class ReadAhead {
    #private;
    /** `bytesMax`: larger files are left to the kernel's own reading ahead. */
    constructor(access: EntryAccess, bytesMax: number);
    /** Call it before `entry` is opened. */
    advance(entry: number, files: UpcomingFiles): void;
    /** The descriptor of an entry that was asked for; it is the caller's to close. */
    take(entry: number, columns: EntryColumns): number | undefined;
    /** Reads, and learns from how long it takes. */
    timed<T>(wasAsked: boolean, read: () => T): T;
    /** Ends a directory: what was asked for and not taken is closed. */
    close(): void;
}
