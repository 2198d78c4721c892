/** A decision that stays in the database alone is told: the repository is what outlives the database. */
import { fill } from '../../contracts/index.ts'
import { nowMs } from '../../kernel/clock.ts'
import { raiseAlarm, resolveAlarm } from '../alarms/index.ts'
import type { SystemParts } from '../parts.ts'
import type { RetryOptions } from './record-config.ts'

const ALARM_AFTER_MS = 3_600_000
const TYPE = 'RECORD_NOT_STORED'
const MESSAGES = {
  en: '{count} {count:configuration is|configurations are} not recorded in the repository yet.',
  'pt-BR':
    '{count} {count:configuração ainda não está registrada|configurações ainda não estão registradas} no repositório.',
} as const

/** For `retryRecords`: an alarm from the first hour on, ended when everything is recorded. */
export function alarmPending(parts: SystemParts): NonNullable<RetryOptions['onPending']> {
  const about = { resource: 'records' }
  return async ({ configIds, since }) => {
    if (since === null) await resolveAlarm(parts, { type: TYPE, about })
    else if (since.getTime() <= nowMs() - ALARM_AFTER_MS) {
      const message = fill(MESSAGES[parts.locale], { count: configIds.length }, parts.locale)
      // One occurrence: it goes on, it is not another one each time.
      await raiseAlarm(parts, {
        type: TYPE,
        severity: 'HIGH',
        message,
        about,
        details: { configIds },
        occurrence: since.toISOString(),
      })
    }
  }
}
