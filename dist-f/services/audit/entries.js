const PAGE_ROWS = 1000;
export async function* readEntries(db, range) {
    let after = range.after;
    for (;;) {
        const query = db.selectFrom('audit_entries').select(['sequence', 'at', 'entry', 'entry_json', 'previous', 'hash']).where('tenant_id', '=', range.tenantId).where('sequence', '>', after);
        const rows = await (range.to === undefined ? query : query.where('sequence', '<=', range.to)).orderBy('sequence').limit(PAGE_ROWS).execute();
        yield* rows;
        if (rows.length < PAGE_ROWS)
            return;
        after = rows.at(-1).sequence;
    }
}
/** Undefined before the first entry. */
export async function readHead(db, tenantId) {
    return await db.selectFrom('audit_heads').select(['sequence', 'hash']).where('tenant_id', '=', tenantId).executeTakeFirst();
}
