/** The list of runs, newest first. The page is found in an index that holds its order; the total is kept beside the rows. */
import { sql } from 'kysely';
import { BackupType, RunState } from "../../contracts/system/index.js";
import { BackupError } from "../../kernel/backup-error.js";
import { runView } from "./run-row.js";
import { isUuid } from "./uuid.js";
const LIMIT = 20;
/** `from` and `to` bound the moment at which a run was made, both inclusive. Throws CONFIG_INVALID for an unknown state or type, or a time that can't be read. */
export async function listBackups(parts, filters = {}, { page = 1, limit = LIMIT } = {}) {
    const chosen = checked(filters);
    if (chosen.configId !== undefined && !isUuid(chosen.configId))
        return { items: [], total: 0, page, limit };
    const { db } = parts.catalog;
    const [total, rows] = await Promise.all([countRuns(parts, chosen), pageQuery(db, parts.tenantId, { chosen, page, limit }).execute()]);
    return { items: rows.map(runView), total, page, limit };
}
function checked({ configId, status, type, from, to }) {
    oneOf('status', status, Object.values(RunState));
    oneOf('type', type, Object.values(BackupType));
    const since = timeOf('from', from);
    const until = timeOf('to', to);
    return { ...(configId !== undefined && { configId }), ...(status !== undefined && { state: status }), ...(type !== undefined && { type }), ...(since && { from: since }), ...(until && { to: until }) };
}
function oneOf(path, value, accepted) {
    if (value === undefined || accepted.includes(value))
        return;
    throw new BackupError('CONFIG_INVALID', `${path} is ${value}.`, { context: { path, why: `it is ${JSON.stringify(value)}`, accepted: accepted.join(', ') } });
}
function timeOf(path, value) {
    if (value === undefined)
        return undefined;
    const at = new Date(value);
    if (!Number.isNaN(at.getTime()))
        return at;
    throw new BackupError('CONFIG_INVALID', `${path} is no time.`, { context: { path, why: `it is ${JSON.stringify(value)}`, accepted: 'an ISO 8601 date such as "2024-01-01"' } });
}
function where(query, tenantId, { configId, state, type, from, to }) {
    return query.where('tenant_id', '=', tenantId)
        .$if(configId !== undefined, (q) => q.where('config_id', '=', configId)).$if(state !== undefined, (q) => q.where('state', '=', state)).$if(type !== undefined, (q) => q.where('type', '=', type))
        .$if(from !== undefined, (q) => q.where('created_at', '>=', from)).$if(to !== undefined, (q) => q.where('created_at', '<=', to));
}
/** How the database would read the first page: for the test and the bench that hold it against the indexes. */
export async function listPlan(parts, filters) {
    const plan = await pageQuery(parts.catalog.db, parts.tenantId, { chosen: checked(filters), page: 1, limit: LIMIT }).explain('text', sql `costs off`);
    return plan.map((line) => Object.values(line).join('')).join('\n');
}
/** Skips to the page in the index, then reads its rows. */
export function pageQuery(db, tenantId, { chosen, page, limit }) {
    return db.with('page', (q) => where(q.selectFrom('runs').select(['runs.id as run_id', 'runs.created_at as at']), tenantId, chosen).orderBy('created_at', 'desc').orderBy('id').limit(limit).offset((page - 1) * limit))
        .selectFrom('page').innerJoin('runs', 'runs.id', 'page.run_id').selectAll('runs').orderBy('page.at', 'desc').orderBy('page.run_id');
}
async function countRuns(parts, chosen) {
    const { db } = parts.catalog;
    if (chosen.from || chosen.to) {
        const { count } = await where(db.selectFrom('runs').select(({ fn }) => fn.countAll().as('count')), parts.tenantId, chosen).executeTakeFirstOrThrow();
        return count;
    }
    const { configId, state, type } = chosen;
    const { count } = await db.selectFrom('run_counts').select(sql `coalesce(sum(count), 0)::bigint`.as('count')).where('tenant_id', '=', parts.tenantId)
        .$if(configId !== undefined, (q) => q.where('config_id', '=', configId)).$if(state !== undefined, (q) => q.where('state', '=', state)).$if(type !== undefined, (q) => q.where('type', '=', type))
        .executeTakeFirstOrThrow();
    return count;
}
