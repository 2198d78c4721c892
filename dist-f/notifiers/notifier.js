import { VARIABLES } from "../contracts/system/index.js";
import { BackupError, systemCode } from "../kernel/backup-error.js";
export const NoticeKind = { ALARM: 'ALARM', PING: 'PING' };
export const AlarmChange = { RAISED: 'RAISED', REPEATED: 'REPEATED', RESOLVED: 'RESOLVED' };
export const PingSignal = { START: 'START', SUCCESS: 'SUCCESS', FAIL: 'FAIL' };
export function defineNotifier(definition) {
    const { kind, title, carries } = definition;
    return { kind, title, carries, open: (settings) => openNotifier(definition, settings) };
}
function openNotifier(definition, settings) {
    const { kind, title, carries, required, variables } = definition;
    const given = { ...settings };
    if (required.length > 0 && !required.some((name) => given[name] !== undefined))
        return undefined;
    const parsed = definition.config.safeParse(given);
    if (!parsed.success) {
        const issue = parsed.error.issues[0];
        const name = String(issue.path[0] ?? '');
        const path = variables[name] ?? name;
        const why = given[name] === undefined ? 'it is missing' : 'it can not be used';
        const known = VARIABLES;
        const accepted = known[path]?.accepted?.en ?? issue.message;
        throw new BackupError('CONFIG_INVALID', `${path}: ${why}; accepted: ${accepted}.`, { context: { path, why, accepted } });
    }
    const config = parsed.data;
    return { kind, title, carries, deliver: (notice, options) => definition.deliver(notice, config, options) };
}
/** The channels that these settings set up. Throws CONFIG_INVALID for half a set-up. */
export function openAll(registered, settings) {
    return registered.map((each) => each.open(settings)).filter((each) => each !== undefined);
}
/** Worth trying again. `cause` is a code or a status, never a text of the other side. */
export function deliveryFailed(channel, cause) {
    return new BackupError('DELIVERY_FAILED', `${channel}: ${cause}`, { context: { channel, cause } });
}
/** Not worth trying again. */
export function deliveryRefused(channel, cause) {
    return new BackupError('DELIVERY_REFUSED', `${channel}: ${cause}`, { context: { channel, cause } });
}
/** Code of a failed connection, for `cause`. */
export function connectionCause(error) {
    return systemCode(error) ?? (error instanceof Error ? error.name : 'unknown');
}
