import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as wait } from 'node:timers/promises'
import { inOrder } from './in-order.ts'

async function* counted(upTo: number): AsyncGenerator<number> {
  for (let i = 0; i < upTo; i += 1) yield await Promise.resolve(i)
}

test('results come in the order of their items, whichever ends first, and no more than so many are worked on', async () => {
  let running = 0
  let most = 0
  const results: number[] = []
  for await (const result of inOrder(counted(40), { widthMax: 4 }, async (i) => {
    running += 1
    most = Math.max(most, running)
    await wait((i * 7) % 5)
    running -= 1
    return i * 2
  }))
    results.push(result)
  assert.deepEqual(
    results,
    Array.from({ length: 40 }, (_, i) => i * 2),
  )
  assert.equal(most, 4)
})

test('an error is thrown at its turn, and nothing is left running behind it', async () => {
  const ended: number[] = []
  const results: number[] = []
  await assert.rejects(async () => {
    for await (const result of inOrder(counted(10), { widthMax: 4 }, async (i) => {
      // The later ones fail at once, long before their turn.
      if (i < 2) await wait(10)
      else if (i > 2) await wait(20).then(() => ended.push(i))
      if (i >= 2) throw new Error(`item ${i}`)
      return i
    }))
      results.push(result)
  }, /item 2/)
  assert.deepEqual(results, [0, 1])
  assert.deepEqual(ended, [3, 4, 5])
})

test('who stops reading waits for what has begun, and the items are let go', async () => {
  let ended = 0
  let isClosed = false
  async function* items(): AsyncGenerator<number> {
    try {
      yield* counted(10)
    } finally {
      isClosed = true
    }
  }
  for await (const _ of inOrder(items(), { widthMax: 3 }, async () => {
    await wait(5)
    ended += 1
  }))
    break
  assert.equal(ended, 3)
  assert.equal(isClosed, true)
})
