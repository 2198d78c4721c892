// Goal: a configuration's options reach the engine and the policy under the meaning that the contract gives them.
// Method: each in turn, against what is written in docs/retention.md and the settings' own comments.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { engineSettings, filesSettings, policyOf, snapshotTypeOf } from './run-settings.ts'

test("filters and performance become what the engine takes; what is not given stays the engine's own", () => {
  assert.deepEqual([filesSettings({ filters: {} }), engineSettings({ performance: {} })], [{ filters: {} }, {}])
  assert.deepEqual(
    filesSettings({
      filters: { includePatterns: ['a'], excludePatterns: undefined, sizeLimit: 5, modifiedSince: '2024-01-01' },
    }),
    { filters: { includePatterns: ['a'], sizeLimit: 5, modifiedSinceMs: Date.UTC(2024, 0, 1) } },
  )
  assert.deepEqual(engineSettings({ performance: { compressionLevel: 9, chunkSize: 2_097_152, timeout: 7200 } }), {
    compressionLevel: 9,
    segmentBytes: 2_097_152,
  })
})

test('FILES and DATABASE name the kind of source and compare with the newest', () => {
  assert.deepEqual(
    ['FULL', 'INCREMENTAL', 'DIFFERENTIAL', 'FILES', 'DATABASE'].map((type) => snapshotTypeOf(type as 'FULL')),
    ['FULL', 'INCREMENTAL', 'DIFFERENTIAL', 'INCREMENTAL', 'INCREMENTAL'],
  )
})

test('a bare number means days; "forever" a year keeps the last point of each', () => {
  assert.equal(policyOf(undefined), undefined)
  assert.deepEqual(policyOf(30), { withinDays: 30 })
  assert.deepEqual(policyOf({ daily: 14, yearly: 10, custom: [{ pattern: 'first-of-month', keep: 60 }] }), {
    daily: 14,
    yearly: 10,
    custom: [{ pattern: 'first-of-month', keep: 60 }],
  })
  assert.deepEqual(policyOf({ daily: 1, yearly: 'forever' }), {
    daily: 1,
    custom: [{ pattern: 'last-of-year', keep: 'forever' }],
  })
})

test('a pattern that an earlier version took, and that can meet nothing, stops no backup', () => {
  const filters = { excludePatterns: ['./a b', '*.tmp', 'a/../b', '..a'] }
  assert.deepEqual(filesSettings({ filters }).filters, { excludePatterns: ['*.tmp', '..a'] })
})
