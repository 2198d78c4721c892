import assert from 'node:assert/strict'
import { test } from 'node:test'
import { failsWith } from '../../test/harness/refusal.ts'
import { sleep, Waker } from './timer.ts'

const HOUR = 3_600_000

test('a sleep ends with its signal', async () => {
  await assert.rejects(sleep(HOUR, { signal: AbortSignal.abort() }), failsWith('ABORTED'))
  const stop = new AbortController()
  const sleeping = assert.rejects(sleep(HOUR, { signal: stop.signal }), failsWith('ABORTED'))
  stop.abort()
  await sleeping
})

test('a sleep longer than any timer of Node does not end at once, nor a wait', async () => {
  const warned: string[] = []
  const hear = ({ name }: Error) => void warned.push(name)
  process.on('warning', hear)
  let isOver = false
  const stop = new AbortController()
  const long = [2 ** 31, 40 * 24 * HOUR, Number.MAX_SAFE_INTEGER, Number.POSITIVE_INFINITY].flatMap((ms) => [
    sleep(ms, { signal: stop.signal }).then(
      () => {
        isOver = true
      },
      () => {},
    ),
    new Waker().wait(ms, { signal: stop.signal }).then(() => {
      isOver ||= !stop.signal.aborted
    }),
  ])
  await sleep(50)
  assert.equal(isOver, false)
  stop.abort()
  await Promise.all(long)
  process.off('warning', hear)
  assert.deepEqual(warned, [])
})

test('a wait ends when woken, by a wake that came before it, and by its signal; a wake counts once', async () => {
  const waker = new Waker()
  const waiting = waker.wait(HOUR)
  waker.wake()
  await waiting
  waker.wake()
  await waker.wait(HOUR)
  let isOver = false
  const stop = new AbortController()
  const third = waker.wait(HOUR, { signal: stop.signal }).then(() => {
    isOver = true
  })
  await sleep(20)
  assert.equal(isOver, false)
  stop.abort()
  await third
})
