// Goal: who waits for a run that nothing carries out is told so, and the run waits on.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { temporaryCatalog } from '../../../test/harness/catalog.ts'
import { planConfig, schedulingParts } from '../../../test/harness/scheduling.ts'
import type { Catalog } from '../../catalog/index.ts'
import { type JobQueue, openJobQueue } from '../../jobs/index.ts'
import { isBackupError } from '../../kernel/backup-error.ts'
import { silentLog } from '../../kernel/log.ts'
import { sleep } from '../../kernel/timer.ts'
import { getRun, heartbeatWorker, registerWorker, requestRun, stopWorker, waitForRun, workerAlive } from './index.ts'

let catalog: Catalog
let queue: JobQueue
before(async () => {
  catalog = await temporaryCatalog()
  queue = await openJobQueue(catalog, { log: silentLog, isWorker: false })
})
after(async () => {
  await queue[Symbol.asyncDispose]()
  await catalog[Symbol.asyncDispose]()
})

const isNoWorker = (error: unknown) => isBackupError(error, 'NO_WORKER')

test('without any worker NO_WORKER is answered after the silence, and the run stays PENDING', async () => {
  const parts = await schedulingParts(catalog, { queue })
  const runId = await requestRun(parts, { configId: await planConfig(parts), by: 'test' })
  assert.equal(await workerAlive(parts), false)
  const started = performance.now()
  await assert.rejects(waitForRun(parts, runId, { silentMs: 300 }), isNoWorker)
  assert.ok(performance.now() - started >= 290)
  assert.equal((await getRun(parts, runId)).state, 'PENDING')
})

test('a worker whose heart beats is waited for however long it takes; one that stops or only schedules is none', async () => {
  const parts = await schedulingParts(catalog, { queue })
  const runId = await requestRun(parts, { configId: await planConfig(parts), by: 'test' })
  await registerWorker(parts, { scheduler: true, worker: true })
  assert.equal(await workerAlive(parts), true)
  let ended: unknown
  const waiting = waitForRun(parts, runId, { silentMs: 1000 }).catch((error: unknown) => {
    ended = error
  })
  for (let beat = 0; beat < 25; beat += 1) {
    await sleep(100)
    await heartbeatWorker(parts)
    assert.equal(ended, undefined)
  }
  await stopWorker(parts)
  await waiting
  assert.ok(isNoWorker(ended))
  await registerWorker(parts, { scheduler: true, worker: false })
  assert.equal(await workerAlive(parts), false)
  await assert.rejects(waitForRun(parts, runId, { silentMs: 100 }), isNoWorker)
})
