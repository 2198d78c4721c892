import type { AlertSeverity, AlertType, AlertView, BackupMetrics, HealthReport, RealTimeMetrics, Result } from '../../contracts/system/index.ts';
import type { FacadeCall } from './facade-call.ts';
/** Figures, alarms and health, computed from what exists now. */
export declare class MonitoringService {
    #private;
    constructor(call: FacadeCall);
    /** The last 30 days and this moment. */
    getRealTimeMetrics(): Promise<Result<RealTimeMetrics>>;
    /** "24h", "7d", "30d", … or two moments. */
    calculateMetrics(period: string | {
        readonly from: string | Date;
        readonly to: string | Date;
    }): Promise<Result<BackupMetrics>>;
    getActiveAlerts(): Promise<Result<readonly AlertView[]>>;
    createAlert(type: AlertType, severity: AlertSeverity, message: string, userId?: string): Promise<Result<AlertView>>;
    acknowledgeAlert(alertId: string, userId?: string): Promise<Result<AlertView>>;
    /** The report itself, not a result: `health.overall`. A system that can't be asked is UNKNOWN, never healthy. */
    performHealthCheck(): Promise<HealthReport>;
}
