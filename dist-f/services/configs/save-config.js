/** What making and changing a configuration have in common: defaults, checks against disk and other policies, what is said afterwards. */
import path from 'node:path';
import { SourceKind, warningOf } from "../../contracts/system/index.js";
import { BackupError } from "../../kernel/backup-error.js";
import { nowMs } from "../../kernel/clock.js";
import { sourcePurpose } from "../control-key/index.js";
import { checkPaths, isInside, retentionConflicts } from "../execution/index.js";
import { recordConfig } from "../records/index.js";
import { getConfig } from "./list-configs.js";
const KINDS_HERE = [SourceKind.FILES];
export function parseDefaults(parts) {
    return { timezone: Intl.DateTimeFormat().resolvedOptions().timeZone, cwd: process.cwd(), locale: parts.locale, nowMs: nowMs(), system: parts.defaults };
}
/** Throws SOURCE_NOT_AVAILABLE. */
export function assertKind(kind, { kinds = KINDS_HERE }) {
    if (!kinds.includes(kind))
        throw new BackupError('SOURCE_NOT_AVAILABLE', `There is no source of the kind ${kind} yet.`, { context: { kind } });
}
/** Throws SOURCE_UNREADABLE, CONFIG_INVALID for a repository inside the source or a source inside the repository. */
export async function checkSource(parts, settings) {
    if (settings.kind === SourceKind.FILES)
        await checkPaths(settings, parts.repository.location);
}
export function warningsAbout(parts, settings) {
    const { locale, home, keyFiles = [] } = parts;
    const holds = (place) => settings.paths.find((each) => isInside(path.resolve(place), each));
    const homeIn = holds(home);
    return [
        ...retentionConflicts(settings.retention, parts.defaults.retention, locale),
        ...(homeIn === undefined ? [] : [warningOf('HOME_IN_SOURCE', locale, { home, path: homeIn })]),
        ...keyFiles.flatMap((file) => (holds(file) === undefined ? [] : [warningOf('KEY_IN_SOURCE', locale, { file })])),
        ...(settings.databaseLabel !== undefined && isSameDatabase(settings.databaseLabel, parts.catalog.location) ? [warningOf('CONTROL_PLANE_INSIDE', locale, { database: settings.databaseLabel })] : []),
    ];
}
/** Both without passwords: the same server and database, whoever the user is. */
export function isSameDatabase(one, other) {
    const placeOf = (url) => {
        const [, scheme = '', host = '', port = '', database = ''] = /^(\w+):\/\/(?:[^@/]*@)?([^/:?]*)(?::(\d+))?\/?([^?]*)/.exec(url) ?? [];
        return /^postgres(ql)?$/.test(scheme) ? `${host.toLowerCase().replace(/^(127\.0\.0\.1|::1|\[::1\]|)$/, 'localhost')}:${port || 5432}/${database}` : undefined;
    };
    return placeOf(one) !== undefined && placeOf(one) === placeOf(other);
}
/** After the commit: into the repository, which is truth. What can't be written there is said and tried again. */
export async function saved(parts, id, more) {
    const isRecorded = await recordConfig(parts, id, more.signal ? { signal: more.signal } : {});
    return { config: await getConfig(parts, id), warnings: [...more.warnings, ...(isRecorded ? [] : [warningOf('RECORD_PENDING', parts.locale)])] };
}
export function sealedSource(parts, id, { secretUrl }) {
    return secretUrl === undefined ? null : parts.secrets.seal(secretUrl, sourcePurpose(id));
}
