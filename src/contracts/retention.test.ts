// Goal: a policy keeps exactly what docs/retention.md says.
// Method: random points and policies against a second implementation that is written from that page, period by period, with no cleverness.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { calendarOf, decideRetention, type RetentionPoint, type RetentionPolicy } from './retention.ts'

const DAY_MS = 86_400_000
const NOW_MS = Date.parse('2026-11-24T12:00:00Z')

const point = fc.record({ at: fc.integer({ min: 0, max: 800 * 24 }), isGood: fc.boolean() })
const points = fc.uniqueArray(point, { maxLength: 60, selector: ({ at }) => at }).map((list) => list.map(({ at, isGood }, i): RetentionPoint => ({ id: `p${i}`, atMs: NOW_MS - at * 3_600_000, isGood })))
const count = fc.option(fc.integer({ min: 0, max: 12 }), { nil: undefined })
const custom = fc.array(
  fc.record({ pattern: fc.constantFrom('first-of-day', 'last-of-week', 'first-of-month', 'last-of-month', 'first-of-quarter', 'last-of-year'), keep: fc.oneof(fc.integer({ min: 0, max: 6 }), fc.constant('forever' as const)) }),
  { maxLength: 2 },
)
const policies = fc.record({ last: count, withinDays: count, hourly: count, daily: count, weekly: count, monthly: count, yearly: count, custom }).map((policy) => Object.fromEntries(Object.entries(policy).filter(([, value]) => value !== undefined)) as RetentionPolicy)

/** UTC, from the page: "the newest point of each of the last n such periods that have one". */
function expected(all: readonly RetentionPoint[], policy: RetentionPolicy): Set<string> {
  const newest = [...all].sort((a, b) => b.atMs - a.atMs)
  const kept = new Set<string>()
  const rules = [policy.last, policy.withinDays, policy.hourly, policy.daily, policy.weekly, policy.monthly, policy.yearly]
  if (rules.every((rule) => rule === undefined) && (policy.custom ?? []).length === 0) for (const { id } of all) kept.add(id)
  for (const { id } of newest.slice(0, policy.last ?? 0)) kept.add(id)
  if (policy.withinDays !== undefined) for (const { id, atMs } of all) if (NOW_MS - atMs <= policy.withinDays * DAY_MS) kept.add(id)
  const periods = [['hour', policy.hourly], ['day', policy.daily], ['week', policy.weekly], ['month', policy.monthly], ['year', policy.yearly]] as const
  for (const [period, n] of periods) for (const group of groups(newest, period).slice(0, n ?? 0)) kept.add(group[0]!.id)
  for (const { pattern, keep } of policy.custom ?? []) {
    const [side, , period] = pattern.split('-') as ['first' | 'last', string, Period]
    const now = keyOf(NOW_MS, period)
    const past = groups(newest, period).filter((group) => keyOf(group[0]!.atMs, period) !== now)
    const running = groups(newest, period).filter((group) => keyOf(group[0]!.atMs, period) === now)
    for (const group of [...running, ...past.slice(0, keep === 'forever' ? undefined : keep)]) kept.add((side === 'first' ? group.at(-1) : group[0])!.id)
  }
  const good = newest.find(({ isGood }) => isGood)
  if (good) kept.add(good.id)
  return kept
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

const keptBy = (all: readonly RetentionPoint[], policy: RetentionPolicy) =>
  new Set(decideRetention({ points: all, policy, nowMs: NOW_MS, calendar: calendarOf('UTC') }).filter(({ isKept }) => isKept).map(({ id }) => id))

test('a policy keeps what the page says, no more and no less', () => {
  fc.assert(fc.property(points, policies, (all, policy) => assert.deepEqual([...keptBy(all, policy)].sort(), [...expected(all, policy)].sort())), { numRuns: 2000 })
})

test('a stricter policy keeps no point that a laxer one drops; the order of points does not matter', () => {
  fc.assert(
    fc.property(points, fc.integer({ min: 1, max: 10 }), (all, daily) => {
      const lax = keptBy(all, { daily: daily + 1 })
      for (const id of keptBy(all, { daily })) assert.ok(lax.has(id))
      assert.deepEqual([...keptBy(all.toReversed(), { daily })].sort(), [...keptBy(all, { daily })].sort())
    }),
  )
})

test('protected points and the newest good one stay whatever the policy says', () => {
  fc.assert(
    fc.property(points.filter((all) => all.length > 0), policies, (all, policy) => {
      const decisions = decideRetention({ points: all, policy: { ...policy, last: 0 }, nowMs: NOW_MS, calendar: calendarOf('UTC'), protectedBy: new Map([[all[0]!.id, 'pin']]) })
      assert.ok(decisions.find(({ id }) => id === all[0]!.id)?.isKept)
      const good = [...all].sort((a, b) => b.atMs - a.atMs).find(({ isGood }) => isGood)
      if (good) assert.ok(decisions.find(({ id }) => id === good.id)?.isKept)
      assert.ok(decisions.every(({ isKept, reasons }) => isKept === reasons.length > 0))
    }),
  )
})

test('days are those of the zone; the repeated hour counts as two, the skipped one is missed by nobody', () => {
  const at = (iso: string, id: string): RetentionPoint => ({ id, atMs: Date.parse(iso), isGood: false })
  const keep = (zone: string, policy: RetentionPolicy, all: RetentionPoint[]) => decideRetention({ points: all, policy, nowMs: NOW_MS, calendar: calendarOf(zone) }).filter(({ isKept }) => isKept).map(({ id }) => id).sort()
  // 02:30 UTC is the evening before in São Paulo (-03:00).
  assert.deepEqual(keep('America/Sao_Paulo', { daily: 5 }, [at('2026-11-24T02:30:00Z', 'a'), at('2026-11-23T15:00:00Z', 'b'), at('2026-11-24T11:00:00Z', 'c')]), ['a', 'c'])
  // New York, 1 November 2026: 01:30 happens twice.
  assert.deepEqual(keep('America/New_York', { hourly: 5 }, [at('2026-11-01T05:30:00Z', 'first'), at('2026-11-01T06:30:00Z', 'second')]), ['first', 'second'])
})
