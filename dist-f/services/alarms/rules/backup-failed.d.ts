import type { AlarmRule } from '../alarm-rule.ts';
/** The newest run that came to an end failed, its retries included. Ends with the next run that stores something. */
export declare const backupFailed: AlarmRule;
