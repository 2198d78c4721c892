import assert from 'node:assert/strict'
import { createHmac, randomBytes } from 'node:crypto'
import test from 'node:test'
import fc from 'fast-check'
import { isEntry } from './chain.ts'
import { encodeEntry } from './entry.ts'

const key = randomBytes(32)
const place = { key, tenantId: '00000000-0000-4000-8000-000000000001', at: '2026-11-24T02:00:00.000Z' }
const decode = (bytes: Buffer) => JSON.parse(bytes.toString('utf8')) as Record<string, unknown>

test('an entry names who by a keyed pseudonym, and what, on which, with what result', () => {
  const entry = decode(
    encodeEntry(
      {
        actor: 'maria@clinic.example',
        action: 'config.create',
        resource: 'config:abc',
        result: 'SUCCESS',
        details: { paths: 2 },
      },
      place,
    ),
  )
  assert.deepEqual(entry, {
    v: 1,
    tenant: place.tenantId,
    at: place.at,
    actor: createHmac('sha256', key).update('maria@clinic.example').digest('hex'),
    action: 'config.create',
    resource: 'config:abc',
    result: 'SUCCESS',
    details: { paths: 2 },
  })
})

test('property: whatever the details are, there is an entry, it is bounded, and a database can hold it', () => {
  const anything = fc.anything({
    withBigInt: true,
    withDate: true,
    withTypedArray: true,
    stringUnit: 'binary',
    maxDepth: 8,
  })
  fc.assert(
    fc.property(
      fc.string({ unit: 'binary' }),
      fc.dictionary(fc.string({ unit: 'binary' }), anything),
      (resource, details) => {
        const bytes = encodeEntry({ actor: 'a', action: 'b', resource, result: 'FAILED', details }, place)
        assert.ok(isEntry(bytes, place.tenantId))
        assert.ok(!bytes.includes('\\u0000'), 'jsonb has no NUL')
        assert.ok(bytes.length < 100_000)
      },
    ),
  )
})

test('what is too much is left out and said, never a reason to have no entry', () => {
  const entry = decode(
    encodeEntry(
      {
        actor: 'a',
        action: 'b',
        resource: 'r'.repeat(9000),
        result: 'SUCCESS',
        details: { paths: Array.from({ length: 200 }, () => 'p'.repeat(4000)) },
      },
      place,
    ),
  )
  assert.deepEqual(Object.keys(entry['details'] as object), ['omittedBytes'])
  assert.equal((entry['resource'] as string).length, 4001)
})

test('a password that slipped into a URL does not stay', () => {
  const bytes = encodeEntry(
    {
      actor: 'a',
      action: 'b',
      resource: 'postgres://u:hunter2@db/x',
      result: 'SUCCESS',
      details: { urls: ['smtp://m:hunter2@mail:25'], hunter: { url: 'x://u:hunter2@h' } },
    },
    place,
  )
  assert.ok(!bytes.includes('hunter2'))
})
