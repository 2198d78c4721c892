/**
 * Figures of the runs that came to an end in a period; a missed one counts at its due time. All kinds of trigger are in
 * it. successRate = COMPLETED / (COMPLETED + PARTIAL + FAILED + MISSED), null at none. Durations and throughput are of
 * runs that stored something (COMPLETED, PARTIAL); the 95th percentile is the nearest rank, so it is a duration that
 * was. Reckoned from the sums of whole days, from which the runs of its first and last day outside the period are taken
 * away: nobody reads a million runs.
 */
import { type RawBuilder, sql } from 'kysely'
import type { Database } from '../../catalog/index.ts'
import type { BackupMetrics } from '../../contracts/system/index.ts'
import { isoTime, nowMs } from '../../kernel/clock.ts'
import type { SystemParts } from '../parts.ts'
import { type Period, type PeriodInput, parsePeriod } from './period.ts'

/** Throws CONFIG_INVALID for a period that is none. */
export async function calculateMetrics(
  parts: SystemParts,
  period: PeriodInput,
  options: { readonly atMs?: number } = {},
): Promise<BackupMetrics> {
  return await backupMetrics(parts, parsePeriod(period, options.atMs ?? nowMs()))
}

export async function backupMetrics(
  { catalog, tenantId }: SystemParts,
  { fromMs, toMs }: Period,
): Promise<BackupMetrics> {
  const row = await metricsQuery(catalog.db, tenantId, { fromMs, toMs }).executeTakeFirstOrThrow()
  const {
    completed,
    partial,
    failed,
    missed,
    cancelled,
    bytesProcessed,
    bytesAdded,
    bytesStored,
    durations,
    durationUs,
    measuredUs,
    measuredBytes,
    p95Us,
  } = row
  const judged = completed + partial + failed + missed
  return {
    from: isoTime(fromMs),
    to: isoTime(toMs),
    total: judged + cancelled,
    completed,
    partial,
    failed,
    missed,
    cancelled,
    successRate: judged === 0 ? null : completed / judged,
    durationMsMean: durations === 0 ? null : Math.round(durationUs / durations / 1000),
    durationMsP95: p95Us === null ? null : Math.round(p95Us / 1000),
    bytesProcessed,
    bytesAdded,
    bytesStored,
    throughputBytesPerSecond: measuredUs > 0 ? Math.round(measuredBytes / (measuredUs / 1_000_000)) : null,
  }
}

const SHARE = 0.95

/**
 * One statement, so that sums and runs are those of one moment. For the test, too, that holds its plan against the
 * indexes.
 */
export function metricsQuery(db: Database, tenantId: string, { fromMs, toMs }: Period) {
  const [from, to] = [new Date(fromMs), new Date(toMs)]
  return (
    db
      .with('part', (on) =>
        on
          .selectFrom('run_days')
          .select(['state', ...sums(1, WHOLE_DAYS)])
          .where('tenant_id', '=', tenantId)
          .where('day', '>=', utcDay(from))
          .where('day', '<=', utcDay(to))
          .groupBy('state')
          .unionAll(
            on
              .selectFrom('runs')
              .select(['state', ...sums(-1, SINGLE_RUNS)])
              .where('tenant_id', '=', tenantId)
              .where('counted_at', '>=', dayStart(from))
              .where('counted_at', '<=', from)
              .groupBy('state'),
          )
          .unionAll(
            on
              .selectFrom('runs')
              .select(['state', ...sums(-1, SINGLE_RUNS)])
              .where('tenant_id', '=', tenantId)
              .where('counted_at', '>', to)
              .where('counted_at', '<', sql<Date>`${dayStart(to)} + interval '24 hours'`)
              .groupBy('state'),
          ),
      )
      .with('total', (on) =>
        on
          .selectFrom('part')
          .select([
            counted('COMPLETED').as('completed'),
            counted('PARTIAL').as('partial'),
            counted('FAILED').as('failed'),
            counted('MISSED').as('missed'),
            counted('CANCELLED').as('cancelled'),
            total('durations').as('durations'),
            total('duration_us').as('durationUs'),
            total('measured_us').as('measuredUs'),
            total('measured_bytes').as('measuredBytes'),
            total('bytes_processed').as('bytesProcessed'),
            total('bytes_added').as('bytesAdded'),
            total('bytes_stored').as('bytesStored'),
          ]),
      )
      .selectFrom('total')
      .selectAll('total')
      // The nearest rank, from the longest down: a twentieth of the durations is read, in the order of their index.
      .select((on) =>
        on
          .selectFrom('runs')
          .select(sql<number>`duration_us::float8`.as('us'))
          .where('tenant_id', '=', tenantId)
          .where('duration_us', 'is not', null)
          .where('counted_at', '>', from)
          .where('counted_at', '<=', to)
          .orderBy('duration_us', 'desc')
          .offset(sql<number>`(select durations - ceil(${sql.lit(SHARE)}::float8 * durations) from total)::bigint`)
          .limit(1)
          .as('p95Us'),
      )
  )
}

type Sums = Readonly<
  Record<
    | 'count'
    | 'durations'
    | 'duration_us'
    | 'measured_us'
    | 'measured_bytes'
    | 'bytes_processed'
    | 'bytes_added'
    | 'bytes_stored',
    RawBuilder<number>
  >
>

/** What sum_run_days() puts into a day, of the days … */
const WHOLE_DAYS: Sums = {
  count: sql`sum(count)`,
  durations: sql`sum(durations)`,
  duration_us: sql`sum(duration_us)`,
  measured_us: sql`sum(measured_us)`,
  measured_bytes: sql`sum(measured_bytes)`,
  bytes_processed: sql`sum(bytes_processed)`,
  bytes_added: sql`sum(bytes_added)`,
  bytes_stored: sql`sum(bytes_stored)`,
}

/** … and of runs. */
const SINGLE_RUNS: Sums = {
  count: sql`count(*)`,
  durations: sql`count(duration_us)`,
  duration_us: sql`sum(duration_us)`,
  measured_us: sql`sum(duration_us) filter (where stats is not null)`,
  measured_bytes: sql`sum(bytes_processed) filter (where duration_us is not null)`,
  bytes_processed: sql`sum(bytes_processed)`,
  bytes_added: sql`sum(bytes_added)`,
  bytes_stored: sql`sum(bytes_stored)`,
}

function sums(sign: 1 | -1, of: Sums) {
  return (Object.keys(of) as Array<keyof Sums>).map((name) => sql<number>`${sql.lit(sign)} * ${of[name]}`.as(name))
}

const counted = (state: string) => sql<number>`coalesce(sum(count) filter (where state = ${sql.lit(state)}), 0)::float8`
const total = (column: keyof Sums) => sql<number>`coalesce(sum(${sql.ref(column)}), 0)::float8`
const utcDay = (at: Date) => sql<string>`(${at}::timestamptz at time zone 'UTC')::date`
const dayStart = (at: Date) => sql<Date>`date_trunc('day', ${at}::timestamptz, 'UTC')`
