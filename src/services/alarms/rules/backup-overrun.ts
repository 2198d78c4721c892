import type { AlarmRule } from '../alarm-rule.ts'
import { durationText } from '../quantities.ts'
import { thresholdsOf } from '../thresholds.ts'

/** A run takes longer than `maxBackupTime`, while it still runs. Ends with the run. */
export const backupOverrun: AlarmRule = {
  type: 'BACKUP_OVERRUN',
  severity: 'MEDIUM',
  title: { en: 'Backup takes too long', 'pt-BR': 'Backup demorado' },
  message: {
    en: 'The backup "{config}" has been running for {elapsed}; {limit} are expected at most.',
    'pt-BR': 'O backup "{config}" está em execução há {elapsed}; o esperado é no máximo {limit}.',
  },
  guidance: {
    en: 'See how far it is with "neonpro-backup status". If that is its usual time, raise the limit: neonpro-backup config edit NAME --max-backup-time SECONDS (alertConfig.maxBackupTime).',
    'pt-BR':
      'Veja o andamento com "neonpro-backup status". Se esse for o tempo normal, aumente o limite: neonpro-backup config edit NOME --max-backup-time SEGUNDOS (alertConfig.maxBackupTime).',
  },
  async evaluate({ db, parts, nowMs, configId }) {
    const running = await db
      .selectFrom('runs')
      .innerJoin('configs', 'configs.id', 'runs.config_id')
      .select(['runs.id as run_id', 'runs.started_at', 'configs.id as config_id', 'configs.name', 'configs.settings'])
      .where('runs.tenant_id', '=', parts.tenantId)
      .where('runs.state', '=', 'RUNNING')
      .where('runs.started_at', 'is not', null)
      .$if(configId !== undefined, (query) => query.where('configs.id', '=', configId!))
      .execute()
    return running.flatMap(({ run_id, started_at, config_id, name, settings }) => {
      const limitMs = thresholdsOf(parts, settings).maxBackupTime * 1000
      const elapsedMs = nowMs - started_at!.getTime()
      if (elapsedMs <= limitMs) return []
      return [
        {
          about: { configId: config_id, configName: name, runId: run_id },
          occurrence: run_id,
          values: { config: name, elapsed: durationText(elapsedMs), limit: durationText(limitMs) },
          details: { elapsedMs, limitMs },
        },
      ]
    })
  },
}
