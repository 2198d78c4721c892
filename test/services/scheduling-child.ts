/**
 * A process of the scheduling tests: `work URL` carries runs out; `hold URL` keeps them until a line comes in; `tick
 * URL|DIRECTORY` beats as fast as it can with a clock of its own. Prints a line for what it does.
 */
import { once } from 'node:events'
import { sql } from 'kysely'
import { type Catalog, openCatalog } from '../../src/catalog/index.ts'
import { openJobQueue } from '../../src/jobs/index.ts'
import { isBackupError } from '../../src/kernel/backup-error.ts'
import { silentLog } from '../../src/kernel/log.ts'
import { sleep } from '../../src/kernel/timer.ts'
import { finishRun, startWorker, tick } from '../../src/services/scheduling/index.ts'
import { directoryCatalog } from '../harness/catalog.ts'
import { schedulingParts } from '../harness/scheduling.ts'

const HOUR_MS = 3_600_000
export const STALE_MS = 1_500
export const WORK_MS = 400

const say = (text: string) => process.stdout.write(`${text}\n`)

async function work(catalog: Catalog, between: () => Promise<unknown>): Promise<void> {
  const queue = await openJobQueue(catalog, { log: silentLog, isWorker: true })
  const parts = await schedulingParts(catalog, { queue, defaults: { performance: { maxConcurrentBackups: 2 } } })
  await startWorker(parts, {
    roles: { scheduler: true, worker: true },
    carryOutRecovery: () => Promise.resolve(),
    staleMs: STALE_MS,
    heartbeatMs: 300,
    carryOutRun: async (_, claim) => {
      say(`begin ${claim.runId}`)
      await between()
      try {
        await finishRun(
          parts,
          claim,
          { state: 'COMPLETED' },
          {
            within: async (tx) =>
              void (await sql`insert into effects.effects (run_id, fence, pid) values (${claim.runId}, ${claim.fence}, ${process.pid})`.execute(
                tx,
              )),
          },
        )
        say(`end ${claim.runId}`)
      } catch (error) {
        say(`${isBackupError(error) ? error.code : String(error)} ${claim.runId}`)
        throw error
      }
    },
  })
  say('ready')
}

async function beat(catalog: Catalog): Promise<void> {
  const parts = await schedulingParts(catalog, {
    queue: await openJobQueue(catalog, { log: silentLog, isWorker: false }),
  })
  const { latest } = await catalog.db
    .selectFrom('due_times')
    .select(({ fn }) => fn.max('due_at').as('latest'))
    .executeTakeFirstOrThrow()
  for (let atMs = latest.getTime(); ; atMs += HOUR_MS) {
    await tick(parts, atMs)
    say('beat')
  }
}

if (process.argv[1] === import.meta.filename) {
  const [mode, at] = process.argv.slice(2) as ['work' | 'hold' | 'tick', string]
  const catalog = at.startsWith('postgres:') ? await openCatalog({ url: at }) : await directoryCatalog(at)
  const word = mode === 'hold' ? once(process.stdin, 'data') : undefined
  await (mode === 'tick' ? beat(catalog) : work(catalog, () => word ?? sleep(WORK_MS)))
}
