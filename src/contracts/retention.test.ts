// Goal: a policy keeps exactly what docs/retention.md says. Method: random points and policies against a second
// implementation (test/harness/retention-model.ts) that is written from that page.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { expectedKept, pointsBefore, policies } from '../../test/harness/retention-model.ts'
import { calendarOf, decideRetention, type RetentionPoint, type RetentionPolicy } from './retention.ts'

const NOW_MS = Date.parse('2026-11-24T12:00:00Z')

const points = pointsBefore(NOW_MS)

const keptBy = (all: readonly RetentionPoint[], policy: RetentionPolicy) =>
  new Set(
    decideRetention({ points: all, policy, nowMs: NOW_MS, calendar: calendarOf('UTC') })
      .filter(({ isKept }) => isKept)
      .map(({ id }) => id),
  )

test('a policy keeps what the page says, no more and no less', () => {
  fc.assert(
    fc.property(points, policies, (all, policy) =>
      assert.deepEqual([...keptBy(all, policy)].sort(), [...expectedKept(all, policy, NOW_MS)].sort()),
    ),
    { numRuns: 2000 },
  )
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

test('a doubted clock, whatever it shows, lets go of nothing that the right one keeps', () => {
  const calendar = calendarOf('UTC')
  const doubted = (all: readonly RetentionPoint[], policy: RetentionPolicy, nowMs: number) =>
    decideRetention({
      points: all.map((point) => ({ ...point, isInFuture: point.atMs > nowMs })),
      ...{ policy, nowMs, calendar, isClockDoubted: true },
    }).filter(({ isKept }) => isKept)
  fc.assert(
    fc.property(points, policies, fc.integer({ min: -800, max: 800 }), (all, policy, offDays) => {
      const kept = new Set(doubted(all, policy, NOW_MS + offDays * 86_400_000).map(({ id }) => id))
      for (const id of keptBy(all, policy)) assert.ok(kept.has(id), id)
    }),
    { numRuns: 1000 },
  )
  const years = ['2025-12-31', '2026-11-23'].map((id) => ({ id, atMs: Date.parse(id), isGood: true }))
  const policy = { custom: [{ pattern: 'last-of-year', keep: 1 }] } as const
  assert.deepEqual(
    doubted(years, policy, Date.parse('2027-11-24')).map(({ id }) => id),
    ['2026-11-23', '2025-12-31'],
  )
})

test('protected points and the newest good one stay whatever the policy says', () => {
  fc.assert(
    fc.property(
      points.filter((all) => all.length > 0),
      policies,
      (all, policy) => {
        const decisions = decideRetention({
          points: all,
          policy: { ...policy, last: 0 },
          nowMs: NOW_MS,
          calendar: calendarOf('UTC'),
          protectedBy: new Map([[all[0]!.id, 'pin']]),
        })
        assert.ok(decisions.find(({ id }) => id === all[0]!.id)?.isKept)
        const good = [...all].sort((a, b) => b.atMs - a.atMs).find(({ isGood }) => isGood)
        if (good) assert.ok(decisions.find(({ id }) => id === good.id)?.isKept)
        assert.ok(decisions.every(({ isKept, reasons }) => isKept === reasons.length > 0))
      },
    ),
  )
})

test('days are those of the zone; the repeated hour counts as two, the skipped one is missed by nobody', () => {
  const at = (iso: string, id: string): RetentionPoint => ({ id, atMs: Date.parse(iso), isGood: false })
  const keep = (zone: string, policy: RetentionPolicy, all: RetentionPoint[]) =>
    decideRetention({ points: all, policy, nowMs: NOW_MS, calendar: calendarOf(zone) })
      .filter(({ isKept }) => isKept)
      .map(({ id }) => id)
      .sort()
  // 02:30 UTC is the evening before in São Paulo (-03:00).
  assert.deepEqual(
    keep('America/Sao_Paulo', { daily: 5 }, [
      at('2026-11-24T02:30:00Z', 'a'),
      at('2026-11-23T15:00:00Z', 'b'),
      at('2026-11-24T11:00:00Z', 'c'),
    ]),
    ['a', 'c'],
  )
  // New York, 1 November 2026: 01:30 happens twice.
  assert.deepEqual(
    keep('America/New_York', { hourly: 5 }, [
      at('2026-11-01T05:30:00Z', 'first'),
      at('2026-11-01T06:30:00Z', 'second'),
    ]),
    ['first', 'second'],
  )
  // Kolkata is five and a half hours ahead: 11:10 and 11:50 are one hour, 10:40 is another.
  assert.deepEqual(
    keep('Asia/Kolkata', { hourly: 5 }, [
      at('2026-11-24T05:10:00Z', '10:40'),
      at('2026-11-24T05:40:59Z', '11:10'),
      at('2026-11-24T06:20:01Z', '11:50'),
    ]),
    ['10:40', '11:50'],
  )
})
