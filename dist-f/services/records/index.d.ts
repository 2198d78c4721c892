export { alarmPending } from './alarm-pending.ts';
export { type ConfigRecord, parseConfigRecord } from './config-record.ts';
export { recordConfig, retryRecords, type RetryOptions, type RetryResult } from './record-config.ts';
