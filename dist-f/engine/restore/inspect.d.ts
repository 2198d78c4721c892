import type { Repository } from '../repository/index.ts';
import { type SnapshotEntry } from '../snapshot/index.ts';
export type EntryType = 'file' | 'directory' | 'link' | 'fifo' | 'socket' | 'block' | 'character';
export interface ListedEntry {
    readonly path: string;
    readonly type: EntryType;
    readonly mode: number;
    readonly uid: number;
    readonly gid: number;
    readonly bytes: number;
    /** ISO 8601. */
    readonly modifiedAt: string;
    readonly linkTarget?: string;
}
/** What inspects one repository; dispose it to close its packs. */
export declare class Inspector implements AsyncDisposable {
    #private;
    private constructor();
    static open(repository: Repository): Promise<Inspector>;
    [Symbol.asyncDispose](): Promise<void>;
    /** The entries of a directory, or the one entry that is no directory. A relative path is resolved as locate.ts says. Throws NOT_FOUND. */
    list(snapshot: SnapshotEntry, path: string, options: {
        readonly recursive: boolean;
    }): AsyncGenerator<ListedEntry>;
    /** What stands at a path. Throws NOT_FOUND. */
    typeOf(snapshot: SnapshotEntry, path: string): Promise<EntryType>;
    /** Entries whose path matches a glob, in every given snapshot. */
    find(snapshots: readonly SnapshotEntry[], pattern: string): AsyncGenerator<ListedEntry & {
        readonly snapshot: string;
    }>;
    /** Differences from `a` to `b`, in path order. */
    diff(a: SnapshotEntry, b: SnapshotEntry): AsyncGenerator<Difference>;
    /** The bytes of one file, each chunk proven by its id. Throws NOT_FOUND, DAMAGED. */
    content(snapshot: SnapshotEntry, path: string): AsyncGenerator<Uint8Array>;
    /** A directory's entries with all below, or one entry, each with a way to its bytes. Throws NOT_FOUND. */
    entries(snapshot: SnapshotEntry, path: string): AsyncGenerator<InspectedEntry>;
}
/** An entry for an archive. `content` gives a file's bytes. */
export interface InspectedEntry extends ListedEntry {
    /** One character a byte. */
    readonly bytePath: string;
    /** Equal for the hard links of one file. */
    readonly identity: string;
    readonly links: number;
    readonly content: () => AsyncGenerator<Uint8Array>;
}
export interface Difference {
    readonly path: string;
    readonly change: 'added' | 'removed' | 'changed' | 'metadata';
    /** The content changed although size, mtime, ctime and inode did not: the disk may be failing. */
    readonly isBitRotSuspected: boolean;
    readonly bytesBefore: number;
    readonly bytesAfter: number;
}
