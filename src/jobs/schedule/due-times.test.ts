/**
 * Due times against a model that knows nothing of offsets: it walks the instants minute by minute, reads the zone's
 * clock, and fires whenever the clock passes a wall time that the schedule names and that it has not passed before.
 */
import assert from 'node:assert/strict'
import { createRequire } from 'node:module'
import { test } from 'node:test'
import fc from 'fast-check'
import { failsWith } from '../../../test/harness/refusal.ts'
import { BackupFrequency, type ScheduleSettings } from '../../contracts/system/index.ts'
import { isBackupError } from '../../kernel/backup-error.ts'
import { formatLocal, isTimeZone, wallOfInstant } from '../../kernel/zone.ts'
import { assertSchedule, dueTimesBetween, nextDueAt } from './due-times.ts'
import { lateAtMs, missedAtMs } from './grace.ts'
import { scheduledRunId } from './run-id.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR
const ZONES = [
  'America/Sao_Paulo',
  'America/New_York',
  'Europe/Berlin',
  'Australia/Lord_Howe',
  'Asia/Kathmandu',
  'UTC',
  'Africa/Casablanca',
  'Pacific/Apia',
  'America/St_Johns',
  'Asia/Tehran',
  'Africa/Cairo',
  'Antarctica/Troll',
]
const LONG = process.env['NEONPRO_TEST_LONG'] === '1'
const RUNS = LONG ? 600 : 60

const daily = (time: string): ScheduleSettings => ({ kind: 'FREQUENCY', frequency: BackupFrequency.DAILY, time })
const cron = (text: string): ScheduleSettings => ({ kind: 'CRON', cron: text })
const ms = (text: string) => Date.parse(text)

function take(schedule: ScheduleSettings, timezone: string, from: string, count: number): string[] {
  const found: string[] = []
  for (let afterMs = ms(from); found.length < count; ) {
    afterMs = nextDueAt(schedule, { timezone, createdAtMs: 0, afterMs })
    found.push(formatLocal(afterMs, timezone))
  }
  return found
}

interface Rule {
  readonly schedule: ScheduleSettings
  readonly matches: (wall: Date) => boolean
}

const pad = (value: number) => String(value).padStart(2, '0')
const minuteOfHour = fc.integer({ min: 0, max: 59 })
const hourOfDay = fc.integer({ min: 0, max: 23 })
const lastDay = (wall: Date) => new Date(Date.UTC(wall.getUTCFullYear(), wall.getUTCMonth() + 1, 0)).getUTCDate()

const rules: fc.Arbitrary<Rule> = fc.oneof(
  minuteOfHour.map(
    (minute): Rule => ({
      schedule: { kind: 'FREQUENCY', frequency: BackupFrequency.HOURLY, time: `00:${pad(minute)}` },
      matches: (wall) => wall.getUTCMinutes() === minute,
    }),
  ),
  fc.tuple(fc.integer({ min: 0, max: 4 }), minuteOfHour).map(
    ([hour, minute]): Rule => ({
      schedule: daily(`${pad(hour)}:${pad(minute)}`),
      matches: (wall) => wall.getUTCHours() === hour && wall.getUTCMinutes() === minute,
    }),
  ),
  fc.tuple(hourOfDay, minuteOfHour, fc.integer({ min: 0, max: 6 })).map(
    ([hour, minute, dayOfWeek]): Rule => ({
      schedule: { kind: 'FREQUENCY', frequency: BackupFrequency.WEEKLY, time: `${hour}:${pad(minute)}`, dayOfWeek },
      matches: (wall) =>
        wall.getUTCDay() === dayOfWeek && wall.getUTCHours() === hour && wall.getUTCMinutes() === minute,
    }),
  ),
  fc.tuple(hourOfDay, minuteOfHour, fc.integer({ min: 1, max: 31 })).map(
    ([hour, minute, dayOfMonth]): Rule => ({
      schedule: {
        kind: 'FREQUENCY',
        frequency: BackupFrequency.MONTHLY,
        time: `${pad(hour)}:${pad(minute)}`,
        dayOfMonth,
      },
      matches: (wall) =>
        wall.getUTCDate() === Math.min(dayOfMonth, lastDay(wall)) &&
        wall.getUTCHours() === hour &&
        wall.getUTCMinutes() === minute,
    }),
  ),
  fc.tuple(fc.constantFrom(5, 7, 15, 20, 30), fc.integer({ min: 0, max: 3 })).map(
    ([step, from]): Rule => ({
      schedule: cron(`*/${step} ${from}-${from + 1} * * *`),
      matches: (wall) => wall.getUTCMinutes() % step === 0 && [from, from + 1].includes(wall.getUTCHours()),
    }),
  ),
)

function model(rule: Rule, timezone: string, stretch: { readonly fromMs: number; readonly untilMs: number }): number[] {
  const fired: number[] = []
  let highest = wallOfInstant(stretch.fromMs - 2 * DAY, timezone)
  for (let at = stretch.fromMs - 2 * DAY + MINUTE; at <= stretch.untilMs; at += MINUTE) {
    const wall = clockOf(at, timezone)
    let isDue = false
    for (let passed = Math.floor(highest / MINUTE) * MINUTE + MINUTE; passed <= wall; passed += MINUTE)
      isDue ||= rule.matches(new Date(passed))
    highest = Math.max(highest, wall)
    if (isDue && at > stretch.fromMs) fired.push(at)
  }
  return fired
}

/** The zone's clock by another road than the one under test. */
const clocks = new Map<string, Intl.DateTimeFormat>()
function clockOf(at: number, timeZone: string): number {
  if (!clocks.has(timeZone))
    clocks.set(timeZone, new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'medium' }))
  return Date.parse(`${clocks.get(timeZone)!.format(at).replace(' ', 'T')}Z`)
}

/** The days of a year on which a zone's clock is put forward or back, and one on which it is not. */
function interestingDays(timezone: string, year: number): number[] {
  const start = Date.UTC(year, 0, 1)
  const offset = (at: number) => clockOf(at, timezone) - at
  const changes = Array.from({ length: 365 }, (_, day) => start + day * DAY).filter(
    (at) => offset(at) !== offset(at + DAY),
  )
  return [...changes, start + 100 * DAY]
}

test('due times equal a model that walks every minute, around every change of the clock', () => {
  const zone = fc.oneof(fc.constantFrom(...ZONES), fc.constantFrom(...Intl.supportedValuesOf('timeZone')))
  fc.assert(
    fc.property(zone, fc.integer({ min: 1975, max: 2037 }), rules, (timezone, year, rule) => {
      for (const day of interestingDays(timezone, year)) {
        const stretch = { fromMs: day - DAY, untilMs: day + 3 * DAY }
        const found: number[] = []
        for (
          let at = nextDueAt(rule.schedule, { timezone, createdAtMs: 0, afterMs: stretch.fromMs });
          at <= stretch.untilMs;
          at = nextDueAt(rule.schedule, { timezone, createdAtMs: 0, afterMs: at })
        )
          found.push(at)
        assert.deepEqual(
          found.map((at) => formatLocal(at, timezone)),
          model(rule, timezone, stretch).map((at) => formatLocal(at, timezone)),
        )
      }
    }),
    { numRuns: RUNS },
  )
})

test('a daily schedule comes due exactly once on every local day, at its time unless the clock skips it', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...ZONES.filter((zone) => zone !== 'Pacific/Apia')),
      fc.integer({ min: 1990, max: 2037 }),
      hourOfDay,
      minuteOfHour,
      (timezone, year, hour, minute) => {
        const time = `${pad(hour)}:${pad(minute)}`
        const seen = new Set<string>()
        let afterMs = ms(`${year}-01-01T00:00:00Z`)
        for (let count = 0; count < 365; count += 1) {
          const at = nextDueAt(daily(time), { timezone, createdAtMs: 0, afterMs })
          assert.ok(at > afterMs)
          const local = formatLocal(at, timezone)
          assert.ok(!seen.has(local.slice(0, 10)), local)
          if (count > 0)
            assert.equal(Date.parse(`${local.slice(0, 10)}T00:00Z`) - Date.parse(`${[...seen].at(-1)}T00:00Z`), DAY)
          seen.add(local.slice(0, 10))
          // Another time of day is shown only where the minute before still had another offset: the clock was just put
          // forward.
          if (local.slice(11, 16) !== time)
            assert.ok(clockOf(at, timezone) - clockOf(at - MINUTE, timezone) > MINUTE, local)
          afterMs = at
        }
      },
    ),
    { numRuns: LONG ? 200 : 12 },
  )
})

test('a skipped hour runs at the first minute after it', () => {
  assert.deepEqual(take(daily('02:30'), 'America/New_York', '2026-03-07T12:00:00Z', 2), [
    '2026-03-08T03:00:00-04:00',
    '2026-03-09T02:30:00-04:00',
  ])
  assert.deepEqual(take(daily('02:15'), 'Australia/Lord_Howe', '2026-10-03T00:00:00Z', 2), [
    '2026-10-04T02:30:00+11:00',
    '2026-10-05T02:15:00+11:00',
  ])
  assert.deepEqual(take(daily('00:30'), 'America/Sao_Paulo', '2018-11-03T12:00:00Z', 2), [
    '2018-11-04T01:00:00-02:00',
    '2018-11-05T00:30:00-02:00',
  ])
  assert.deepEqual(take(cron('0 * * * *'), 'Europe/Berlin', '2026-03-28T23:30:00Z', 3), [
    '2026-03-29T01:00:00+01:00',
    '2026-03-29T03:00:00+02:00',
    '2026-03-29T04:00:00+02:00',
  ])
})

test('a repeated hour runs once, the first time', () => {
  assert.deepEqual(take(daily('01:30'), 'America/New_York', '2026-10-31T12:00:00Z', 2), [
    '2026-11-01T01:30:00-04:00',
    '2026-11-02T01:30:00-05:00',
  ])
  assert.deepEqual(
    take(
      { kind: 'FREQUENCY', frequency: BackupFrequency.HOURLY, time: '00:15' },
      'Europe/Berlin',
      '2026-10-24T23:30:00Z',
      3,
    ),
    ['2026-10-25T02:15:00+02:00', '2026-10-25T03:15:00+01:00', '2026-10-25T04:15:00+01:00'],
  )
})

test('the next run is printed with the offset of its zone', () => {
  assert.deepEqual(take(daily('02:00'), 'America/Sao_Paulo', '2026-11-24T12:00:00Z', 1), ['2026-11-25T02:00:00-03:00'])
  assert.deepEqual(take(daily('02:00'), 'Asia/Kathmandu', '2026-11-24T12:00:00Z', 1), ['2026-11-25T02:00:00+05:45'])
})

test('the 31st is the last day of every month, and a shorter month runs on its last', () => {
  const monthly = (dayOfMonth: number): ScheduleSettings => ({
    kind: 'FREQUENCY',
    frequency: BackupFrequency.MONTHLY,
    time: '02:00',
    dayOfMonth,
  })
  assert.deepEqual(
    take(monthly(31), 'UTC', '2027-12-31T12:00:00Z', 4).map((at) => at.slice(0, 10)),
    ['2028-01-31', '2028-02-29', '2028-03-31', '2028-04-30'],
  )
  assert.deepEqual(
    take(monthly(30), 'UTC', '2027-01-01T00:00:00Z', 3).map((at) => at.slice(0, 10)),
    ['2027-01-30', '2027-02-28', '2027-03-30'],
  )
})

test('every counts from the creation in UTC, whatever the zone', () => {
  const schedule: ScheduleSettings = { kind: 'EVERY', every: '6h' }
  const createdAtMs = ms('2026-03-07T01:07:00Z')
  assert.equal(
    nextDueAt(schedule, { timezone: 'America/New_York', createdAtMs, afterMs: createdAtMs }),
    createdAtMs + 6 * HOUR,
  )
  assert.equal(
    nextDueAt(schedule, { timezone: 'America/New_York', createdAtMs, afterMs: createdAtMs - DAY }),
    createdAtMs + 6 * HOUR,
  )
  assert.equal(
    nextDueAt(schedule, { timezone: 'UTC', createdAtMs, afterMs: createdAtMs + 6 * HOUR }),
    createdAtMs + 12 * HOUR,
  )
})

test('a manual schedule is never due', () => {
  assert.equal(nextDueAt({ kind: 'MANUAL' }, { timezone: 'UTC', createdAtMs: 0, afterMs: 0 }), Number.POSITIVE_INFINITY)
})

test('a cron expression that never comes due, can not be read or means another time at each reading is refused with its path and the accepted form', () => {
  const frame = { timezone: 'UTC', createdAtMs: 0, afterMs: ms('2026-11-24T00:00:00Z') }
  for (const text of ['0 0 30 2 *', '0 0 31 2,4,6 *']) {
    assert.throws(
      () => assertSchedule(cron(text), frame),
      (error) =>
        isBackupError(error, 'CONFIG_INVALID') &&
        error.context['path'] === 'cron' &&
        String(error.context['why']).startsWith('it never comes due'),
    )
  }
  for (const text of [
    '',
    '* * *',
    '61 * * * *',
    '* * * * * *',
    'H 2 * * *',
    '0 H/3 * * *',
    '@reboot',
    '@secondly',
    'at noon',
    '0 0 1 1 * 2030',
  ]) {
    assert.throws(
      () => assertSchedule(cron(text), frame),
      (error) =>
        isBackupError(error, 'CONFIG_INVALID') &&
        error.context['path'] === 'cron' &&
        String(error.context['accepted']).includes('30 2 * * 1-5'),
      text,
    )
  }
  for (const text of ['0 0 29 2 *', '@daily', ' 0  2 * * 1-5 ', '0 2 L * *', '0 2 * * THU', '15 3 * * 1#2'])
    assertSchedule(cron(text), frame)
})

test('a cron expression is read by the parser that the queue itself uses', () => {
  const ours = createRequire(import.meta.url)
  assert.equal(createRequire(ours.resolve('pg-boss')).resolve('cron-parser'), ours.resolve('cron-parser'))
})

test('an hourly schedule has the minutes of its time alone', () => {
  const hourly = (time: string) =>
    take({ kind: 'FREQUENCY', frequency: BackupFrequency.HOURLY, time }, 'America/Sao_Paulo', '2026-11-24T12:00:00Z', 3)
  assert.deepEqual(hourly('17:40'), [
    '2026-11-24T09:40:00-03:00',
    '2026-11-24T10:40:00-03:00',
    '2026-11-24T11:40:00-03:00',
  ])
  assert.deepEqual(hourly('17:40'), hourly('00:40'))
})

test('an unknown zone is refused, also by a manual schedule and as a bare offset', () => {
  for (const timezone of ['America/Atlantis', '+03:00', '', 'Sao Paulo']) {
    assert.ok(!isTimeZone(timezone))
    assert.throws(
      () => assertSchedule({ kind: 'MANUAL' }, { timezone, createdAtMs: 0, afterMs: 0 }),
      failsWith('CONFIG_INVALID', { path: 'timezone' }),
    )
  }
})

test('the due times of a stretch are those met one after the other; of a long one the newest', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...ZONES),
      rules,
      fc.integer({ min: 0, max: 40 * 24 }),
      fc.integer({ min: 1, max: 50 }),
      (timezone, { schedule }, hours, limit) => {
        const frame = { timezone, createdAtMs: 0, afterMs: ms('2026-03-01T00:17:00Z') }
        const untilMs = frame.afterMs + hours * HOUR
        const all: number[] = []
        for (let at = nextDueAt(schedule, frame); at <= untilMs; at = nextDueAt(schedule, { ...frame, afterMs: at }))
          all.push(at)
        assert.deepEqual(dueTimesBetween(schedule, frame, { untilMs, limit }), {
          times: all.slice(-limit),
          isTruncated: all.length > limit,
        })
      },
    ),
    { numRuns: RUNS },
  )
  const years = { timezone: 'UTC', createdAtMs: 0, afterMs: ms('1990-01-01T00:00:00Z') }
  const { times, isTruncated } = dueTimesBetween(cron('* * * * *'), years, {
    untilMs: ms('2026-01-01T00:00:00Z'),
    limit: 3,
  })
  assert.deepEqual(
    [times.map((at) => new Date(at).toISOString().slice(11, 16)), isTruncated],
    [['23:58', '23:59', '00:00'], true],
  )
})

test('late is a quarter of the period after the due time, ten minutes at least, six hours at most; missed is the next due time or a day later', () => {
  const late = (periodMs: number) => lateAtMs({ dueAtMs: 0, nextDueAtMs: periodMs })
  assert.deepEqual([15 * MINUTE, HOUR, 4 * HOUR, DAY, 30 * DAY, Number.POSITIVE_INFINITY].map(late), [
    10 * MINUTE,
    15 * MINUTE,
    HOUR,
    6 * HOUR,
    6 * HOUR,
    6 * HOUR,
  ])
  assert.deepEqual(
    [HOUR, DAY, 30 * DAY, Number.POSITIVE_INFINITY].map((nextDueAtMs) => missedAtMs({ dueAtMs: 0, nextDueAtMs })),
    [HOUR, DAY, DAY, DAY],
  )
})

test('the id of a scheduled run is a UUID that depends on configuration and due time alone', () => {
  const id = scheduledRunId('c1b7a6de-6a2e-4b83-9b5e-6c63b0f0a001', ms('2026-11-25T05:00:00Z'))
  assert.equal(id, scheduledRunId('c1b7a6de-6a2e-4b83-9b5e-6c63b0f0a001', ms('2026-11-25T05:00:00Z')))
  assert.match(id, /^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
  assert.notEqual(id, scheduledRunId('c1b7a6de-6a2e-4b83-9b5e-6c63b0f0a001', ms('2026-11-25T05:01:00Z')))
})
