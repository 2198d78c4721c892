import type { SystemParts } from '../parts.ts';
export interface Thresholds {
    /** 0–1. */
    readonly failureRate: number;
    /** Seconds. */
    readonly maxBackupTime: number;
    /** Bytes. */
    readonly minFreeSpace: number;
}
/** `settings` is a configuration's, as its row holds it. */
export declare function thresholdsOf(parts: SystemParts, settings?: unknown): Thresholds;
