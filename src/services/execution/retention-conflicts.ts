/**
 * A policy that keeps data longer than the system's own: said when it is saved, since keeping too long can break a law
 * as well as keeping too little.
 */
import type { Locale, RetentionPolicy } from '../../contracts/index.ts'
import { type ConfigSettings, type Warning, warningOf } from '../../contracts/system/index.ts'
import { policyOf } from './run-settings.ts'

type Retention = ConfigSettings['retention']

const DAYS = { hourly: 1 / 24, daily: 1, weekly: 7, monthly: 31, yearly: 366 } as const
const CUSTOM_DAYS: Readonly<Record<string, number>> = { day: 1, week: 7, month: 31, quarter: 92, year: 366 }

interface Reach {
  readonly days: number
  /** For people. */
  readonly rule: string
}

/**
 * Warnings where "forever" or yearly points outlive the system's policy. Empty where the system has none, or a longer
 * one.
 */
export function retentionConflicts(retention: Retention, systemRetention: Retention, locale: Locale): Warning[] {
  const system = longest(policyOf(systemRetention))
  const own = policyOf(retention)
  if (system === undefined || own === undefined) return []
  const yearly = reaches(own).filter(
    ({ rule, days }) => days > system.days && (days === Number.POSITIVE_INFINITY || rule.includes('year')),
  )
  return yearly.map(({ rule }) => warningOf('RETENTION_CONFLICT', locale, { rule, other: system.rule }))
}

function longest(policy: RetentionPolicy | undefined): Reach | undefined {
  return (
    policy &&
    reaches(policy).reduce<Reach | undefined>(
      (best, each) => (best === undefined || each.days > best.days ? each : best),
      undefined,
    )
  )
}

/** How far back each rule reaches at most. `last` names no time. */
function reaches({ withinDays, custom, ...counts }: RetentionPolicy): Reach[] {
  const found: Reach[] = withinDays === undefined ? [] : [{ days: withinDays, rule: `${withinDays} days` }]
  for (const [name, days] of Object.entries(DAYS)) {
    const count = counts[name as keyof typeof DAYS]
    if (count !== undefined && count > 0) found.push({ days: count * days, rule: `${name}: ${count}` })
  }
  for (const { pattern, keep } of custom ?? []) {
    const period = CUSTOM_DAYS[pattern.split('-').at(-1) ?? ''] ?? 0
    found.push({ days: keep === 'forever' ? Number.POSITIVE_INFINITY : keep * period, rule: `${pattern}: ${keep}` })
  }
  return found
}
