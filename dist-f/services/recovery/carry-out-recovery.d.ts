import { type SystemParts } from '../parts.ts';
/**
 * Resolves when nothing more is to be done for the job: the request is over, was put back because this worker stops, or is somebody else's. Throws STALE_WORKER
 * while another worker seems to carry it out: the queue comes back.
 */
export declare function carryOutRecovery(parts: SystemParts, requestId: string, { signal }: {
    readonly signal: AbortSignal;
}): Promise<void>;
/**
 * Requests whose worker is gone, or whose job was lost, are put into the queue again. Called at start and now and then; a request that is carried out or waits already is not doubled.
 * Gives how many.
 */
export declare function resumeRecoveries(parts: SystemParts): Promise<number>;
