import { type ScheduleSettings } from '../../contracts/system/index.ts';
export type CalendarSchedule = Extract<ScheduleSettings, {
    readonly kind: 'CRON' | 'FREQUENCY';
}>;
/** Wall times after `afterWallMs`, without end. Throws CONFIG_INVALID for a cron expression that can't be read or never comes due. */
export declare function wallTimes(schedule: CalendarSchedule, afterWallMs: number): Generator<number, never>;
