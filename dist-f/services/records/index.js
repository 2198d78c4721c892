export { alarmPending } from "./alarm-pending.js";
export { parseConfigRecord } from "./config-record.js";
export { recordConfig, retryRecords } from "./record-config.js";
