/**
 * When a schedule is due. Pure: schedule, zone and moment in, moments out. Each wall time that a schedule names comes due once: of a repeated hour the
 * first time, in a skipped one at the first moment after it.
 */
import { type ScheduleSettings } from '../../contracts/system/index.ts';
export interface ScheduleFrame {
    /** IANA name. Throws CONFIG_INVALID for an unknown one. */
    readonly timezone: string;
    /** `every` counts from here. */
    readonly createdAtMs: number;
    readonly afterMs: number;
}
/**
 * The first moment after `afterMs`; Infinity for a schedule without due times.
 * Throws CONFIG_INVALID for an unknown zone and for a cron expression that can't be read or never comes due.
 */
export declare function nextDueAt(schedule: ScheduleSettings, frame: ScheduleFrame): number;
/** Throws CONFIG_INVALID where {@link nextDueAt} would. */
export declare function assertSchedule(schedule: ScheduleSettings, frame: ScheduleFrame): void;
export interface DueTimes {
    /** Ascending: the newest of the stretch, `limit` at most. */
    readonly times: readonly number[];
    /** Whether older ones were left out. */
    readonly isTruncated: boolean;
}
/** What came due after `afterMs` and up to `untilMs`. Costs by what it gives, not by the length of the stretch. */
export declare function dueTimesBetween(schedule: ScheduleSettings, frame: ScheduleFrame, options: {
    readonly untilMs: number;
    readonly limit: number;
}): DueTimes;
