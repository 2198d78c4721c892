/** How far a copy knows what was decided in the repository that it was made from. */
import { RecordKind } from '../../engine/index.ts'
import { generationsBySubject, type RebuildContext } from './rebuild-context.ts'

/**
 * The time of the newest that came from there; undefined for a repository that a system has worked with since, and
 * where this database knew the first one.
 */
export async function copiedUntilOf(context: RebuildContext): Promise<string | undefined> {
  const { parts, tx, history, auditRecords } = context
  const key = generationsBySubject(history, RecordKind.CONTROL_KEY).get(parts.tenantId)?.at(-1)
  const origin = key?.document.copiedFrom?.repository
  if (origin === undefined) return undefined
  const known = await tx
    .selectFrom('repositories')
    .select('id')
    .where('tenant_id', '=', parts.tenantId)
    .where('repository_id', '=', origin)
    .executeTakeFirst()
  if (known) return undefined
  const times = [
    ...history.snapshots.flatMap(({ document }) => (document.copiedFrom ? [document.finishedAt] : [])),
    ...[...history.allRecords, ...auditRecords].flatMap(({ document }) => (document.copiedFrom ? [document.at] : [])),
  ]
  return times.sort().at(-1)
}
