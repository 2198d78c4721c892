// Goal: a thread that dies while it holds the lock stops the others by name, and does not let them spin for ever.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { failsWith } from '../../../test/harness/refusal.ts'
import { BlobTable, reserveBlobTable } from './blob-table.ts'

test('a lock that nobody gives back is an error, and one that is given back is none', () => {
  const memory = reserveBlobTable(100)
  const id = new Uint32Array([1, 2, 3, 4])
  const table = new BlobTable(memory, { lockMsMax: 20 })
  assert.ok(table.claim(id, 5))
  const lock = new Int32Array(memory.control)
  lock[0] = 1
  assert.throws(() => table.has(id), failsWith('WORKER_LOST'))
  lock[0] = 0
  assert.ok(table.has(id) && !table.claim(id, 5))
})
