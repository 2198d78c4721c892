export { systemStatus } from './system-status.ts';
