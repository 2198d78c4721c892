// Goal: a second copy that nobody renews is seen in the first line of a status, and fails no script. Method: the
// judgement over given facts, in both languages.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { COPY_AGE_MS_MAX, type VerdictFacts, verdictOf } from './verdict.ts'

const NOW = Date.parse('2026-11-30T12:00:00.000Z')
const GOOD = '2026-11-30T02:00:00.000Z'

const factsOf = (copiedMs: number | null, newestAt = GOOD): VerdictFacts => ({
  things: [{ name: 'clinic', newestGoodAt: GOOD, newestAt }],
  kind: 'configuration',
  failed: [],
  isAllDisabled: false,
  alarms: 0,
  isUnattended: false,
  repositoryError: null,
  unknownConfigs: [],
  lastVerification: null,
  secondCopy:
    copiedMs === null
      ? null
      : { location: '/mnt/b', at: new Date(copiedMs).toISOString(), snapshots: 1, newestAt: GOOD },
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
