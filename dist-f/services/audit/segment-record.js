import { HASH_BYTES, nextHash } from "./chain.js";
export const segmentSubject = (tenantId, number) => `${tenantId}/${number}`;
export function segmentValue(segment) {
    return { from: segment.from, to: segment.to, previous: segment.previous.toString('hex'), hash: segment.hash.toString('hex'), entries: segment.entries };
}
/** The tenant's segments among all records. */
export function segmentsOf(records, tenantId) {
    const segments = [];
    const damaged = [];
    for (const { name, document } of records) {
        const number = document.record === 'audit' && document.subject.startsWith(`${tenantId}/`) ? Number(document.subject.slice(tenantId.length + 1)) : Number.NaN;
        if (!Number.isSafeInteger(number))
            continue;
        const segment = parseSegment(number, document.value);
        if (segment)
            segments.push({ ...segment, record: name, at: document.at });
        else
            damaged.push(number);
    }
    segments.sort((a, b) => a.number - b.number || (a.at < b.at ? -1 : a.at > b.at ? 1 : a.record < b.record ? -1 : 1));
    return { segments, damaged };
}
function parseSegment(number, value) {
    const { from, to, previous, hash, entries } = (value ?? {});
    if (!Number.isSafeInteger(from) || !Number.isSafeInteger(to) || !Array.isArray(entries) || entries.length !== to - from + 1)
        return undefined;
    const segment = { number, from: from, to: to, previous: Buffer.from(String(previous), 'hex'), hash: Buffer.from(String(hash), 'hex'), entries: entries.map(String) };
    const last = hashesOf(segment).at(-1);
    return segment.previous.length === HASH_BYTES && last?.equals(segment.hash) ? segment : undefined;
}
/** The hash of each entry, in order. */
export function hashesOf(segment) {
    let hash = segment.previous;
    return segment.entries.map((entry) => {
        hash = nextHash(hash, Buffer.from(entry, 'utf8'));
        return hash;
    });
}
