/** The log a page at a time, newest first, with the names of those who acted where they were not erased. */
import type { AuditPage } from '../../contracts/system/index.ts'
import { isoTime } from '../../kernel/clock.ts'
import type { AuditResult, SystemParts } from '../parts.ts'

const LIMIT = 100

interface EncodedEntry {
  readonly actor: string
  readonly action: string
  readonly resource: string
  readonly result: string
  readonly details: unknown
}

export async function listAuditEntries(
  { catalog, tenantId }: Pick<SystemParts, 'catalog' | 'tenantId'>,
  { before, limit = LIMIT }: { readonly before?: number | undefined; readonly limit?: number | undefined } = {},
): Promise<AuditPage> {
  let query = catalog.db
    .selectFrom('audit_entries')
    .select(['sequence', 'at', 'entry_json', 'hash'])
    .where('tenant_id', '=', tenantId)
  if (before !== undefined) query = query.where('sequence', '<', before)
  const rows = await query
    .orderBy('sequence', 'desc')
    .limit(limit + 1)
    .execute()
  const page = rows.slice(0, limit)
  const labels = await labelsOf(
    { catalog, tenantId },
    page.map(({ entry_json }) => (entry_json as EncodedEntry).actor),
  )
  const entries = page.map(({ sequence, at, entry_json, hash }) => {
    const { actor, action, resource, result, details } = entry_json as EncodedEntry
    return {
      ...{ sequence, at: isoTime(at.getTime()), actor, action, resource, details },
      label: labels.get(actor) ?? null,
      result: result as AuditResult,
      hash: hash.toString('hex'),
    }
  })
  return { entries, next: rows.length > limit ? page.at(-1)!.sequence : null }
}

/** A label that was erased is empty. */
async function labelsOf(
  { catalog, tenantId }: Pick<SystemParts, 'catalog' | 'tenantId'>,
  pseudonyms: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  if (pseudonyms.length === 0) return new Map()
  const rows = await catalog.db
    .selectFrom('audit_actors')
    .select(['pseudonym', 'label'])
    .where('tenant_id', '=', tenantId)
    .where('pseudonym', 'in', [...new Set(pseudonyms)])
    .where('label', '<>', '')
    .execute()
  return new Map(rows.map(({ pseudonym, label }) => [pseudonym, label]))
}
