import type { AlarmRule } from '../alarm-rule.ts'
import { newestRuns } from '../newest-runs.ts'

/** The newest run that stored something left items out. Ends with the next one that is whole. */
export const backupPartial: AlarmRule = {
  type: 'BACKUP_PARTIAL',
  severity: 'MEDIUM',
  title: { en: 'Backup incomplete', 'pt-BR': 'Backup incompleto' },
  message: {
    en: 'The backup "{config}" finished, but {skipped} {skipped:item is|items are} missing from it or incomplete.',
    'pt-BR':
      'O backup "{config}" terminou, mas {skipped} {skipped:item falta ou está incompleto|itens faltam ou estão incompletos}.',
  },
  guidance: {
    en: 'The run\'s record lists them ("neonpro-backup status"). Give this user the right to read them, or leave them out by a pattern.',
    'pt-BR':
      'O registro da execução os lista ("neonpro-backup status"). Dê a este usuário permissão de leitura ou exclua-os com um padrão.',
  },
  async evaluate(context) {
    const partial = (await newestRuns(context, ['COMPLETED', 'PARTIAL'])).filter(({ state }) => state === 'PARTIAL')
    return partial.map(({ configId, configName, runId, skipped }) => ({
      about: { configId, configName, runId },
      occurrence: runId,
      values: { config: configName, skipped },
      details: { skipped },
    }))
  },
}
