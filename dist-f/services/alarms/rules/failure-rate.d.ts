import type { AlarmRule } from '../alarm-rule.ts';
/** FAILED over COMPLETED + PARTIAL + FAILED of the last 30 days, from 5 on, is above `failureRate`. Reminds once a day. */
export declare const failureRate: AlarmRule;
