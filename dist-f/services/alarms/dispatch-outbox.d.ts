import type { SystemParts } from '../parts.ts';
export interface DispatchResult {
    readonly delivered: number;
    /** They wait for another try. */
    readonly failed: number;
    readonly dead: number;
}
export interface DispatchOptions {
    readonly signal: AbortSignal;
    /** Default: now. */
    readonly atMs?: number;
}
/** Sends everything that is due. Throws ABORTED; what was claimed then is due again at once. */
export declare function dispatchOutbox(parts: SystemParts, { signal, atMs }: DispatchOptions): Promise<DispatchResult>;
