import type { SystemParts } from '../parts.ts';
/** Sends it. False where none is set up or it did not arrive (logged; the next one comes soon). Throws ABORTED. */
export declare function schedulerHeartbeat(parts: SystemParts, { signal }: {
    readonly signal: AbortSignal;
}): Promise<boolean>;
/** Whether a heartbeat is set up. */
export declare function hasHeartbeat({ channels: { healthcheckUrl } }: Pick<SystemParts, 'channels'>): boolean;
