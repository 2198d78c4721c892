import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Worker } from 'node:worker_threads'
import { PLACES, WorkerQueue } from './worker-queue.ts'

test('a place that was offered is begun once, and again when it is offered again', () => {
  const queue = new WorkerQueue()
  const other = new WorkerQueue(queue.memory)
  queue.offer(7)
  assert.equal(other.begin(7), true)
  assert.equal(queue.begin(7), false)
  assert.equal(queue.begin(8), true)
  queue.offer(7)
  assert.equal(queue.begin(7), true)
  assert.equal(other.begin(7), false)
})

test('of two threads that want every place each gets what the other does not', async () => {
  const queue = new WorkerQueue()
  const go = new Int32Array(new SharedArrayBuffer(4))
  const script = `
    import { parentPort, workerData } from 'node:worker_threads'
    const { PLACES, WorkerQueue } = await import(workerData.module)
    const queue = new WorkerQueue(workerData.memory)
    parentPort.postMessage('ready')
    Atomics.wait(workerData.go, 0, 0)
    const mine = []
    for (let place = 0; place < PLACES; place += 1) if (queue.begin(place)) mine.push(place)
    parentPort.postMessage(mine)`
  const worker = new Worker(new URL(`data:text/javascript,${encodeURIComponent(script)}`), {
    workerData: { module: new URL('./worker-queue.ts', import.meta.url).href, memory: queue.memory, go },
  })
  await new Promise((resolve) => worker.once('message', resolve))
  const answer = new Promise<number[]>((resolve) => worker.once('message', resolve))
  Atomics.store(go, 0, 1)
  Atomics.notify(go, 0)
  const mine: number[] = []
  for (let place = PLACES - 1; place >= 0; place -= 1) if (queue.begin(place)) mine.push(place)
  const theirs = await answer
  await worker.terminate()
  assert.deepEqual(
    [...mine, ...theirs].sort((a, b) => a - b),
    Array.from({ length: PLACES }, (_, place) => place),
  )
})
