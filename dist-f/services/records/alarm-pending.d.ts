import type { SystemParts } from '../parts.ts';
import type { RetryOptions } from './record-config.ts';
/** For `retryRecords`: an alarm from the first hour on, ended when everything is recorded. */
export declare function alarmPending(parts: SystemParts): NonNullable<RetryOptions['onPending']>;
