/** The entries of one directory, one array a field, sorted by name bytes. Reused from directory to directory, so that listing allocates nothing. */
/** File types by the S_IFMT bits of st_mode. */
export declare const FileType: {
    readonly SOCKET: 49152;
    readonly LINK: 40960;
    readonly FILE: 32768;
    readonly BLOCK: 24576;
    readonly DIRECTORY: 16384;
    readonly CHARACTER: 8192;
    readonly FIFO: 4096;
};
export type FileType = (typeof FileType)[keyof typeof FileType];
export declare function fileTypeOf(mode: number): number;
/** The columns that the format stores, in its order (docs/format/v1.md section 10). */
export declare const STORED_COLUMNS: readonly ["mode", "uid", "gid", "sizeLow", "sizeHigh", "mtimeSecondsLow", "mtimeSecondsHigh", "mtimeNanoseconds", "ctimeSecondsLow", "ctimeSecondsHigh", "ctimeNanoseconds", "inodeLow", "inodeHigh", "links", "deviceMajor", "deviceMinor"];
export type StoredColumn = (typeof STORED_COLUMNS)[number];
export declare const COLUMN_COUNT: 16;
/** Number of a column in `EntryColumns.values`. */
export declare const Column: {
    readonly MODE: 0;
    readonly UID: 1;
    readonly GID: 2;
    readonly SIZE_LOW: 3;
    readonly SIZE_HIGH: 4;
    readonly MTIME_LOW: 5;
    readonly MTIME_HIGH: 6;
    readonly MTIME_NANOSECONDS: 7;
    readonly CTIME_LOW: 8;
    readonly CTIME_HIGH: 9;
    readonly CTIME_NANOSECONDS: 10;
    readonly INODE_LOW: 11;
    readonly INODE_HIGH: 12;
    readonly LINKS: 13;
    readonly DEVICE_MAJOR: 14;
    readonly DEVICE_MINOR: 15;
};
export declare class EntryColumns {
    #private;
    count: number;
    /** One character a byte. */
    names: string[];
    /** By `Column`. */
    values: Uint32Array[];
    rdevMajors: Uint32Array;
    rdevMinors: Uint32Array;
    /** Allocated 512-byte blocks, low word; only to recognise holes. */
    blocks: Uint32Array;
    clear(): void;
    /** Room for `count` entries; what is there stays. The first call gives just that room, later ones at least double it. */
    reserve(count: number): void;
    /** Keeps only the entries named, which are in ascending order. */
    keep(entries: readonly number[]): void;
    mode(entry: number): number;
    type(entry: number): number;
    /** Bytes; exact below 2^53. */
    size(entry: number): number;
    setSize(entry: number, bytes: number): void;
    links(entry: number): number;
    /** Seconds since 1970, signed. */
    mtimeSeconds(entry: number): number;
    mtimeNanoseconds(entry: number): number;
    /** "major:minor" of the file system. */
    device(entry: number): string;
    /** Device and inode: equal for hard links of one file. */
    identity(entry: number): string;
    /** Type, size, times and inode agree: the file was not changed between the two listings. */
    isUnchanged(entry: number, other: EntryColumns, otherEntry: number): boolean;
}
