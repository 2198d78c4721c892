/** The system's log. */
export { type LogOptions, openLog, type SystemLog } from './system-log.ts';
