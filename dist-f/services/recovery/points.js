import { RunState } from "../../contracts/system/index.js";
import { BackupError } from "../../kernel/backup-error.js";
import { isoTime, nowMs } from "../../kernel/clock.js";
/** Newest first; of one configuration, or all. Removed configurations keep their points. */
export async function getRecoveryPoints(parts, configId) {
    let query = parts.catalog.db.selectFrom('recovery_points').selectAll().where('repository_id', '=', parts.repository.rowId).where('removed_at', 'is', null);
    if (configId !== undefined)
        query = query.where((on) => on(on.cast('config_id', 'text'), '=', configId));
    const rows = await query.orderBy('created_at', 'desc').orderBy('id').execute();
    const guards = await guardsOf(parts);
    return rows.map((row) => pointView(row, guards));
}
/** By its own id, its run's, or its snapshot's name. Throws POINT_NOT_FOUND. */
export async function findPoint({ catalog, repository }, id) {
    const wanted = id.toLowerCase();
    const row = await catalog.db.selectFrom('recovery_points').selectAll().where('repository_id', '=', repository.rowId).where('removed_at', 'is', null)
        .where((on) => on.or([on(on.cast('id', 'text'), '=', wanted), on(on.cast('run_id', 'text'), '=', wanted), on('snapshot', '=', wanted)]))
        .orderBy('created_at', 'desc').executeTakeFirst();
    if (row)
        return row;
    throw new BackupError('POINT_NOT_FOUND', await whyNoPoint(catalog, wanted), { context: { point: id } });
}
async function whyNoPoint(catalog, id) {
    const run = await catalog.db.selectFrom('runs').select('state').where((on) => on(on.cast('id', 'text'), '=', id)).executeTakeFirst();
    if (run?.state === RunState.PENDING || run?.state === RunState.RUNNING)
        return 'The run has not finished yet: it has no point.';
    return run ? `The run is ${run.state} and has no point, or it was let go.` : 'There is no such point or run.';
}
export async function viewOfPoint(parts, id) {
    return pointView(await findPoint(parts, id), await guardsOf(parts));
}
async function guardsOf({ catalog, repository }) {
    return await catalog.db.selectFrom('protections').select(['record', 'subject', 'snapshot', 'source']).where('repository_id', '=', repository.rowId).where('lifted_at', 'is', null)
        .where((on) => on.or([on('until', 'is', null), on('until', '>', new Date(nowMs()))])).orderBy('subject').execute();
}
function pointView(row, guards) {
    const holds = guards.filter((guard) => guard.record === 'hold' && isHeld(guard, row));
    return {
        id: row.id, runId: row.run_id, configId: row.config_id, source: row.source, snapshot: row.snapshot, createdAt: isoTime(row.created_at.getTime()), type: row.type, state: row.state,
        isComplete: row.is_complete, bytes: row.bytes, bytesAdded: row.bytes_added, files: row.files, expiresAt: row.expires_at && isoTime(row.expires_at.getTime()), keptBecause: row.kept_because,
        pinned: guards.some(({ record, snapshot }) => record === 'pin' && snapshot === row.snapshot), holds: holds.map(({ subject }) => subject),
    };
}
/** A hold without snapshot and source holds everything. */
function isHeld({ snapshot, source }, row) {
    return (snapshot === null && source === null) || snapshot === row.snapshot || (source !== null && source === row.source);
}
