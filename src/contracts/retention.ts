/**
 * Which restore points a policy keeps: a pure function of points, policy, zone and time. Meanings: docs/retention.md.
 */

export interface RetentionPoint {
  readonly id: string
  /** Milliseconds since 1970: the moment by which it counts. */
  readonly atMs: number
  /** Where that moment is in doubt: the latest at which the point may have been made. An age is reckoned from there. */
  readonly latestMs?: number
  /** Place in the one order of points, larger is newer. Without it the moment decides. */
  readonly rank?: number
  /** False for a point that is not complete: it fills only a period that has no good one. */
  readonly isGood: boolean
  /** Dated after now: it stays, and counts for nothing until it is known where it belongs. */
  readonly isInFuture?: boolean
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
  /** The newest so many good ones. */
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
  /** The clock may be wrong: no point goes for its age, nor because the clock says which period runs. */
  readonly isClockDoubted?: boolean
  /** Why a point is kept whatever the policy says (pins, holds), by id. */
  readonly protectedBy?: ReadonlyMap<string, string>
}

/** Why such a policy is refused, in configurations and by `forget`. */
export const KEEPS_NOTHING = 'this policy keeps nothing: every rule in it is 0'

/**
 * Rules are given, and each of them is 0: a count that a script reckoned wrong, or that was taken for "no limit", must
 * not empty a repository.
 */
export function keepsNothing(policy: object): boolean {
  const { custom = [], ...counts } = policy as RetentionPolicy
  const all = [...Object.values(counts).filter((count) => count !== undefined), ...custom.map(({ keep }) => keep)]
  return all.length > 0 && all.every((count) => count === 0)
}

/**
 * Decides every point, newest first. A policy without any rule keeps everything. The newest good point is always kept,
 * and the newest one of all where it is not that.
 */
export function decideRetention(input: RetentionInput): RetentionDecision[] {
  const points = [...input.points].sort(newestFirst)
  const reasons = new Map<string, string[]>(points.map(({ id }) => [id, []]))
  const keep = (id: string, reason: string) => reasons.get(id)?.push(reason)
  applyRules(points, input, keep)
  const lastGood = points.find(({ isGood }) => isGood)
  if (lastGood) keep(lastGood.id, 'last good')
  for (const [id, why] of input.protectedBy ?? []) keep(id, why)
  const newest = points[0]?.id
  if (newest !== undefined && reasons.get(newest)?.length === 0) keep(newest, 'newest')
  return points.map(({ id }) => ({ id, isKept: reasons.get(id)!.length > 0, reasons: reasons.get(id)! }))
}

function newestFirst(a: RetentionPoint, b: RetentionPoint): number {
  return (b.rank ?? b.atMs) - (a.rank ?? a.atMs) || (a.id < b.id ? 1 : -1)
}

type Keep = (id: string, reason: string) => void

function applyRules(
  all: readonly RetentionPoint[],
  { policy, nowMs, calendar, isClockDoubted }: RetentionInput,
  keep: Keep,
): void {
  const { last, withinDays, hourly, daily, weekly, monthly, yearly, custom } = policy
  const hasRule =
    [last, withinDays, hourly, daily, weekly, monthly, yearly].some((value) => value !== undefined) ||
    (custom ?? []).length > 0
  if (!hasRule) for (const { id } of all) keep(id, 'no policy')
  for (const { id, isInFuture } of all) if (isInFuture) keep(id, 'dated in the future')
  const points = all.filter(({ isInFuture }) => !isInFuture)
  for (const [i, { id }] of goodOnes(points)
    .slice(0, last ?? 0)
    .entries())
    keep(id, `last ${i + 1}/${last}`)
  if (withinDays !== undefined)
    for (const { id, atMs, latestMs = atMs } of points)
      if (latestMs >= nowMs - withinDays * DAY_MS) keep(id, `within ${withinDays} days`)
      else if (isClockDoubted) keep(id, 'clock in doubt')
  const counts: ReadonlyArray<readonly [string, RetentionPeriod, number | undefined]> = [
    ['hourly', 'hour', hourly],
    ['daily', 'day', daily],
    ['weekly', 'week', weekly],
    ['monthly', 'month', monthly],
    ['yearly', 'year', yearly],
  ]
  for (const [name, period, count] of counts)
    keepNewest(points, { name, count: count ?? 0, key: (point) => calendar(point.atMs)[period] }, keep)
  for (const rule of custom ?? []) applyCustom(points, { rule, nowMs, calendar, isClockDoubted }, keep)
}

/** Those that count: where a source never had a good point, what it has. */
function goodOnes(points: readonly RetentionPoint[]): readonly RetentionPoint[] {
  const good = points.filter(({ isGood }) => isGood)
  return good.length > 0 ? good : points
}

/** Periods newest first, each with its points newest first: the good ones, or where there is none the others. */
function periodsOf(
  points: readonly RetentionPoint[],
  key: (point: RetentionPoint) => string,
): Array<readonly [string, readonly RetentionPoint[]]> {
  return [...Map.groupBy(points, key)].map(([name, members]) => [name, goodOnes(members)])
}

/** The newest point of each of the last `count` periods that have one. */
function keepNewest(
  points: readonly RetentionPoint[],
  rule: { name: string; count: number; key: (point: RetentionPoint) => string },
  keep: Keep,
): void {
  if (rule.count === 0) return
  for (const [i, [, members]] of periodsOf(points, rule.key).slice(0, rule.count).entries())
    keep(members[0]!.id, `${rule.name} ${i + 1}/${rule.count}`)
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
  parts: { rule: CustomRule; nowMs: number; calendar: CalendarKeys; isClockDoubted: boolean | undefined },
  keep: Keep,
): void {
  const { rule, nowMs, calendar, isClockDoubted } = parts
  const parsed = parsePattern(rule.pattern)
  if (!parsed) return
  const running = calendar(nowMs)[parsed.period]
  let counted = 0
  for (const [key, members] of periodsOf(points, (point) => calendar(point.atMs)[parsed.period])) {
    const point = (parsed.side === 'first' ? members.at(-1) : members[0])!
    if (key === running) {
      keep(point.id, `${rule.pattern} (running)`)
      continue
    }
    counted += 1
    if (rule.keep === 'forever' || counted <= rule.keep)
      keep(point.id, rule.keep === 'forever' ? `${rule.pattern} for ever` : `${rule.pattern} ${counted}/${rule.keep}`)
    // Which period runs, and so which ones count, is known by the clock alone.
    else if (isClockDoubted) keep(point.id, 'clock in doubt')
  }
}
