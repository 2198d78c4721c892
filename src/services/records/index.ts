export { alarmPending } from './alarm-pending.ts'
export { type ConfigRecord, parseConfigRecord } from './config-record.ts'
export { type RetryOptions, type RetryResult, recordConfig, recordWarnings, retryRecords } from './record-config.ts'
export {
  parseRepository,
  REPOSITORY_RECORD,
  type RecordedRepository,
  recordedRepository,
  recordRepository,
} from './repository-record.ts'
