// Goal: a run hears every stop of its worker, whenever it comes. Method: one run on a real database, stopped where it
// is claimed and after it has its end.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { after, before, test } from 'node:test'
import { temporaryCatalog } from '../../../../test/harness/catalog.ts'
import { planConfig, schedulingParts } from '../../../../test/harness/scheduling.ts'
import { until } from '../../../../test/harness/until.ts'
import type { Catalog } from '../../../catalog/index.ts'
import type { SystemParts } from '../../parts.ts'
import { finishRun, requestRun } from '../index.ts'
import { carryOutJob } from './carry-out-job.ts'

let catalog: Catalog
let parts: SystemParts
before(async () => {
  catalog = await temporaryCatalog()
  parts = await schedulingParts(catalog)
})
after(async () => {
  await parts.queue.stop({ graceMs: 0 })
  await catalog[Symbol.asyncDispose]()
})

test('what follows the end of a run still hears that the worker stops', async () => {
  const runId = await requestRun(parts, { configId: await planConfig(parts), by: 'ana' })
  let looks = 0
  const seen = new Proxy(parts.catalog, {
    get: (target, name) => {
      // Heartbeats are transactions: what is read without one is how the run stands.
      if (name === 'db') looks += 1
      const value: unknown = Reflect.get(target, name, target)
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
  const stop = new AbortController()
  let heard: unknown
  await carryOutJob({ ...parts, catalog: seen }, runId, {
    signal: stop.signal,
    heartbeatMs: 5,
    carryOutRun: async (_, claim, { signal }) => {
      const before = looks
      await finishRun(parts, claim, { state: 'COMPLETED' })
      await until('a heartbeat has found that it is over', () => looks > before)
      stop.abort()
      if (!signal.aborted) await once(signal, 'abort')
      heard = signal.reason
    },
  })
  assert.equal(heard, 'SHUTDOWN')
})

test('a stop that comes while a run is being claimed is heard', async () => {
  const configId = await planConfig(parts)
  const runId = await requestRun(parts, { configId, by: 'ana' })
  const stop = new AbortController()
  let heard: unknown
  await carryOutJob(parts, runId, {
    signal: stop.signal,
    runStarted: () => Promise.resolve(stop.abort()),
    carryOutRun: async (_, claim, { signal }) => {
      heard = signal.reason
      await finishRun(parts, claim, { state: 'COMPLETED' })
    },
  })
  assert.equal(heard, 'SHUTDOWN')
})
