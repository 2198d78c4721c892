import type { AlarmRule } from '../alarm-rule.ts';
/** A due time passed without a run and the next one is here, or a day has gone by; nothing has been stored since. Ends with the next run that stores something. */
export declare const backupMissed: AlarmRule;
