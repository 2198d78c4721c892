/** Reads the log's rows in their order, some at a time. */
import type { Database, DatabaseTransaction } from '../../catalog/index.ts'

const PAGE_ROWS = 1000

export interface StoredEntry {
  readonly sequence: number
  readonly at: Date
  readonly entry: Buffer
  readonly entry_json: unknown
  readonly previous: Buffer
  readonly hash: Buffer
}

export interface EntryRange {
  readonly tenantId: string
  /** Only numbers above it. */
  readonly after: number
  /** The last number; none means to the end. */
  readonly to?: number
}

export async function* readEntries(db: Database | DatabaseTransaction, range: EntryRange): AsyncGenerator<StoredEntry> {
  let after = range.after
  for (;;) {
    const query = db
      .selectFrom('audit_entries')
      .select(['sequence', 'at', 'entry', 'entry_json', 'previous', 'hash'])
      .where('tenant_id', '=', range.tenantId)
      .where('sequence', '>', after)
    const rows = await (range.to === undefined ? query : query.where('sequence', '<=', range.to))
      .orderBy('sequence')
      .limit(PAGE_ROWS)
      .execute()
    yield* rows
    if (rows.length < PAGE_ROWS) return
    after = rows.at(-1)!.sequence
  }
}

export interface AuditHead {
  readonly sequence: number
  readonly hash: Buffer
}

/** Undefined before the first entry. */
export async function readHead(db: Database | DatabaseTransaction, tenantId: string): Promise<AuditHead | undefined> {
  return await db
    .selectFrom('audit_heads')
    .select(['sequence', 'hash'])
    .where('tenant_id', '=', tenantId)
    .executeTakeFirst()
}
