/** The records of a repository alone: whoever rebuilds a control plane or checks an audit log needs nothing else of the history. */
import { ObjectType } from "../crypto/index.js";
import { byMaintenance, readParsed } from "./read-parsed.js";
import { parseRecord, RecordKind } from "./documents.js";
/** Audit segments grow with time and no decision hangs on them, so they lie apart: a backup or a restore never reads them. */
export const RecordFolder = { DECISIONS: 'records', AUDIT: 'audit' };
/** Where records of a kind stand. */
export function folderOfRecord(kind) {
    return kind === RecordKind.AUDIT ? RecordFolder.AUDIT : RecordFolder.DECISIONS;
}
/** Reads every record of a folder. Throws what the store throws; damage is returned, never dropped in silence. */
export async function readRecords(repository, folder, signal) {
    return readParsed(repository, { folder, type: ObjectType.RECORD, parse: (stored) => parseRecord(byMaintenance(stored)) }, signal);
}
/** The highest generation of each kind and subject, lifted ones included; of equal generations the lowest name. */
export function newestRecords(entries) {
    const newest = new Map();
    for (const entry of entries) {
        const key = `${entry.document.record}/${entry.document.subject}`;
        const known = newest.get(key);
        if (!known || isAhead(entry, known))
            newest.set(key, entry);
    }
    return [...newest.values()];
}
/** The newest of each kind and subject, without what was lifted and without `forget`, of which every one counts. */
export function inForce(entries) {
    return newestRecords(entries).filter(({ document }) => document.value !== null && document.record !== RecordKind.FORGET);
}
/** The snapshots that a `forget` record names. */
export function forgottenBy({ value }) {
    return (value?.['snapshots'] ?? []);
}
function isAhead(a, b) {
    return a.document.generation > b.document.generation || (a.document.generation === b.document.generation && a.name < b.name);
}
