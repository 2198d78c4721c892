/** The documents of docs/format/v1.md sections 11 to 13, checked by hand when they are read: a command that only reads should start fast. */
import { checked, hasShape, isCount, isFlag, isHex, isList, isMap, isObject, isText, isTime, one, optional, orNull } from "../crypto/index.js";
export const SnapshotType = { FULL: 'FULL', INCREMENTAL: 'INCREMENTAL', DIFFERENTIAL: 'DIFFERENTIAL' };
/** The kinds of record that this version knows. Others are kept, listed and otherwise let be. */
export const RecordKind = { PIN: 'pin', HOLD: 'hold', FORGET: 'forget', CONFIGURATION: 'configuration', CONTROL_KEY: 'control-key', AUDIT: 'audit', ERASURE: 'erasure' };
/** Bytes (one character each) as they stand in a document. */
export function pathText(path) {
    const bytes = Buffer.from(path, 'latin1');
    const text = bytes.toString('utf8');
    return Buffer.from(text, 'utf8').equals(bytes) ? text : { hex: bytes.toString('hex') };
}
/** The byte string (one character a byte) of a path text. */
export function bytesOfPathText(text) {
    return typeof text === 'string' ? Buffer.from(text, 'utf8').toString('latin1') : Buffer.from(text.hex, 'hex').toString('latin1');
}
/** A byte string for people: what is no UTF-8 is shown as \xNN. */
export function printablePath(path) {
    const text = pathText(path);
    if (typeof text === 'string')
        return [...text].map((char) => (char < ' ' || char === '\x7f' ? escapeByte(char.charCodeAt(0)) : char)).join('');
    return [...path].map((char) => (char < ' ' || char > '~' ? escapeByte(char.charCodeAt(0)) : char)).join('');
}
function escapeByte(value) {
    return `\\x${value.toString(16).padStart(2, '0')}`;
}
const isPathText = (value) => isText(value) || (isObject(value) && isText(value['hex']));
const SNAPSHOT = {
    kind: one('snapshot', 'checkpoint'), source: isText, sourceKind: isText, type: isText, complete: isFlag, host: isText, user: isText, program: isText, startedAt: isText,
    finishedAt: isText, paths: isList(isPathText), tags: isList(isText), tree: isHex(32), parent: orNull(isHex(32)), writer: isHex(16), sequence: optional(isCount), previous: orNull(isHex(32)),
    seen: isMap((value) => Array.isArray(value) && isCount(value[0]) && isText(value[1])), runId: optional(isText), keyGeneration: isCount, deleteGeneration: isCount, summary: isMap(isCount),
    skipped: isList((value) => isObject(value) && isPathText(value['path']) && isText(value['reason'])), skippedCount: isCount, changedWhileRead: isList(isPathText), changedCount: isCount,
    metadataNotKept: isList((value) => isObject(value) && isPathText(value['path']) && isText(value['what'])), notKeptCount: isCount, filters: isObject,
    owners: (value) => isObject(value) && isMap(isText)(value['users']) && isMap(isText)(value['groups']),
    copiedFrom: optional((value) => isObject(value) && isHex(16)(value['repository']) && isHex(32)(value['snapshot'])),
};
const DELETE = {
    kind: one('tombstone', 'deleted'), generation: isCount, previous: isList(isHex(32)), packs: isList(isHex(32)), indexes: isList(isHex(32)), marked: isMap(isCount),
    completes: optional(isList(isHex(32))), kept: optional(isList(isHex(32))), at: optional(isTime), deadline: optional(isTime), uptime: optional(hasShape({ boot: isText, ms: isTime })), damaged: optional(isFlag), replaces: optional(isList(isHex(32))),
};
const SESSION = { kind: one('session'), writer: isHex(16), host: isText, bootId: isText, pid: isCount, processStart: isText, startedAt: isText };
const RECORD = { kind: one('record'), record: isText, subject: isText, generation: isCount, at: isText, by: isText, value: orNull(isObject) };
/** The value of a `forget` record. */
const FORGET = { snapshots: isList((value) => isObject(value) && isHex(32)(value['name']) && isHex(16)(value['writer']) && isCount(value['sequence'])), records: optional(isList(isHex(32))) };
const CONFIRM = { kind: one('confirm'), snapshot: isHex(32), deleteGeneration: isCount };
const RETRACT = { kind: one('retract'), snapshot: isHex(32), writer: isHex(16), sequence: isCount };
const CLAIM = { kind: one('claim'), runId: isText, snapshot: isHex(32), writer: isHex(16) };
export const parseSnapshot = (body) => checked(body, SNAPSHOT, 'snapshot');
export const parseDeleteEntry = (body) => checked(body, DELETE, 'delete-log entry');
export const parseSession = (body) => checked(body, SESSION, 'session');
export function parseRecord(body) {
    const record = checked(body, RECORD, 'record');
    if (record.record === RecordKind.FORGET)
        checked(record.value ?? {}, FORGET, 'record');
    return record;
}
/** What stands in `confirms/`. */
export const parseConfirm = (body) => (body['kind'] === 'retract' ? checked(body, RETRACT, 'retraction') : checked(body, CONFIRM, 'confirmation'));
export const parseClaim = (body) => checked(body, CLAIM, 'claim');
