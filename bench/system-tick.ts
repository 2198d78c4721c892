/** What a scheduler's beat costs that finds and enqueues ten due runs, among 100 configurations and among 1,000. */

import { initExternalDatabase, openCatalog } from '../src/catalog/index.ts'
import { DueState } from '../src/contracts/system/index.ts'
import type { SystemParts } from '../src/services/index.ts'
import { tick } from '../src/services/scheduling/index.ts'
import { type TestServer, temporaryPostgres } from '../test/harness/catalog.ts'
import { everyMinutes, planConfig, schedulingParts } from '../test/harness/scheduling.ts'
import { median, milliseconds } from './measure.ts'
import type { Finding } from './system-part.ts'

const DUE = 10
const RATIO_MAX = 1.5
const BEATS = 15

export async function benchTick({ runs }: { readonly runs: number }): Promise<readonly Finding[]> {
  await using server = await temporaryPostgres()
  const few = await prepare(server, 100)
  const many = await prepare(server, 1000)
  const costs = { few: [] as number[], many: [] as number[] }
  // The first beats pay for plans and caches.
  for (let beat = -3; beat < runs * BEATS; beat += 1) {
    for (const [name, parts] of [
      ['few', few],
      ['many', many],
    ] as const) {
      const cost = await beatOnce(parts)
      if (beat >= 0) costs[name].push(cost)
    }
  }
  for (const { catalog, queue } of [few, many]) {
    await queue.stop({ graceMs: 0 })
    await catalog[Symbol.asyncDispose]()
  }
  const [a, b] = [median(costs.few), median(costs.many)]
  return [
    {
      what: `a tick with ${DUE} due runs, 1,000 configurations against 100 (PostgreSQL)`,
      measured: `${b.toFixed(1)} ms / ${a.toFixed(1)} ms = ${(b / a).toFixed(2)}`,
      bar: `<= ${RATIO_MAX}`,
      holds: b / a <= RATIO_MAX,
    },
  ]
}

async function prepare(server: TestServer, count: number): Promise<SystemParts> {
  const url = await server.newDatabase()
  await initExternalDatabase(url)
  const catalog = await openCatalog({ url })
  const parts = await schedulingParts(catalog)
  for (let i = 0; i < count; i += 1) await planConfig(parts, { schedule: everyMinutes(60 * 24 * 30) })
  return parts
}

/** Ten due times are moved to now; the beat makes their runs. */
async function beatOnce(parts: SystemParts): Promise<number> {
  const atMs = Date.now()
  const chosen = await parts.catalog.db
    .selectFrom('due_times')
    .select('config_id')
    .where('state', '=', DueState.WAITING)
    .orderBy('due_at', 'desc')
    .limit(DUE)
    .execute()
  for (const { config_id } of chosen)
    await parts.catalog.db
      .updateTable('due_times')
      .set({ due_at: new Date(atMs) })
      .where('config_id', '=', config_id)
      .where('state', '=', DueState.WAITING)
      .execute()
  let started = 0
  const cost = await milliseconds(async () => {
    started = (await tick(parts, atMs)).started.length
  })
  if (started !== DUE) throw new Error(`${started} runs were started instead of ${DUE}.`)
  return cost
}
