/** What a document has to look like before its members are used: checked by hand, since a command that only reads should start fast. */
import { BackupError } from "../../kernel/backup-error.js";
export const isText = (value) => typeof value === 'string';
export const isFlag = (value) => typeof value === 'boolean';
export const isCount = (value) => Number.isSafeInteger(value) && value >= 0;
/** Milliseconds; stores give fractions. */
export const isTime = (value) => Number.isFinite(value) && value >= 0;
export const isHex = (bytes) => (value) => isText(value) && value.length === bytes * 2 && /^[0-9a-f]*$/.test(value);
export const isHexText = (value) => isText(value) && value.length % 2 === 0 && /^[0-9a-f]*$/.test(value);
export const isList = (each) => (value) => Array.isArray(value) && value.every(each);
export const isObject = (value) => typeof value === 'object' && value !== null && !Array.isArray(value);
export const isMap = (each) => (value) => isObject(value) && Object.values(value).every(each);
export const hasShape = (shape) => (value) => isObject(value) && Object.entries(shape).every(([member, check]) => check(value[member]));
export const orNull = (check) => (value) => value === null || check(value);
export const optional = (check) => (value) => value === undefined || check(value);
export const one = (...allowed) => (value) => allowed.includes(value);
/** Throws DAMAGED naming the first member that is not as it has to be. */
export function checked(body, shape, what) {
    for (const [member, check] of Object.entries(shape)) {
        if (!check(body[member]))
            throw new BackupError('DAMAGED', `A ${what} has no valid "${member}".`, { context: { object: what, member } });
    }
    return body;
}
