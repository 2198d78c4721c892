import type { RealTimeMetrics } from '../../contracts/system/index.ts';
import type { SystemParts } from '../parts.ts';
/** This moment, and the runs of the last 30 days. */
export declare function getRealTimeMetrics(parts: SystemParts, options?: {
    readonly atMs?: number;
}): Promise<RealTimeMetrics>;
