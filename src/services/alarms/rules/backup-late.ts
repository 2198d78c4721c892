import { isoTime } from '../../../kernel/clock.ts'
import type { AlarmRule, RuleContext } from '../alarm-rule.ts'
import { timeText } from '../quantities.ts'
import { zoneOf } from '../zone.ts'

/**
 * A run was due, its grace has passed and it has not begun. Ends when it begins; a missed run says more and mutes it.
 */
export const backupLate: AlarmRule = {
  type: 'BACKUP_LATE',
  severity: 'MEDIUM',
  title: { en: 'Backup late', 'pt-BR': 'Backup atrasado' },
  message: {
    en: 'The backup "{config}" was due at {due} and has not begun.',
    'pt-BR': 'O backup "{config}" deveria ter começado em {due} e ainda não começou.',
  },
  guidance: {
    en: 'See with "neonpro-backup status" whether a scheduler runs and what it is busy with; start one with "neonpro-backup serve".',
    'pt-BR':
      'Veja com "neonpro-backup status" se há um agendador em execução e o que ele está fazendo; inicie um com "neonpro-backup serve".',
  },
  mutedBy: 'BACKUP_MISSED',
  async evaluate(context) {
    const oldest = new Map<string, LateRow>()
    for (const row of [...(await waiting(context)), ...(await queued(context))]) {
      const known = oldest.get(row.config_id)
      if (!known || row.due_at < known.due_at) oldest.set(row.config_id, row)
    }
    return [...oldest.values()].map(({ config_id, name, settings, due_at, run_id }) => ({
      about: { configId: config_id, configName: name, ...(run_id !== null && { runId: run_id }) },
      occurrence: isoTime(due_at.getTime()),
      values: { config: name, due: timeText(due_at, zoneOf(settings), context.parts.locale) },
      details: { dueAt: isoTime(due_at.getTime()) },
    }))
  },
}

interface LateRow {
  readonly config_id: string
  readonly name: string
  readonly settings: unknown
  readonly due_at: Date
  readonly run_id: string | null
}

/** Due, and nobody has made a run of it. */
async function waiting({ db, parts, nowMs, configId }: RuleContext): Promise<LateRow[]> {
  return await db
    .selectFrom('due_times')
    .innerJoin('configs', 'configs.id', 'due_times.config_id')
    .select(['configs.id as config_id', 'configs.name', 'configs.settings', 'due_times.due_at', 'due_times.run_id'])
    .where('due_times.tenant_id', '=', parts.tenantId)
    .where('due_times.state', '=', 'WAITING')
    .where('due_times.due_at', '<', new Date(nowMs))
    .where('due_times.late_at', '<=', new Date(nowMs))
    .where('configs.removed_at', 'is', null)
    .where('configs.enabled', '=', true)
    .$if(configId !== undefined, (query) => query.where('configs.id', '=', configId!))
    .execute()
}

/** A run was made of it and stands in the queue. One that was tried and waits for another attempt did begin. */
async function queued({ db, parts, nowMs, configId }: RuleContext): Promise<LateRow[]> {
  return await db
    .selectFrom('runs')
    .innerJoin('configs', 'configs.id', 'runs.config_id')
    .innerJoin('due_times', (join) =>
      join.onRef('due_times.config_id', '=', 'runs.config_id').onRef('due_times.due_at', '=', 'runs.due_at'),
    )
    .select(['configs.id as config_id', 'configs.name', 'configs.settings', 'due_times.due_at', 'runs.id as run_id'])
    .where('runs.tenant_id', '=', parts.tenantId)
    .where('runs.state', '=', 'PENDING')
    .where('runs.attempts', '=', 0)
    .where('due_times.late_at', '<=', new Date(nowMs))
    .where('configs.removed_at', 'is', null)
    .$if(configId !== undefined, (query) => query.where('configs.id', '=', configId!))
    .execute()
}
