import type { AlarmRule } from '../alarm-rule.ts';
/** A run was due, its grace has passed and it has not begun. Ends when it begins; a missed run says more and mutes it. */
export declare const backupLate: AlarmRule;
