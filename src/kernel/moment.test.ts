// Goal: a date means one moment or is refused. Method: every kind of text that other readers of dates take, days on
// which clocks change, and random moments written down and read again.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { DayEnd, isMoment, momentOf } from './moment.ts'
import { formatLocal, wallOfInstant } from './zone.ts'

const first = (text: string, zone = 'UTC') => momentOf(text, { zone, end: DayEnd.FIRST })
const last = (text: string, zone = 'UTC') => momentOf(text, { zone, end: DayEnd.LAST })

test('what is no strict date is refused', () => {
  const refused = [
    ...[
      '',
      '5',
      '20270201',
      '01/02/2027',
      '2027-2-1',
      '2027-02-31',
      '2027-02-29',
      '2026-13-01',
      '2026-00-10',
      '2026-01-00',
    ],
    ...[
      '0000-01-01',
      '-001-01-01',
      '+12026-01-01',
      '2026-W05',
      '2026-032',
      '2026-01',
      '2026',
      'today',
      'Nov 30 2026',
      '7d',
    ],
    ...[
      '2026-01-01T10:00',
      '2026-01-01 10:00:00Z',
      '2026-01-01t10:00:00z',
      '2026-01-01T10:00:00z',
      '2026-01-01T24:00:00Z',
    ],
    ...[
      '2026-06-30T23:59:60Z',
      '2026-01-01T10:60Z',
      '2026-01-01T10Z',
      '2026-01-01T10:00:00.Z',
      '2026-01-01T10:00:00,5Z',
    ],
    ...[
      '2026-01-01T10:00+0300',
      '2026-01-01T10:00+3:00',
      '2026-01-01T10:00+14:01',
      '2026-01-01T10:00-99:00',
      '2026-01-01Z',
    ],
    ...[' 2026-01-01', '2026-01-01 ', '2026-01-01\n', '２０２６-01-01', '2026-02-31T10:00Z', '2026-01-01T10:00+01:60'],
  ]
  assert.deepEqual(
    refused.filter((text) => isMoment(text)),
    [],
  )
})

test('a time is its instant; a date is a bound of that day in the zone', () => {
  assert.equal(first('2026-11-23T10:41:07-03:00'), Date.UTC(2026, 10, 23, 13, 41, 7))
  assert.equal(last('2026-11-23T10:41Z'), Date.UTC(2026, 10, 23, 10, 41))
  assert.equal(first('2026-11-23T10:41:07.123456789Z'), Date.UTC(2026, 10, 23, 10, 41, 7, 123))
  assert.equal(first('0099-01-01'), Date.parse('0099-01-01T00:00:00Z'))
  assert.equal(first('2027-02-01', 'America/Sao_Paulo'), Date.UTC(2027, 1, 1, 3))
  assert.equal(last('2027-02-01', 'America/Sao_Paulo'), Date.UTC(2027, 1, 2, 3) - 1)
  assert.equal(last('2028-02-29', 'Asia/Tokyo'), Date.UTC(2028, 1, 29, 15) - 1)
  // New York: a day of 23 hours and one of 25.
  assert.equal(last('2026-03-08', 'America/New_York')! + 1 - first('2026-03-08', 'America/New_York')!, 23 * 3_600_000)
  assert.equal(last('2026-11-01', 'America/New_York')! + 1 - first('2026-11-01', 'America/New_York')!, 25 * 3_600_000)
  // São Paulo in 2018 and Beirut begin that day at one o'clock: midnight is skipped.
  assert.equal(first('2018-11-04', 'America/Sao_Paulo'), Date.parse('2018-11-04T01:00:00-02:00'))
  assert.equal(last('2018-11-03', 'America/Sao_Paulo'), Date.parse('2018-11-04T01:00:00-02:00') - 1)
  // Havana repeats midnight: the day begins with the first.
  assert.equal(first('2026-11-01', 'America/Havana'), Date.parse('2026-11-01T00:00:00-04:00'))
})

test('days follow each other without gap or overlap in every zone, and what is written down reads as the same', () => {
  const zone = fc.constantFrom(
    'UTC',
    'America/Sao_Paulo',
    'Asia/Tokyo',
    'Europe/Lisbon',
    'Australia/Lord_Howe',
    'Asia/Kathmandu',
  )
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 40_000 }), zone, (day, name) => {
      const text = (days: number) => new Date(days * 86_400_000).toISOString().slice(0, 10)
      assert.equal(last(text(day), name)! + 1, first(text(day + 1), name))
      const shown = new Date(wallOfInstant(first(text(day), name)!, name)).toISOString()
      assert.equal(shown.slice(0, 10), text(day))
    }),
  )
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 4_000_000_000 }), zone, (second, name) => {
      assert.equal(first(formatLocal(second * 1000, name)), second * 1000)
    }),
  )
})
