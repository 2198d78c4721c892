import { type HealthReport } from '../../contracts/system/index.ts';
import type { SystemParts } from '../parts.ts';
export interface HealthOptions {
    readonly signal?: AbortSignal;
    /** Default: now. */
    readonly atMs?: number;
}
/** Answers within some ten seconds, whatever hangs. Throws ABORTED alone. */
export declare function performHealthCheck(parts: SystemParts, { signal, atMs }?: HealthOptions): Promise<HealthReport>;
