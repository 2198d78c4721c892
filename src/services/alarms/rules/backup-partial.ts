import type { AlarmRule } from '../alarm-rule.ts'
import { newestRuns } from '../newest-runs.ts'

/** They are sent out: paths are in the details alone, which "status" shows. */
const OF_EMPTIED = {
  message: {
    en: 'The backup "{config}" finished, but {emptied} of its folders had files before and {emptied:has|have} none now. Earlier restore points have those files for as long as the retention keeps the points.',
    'pt-BR':
      'O backup "{config}" terminou, mas {emptied} {emptied:pasta dele tinha|pastas dele tinham} arquivos antes e agora não {emptied:tem|têm} nenhum. Os pontos de restauração anteriores têm esses arquivos enquanto a retenção mantiver os pontos.',
  },
  guidance: {
    en: '"neonpro-backup status" names them. If a disk or share is not mounted there, mount it and run the backup again; if they were emptied on purpose, "neonpro-backup config edit NAME --allow-empty" says so.',
    'pt-BR':
      '"neonpro-backup status" os cita. Se falta montar um disco ou compartilhamento, monte-o e execute o backup de novo; se foram esvaziados de propósito, "neonpro-backup config edit NOME --allow-empty" diz isso.',
  },
} as const

/** One emptied folder must not hide how much else was left out. */
const OF_BOTH = {
  message: {
    en: 'The backup "{config}" finished, but {others} {others:item is|items are} missing from it or incomplete, and besides {emptied} of its folders had files before and {emptied:has|have} none now. Earlier restore points have the files of those folders for as long as the retention keeps the points.',
    'pt-BR':
      'O backup "{config}" terminou, mas {others} {others:item falta ou está incompleto|itens faltam ou estão incompletos}; além disso, {emptied} {emptied:pasta dele tinha|pastas dele tinham} arquivos antes e agora não {emptied:tem|têm} nenhum. Os pontos de restauração anteriores têm os arquivos dessas pastas enquanto a retenção mantiver os pontos.',
  },
  guidance: {
    en: 'The run\'s record lists the items: give this user the right to read them, or leave them out by a pattern. "neonpro-backup status" names the emptied folders: mount what belongs there and run the backup again; if they were emptied on purpose, "neonpro-backup config edit NAME --allow-empty" says so.',
    'pt-BR':
      'O registro da execução lista os itens: dê a este usuário permissão de leitura ou exclua-os com um padrão. "neonpro-backup status" cita as pastas esvaziadas: monte o que fica ali e execute o backup de novo; se foram esvaziadas de propósito, "neonpro-backup config edit NOME --allow-empty" diz isso.',
  },
} as const

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
    return partial.map(({ configId, configName, runId, skipped, emptied }) => {
      const others = skipped - emptied.length
      const said = others > 0 ? OF_BOTH : OF_EMPTIED
      return {
        about: { configId, configName, runId },
        occurrence: runId,
        values: { config: configName, skipped, emptied: emptied.length, others },
        details: { skipped, ...(emptied.length > 0 && { emptied }) },
        ...(emptied.length > 0 && { message: said.message, guidance: said.guidance[context.parts.locale] }),
      }
    })
  },
}
