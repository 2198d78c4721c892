/**
 * Who writes contents: this thread, and one worker beside it that starts when there is enough to write. A segment belongs to one of them, so that it is decoded once: to the worker while that has little
 * left to do, else to this thread.
 */
import { type MessagePort } from 'node:worker_threads';
import type { BlobReader } from '../repository/index.ts';
import type { SharedReaderSetup } from '../snapshot/index.ts';
import { type PieceFailure, type Pieces } from './content-writer.ts';
export declare const LaneName: {
    readonly HERE: "here";
    readonly WORKER: "worker";
};
export type LaneName = (typeof LaneName)[keyof typeof LaneName];
/** What the worker is started with. */
export interface ContentWorkerSetup {
    readonly reader: SharedReaderSetup;
    readonly port: MessagePort;
}
export interface ContentBatch {
    readonly pieces: Pieces;
    readonly done: (failures: readonly PieceFailure[]) => void;
}
export declare class ContentLanes implements AsyncDisposable {
    #private;
    /** `share` gives what a worker reads with, or undefined where there can be none. */
    constructor(data: BlobReader, share: () => SharedReaderSetup | undefined);
    /** Whose a blob is; it is counted as given. */
    laneOf(id: Uint8Array, bytes: number): LaneName;
    /** `done` is called once the batch is written: now, or in a later call. */
    write(batch: ContentBatch, lane: LaneName): Promise<void>;
    /** Resolves when the worker holds nothing more. */
    idle(): Promise<void>;
    /** After it no thread writes any more. */
    [Symbol.asyncDispose](): Promise<void>;
}
