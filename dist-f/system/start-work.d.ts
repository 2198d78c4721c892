import type { SystemParts } from '../services/index.ts';
export interface Work {
    stop(): Promise<void>;
}
/** For tests: silence after which a worker counts as dead, and the time between two signs of life of a run. */
export interface WorkTiming {
    readonly staleMs?: number;
    readonly heartbeatMs?: number;
}
/** Throws DATABASE_UNAVAILABLE. The repository may be away: what needs it is tried again. */
export declare function startWork(parts: SystemParts, timing?: WorkTiming): Promise<Work>;
