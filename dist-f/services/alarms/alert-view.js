import { isoTime } from "../../kernel/clock.js";
export const ALERT_COLUMNS = ['id', 'type', 'severity', 'state', 'message', 'details', 'config_id', 'run_id', 'count', 'first_seen_at', 'last_seen_at', 'acknowledged_at', 'resolved_at'];
export function alertView(row) {
    return {
        id: row.id, type: row.type, severity: row.severity, state: row.state, message: row.message, details: row.details, configId: row.config_id, runId: row.run_id, count: row.count,
        firstSeenAt: isoTime(row.first_seen_at.getTime()), lastSeenAt: isoTime(row.last_seen_at.getTime()), resolvedAt: row.resolved_at === null ? null : isoTime(row.resolved_at.getTime()),
    };
}
