import type { AlarmRule } from '../alarm-rule.ts';
/** A run takes longer than `maxBackupTime`, while it still runs. Ends with the run. */
export declare const backupOverrun: AlarmRule;
