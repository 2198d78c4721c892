export { acknowledgeAlert, createAlert, getActiveAlerts } from "./alerts.js";
export { calculateMetrics } from "./backup-metrics.js";
export { performHealthCheck } from "./health-report.js";
export { getRealTimeMetrics } from "./real-time-metrics.js";
