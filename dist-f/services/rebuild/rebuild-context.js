/** Every generation of the records of one kind, by subject, oldest first. */
export function generationsBySubject(history, kind) {
    const bySubject = new Map();
    for (const entry of history.allRecords) {
        if (entry.document.record === kind)
            bySubject.set(entry.document.subject, [...(bySubject.get(entry.document.subject) ?? []), entry]);
    }
    // Of equal generations the lowest name counts, so it comes last.
    for (const entries of bySubject.values())
        entries.sort((a, b) => a.document.generation - b.document.generation || (a.name > b.name ? -1 : 1));
    return bySubject;
}
