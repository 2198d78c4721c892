import assert from 'node:assert/strict'
import { createHash, randomBytes } from 'node:crypto'
import { test } from 'node:test'
import { LookupIds } from './ids.ts'

test('a lookup id is the first half of SHA-256 over key, zeros and id', () => {
  for (let round = 0; round < 200; round += 1) {
    const key = randomBytes(32)
    const ids = randomBytes(96)
    const words = new Uint32Array(4)
    const lookupIds = new LookupIds(key)
    for (const offset of [32, 0, 64]) {
      lookupIds.lookupInto(ids, offset, words)
      const expected = createHash('sha256')
        .update(key)
        .update(Buffer.alloc(32))
        .update(ids.subarray(offset, offset + 32))
        .digest()
        .subarray(0, 16)
      assert.equal(Buffer.from(words.buffer).toString('hex'), expected.toString('hex'))
    }
  }
})
