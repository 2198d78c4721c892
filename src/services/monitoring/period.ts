/** A stretch of time as callers name it. */
import { BackupError } from '../../kernel/backup-error.ts'
import { DayEnd, momentOf } from '../../kernel/moment.ts'
import { machineZone } from '../../kernel/zone.ts'

export interface Period {
  readonly fromMs: number
  /** A run that ended at `fromMs` is not in it, one at `toMs` is: neighbours share none. */
  readonly toMs: number
}

export type PeriodInput = string | { readonly from: string; readonly to: string }

const HOUR_MS = 3_600_000
const UNITS_MS: Readonly<Record<string, number>> = { h: HOUR_MS, d: 24 * HOUR_MS, w: 7 * 24 * HOUR_MS }

/**
 * "24h", "7d", "4w" up to now, or two ISO 8601 moments; a date alone is the whole day in `zone`, an IANA name (default:
 * the machine's). Throws CONFIG_INVALID.
 */
export function parsePeriod(input: PeriodInput, nowMs: number, zone: string = machineZone()): Period {
  if (typeof input === 'string') {
    const [, count, unit] = /^([1-9]\d{0,4})([hdw])$/.exec(input) ?? []
    if (unit === undefined) throw refused(`it is ${JSON.stringify(input.slice(0, 60))}`)
    return { fromMs: nowMs - Number(count) * UNITS_MS[unit]!, toMs: nowMs }
  }
  const fromMs = momentOf(input.from, { zone, end: DayEnd.FIRST })
  const toMs = momentOf(input.to, { zone, end: DayEnd.LAST })
  if (fromMs === undefined) throw refused(`it is ${JSON.stringify(input.from.slice(0, 60))}`)
  if (toMs === undefined) throw refused(`it is ${JSON.stringify(input.to.slice(0, 60))}`)
  if (fromMs >= toMs) throw refused('its end is not after its beginning')
  return { fromMs, toMs }
}

function refused(why: string): BackupError {
  return new BackupError('CONFIG_INVALID', `period: ${why}`, {
    context: {
      path: 'period',
      why,
      accepted: 'a period such as "24h", "7d" or "4w", or { from, to } as ISO 8601 dates or times',
    },
  })
}
