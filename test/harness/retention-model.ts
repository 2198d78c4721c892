/**
 * Retention written a second time, from docs/retention.md, period by period, with no cleverness; and what to try it
 * with. UTC.
 */
import fc from 'fast-check'
import type { RetentionPoint, RetentionPolicy } from '../../src/contracts/index.ts'

const DAY_MS = 86_400_000

const point = fc.record({ at: fc.integer({ min: 0, max: 800 * 24 }), isGood: fc.boolean() })
/** At whole hours before a moment. */
export function pointsBefore(nowMs: number) {
  return fc
    .uniqueArray(point, { maxLength: 60, selector: ({ at }) => at })
    .map((list) =>
      list.map(({ at, isGood }, i): RetentionPoint => ({ id: `p${i}`, atMs: nowMs - at * 3_600_000, isGood })),
    )
}

const count = fc.option(fc.integer({ min: 0, max: 12 }), { nil: undefined })
const custom = fc.array(
  fc.record({
    pattern: fc.constantFrom(
      'first-of-day',
      'last-of-week',
      'first-of-month',
      'last-of-month',
      'first-of-quarter',
      'last-of-year',
    ),
    keep: fc.oneof(fc.integer({ min: 0, max: 6 }), fc.constant('forever' as const)),
  }),
  { maxLength: 2 },
)
export const policies = fc
  .record({
    last: count,
    withinDays: count,
    hourly: count,
    daily: count,
    weekly: count,
    monthly: count,
    yearly: count,
    custom,
  })
  .map(
    (policy) =>
      Object.fromEntries(Object.entries(policy).filter(([, value]) => value !== undefined)) as RetentionPolicy,
  )

/** UTC, from the page: "the newest point of each of the last n such periods that have one". */
export function expectedKept(all: readonly RetentionPoint[], policy: RetentionPolicy, nowMs: number): Set<string> {
  const newest = [...all].sort((a, b) => b.atMs - a.atMs)
  const kept = new Set<string>()
  const rules = [
    policy.last,
    policy.withinDays,
    policy.hourly,
    policy.daily,
    policy.weekly,
    policy.monthly,
    policy.yearly,
  ]
  if (rules.every((rule) => rule === undefined) && (policy.custom ?? []).length === 0)
    for (const { id } of all) kept.add(id)
  const good = newest.filter(({ isGood }) => isGood)
  for (const { id } of (good.length > 0 ? good : newest).slice(0, policy.last ?? 0)) kept.add(id)
  if (policy.withinDays !== undefined)
    for (const { id, atMs } of all) if (nowMs - atMs <= policy.withinDays * DAY_MS) kept.add(id)
  const periods = [
    ['hour', policy.hourly],
    ['day', policy.daily],
    ['week', policy.weekly],
    ['month', policy.monthly],
    ['year', policy.yearly],
  ] as const
  for (const [period, n] of periods)
    for (const group of groups(newest, period).slice(0, n ?? 0)) kept.add(best(group)[0]!.id)
  for (const { pattern, keep } of policy.custom ?? []) {
    const [side, , period] = pattern.split('-') as ['first' | 'last', string, Period]
    const now = keyOf(nowMs, period)
    const past = groups(newest, period).filter((group) => keyOf(group[0]!.atMs, period) !== now)
    const running = groups(newest, period).filter((group) => keyOf(group[0]!.atMs, period) === now)
    for (const group of [...running, ...past.slice(0, keep === 'forever' ? undefined : keep)])
      kept.add((side === 'first' ? best(group).at(-1) : best(group)[0])!.id)
  }
  if (good[0]) kept.add(good[0].id)
  if (newest[0]) kept.add(newest[0].id)
  return kept
}

/** "A partial point fills only a period without a good one." */
function best(group: readonly RetentionPoint[]): readonly RetentionPoint[] {
  const good = group.filter(({ isGood }) => isGood)
  return good.length > 0 ? good : group
}

type Period = 'hour' | 'day' | 'week' | 'month' | 'quarter' | 'year'

function groups(newest: readonly RetentionPoint[], period: Period): RetentionPoint[][] {
  const found: RetentionPoint[][] = []
  for (const each of newest) {
    if (found.length > 0 && keyOf(found.at(-1)![0]!.atMs, period) === keyOf(each.atMs, period)) found.at(-1)!.push(each)
    else found.push([each])
  }
  return found
}

function keyOf(atMs: number, period: Period): string {
  const iso = new Date(atMs).toISOString()
  if (period === 'hour') return iso.slice(0, 13)
  if (period === 'day') return iso.slice(0, 10)
  // Monday-based weeks counted from Monday 1969-12-29.
  if (period === 'week') return String(Math.floor((atMs / DAY_MS + 3) / 7))
  if (period === 'quarter') return `${iso.slice(0, 4)}/${Math.floor((Number(iso.slice(5, 7)) - 1) / 3)}`
  return period === 'month' ? iso.slice(0, 7) : iso.slice(0, 4)
}
