export { acknowledgeAlert, createAlert, getActiveAlerts } from './alerts.ts';
export { calculateMetrics } from './backup-metrics.ts';
export { performHealthCheck } from './health-report.ts';
export { getRealTimeMetrics } from './real-time-metrics.ts';
