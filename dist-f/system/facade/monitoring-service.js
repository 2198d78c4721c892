import { HealthStatus } from "../../contracts/system/index.js";
import { isoTime, nowMs } from "../../kernel/clock.js";
import { timeText } from "./plain-input.js";
/** Figures, alarms and health, computed from what exists now. */
export class MonitoringService {
    #call;
    constructor(call) {
        this.#call = call;
    }
    /** The last 30 days and this moment. */
    getRealTimeMetrics() {
        return this.#call('monitor.realTime', {});
    }
    /** "24h", "7d", "30d", … or two moments. */
    calculateMetrics(period) {
        const isStretch = typeof period === 'object' && period !== null;
        return this.#call('monitor.metrics', { period: isStretch ? { ...period, from: timeText(period.from), to: timeText(period.to) } : period });
    }
    getActiveAlerts() {
        return this.#call('monitor.alerts', {});
    }
    createAlert(type, severity, message, userId) {
        return this.#call('monitor.createAlert', { type, severity, message, userId });
    }
    acknowledgeAlert(alertId, userId) {
        return this.#call('monitor.acknowledge', { alertId, userId });
    }
    /** The report itself, not a result: `health.overall`. A system that can't be asked is UNKNOWN, never healthy. */
    async performHealthCheck() {
        const result = await this.#call('monitor.health', {});
        if (result.success)
            return result.data;
        return { overall: HealthStatus.UNKNOWN, checkedAt: isoTime(nowMs()), checks: [{ name: 'system', status: HealthStatus.UNKNOWN, message: `${result.error.message} ${result.error.guidance}` }] };
    }
}
