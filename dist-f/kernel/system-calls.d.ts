/** A failed system call: `code` as Node spells it. */
export declare class SystemCallError extends Error {
    readonly name = "SystemCallError";
    readonly code: string;
    readonly syscall: string;
    constructor(syscall: string, errno: number);
}
/** Offsets in the buffer that `statx` fills (linux/stat.h, struct statx). */
export declare const StatxOffset: {
    readonly LINKS: 16;
    readonly UID: 20;
    readonly GID: 24;
    readonly MODE: 28;
    readonly INODE: 32;
    readonly SIZE: 40;
    readonly BLOCKS: 48;
    readonly CTIME_SECONDS: 96;
    readonly CTIME_NANOSECONDS: 104;
    readonly MTIME_SECONDS: 112;
    readonly MTIME_NANOSECONDS: 120;
    readonly RDEV_MAJOR: 128;
    readonly RDEV_MINOR: 132;
    readonly DEVICE_MAJOR: 136;
    readonly DEVICE_MINOR: 140;
};
export declare const STATX_BYTES = 256;
export interface ExactTime {
    /** Seconds since 1970, negative before. */
    readonly seconds: number;
    readonly nanoseconds: number;
}
export type SystemCalls = ReturnType<typeof bind>;
declare function bind(koffi: KoffiModule): {
    /** Opens `name` below a directory; -1 flags are the caller's. Returns a descriptor for node:fs. */
    openat: (directory: number, name: string, flags: number, mode?: number) => number;
    /** Fills `buffer` with raw directory records; 0 at the end. */
    getdents: (directory: number, buffer: Buffer) => number;
    /** Fills `into` (STATX_BYTES) with the entry's own status; a link is not followed. Returns an errno, 0 for success: the hot path throws nothing. */
    statx: (directory: number, name: string, into: Buffer) => number;
    fstatx: (descriptor: number, into: Buffer) => void;
    readlinkat: (directory: number, name: string) => Buffer;
    /** Names of a descriptor's extended attributes, sorted; empty where the file system has none. */
    flistxattr: (descriptor: number) => string[];
    fgetxattr: (descriptor: number, name: string) => Buffer;
    fsetxattr: (descriptor: number, name: string, data: Uint8Array) => void;
    llistxattr: (directory: number, name: string) => string[];
    lgetxattr: (directory: number, name: string, attribute: string) => Buffer;
    lsetxattr: (directory: number, name: string, attribute: {
        readonly name: string;
        readonly value: Uint8Array;
    }) => void;
    lremovexattr: (directory: number, name: string, attribute: string) => void;
    mkdirat: (directory: number, name: string, mode: number) => void;
    mknodat: (directory: number, name: string, node: {
        readonly mode: number;
        readonly major: number;
        readonly minor: number;
    }) => void;
    symlinkat: (target: Uint8Array, directory: number, name: string) => void;
    linkat: (from: {
        readonly directory: number;
        readonly name: string;
    }, directory: number, name: string) => void;
    /** Renames inside one directory. With `noReplace` an existing name gives EEXIST. */
    rename: (directory: number, from: string, to: {
        readonly name: string;
        readonly noReplace: boolean;
    }) => void;
    unlinkat: (directory: number, name: string, options: {
        readonly isDirectory: boolean;
    }) => void;
    lchownat: (directory: number, name: string, owner: {
        readonly uid: number;
        readonly gid: number;
    }) => void;
    fchmodat: (directory: number, name: string, mode: number) => void;
    /** Sets the mtime exactly and leaves the atime; a link's own. */
    utimensat: (directory: number, name: string, mtime: ExactTime) => void;
    futimens: (descriptor: number, mtime: ExactTime) => void;
    /** Asks the kernel to fetch a file's first bytes; a hint, whose failure is none. */
    willRead: (descriptor: number, bytes: number) => void;
    /** Lists a directory from its start again. */
    rewind: (directory: number) => void;
    /** The next offset that holds data, or undefined after the last. */
    nextData: (descriptor: number, from: number) => number | undefined;
    nextHole: (descriptor: number, from: number) => number;
};
interface KoffiModule {
    load(path: null): {
        func(declaration: string): unknown;
    };
    errno(): number;
}
/** The calls of this thread, or undefined where they cannot be had. */
export declare function systemCalls(): SystemCalls | undefined;
/** Why `systemCalls()` is undefined; empty where it is not. */
export declare function systemCallsMissing(): string;
/**
 * Asks glibc to keep one malloc arena and to give large blocks back at once, so that the peak is what is in use. Does nothing where it can't.
 * Call it before any thread starts.
 */
export declare function keepMemoryLean(): void;
export {};
