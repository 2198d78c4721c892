// Goal: a clock that jumped, or is far from the last time that is known, is doubted until a day of uptime agrees or an
// operator accepts it; a right one never is. Method: readings given one after the other.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type ClockRecord, judgeClock } from './clock-trust.ts'

const HOUR = 3_600_000
const DAY = 24 * HOUR
const NOW = Date.parse('2026-05-10T02:00:00Z')
const at = (wallMs: number, uptimeMs: number, boot = 'one') => ({ wallMs, uptimeMs, boot })
const doubtOf = (record: ClockRecord) => record.doubt?.reason

test('a clock that goes with the uptime is believed, however long nobody looked', () => {
  let record = judgeClock(undefined, at(NOW, HOUR))
  for (const days of [1, 2, 40, 400]) record = judgeClock(record, at(NOW + days * DAY + 59 * 60_000, HOUR + days * DAY))
  assert.equal(doubtOf(record), undefined)
  assert.equal(doubtOf(judgeClock(record, at(record.wallMs + 6 * DAY, 10, 'two'))), undefined)
})

test('a jump either way is doubted; a day of agreement ends that, a restart begins it anew', () => {
  for (const jump of [400 * DAY, 2 * HOUR, -2 * HOUR, -400 * DAY]) {
    const jumped = judgeClock(at(NOW, HOUR), at(NOW + jump + 1000, HOUR + 1000))
    assert.equal(doubtOf(jumped), 'JUMPED')
    const later = judgeClock(jumped, at(NOW + jump + 23 * HOUR, HOUR + 23 * HOUR))
    assert.equal(doubtOf(later), 'JUMPED')
    assert.equal(doubtOf(judgeClock(later, at(NOW + jump + 24 * HOUR + 1000, 25 * HOUR + 1000))), undefined)
    const restarted = judgeClock(later, at(NOW + jump + 25 * HOUR, 60_000, 'two'))
    assert.equal(doubtOf(restarted), 'JUMPED')
    assert.equal(doubtOf(judgeClock(restarted, at(NOW + jump + 48 * HOUR, 23 * HOUR + 60_000, 'two'))), 'JUMPED')
    assert.equal(doubtOf(judgeClock(restarted, at(NOW + jump + 49 * HOUR, 24 * HOUR + 60_000, 'two'))), undefined)
  }
})

test('the way back from a jump is one too', () => {
  const ahead = judgeClock(at(NOW, HOUR), at(NOW + 400 * DAY, HOUR + 1000))
  assert.equal(doubtOf(judgeClock(ahead, at(NOW + 16_000, HOUR + 16_000))), 'JUMPED')
})

test('at a start of the machine, behind the last time or more than a week ahead of it is doubted', () => {
  assert.equal(doubtOf(judgeClock(at(NOW, DAY), at(NOW - 10 * 60_000, 10, 'two'))), 'BEHIND')
  assert.equal(doubtOf(judgeClock(at(NOW, DAY), at(NOW - 60_000, 10, 'two'))), undefined)
  assert.equal(doubtOf(judgeClock(at(NOW, DAY), at(NOW + 8 * DAY, 10, 'two'))), 'AHEAD')
})

test('where nothing was written down, the newest time that is known elsewhere counts', () => {
  assert.equal(doubtOf(judgeClock(undefined, at(NOW, 10), NOW + HOUR)), 'BEHIND')
  assert.equal(doubtOf(judgeClock(undefined, at(NOW, 10), NOW - 8 * DAY)), 'AHEAD')
  assert.equal(doubtOf(judgeClock(undefined, at(NOW, 10), NOW - 6 * DAY)), undefined)
})
