import { type SkippedEntry } from './directory-result.ts';
import { type DirectoryTask } from './directory-work.ts';
import type { DirectoryAnswer, WorkerLane } from './run-lanes.ts';
import type { SharedStretch, Turn } from './shared-file.ts';
import { type TreeBuilder, TreeNode } from './tree-builder.ts';
export interface TreeParts {
    readonly builder: TreeBuilder;
    readonly storeBlob: (blob: Uint8Array) => Uint8Array;
    /** Pages of a directory of the parent snapshot by its blob id. */
    readonly previousPages: (id: Uint8Array) => readonly Uint8Array[] | Promise<readonly Uint8Array[]>;
    /** The main lane's work; may load what is missing and try again. */
    readonly process: (task: DirectoryTask) => Promise<DirectoryAnswer>;
    /** The worker if it runs, or if now is the time to start it. */
    readonly worker: (hint: {
        readonly queued: number;
        readonly bigFile: boolean;
    }) => WorkerLane | undefined | Promise<WorkerLane | undefined>;
    readonly runStretch: (stretch: SharedStretch, take: (turn: Turn) => void) => Promise<void>;
    /** Called between two pieces of work: progress, room for packs, checkpoints. */
    readonly between: () => Promise<void>;
    /** For every ancestor of a backup path: the names to take. */
    readonly only: ReadonlyMap<string, readonly string[]>;
    /** False for FULL: a file that was read again and is the same counts as unmodified. */
    readonly trustPrevious: boolean;
    readonly oneFileSystem: boolean;
    readonly rootDevices: ReadonlySet<string>;
    readonly signal: AbortSignal | undefined;
}
export declare class BackupTree {
    #private;
    readonly root: TreeNode;
    readonly counters: import("./directory-result.ts").DirectoryCounters;
    readonly skipped: SkippedEntry[];
    readonly changedWhileRead: string[];
    readonly metadataNotKept: Array<{
        path: string;
        what: string;
    }>;
    readonly uids: Set<number>;
    readonly gids: Set<number>;
    directories: number;
    /** Of the big file that the lanes are in. */
    bytesInFlight: number;
    currentPath: string;
    constructor(parts: TreeParts);
    /** Does the whole tree; returns the id of "/". */
    run(previousRoots: readonly Uint8Array[]): Promise<Buffer>;
    /** Closes every descriptor; after a failure. */
    close(): void;
    /** Takes a directory's result, from any lane. */
    accept(result: DirectoryAnswer): void;
    /** Takes what the worker has done, and gives it what it has room for; also between two slices of a large directory. */
    feed(worker: WorkerLane): Promise<void>;
    /** Leaves the worker only what it has begun: for who is about to wait for it. */
    recall(worker: WorkerLane): void;
}
