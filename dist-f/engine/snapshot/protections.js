import { RecordKind } from "./documents.js";
export function holdsOf(history) {
    return history.records.filter(({ document }) => document.record === RecordKind.HOLD).map(({ document }) => {
        const { snapshot, source, reason, until } = (document.value ?? {});
        return { id: document.subject, snapshot: snapshot ?? null, source: source ?? null, reason: reason ?? '', until: until ?? null };
    });
}
/** Why snapshots are kept whatever a policy says: by name. A hold ends only at its date or by being lifted. */
export function protections(history, atMs) {
    const why = new Map();
    for (const { document } of history.records)
        if (document.record === RecordKind.PIN)
            why.set(document.subject, 'pin');
    for (const hold of holdsOf(history)) {
        for (const { name, document } of history.snapshots)
            if (isHeldBy(hold, { name, source: document.source }, atMs))
                why.set(name, `hold ${hold.id}`);
    }
    return why;
}
/** True while the hold is in force on a snapshot. */
export function isHeldBy(hold, snapshot, atMs) {
    if (hold.until !== null && Date.parse(hold.until) < atMs)
        return false;
    if (hold.snapshot === null && hold.source === null)
        return true;
    return hold.snapshot === snapshot.name || (hold.source !== null && hold.source === snapshot.source);
}
