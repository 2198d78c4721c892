import { BackupError } from "../kernel/backup-error.js";
const SEGMENT = /^[a-z0-9_-][a-z0-9._-]*$/;
const KEY_BYTES_MAX = 512;
/** Throws USAGE unless `key` is segments of `[a-z0-9._-]`, none of which begins with a dot. */
export function checkKey(key) {
    if (key.length > 0 && key.length <= KEY_BYTES_MAX && key.split('/').every((segment) => SEGMENT.test(segment)))
        return;
    throw new BackupError('USAGE', 'A storage key has characters that the port does not allow.', { context: { key } });
}
