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

/**
 * FAILED over COMPLETED + PARTIAL + FAILED of the last 30 days, from 5 on, is above `failureRate`. Reminds once a day.
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
    en: 'Look at the reasons of the failed runs ("neonpro-backup status", backup.log). alertConfig.failureRate sets the limit.',
    'pt-BR':
      'Veja os motivos das falhas ("neonpro-backup status", backup.log). alertConfig.failureRate define o limite.',
  },
  restMs: 5 * 60_000,
  async evaluate(context) {
    const { parts, nowMs } = context
    return (await failures(context)).flatMap(({ config_id, name, settings, failed, finished }) => {
      const { failureRate: limit } = thresholdsOf(parts, settings)
      const rate = failed / finished
      const about = { configId: config_id, configName: name }
      if (finished < RUNS_MIN || !(rate > limit || (context.isOpen(about) && rate >= limit * ENDS_BELOW))) return []
      const values = {
        config: name,
        failed,
        finished,
        rate: percentText(rate, parts.locale),
        limit: percentText(limit, parts.locale),
      }
      return [{ about, occurrence: isoTime(nowMs).slice(0, 10), values, details: { failed, finished, rate, limit } }]
    })
  },
}

interface RateRow {
  readonly config_id: string
  readonly name: string
  readonly settings: unknown
  readonly failed: number
  readonly finished: number
}

/** Begins with the failures, which are few: a healthy system costs one look at an index. */
async function failures({ db, parts, nowMs, configId }: RuleContext): Promise<RateRow[]> {
  const from = new Date(nowMs - DAYS * DAY_MS)
  const rows = await db
    .selectFrom('runs')
    .innerJoin('configs', 'configs.id', 'runs.config_id')
    .select((on) => [
      'configs.id as config_id',
      'configs.name',
      'configs.settings',
      on.fn.countAll<number>().as('failed'),
    ])
    .where('runs.tenant_id', '=', parts.tenantId)
    .where('runs.state', '=', 'FAILED')
    .where('runs.counted_at', '>=', from)
    .where('runs.counted_at', '<=', new Date(nowMs))
    .where('configs.removed_at', 'is', null)
    .$if(configId !== undefined, (query) => query.where('configs.id', '=', configId!))
    .groupBy(['configs.id', 'configs.name', 'configs.settings'])
    .execute()
  if (rows.length === 0) return []
  const finished = await db
    .selectFrom('runs')
    .select(['config_id', sql<number>`count(*)`.as('count')])
    .where(
      'config_id',
      'in',
      rows.map(({ config_id }) => config_id),
    )
    .where('state', 'in', ['COMPLETED', 'PARTIAL', 'FAILED'])
    .where('counted_at', '>=', from)
    .where('counted_at', '<=', new Date(nowMs))
    .groupBy('config_id')
    .execute()
  const counts = new Map(finished.map(({ config_id, count }) => [config_id, Number(count)]))
  return rows.map((row) => ({ ...row, failed: Number(row.failed), finished: counts.get(row.config_id) ?? 0 }))
}
