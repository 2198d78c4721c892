import { Priority, PRIORITY_RANK } from "../../contracts/system/index.js";
import { BackupError } from "../../kernel/backup-error.js";
import { isoTime } from "../../kernel/clock.js";
const ISSUES_MAX = 100;
export function storedStats(result) {
    return { ...result, issues: result.issues.slice(0, ISSUES_MAX), durationMs: Math.round(result.durationMs) };
}
/** Throws REQUEST_NOT_FOUND. */
export async function findRequest({ catalog, tenantId }, requestId) {
    const row = await catalog.db.selectFrom('recovery_requests').selectAll().where('tenant_id', '=', tenantId).where((on) => on(on.cast('id', 'text'), '=', requestId)).executeTakeFirst();
    if (row)
        return row;
    throw new BackupError('REQUEST_NOT_FOUND', 'There is no such recovery request.', { context: { request: requestId } });
}
export function requestView(row) {
    const stats = row.stats;
    return {
        id: row.id, pointId: row.point_id, type: row.type, targetPath: row.options.targetPath, priority: priorityOf(row.priority), state: row.state,
        progress: row.progress, filesRestored: stats?.filesRestored ?? 0, bytesRestored: stats?.bytesRestored ?? 0, filesVerified: stats?.filesVerified ?? 0, issues: stats?.issues ?? [], createdAt: isoTime(row.created_at.getTime()),
        startedAt: row.started_at && isoTime(row.started_at.getTime()), finishedAt: row.finished_at && isoTime(row.finished_at.getTime()), error: row.error,
    };
}
function priorityOf(rank) {
    return Object.values(Priority).find((name) => PRIORITY_RANK[name] === rank) ?? Priority.NORMAL;
}
