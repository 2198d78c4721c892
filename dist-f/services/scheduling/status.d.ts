import { type RunView, type SchedulerStatus, type SystemStatus } from '../../contracts/system/index.ts';
import type { SystemParts } from '../parts.ts';
export declare function schedulerStatus(parts: SystemParts): Promise<SchedulerStatus>;
/** When each configuration runs next; one without a due time is absent. All configurations unless some are named. */
export declare function nextDueOf(parts: SystemParts, configIds?: readonly string[]): Promise<ReadonlyMap<string, Date>>;
export declare function configStatuses(parts: SystemParts): Promise<SystemStatus['configs']>;
export declare function runningRuns(parts: SystemParts): Promise<readonly RunView[]>;
export interface LateDueTime {
    readonly configId: string;
    readonly configName: string;
    readonly dueAt: Date;
    /** Where a run was made of it that has not begun. */
    readonly runId: string | null;
}
/** Due times past their grace of which no run has begun. */
export declare function lateDueTimes(parts: SystemParts, atMs: number): Promise<readonly LateDueTime[]>;
/** Runs that were due after a moment and never began. */
export declare function missedRuns(parts: SystemParts, { sinceMs }: {
    readonly sinceMs: number;
}): Promise<readonly RunView[]>;
