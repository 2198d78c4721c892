import { ERROR_CATALOG, errorText, fill, type Locale, type LocalizedText } from '../../../contracts/index.ts'
import type { ErrorCode } from '../../../kernel/error-code.ts'
import type { AlarmRule } from '../alarm-rule.ts'
import { failuresInARow, newestRuns } from '../newest-runs.ts'

const CRITICAL_FROM = 3

const IN_A_ROW: LocalizedText = { en: ', {times} times in a row', 'pt-BR': ', {times} vezes seguidas' }

/** The newest run that came to an end failed, its retries included. Ends with the next run that stores something. */
export const backupFailed: AlarmRule = {
  type: 'BACKUP_FAILED',
  severity: 'HIGH',
  title: { en: 'Backup failed', 'pt-BR': 'Falha no backup' },
  message: {
    en: 'The backup "{config}" failed{row}. {error} ({code})',
    'pt-BR': 'O backup "{config}" falhou{row}. {error} ({code})',
  },
  guidance: {
    en: 'Look at "neonpro-backup status" and at backup.log, then run it again: neonpro-backup run NAME',
    'pt-BR': 'Veja "neonpro-backup status" e o backup.log e execute de novo: neonpro-backup run NOME',
  },
  async evaluate(context) {
    const failed = (await newestRuns(context, ['COMPLETED', 'PARTIAL', 'FAILED'])).filter(
      ({ state }) => state === 'FAILED',
    )
    return await Promise.all(
      failed.map(async ({ configId, configName, runId, error }) => {
        const times = await failuresInARow(context, configId)
        const code = codeOf(error)
        // Without the error's context: it may name a path.
        const { message, guidance } = errorText(ERROR_CATALOG[code], context.parts.locale, {})
        return {
          about: { configId, configName, runId },
          occurrence: runId,
          guidance,
          values: { config: configName, row: rowOf(times, context.parts.locale), code, error: message },
          details: { code, failuresInARow: times },
          ...(times >= CRITICAL_FROM && { severity: 'CRITICAL' as const }),
        }
      }),
    )
  },
}

/** One alone makes no row. */
function rowOf(times: number, locale: Locale): string {
  return times < 2 ? '' : fill(IN_A_ROW[locale], { times }, locale)
}

function codeOf(error: unknown): ErrorCode {
  const code = typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : ''
  return Object.hasOwn(ERROR_CATALOG, code) ? (code as ErrorCode) : 'INTERNAL'
}
