import { BackupError } from "../../kernel/backup-error.js";
export function configValue(config) {
    const { tenantId, source, ...rest } = config;
    return { tenant: tenantId, ...rest, source: source?.toString('hex') ?? null };
}
/** Throws DAMAGED. `document.value` is not null. */
export function parseConfigRecord({ document }) {
    const value = document.value ?? {};
    const text = (member) => {
        const found = value[member];
        if (typeof found === 'string')
            return found;
        throw new BackupError('DAMAGED', `A configuration record has no valid "${member}".`, { context: { object: `configuration/${document.subject}`, member } });
    };
    const source = value['source'] === null ? null : Buffer.from(text('source'), 'hex');
    return {
        tenantId: text('tenant'), name: text('name'), kind: text('kind'), enabled: value['enabled'] === true, settings: value['settings'] ?? {}, source, createdBy: text('createdBy'), createdAt: text('createdAt'),
        updatedAt: text('updatedAt'),
    };
}
