import { sql } from 'kysely'
import { isoTime } from '../../../kernel/clock.ts'
import type { AlarmRule, RuleContext } from '../alarm-rule.ts'
import { percentText } from '../quantities.ts'
import { thresholdsOf } from '../thresholds.ts'

const DAYS = 30
const DAY_MS = 86_400_000
const RUNS_MIN = 5
/** Of the threshold: below it the alarm ends, so that it does not come and go. */
const ENDS_BELOW = 0.8
/** What failed within so long of each other is one bad night, however many runs it cost. */
const APART_MS = DAY_MS
/** Without a failure for so long, and with a good run since: it is over, whatever stands in the window. */
const QUIET_MS = 3 * DAY_MS

/**
 * FAILED over COMPLETED + PARTIAL + FAILED of the last 30 days, from 5 on, is above `failureRate`, and they are no one
 * bad stretch: good runs stand between failures that are a day or more apart. One stretch is BACKUP_FAILED's, which
 * ends with the next good run. Told again on a day with another failure.
 */
export const failureRate: AlarmRule = {
  type: 'FAILURE_RATE',
  severity: 'MEDIUM',
  title: { en: 'Too many failed backups', 'pt-BR': 'Muitas falhas de backup' },
  message: {
    en: 'Of the last {finished} {finished:run|runs} of "{config}" (30 days), {failed} failed: {rate}, the limit is {limit}.',
    'pt-BR':
      'De {finished} {finished:execução|execuções} de "{config}" nos últimos 30 dias, {failed} {failed:falhou|falharam}: {rate}, o limite é {limit}.',
  },
  guidance: {
    en: 'Look at the reasons of the failed runs ("neonpro-backup status", backup.log). The limit: neonpro-backup config edit NAME --max-failure-rate RATE (alertConfig.failureRate).',
    'pt-BR':
      'Veja os motivos das falhas ("neonpro-backup status", backup.log). O limite: neonpro-backup config edit NOME --max-failure-rate TAXA (alertConfig.failureRate).',
  },
  restMs: 5 * 60_000,
  async evaluate(context) {
    const { parts, nowMs } = context
    return (await failures(context)).flatMap((row) => {
      const { configId, name, failed, finished } = row
      const { failureRate: limit } = thresholdsOf(parts, row.settings)
      const rate = failed / finished
      const about = { configId, configName: name }
      const isHigh = rate > limit || (context.isOpen(about) && rate >= limit * ENDS_BELOW)
      if (finished < RUNS_MIN || !isHigh || !comesBack(row) || isOver(row, nowMs)) return []
      const values = {
        config: name,
        failed,
        finished,
        rate: percentText(rate, parts.locale),
        limit: percentText(limit, parts.locale),
      }
      const occurrence = isoTime(row.lastFailedMs).slice(0, 10)
      return [{ about, occurrence, values, details: { failed, finished, rate, limit } }]
    })
  },
}

/** What the runs of the window say. */
interface RateRow {
  readonly configId: string
  readonly name: string
  readonly settings: unknown
  readonly failed: number
  readonly finished: number
  readonly firstFailedMs: number
  readonly lastFailedMs: number
  /** Good runs between the first failure and the last one, and since. */
  readonly goodBetween: number
  readonly goodSince: number
}

function comesBack({ firstFailedMs, lastFailedMs, goodBetween }: RateRow): boolean {
  return goodBetween > 0 && lastFailedMs - firstFailedMs >= APART_MS
}

function isOver({ lastFailedMs, goodSince }: RateRow, nowMs: number): boolean {
  return goodSince > 0 && nowMs - lastFailedMs >= QUIET_MS
}

/** Begins with the failures, which are few: a healthy system costs one look at an index. */
async function failures({ db, parts, nowMs, configId }: RuleContext): Promise<RateRow[]> {
  const from = new Date(nowMs - DAYS * DAY_MS)
  const to = new Date(nowMs)
  const failing = db
    .selectFrom('runs')
    .innerJoin('configs', 'configs.id', 'runs.config_id')
    .select((on) => [
      'configs.id',
      'configs.name',
      on.fn.countAll<number>().as('failed'),
      sql<Date>`min(runs.counted_at)`.as('first_at'),
      sql<Date>`max(runs.counted_at)`.as('last_at'),
    ])
    .where('runs.tenant_id', '=', parts.tenantId)
    .where('runs.state', '=', 'FAILED')
    .where('runs.counted_at', '>=', from)
    .where('runs.counted_at', '<=', to)
    .where('configs.removed_at', 'is', null)
    .$if(configId !== undefined, (query) => query.where('configs.id', '=', configId!))
    .groupBy(['configs.id', 'configs.name'])
  const rows = await db
    .with('failing', () => failing)
    .selectFrom('failing')
    .innerJoin('configs', 'configs.id', 'failing.id')
    .innerJoinLateral(
      (on) =>
        on
          .selectFrom('runs')
          .select([
            sql<number>`count(*)`.as('good'),
            sql<number>`count(*) filter (where runs.counted_at between failing.first_at and failing.last_at)`.as(
              'good_between',
            ),
            sql<number>`count(*) filter (where runs.counted_at > failing.last_at)`.as('good_since'),
          ])
          .whereRef('runs.config_id', '=', 'failing.id')
          .where('runs.state', 'in', ['COMPLETED', 'PARTIAL'])
          .where('runs.counted_at', '>=', from)
          .where('runs.counted_at', '<=', to)
          .as('others'),
      (join) => join.onTrue(),
    )
    .selectAll(['failing', 'others'])
    .select('configs.settings')
    .execute()
  return rows.map((row) => ({
    configId: row.id,
    name: row.name,
    settings: row.settings,
    failed: Number(row.failed),
    finished: Number(row.failed) + Number(row.good),
    firstFailedMs: row.first_at.getTime(),
    lastFailedMs: row.last_at.getTime(),
    goodBetween: Number(row.good_between),
    goodSince: Number(row.good_since),
  }))
}
