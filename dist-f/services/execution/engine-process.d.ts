import { type EngineJob, type EngineProgress, type EngineRepository, type EngineResults } from './engine-protocol.ts';
export interface EngineCall {
    /** Stops the job: it writes its checkpoint and fails with ABORTED; the process ends. */
    readonly signal?: AbortSignal | undefined;
    readonly onProgress?: (progress: EngineProgress) => void;
    /** After so long a job that was stopped is killed. Default 30 s. */
    readonly graceMs?: number;
}
export declare class EngineProcess implements AsyncDisposable {
    #private;
    constructor(repository: EngineRepository);
    get pid(): number | undefined;
    /** Throws what the job threw; ABORTED when it was stopped, WORKER_LOST when the process ended without an answer. */
    run<Job extends EngineJob>(job: Job, { signal, onProgress, graceMs }?: EngineCall): Promise<EngineResults[Job['kind']]>;
    /** Ends the process; a job that still runs is stopped first. */
    [Symbol.asyncDispose](): Promise<void>;
}
/** Does one job in a process of its own. Throws what the job threw, ABORTED, WORKER_LOST. */
export declare function runInEngine<Job extends EngineJob>(repository: EngineRepository, job: Job, call?: EngineCall): Promise<EngineResults[Job['kind']]>;
