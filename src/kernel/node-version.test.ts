// Goal: an old Node is refused by name, at the boundary of what works.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { failsWith } from '../../test/harness/refusal.ts'
import { requireNode } from './node-version.ts'

test('22.15 and what is newer will do; what is older is named', () => {
  for (const version of ['22.15.0', '22.16.1', '23.0.0', '24.21.0', '100.0.0']) requireNode(version)
  for (const version of ['22.14.9', '20.20.2', '18.0.0', '9.9.9'])
    assert.throws(() => requireNode(version), failsWith('NODE_TOO_OLD', { version }))
})
