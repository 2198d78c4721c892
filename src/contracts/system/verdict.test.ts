// Goal: a second copy that nobody renews is seen in the first line of a status, and fails no script. Method: the
// judgement over given facts, in both languages.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { COPY_AGE_MS_MAX, type VerdictFacts, verdictOf } from './verdict.ts'

const NOW = Date.parse('2026-11-30T12:00:00.000Z')
const GOOD = '2026-11-30T02:00:00.000Z'

const BEFORE = '2026-11-01T02:00:00.000Z'
const factsOf = (copiedMs: number | null, newestAt = GOOD, copiedTo = BEFORE): VerdictFacts => ({
  things: [{ name: 'clinic', newestGoodAt: GOOD, newestAt }],
  kind: 'configuration',
  failed: [],
  isAllDisabled: false,
  alarms: 0,
  isUnattended: false,
  repositoryErrors: [],
  unknownConfigs: [],
  otherSystem: null,
  lastVerification: null,
  secondCopy:
    copiedMs === null
      ? null
      : { location: '/mnt/b', at: new Date(copiedMs).toISOString(), snapshots: 1, newestAt: copiedTo },
})

test('an old second copy asks for a look; a recent one, or none, does not', () => {
  for (const [locale, well, look] of [
    ['en', /^All is well/, /^Look at this: the second copy was last brought up to date 9 days ago\.$/],
    ['pt-BR', /^Está tudo bem/, /^Veja isto: a segunda cópia foi atualizada pela última vez há 9 dias\.$/],
  ] as const) {
    const reader = { locale, nowMs: NOW }
    for (const copiedMs of [null, NOW - COPY_AGE_MS_MAX])
      assert.match(verdictOf(factsOf(copiedMs), reader).sentence, well)
    const old = verdictOf(factsOf(NOW - COPY_AGE_MS_MAX - 24 * 3_600_000), reader)
    assert.match(old.sentence, look)
    assert.deepEqual([old.isGood, old.reasons], [true, []])
  }
  const both = verdictOf(factsOf(0, '2026-11-30T08:00:00.000Z'), { locale: 'en', nowMs: NOW })
  assert.match(both.sentence, /^Look at this: the newest backup of clinic is incomplete, .*; the second copy was/)
})

test('a copy that holds the newest good point is not old, however rarely it is made; a date ahead hides nothing', () => {
  const copiedMs = NOW - COPY_AGE_MS_MAX - 24 * 3_600_000
  const reader = { locale: 'en', nowMs: NOW } as const
  const monthly = (newestGoodAt: string, copiedTo: string) => ({
    ...factsOf(copiedMs, newestGoodAt, copiedTo),
    things: [{ name: 'clinic', newestGoodAt, newestAt: newestGoodAt }],
  })
  assert.match(verdictOf(monthly(BEFORE, BEFORE), reader).sentence, /^All is well/)
  for (const ahead of ['2031-01-01T00:00:00.000Z', BEFORE])
    assert.match(verdictOf(monthly(GOOD, ahead), reader).sentence, /^Look at this: the second copy/)
})

test("another machine's repository asks for a look; one whose system may be lost is not well", () => {
  const asked = { ...factsOf(null), kind: 'source', unknownConfigs: ['papers'] } as const
  for (const [locale, lost, look] of [
    [
      'en',
      /^NOT WELL: the repository keeps 1 configuration/,
      /^Look at this: .*another machine \(clinic-1\).*10 hours/,
    ],
    ['pt-BR', /^ATENÇÃO: o repositório guarda 1 config/, /^Veja isto: .*outra máquina \(clinic-1\).*10 horas/],
  ] as const) {
    const reader = { locale, nowMs: NOW }
    assert.match(verdictOf(asked, reader).sentence, lost)
    const other = verdictOf({ ...asked, otherSystem: { host: 'clinic-1', newestAt: GOOD } }, reader)
    assert.match(other.sentence, look)
    assert.deepEqual([other.isGood, other.reasons], [true, []])
  }
})
