/**
 * Which restore points a policy keeps: a pure function of points, policy, zone and time. Meanings: docs/retention.md.
 */

export interface RetentionPoint {
  readonly id: string
  /** Milliseconds since 1970. */
  readonly atMs: number
  /** False for a point that is not complete: it never counts as the last good one. */
  readonly isGood: boolean
}

export const RETENTION_PERIODS = ['hour', 'day', 'week', 'month', 'quarter', 'year'] as const
export type RetentionPeriod = (typeof RETENTION_PERIODS)[number]

export interface CustomRule {
  /** `first-of-` or `last-of-` and day, week, month, quarter or year. */
  readonly pattern: string
  /** So many such points, or for ever. */
  readonly keep: number | 'forever'
}

export interface RetentionPolicy {
  /** The newest so many. */
  readonly last?: number
  /** Every point of the last so many days. */
  readonly withinDays?: number
  readonly hourly?: number
  readonly daily?: number
  readonly weekly?: number
  readonly monthly?: number
  readonly yearly?: number
  readonly custom?: readonly CustomRule[]
}

export interface RetentionDecision {
  readonly id: string
  readonly isKept: boolean
  /** Names of the rules that keep it: `daily 3/14`, `last-of-year`, `pin`, `last good`. */
  readonly reasons: readonly string[]
}

const DAY_MS = 86_400_000

/** Calendar keys of a moment in a zone. */
export type CalendarKeys = (atMs: number) => Readonly<Record<RetentionPeriod, string>>

/** Keys in an IANA zone ("America/Sao_Paulo"). Weeks are ISO 8601. */
export function calendarOf(zone: string): CalendarKeys {
  const format = new Intl.DateTimeFormat('en-CA', {
    timeZone: zone,
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
  })
  return (atMs) => {
    const parts = Object.fromEntries(format.formatToParts(atMs).map(({ type, value }) => [type, value]))
    const [year, month, day, hour, minute] = [
      parts['year'] ?? '',
      parts['month'] ?? '',
      parts['day'] ?? '',
      parts['hour'] ?? '',
      parts['minute'] ?? '',
    ]
    const date = `${year}-${month}-${day}`
    // Two hours of one name on the day the clock goes back are told apart by the zone's distance from UTC.
    const aheadMinutes =
      Date.UTC(Number(year), Number(month) - 1, Number(day), Number(hour), Number(minute)) / 60_000 -
      Math.floor(atMs / 60_000)
    const hourKey = `${date}T${hour}#${aheadMinutes}`
    return {
      hour: hourKey,
      day: date,
      week: isoWeek(Number(year), Number(month), Number(day)),
      month: `${year}-${month}`,
      quarter: `${year}-Q${Math.ceil(Number(month) / 3)}`,
      year,
    }
  }
}

function isoWeek(year: number, month: number, day: number): string {
  const date = new Date(Date.UTC(year, month - 1, day))
  const weekday = date.getUTCDay() || 7
  date.setUTCDate(date.getUTCDate() + 4 - weekday)
  const yearStart = Date.UTC(date.getUTCFullYear(), 0, 1)
  return `${date.getUTCFullYear()}-W${String(Math.ceil(((date.getTime() - yearStart) / DAY_MS + 1) / 7)).padStart(2, '0')}`
}

export interface RetentionInput {
  readonly points: readonly RetentionPoint[]
  readonly policy: RetentionPolicy
  readonly nowMs: number
  readonly calendar: CalendarKeys
  /** Why a point is kept whatever the policy says (pins, holds), by id. */
  readonly protectedBy?: ReadonlyMap<string, string>
}

/**
 * Decides every point, newest first. A policy without any rule keeps everything. The newest good point is always kept.
 */
export function decideRetention(input: RetentionInput): RetentionDecision[] {
  const points = [...input.points].sort((a, b) => b.atMs - a.atMs || (a.id < b.id ? 1 : -1))
  const reasons = new Map<string, string[]>(points.map(({ id }) => [id, []]))
  const keep = (id: string, reason: string) => reasons.get(id)?.push(reason)
  applyRules(points, input, keep)
  const lastGood = points.find(({ isGood }) => isGood)
  if (lastGood) keep(lastGood.id, 'last good')
  for (const [id, why] of input.protectedBy ?? []) keep(id, why)
  return points.map(({ id }) => ({ id, isKept: reasons.get(id)!.length > 0, reasons: reasons.get(id)! }))
}

type Keep = (id: string, reason: string) => void

function applyRules(points: readonly RetentionPoint[], { policy, nowMs, calendar }: RetentionInput, keep: Keep): void {
  const { last, withinDays, hourly, daily, weekly, monthly, yearly, custom } = policy
  const hasRule =
    [last, withinDays, hourly, daily, weekly, monthly, yearly].some((value) => value !== undefined) ||
    (custom ?? []).length > 0
  if (!hasRule) for (const { id } of points) keep(id, 'no policy')
  for (const [i, { id }] of points.slice(0, last ?? 0).entries()) keep(id, `last ${i + 1}/${last}`)
  if (withinDays !== undefined)
    for (const { id, atMs } of points) if (atMs >= nowMs - withinDays * DAY_MS) keep(id, `within ${withinDays} days`)
  const counts: ReadonlyArray<readonly [string, RetentionPeriod, number | undefined]> = [
    ['hourly', 'hour', hourly],
    ['daily', 'day', daily],
    ['weekly', 'week', weekly],
    ['monthly', 'month', monthly],
    ['yearly', 'year', yearly],
  ]
  for (const [name, period, count] of counts)
    keepNewest(points, { name, count: count ?? 0, key: (point) => calendar(point.atMs)[period] }, keep)
  for (const rule of custom ?? []) applyCustom(points, { rule, nowMs, calendar }, keep)
}

/** The newest point of each of the last `count` periods that have one. */
function keepNewest(
  points: readonly RetentionPoint[],
  rule: { name: string; count: number; key: (point: RetentionPoint) => string },
  keep: Keep,
): void {
  const seen = new Set<string>()
  for (const point of points) {
    if (seen.size >= rule.count) return
    const key = rule.key(point)
    if (seen.has(key)) continue
    seen.add(key)
    keep(point.id, `${rule.name} ${seen.size}/${rule.count}`)
  }
}

/** Splits `first-of-month` into its parts, or returns undefined. */
export function parsePattern(
  pattern: string,
): { readonly side: 'first' | 'last'; readonly period: Exclude<RetentionPeriod, 'hour'> } | undefined {
  const match = /^(first|last)-of-(day|week|month|quarter|year)$/.exec(pattern)
  return match
    ? { side: match[1] as 'first' | 'last', period: match[2] as Exclude<RetentionPeriod, 'hour'> }
    : undefined
}

/** One point a period; the running period's candidate is kept beside the counted ones. */
function applyCustom(
  points: readonly RetentionPoint[],
  parts: { rule: CustomRule; nowMs: number; calendar: CalendarKeys },
  keep: Keep,
): void {
  const { rule, nowMs, calendar } = parts
  const parsed = parsePattern(rule.pattern)
  if (!parsed) return
  const candidates = new Map<string, RetentionPoint>()
  for (const point of points) {
    const key = calendar(point.atMs)[parsed.period]
    // Points come newest first: the first seen is the period's last, the last seen its first.
    if (parsed.side === 'first' || !candidates.has(key)) candidates.set(key, point)
  }
  const running = calendar(nowMs)[parsed.period]
  let counted = 0
  for (const [key, point] of candidates) {
    if (key === running) {
      keep(point.id, `${rule.pattern} (running)`)
      continue
    }
    counted += 1
    if (rule.keep === 'forever' || counted <= rule.keep)
      keep(point.id, rule.keep === 'forever' ? `${rule.pattern} for ever` : `${rule.pattern} ${counted}/${rule.keep}`)
  }
}
