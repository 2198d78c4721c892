import type { BlobTableMemory } from '../index/index.ts';
import type { FinishedPack } from '../pack/index.ts';
import type { DirectoryTask } from './directory-work.ts';
import type { DirectoryCounters, DirectoryResult } from './directory-result.ts';
import type { IgnoreRules } from '../../sources/index.ts';
import type { LaneCounters } from './lane.ts';
import type { SharedStretch, Turn } from './shared-file.ts';
import type { WorkerSetup } from './worker-protocol.ts';
export type DirectoryAnswer = DirectoryResult & {
    readonly rules: IgnoreRules;
};
export interface WorkerEvents {
    onDirectory(result: DirectoryAnswer): void;
    onPack(pack: FinishedPack): void;
    /** Resolves when the table has been given to the worker. */
    onIndexNeeded(): Promise<void>;
}
export declare class WorkerLane {
    #private;
    counters: LaneCounters;
    /** Of the directory that the worker is in, as far as it has said. */
    inFlight: DirectoryCounters | undefined;
    constructor(setup: WorkerSetup, events: WorkerEvents);
    get hasRoom(): boolean;
    get queued(): number;
    /** Takes what has arrived without a turn of the event loop: a directory's result waits for nothing. */
    drain(): void;
    /** The worker's blob table, where it was started without one. */
    useTable(dataTable: BlobTableMemory): void;
    /** Only while it `hasRoom`. */
    submit(task: DirectoryTask): void;
    /** The newest directory that the worker has not begun; it is the caller's then. */
    takeBack(): DirectoryTask | undefined;
    /** Lets the worker take turns at a stretch; resolves when it sees its end. */
    share(stretch: SharedStretch, take: (turn: Turn) => void): Promise<void>;
    /** Resolves at the next message. */
    next(): Promise<void>;
    /** Hands over what the worker holds after all that was submitted before; it goes on working. */
    flush(): Promise<void>;
    /** Seals what the worker holds and ends it. */
    finish(): Promise<void>;
    /** Ends the worker and throws away what it holds. */
    discard(): Promise<void>;
    throwIfFailed(): void;
}
