/**
 * Where a system goes on with another repository, or with an older state of its own: pins and holds that its database
 * knows and that repository does not are written into it, before anything there may be let go.
 */
import type { DatabaseTransaction } from '../../catalog/index.ts'
import type { CarriedProtection } from '../../contracts/system/index.ts'
import {
  type History,
  namesOfCopy,
  putRecord,
  type RecordEntry,
  RecordKind,
  type Repository,
} from '../../engine/index.ts'
import { isoTime, nowMs } from '../../kernel/clock.ts'
import { RepositoryRole } from '../parts.ts'

/** Pins and holds that the database knew and the repository did not have. */
interface CarriedNow {
  /** Written into it, as they stand there. */
  readonly brought: readonly CarriedProtection[]
  /** In force, and on a snapshot that it does not have. */
  readonly left: readonly CarriedProtection[]
}

interface Known extends CarriedProtection {
  /** Of the repository that it was made in. */
  readonly repository: string
  readonly generation: number
  readonly reason: string
  readonly until: string | null
  readonly by: string
  readonly at: string
}

/** Writing them again writes nothing; what was lifted here since they were brought stays lifted. */
export async function carryProtections(
  tx: DatabaseTransaction,
  tenantId: string,
  { repository, history }: { readonly repository: Repository; readonly history: History },
): Promise<CarriedNow> {
  const brought: CarriedProtection[] = []
  const left: CarriedProtection[] = []
  for (const known of await knownInForce(tx, tenantId)) {
    const there = mapped(known, { repository, history })
    const { record, subject, snapshot, source } = there ?? known
    if (there === undefined) left.push({ record, subject, snapshot, source })
    else if (await bring(repository, history, there)) brought.push({ record, subject, snapshot, source })
  }
  return { brought, left }
}

/** What is carried, or stands there already, counts in its new place alone. */
export async function letGoOfCarried(
  tx: DatabaseTransaction,
  tenantId: string,
  { repository, left }: { readonly repository: Repository; readonly left: readonly CarriedProtection[] },
): Promise<void> {
  const here = repository.keys.repositoryId.toString('hex')
  for (const { repository: id, record, subject } of await knownInForce(tx, tenantId)) {
    const isLeft = left.some((each) => each.record === record && each.subject === subject)
    if (id === here || isLeft) continue
    await tx
      .updateTable('protections')
      .set({ lifted_at: new Date(nowMs()) })
      .where('tenant_id', '=', tenantId)
      .where('record', '=', record)
      .where('subject', '=', subject)
      .where('repository_id', 'in', (from) =>
        from.selectFrom('repositories').select('id').where('tenant_id', '=', tenantId).where('repository_id', '=', id),
      )
      .execute()
  }
}

async function knownInForce(tx: DatabaseTransaction, tenantId: string): Promise<Known[]> {
  const rows = await tx
    .selectFrom('protections')
    .innerJoin('repositories', 'repositories.id', 'protections.repository_id')
    .select([
      'repositories.repository_id as repository',
      'protections.record',
      'protections.subject',
      'protections.generation',
      'snapshot',
      'source',
      'reason',
      'until',
      'protections.created_by as by',
      'protections.created_at as at',
    ])
    .where('protections.tenant_id', '=', tenantId)
    // Those of a further repository are in force there.
    .where('repositories.role', '=', RepositoryRole.FIRST)
    .where('lifted_at', 'is', null)
    .orderBy('record')
    .orderBy('subject')
    .execute()
  return rows.flatMap(({ repository, record, until, at, ...row }) =>
    repository === null || (record !== RecordKind.PIN && record !== RecordKind.HOLD)
      ? []
      : [{ ...row, repository, record, until: until && isoTime(until.getTime()), at: isoTime(at.getTime()) }],
  )
}

/** As it stands in this repository; undefined for a snapshot that it does not have. */
function mapped(
  known: Known,
  { repository, history }: { readonly repository: Repository; readonly history: History },
): Known | undefined {
  if (known.snapshot === null) return known
  const isOwn = known.repository === repository.keys.repositoryId.toString('hex')
  const here = history.snapshots.find(({ name, document: { copiedFrom } }) =>
    isOwn
      ? name === known.snapshot
      : copiedFrom && namesOfCopy(copiedFrom).includes(`${known.repository}/${known.snapshot}`),
  )
  if (!here) return undefined
  return { ...known, snapshot: here.name, ...(known.record === RecordKind.PIN && { subject: here.name }) }
}

/** False where it is in force here, or was lifted here after it had come. */
async function bring(repository: Repository, history: History, known: Known): Promise<boolean> {
  const { record, subject, snapshot, source, reason, until, by, at } = known
  const all = history.allRecords.filter(({ document }) => document.record === record && document.subject === subject)
  const newest = all.reduce((most, { document }) => Math.max(most, document.generation), 0)
  const isInForce = all.some(({ document }) => document.generation === newest && document.value !== null)
  const here = repository.keys.repositoryId.toString('hex')
  const seen = all.reduce((most, entry) => Math.max(most, generationFrom(entry, known.repository, here)), 0)
  if (isInForce || seen >= known.generation) return false
  const value = record === RecordKind.PIN ? { reason } : { snapshot, source, reason, until }
  const isOwn = known.repository === here
  await putRecord(repository, {
    record,
    subject,
    generation: Math.max(newest + 1, isOwn ? known.generation : 0),
    at,
    by,
    value,
    ...(!isOwn && { copiedFrom: { repository: known.repository, generation: known.generation } }),
  })
  return true
}

/** Which generation of the repository that it was made in a record stands for; 0 for a decision of this one alone. */
function generationFrom({ document }: RecordEntry, origin: string, here: string): number {
  if (origin === here) return document.generation
  return document.copiedFrom?.repository === origin ? document.copiedFrom.generation : 0
}
