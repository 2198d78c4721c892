import type { AlarmRule } from '../alarm-rule.ts';
/** The newest run that stored something left items out. Ends with the next one that is whole. */
export declare const backupPartial: AlarmRule;
