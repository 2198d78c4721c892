import type { SystemCalls } from '../../kernel/system-calls.ts';
import type { BlobReader } from '../repository/index.ts';
import { type SnapshotDocument } from '../snapshot/index.ts';
import type { ContentLanes } from './content-lanes.ts';
import { type RestoreOptions, type RestoreResult } from './restore-options.ts';
export interface RunParts {
    readonly calls: SystemCalls;
    readonly document: SnapshotDocument;
    readonly options: RestoreOptions;
    /** Absolute. */
    readonly target: string;
    readonly metadata: BlobReader;
    readonly lanes: ContentLanes;
}
export declare class RestoreRun implements AsyncDisposable {
    #private;
    constructor(parts: RunParts);
    run(): Promise<RestoreResult>;
    [Symbol.asyncDispose](): Promise<void>;
}
