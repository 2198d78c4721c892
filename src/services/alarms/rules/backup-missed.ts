import { sql } from 'kysely'
import type { ConfigSettings } from '../../../contracts/system/index.ts'
import { missedAtMs, nextDueAt } from '../../../jobs/index.ts'
import { isoTime } from '../../../kernel/clock.ts'
import type { AlarmRule, RuleContext } from '../alarm-rule.ts'
import { timeText } from '../quantities.ts'
import { zoneOf } from '../zone.ts'

/**
 * A due time passed without a run and the next one is here, or a day has gone by; nothing has been stored since. Ends
 * with the next run that stores something.
 */
export const backupMissed: AlarmRule = {
  type: 'BACKUP_MISSED',
  severity: 'HIGH',
  title: { en: 'Backup did not run', 'pt-BR': 'Backup não executado' },
  message: {
    en: 'The backup "{config}", due at {due}, did not run.',
    'pt-BR': 'O backup "{config}", previsto para {due}, não foi executado.',
  },
  guidance: {
    en: 'It is caught up as soon as a scheduler runs ("neonpro-backup serve"); or run it now: neonpro-backup run NAME',
    'pt-BR':
      'Ele será feito assim que houver um agendador em execução ("neonpro-backup serve"); ou execute agora: neonpro-backup run NOME',
  },
  async evaluate(context) {
    const newest = new Map<string, MissedRow>()
    for (const row of [...(await missedSinceLastGood(context)), ...(await overtaken(context))]) {
      const known = newest.get(row.config_id)
      if (!known || row.due_at > known.due_at) newest.set(row.config_id, row)
    }
    return [...newest.values()].map(({ config_id, name, settings, due_at, run_id }) => ({
      about: { configId: config_id, configName: name, ...(run_id !== null && { runId: run_id }) },
      occurrence: isoTime(due_at.getTime()),
      values: { config: name, due: timeText(due_at, zoneOf(settings), context.parts.locale) },
      details: { dueAt: isoTime(due_at.getTime()) },
    }))
  },
}

interface MissedRow {
  readonly config_id: string
  readonly name: string
  readonly settings: unknown
  readonly due_at: Date
  readonly run_id: string | null
}

/** What the scheduler called missed: the newest due time of each configuration that lies after its last good run. */
async function missedSinceLastGood({ db, parts, configId }: RuleContext): Promise<MissedRow[]> {
  return await db
    .selectFrom('configs')
    .leftJoinLateral(
      (from) =>
        from
          .selectFrom('runs')
          .select('runs.finished_at as at')
          .whereRef('runs.config_id', '=', 'configs.id')
          .where('runs.state', 'in', ['COMPLETED', 'PARTIAL'])
          .orderBy('runs.created_at', 'desc')
          .limit(1)
          .as('good'),
      (join) => join.onTrue(),
    )
    .innerJoinLateral(
      (from) =>
        from
          .selectFrom('due_times')
          .select(['due_times.due_at', 'due_times.run_id'])
          .whereRef('due_times.config_id', '=', 'configs.id')
          .where('due_times.state', '=', 'MISSED')
          .where('due_times.due_at', '>', sql<Date>`coalesce(good.at, '-infinity')`)
          .orderBy('due_times.due_at', 'desc')
          .limit(1)
          .as('missed'),
      (join) => join.onTrue(),
    )
    .select(['configs.id as config_id', 'configs.name', 'configs.settings', 'missed.due_at', 'missed.run_id'])
    .where('configs.tenant_id', '=', parts.tenantId)
    .where('configs.removed_at', 'is', null)
    .where('configs.enabled', '=', true)
    .$if(configId !== undefined, (query) => query.where('configs.id', '=', configId!))
    .execute()
}

/** What no scheduler has looked at: it still waits, and the next one is due or a day has passed. */
async function overtaken({ db, parts, nowMs, configId }: RuleContext): Promise<MissedRow[]> {
  const late = await db
    .selectFrom('due_times')
    .innerJoin('configs', 'configs.id', 'due_times.config_id')
    .select([
      'configs.id as config_id',
      'configs.name',
      'configs.settings',
      'configs.created_at',
      'due_times.due_at',
      'due_times.run_id',
    ])
    .where('due_times.tenant_id', '=', parts.tenantId)
    .where('due_times.state', '=', 'WAITING')
    .where('due_times.due_at', '<', new Date(nowMs))
    .where('due_times.late_at', '<=', new Date(nowMs))
    .where('configs.removed_at', 'is', null)
    .where('configs.enabled', '=', true)
    .$if(configId !== undefined, (query) => query.where('configs.id', '=', configId!))
    .execute()
  return late.filter(({ settings, created_at, due_at }) => {
    const { schedule } = settings as ConfigSettings
    const dueAtMs = due_at.getTime()
    return (
      nowMs >=
      missedAtMs({
        dueAtMs,
        nextDueAtMs: nextDueAt(schedule, {
          timezone: zoneOf(settings),
          createdAtMs: created_at.getTime(),
          afterMs: dueAtMs,
        }),
      })
    )
  })
}
