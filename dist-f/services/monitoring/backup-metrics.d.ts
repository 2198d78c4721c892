import type { Database } from '../../catalog/index.ts';
import type { BackupMetrics } from '../../contracts/system/index.ts';
import type { SystemParts } from '../parts.ts';
import { type Period, type PeriodInput } from './period.ts';
/** Throws CONFIG_INVALID for a period that is none. */
export declare function calculateMetrics(parts: SystemParts, period: PeriodInput, options?: {
    readonly atMs?: number;
}): Promise<BackupMetrics>;
export declare function backupMetrics({ catalog, tenantId }: SystemParts, { fromMs, toMs }: Period): Promise<BackupMetrics>;
/** One statement, so that sums and runs are those of one moment. For the test, too, that holds its plan against the indexes. */
export declare function metricsQuery(db: Database, tenantId: string, { fromMs, toMs }: Period): import("kysely").SelectQueryBuilder<import("../../catalog/tables.ts").Tables & {
    part: {
        state: string;
        count: number;
        duration_us: number;
        bytes_processed: number;
        bytes_added: number;
        bytes_stored: number;
        durations: number;
        measured_us: number;
        measured_bytes: number;
    };
} & {
    total: {
        completed: number;
        partial: number;
        failed: number;
        missed: number;
        cancelled: number;
        durations: number;
        durationUs: number;
        measuredUs: number;
        measuredBytes: number;
        bytesProcessed: number;
        bytesAdded: number;
        bytesStored: number;
    };
}, "total", {
    failed: number;
    bytesProcessed: number;
    bytesStored: number;
    missed: number;
    bytesAdded: number;
    durations: number;
    completed: number;
    partial: number;
    cancelled: number;
    durationUs: number;
    measuredUs: number;
    measuredBytes: number;
} & {
    p95Us: number | null;
}>;
