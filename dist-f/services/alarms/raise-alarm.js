/** One open alarm for each type and subject: raising it again counts, and everything that people are told commits with it. */
import { createHash, randomUUID } from 'node:crypto';
import { isoTime, nowMs } from "../../kernel/clock.js";
import { hostName } from "../../kernel/machine.js";
import { alarmText } from "./alarm-texts.js";
import { ALERT_COLUMNS, alertView } from "./alert-view.js";
import { enqueueAlarm } from "./outbox.js";
/** An acknowledged alarm is silent for so long; then a new occurrence speaks again. */
const ACKNOWLEDGED_MS = 24 * 3_600_000;
/** Raises an alarm, or counts another occurrence of the open one. Rows of the outbox are written in the same transaction. */
export async function raiseAlarm(parts, input, tx) {
    return tx ? await raise(parts, input, tx) : await parts.catalog.transaction((own) => raise(parts, input, own));
}
async function raise(parts, input, tx) {
    const at = new Date(input.atMs ?? nowMs());
    const occurrence = input.occurrence ?? randomUUID();
    const known = await openAlert(parts, tx, input);
    if (!known) {
        const row = await insertAlert(parts, tx, { input, occurrence, at });
        // Another worker raised it between the look and the insert: count there.
        if (!row)
            return await raise(parts, { ...input, occurrence }, tx);
        await tell(parts, tx, { row, change: 'RAISED', occurrence, at, ...(input.exceptChannels && { exceptChannels: input.exceptChannels }) });
        return alertView(row);
    }
    const isNew = known.details['occurrence'] !== occurrence;
    const isSilent = known.state === 'ACKNOWLEDGED' && at.getTime() < (known.acknowledged_at?.getTime() ?? 0) + ACKNOWLEDGED_MS;
    const row = await tx.updateTable('alerts').set((on) => ({
        severity: input.severity, message: input.message, details: detailsText(parts, input, occurrence), last_seen_at: at, run_id: input.about.runId ?? known.run_id,
        ...(isNew && { count: on('count', '+', 1) }), ...(isNew && !isSilent && { state: 'FIRING' }),
    })).where('id', '=', known.id).returning(ALERT_COLUMNS).executeTakeFirstOrThrow();
    if (isNew && !isSilent)
        await tell(parts, tx, { row, change: 'REPEATED', occurrence, at, ...(input.exceptChannels && { exceptChannels: input.exceptChannels }) });
    return alertView(row);
}
async function insertAlert(parts, tx, { input, occurrence, at }) {
    const { type, severity, message, about } = input;
    return await tx.insertInto('alerts').values({
        id: randomUUID(), tenant_id: parts.tenantId, fingerprint: fingerprintOf(parts.tenantId, type, about), type, severity, message, details: detailsText(parts, input, occurrence),
        config_id: about.configId ?? null, run_id: about.runId ?? null, first_seen_at: at, last_seen_at: at,
    }).onConflict((conflict) => conflict.columns(['tenant_id', 'fingerprint']).where('state', '<>', 'RESOLVED').doNothing()).returning(ALERT_COLUMNS).executeTakeFirst();
}
/** Ends an open alarm and tells it. False where none was open. */
export async function resolveAlarm(parts, input, tx) {
    return tx ? await resolve(parts, input, tx) : await parts.catalog.transaction((own) => resolve(parts, input, own));
}
async function resolve(parts, input, tx) {
    const at = new Date(input.atMs ?? nowMs());
    const row = await tx.updateTable('alerts').set({ state: 'RESOLVED', resolved_at: at })
        .where('tenant_id', '=', parts.tenantId).where('fingerprint', '=', fingerprintOf(parts.tenantId, input.type, input.about)).where('state', '<>', 'RESOLVED')
        .returning(ALERT_COLUMNS).executeTakeFirst();
    if (row && input.isQuiet !== true)
        await tell(parts, tx, { row, change: 'RESOLVED', occurrence: 'end', at });
    return row !== undefined;
}
async function openAlert(parts, tx, { type, about }) {
    return await tx.selectFrom('alerts').select(ALERT_COLUMNS)
        .where('tenant_id', '=', parts.tenantId).where('fingerprint', '=', fingerprintOf(parts.tenantId, type, about)).where('state', '<>', 'RESOLVED').forUpdate().executeTakeFirst();
}
async function tell(parts, tx, { row, change, occurrence, at, exceptChannels }) {
    const { title, guidance } = alarmText(row.type, parts.locale);
    const text = (name) => (typeof row.details[name] === 'string' ? row.details[name] : null);
    await enqueueAlarm(parts, tx, {
        occurrence, ...(exceptChannels && { exceptChannels }),
        notice: {
            kind: 'ALARM', change, alertId: row.id, type: row.type, severity: row.severity, title, message: row.message, guidance: text('guidance') ?? guidance,
            configId: row.config_id, configName: text('configName'), runId: row.run_id, count: row.count, firstSeenAt: isoTime(row.first_seen_at.getTime()), at: isoTime(at.getTime()), host: hostName(), locale: parts.locale,
        },
    });
}
function detailsText(parts, { type, about, details, guidance }, occurrence) {
    return JSON.stringify({ ...details, ...(about.configName !== undefined && { configName: about.configName }), ...(about.resource !== undefined && { resource: about.resource }), guidance: guidance ?? alarmText(type, parts.locale).guidance, occurrence });
}
/** SHA-256 of tenant, type and subject. */
export function fingerprintOf(tenantId, type, { configId, resource }) {
    return createHash('sha256').update([tenantId, type, configId === undefined ? `resource ${resource ?? ''}` : `config ${configId}`].join('\n')).digest('hex');
}
