/**
 * Where this repository stands in the place of a lost one: what was closed only there is still in the database, but
 * nothing signed vouches for it any more. It is closed anew, and the log itself says from where on and why.
 */
import { sql } from 'kysely'
import type { LostRepository } from '../../contracts/system/index.ts'
import { type LostDetails, lostIn, segmentsOf } from '../audit/index.ts'
import { RepositoryRole } from '../parts.ts'
import type { RebuildContext } from './rebuild-context.ts'

/** Undefined where none was lost that the log does not name yet. */
export async function closeLostAnew(
  context: RebuildContext,
): Promise<{ readonly told: LostRepository; readonly details: LostDetails } | undefined> {
  const lost = await lostRepositories(context)
  if (lost.length === 0) return undefined
  const missing = await missingSegments(context)
  const range = {
    entries: missing.reduce((sum, { from, to }) => sum + to - from + 1, 0),
    from: missing[0]?.from ?? null,
    to: missing.at(-1)?.to ?? null,
  }
  if (missing.length > 0)
    await context.tx
      .updateTable('audit_segments')
      .set({ record: '' })
      .where('tenant_id', '=', context.parts.tenantId)
      .where(
        'number',
        'in',
        missing.map(({ number }) => number),
      )
      .execute()
  const locations = lost.map(({ location }) => location)
  return { told: { locations, ...range }, details: { repositories: lost, ...range } }
}

async function lostRepositories({
  parts: { tenantId },
  tx,
  repository,
}: RebuildContext): Promise<LostDetails['repositories']> {
  const others = await tx
    .selectFrom('repositories')
    .select(['repository_id as id', 'location'])
    .where('tenant_id', '=', tenantId)
    .where('role', '=', RepositoryRole.FIRST)
    .where('repository_id', '<>', repository.keys.repositoryId.toString('hex'))
    .orderBy('location')
    .execute()
  if (others.length === 0) return []
  const told = await tx
    .selectFrom('audit_entries')
    .select('entry')
    .where('tenant_id', '=', tenantId)
    .where(sql<string>`entry_json->>'action'`, '=', 'system.rebuild')
    .execute()
  const named = new Set(told.flatMap(({ entry }) => lostIn(entry)?.repositories.map(({ id }) => id) ?? []))
  return others.flatMap(({ id, location }) => (id === null || named.has(id) ? [] : [{ id, location }]))
}

async function missingSegments({ parts: { tenantId }, tx, auditRecords }: RebuildContext) {
  const { segments, damaged } = segmentsOf(auditRecords, tenantId)
  const there = new Set([...segments.map(({ number }) => number), ...damaged])
  const rows = await tx
    .selectFrom('audit_segments')
    .select(['number', 'from_sequence as from', 'to_sequence as to'])
    .where('tenant_id', '=', tenantId)
    .orderBy('number')
    .execute()
  return rows.filter(({ number }) => !there.has(number))
}
