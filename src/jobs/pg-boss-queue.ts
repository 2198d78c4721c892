/**
 * The queue over pg-boss, on either database, in a schema of its own that no role of PostgREST can see. Jobs hold ids
 * alone. Its schedules are not used: due times are rows of the catalog (ADR 0010). Its jobs may run twice; runs and
 * requests are fenced by their own rows.
 */
import { fromKysely, PgBoss } from 'pg-boss'
import { type Catalog, CatalogKind, type DatabaseTransaction, type SqlExecutor } from '../catalog/index.ts'
import type { Log } from '../kernel/log.ts'
import { sleep } from '../kernel/timer.ts'
import { JobLane } from './job-lane.ts'
import { type Job, type JobHandler, JobKind, type JobQueue } from './job-queue.ts'

export const QUEUE_SCHEMA = 'neonpro_backup_queue'

const DEAD_LETTERS = 'dead'
/** Three missed heartbeats of the lane and the queue gives the job away. */
const HEARTBEAT_SECONDS = 30
/** The longest that the queue knows. A longer run keeps its own row alive, and the job that comes again finds it so. */
const EXPIRE_SECONDS = 24 * 3600
const KEEP_DONE_SECONDS = 24 * 3600
const QUEUE_OPTIONS = {
  policy: 'short',
  heartbeatSeconds: HEARTBEAT_SECONDS,
  expireInSeconds: EXPIRE_SECONDS,
  retryLimit: 10,
  retryDelay: 2,
  retryBackoff: true,
  retryDelayMax: 300,
  deadLetter: DEAD_LETTERS,
  deleteAfterSeconds: KEEP_DONE_SECONDS,
} as const
/** Between looks into the queue. What the same process puts in is seen at once. */
const POLL_MS = 1_500
/** After an `enqueue`, for its transaction to commit. */
const COMMIT_MS = 25

export interface JobQueueOptions {
  readonly log: Log
  /** Whether this process also keeps the queue's house: expiry and deletion. One that only puts jobs in need not. */
  readonly isWorker: boolean
}

/**
 * Opens the queue, made or brought to this version where needed, one process at a time. Throws DATABASE_UNAVAILABLE.
 */
export async function openJobQueue(catalog: Catalog, { log, isWorker }: JobQueueOptions): Promise<JobQueue> {
  const isEmbedded = catalog.kind === CatalogKind.EMBEDDED
  const boss = new PgBoss({
    db: { executeSql: (text, values) => catalog.queue.executeSql(text, values) },
    backend: isEmbedded ? 'pglite' : 'postgres',
    schema: QUEUE_SCHEMA,
    createSchema: false,
    schedule: false,
    registerInstance: false,
    supervise: isWorker,
    reindex: false,
    monitorVacuum: false,
    bamIntervalSeconds: 3600,
    flowIntervalSeconds: 3600,
  })
  boss.on('error', (error) => log.warn('the queue had an error', { error }))
  boss.on('warning', ({ message }) => log.debug('the queue warns', { message }))
  await alone(catalog.queue, `create schema if not exists ${QUEUE_SCHEMA}`)
  try {
    await boss.start()
    for (const name of [DEAD_LETTERS, ...Object.values(JobKind)]) {
      if (!(await boss.getQueue(name)))
        await boss.createQueue(name, name === DEAD_LETTERS ? { deleteAfterSeconds: KEEP_DONE_SECONDS } : QUEUE_OPTIONS)
    }
    await alone(catalog.queue, HIDE)
  } catch (error) {
    await boss.stop({ graceful: false, close: false })
    throw error
  }
  return new PgBossQueue(boss, log)
}

/**
 * Two processes that make or grant the same at once meet in PostgreSQL's own catalogue, where "if not exists" does not
 * help. Queues are made by pg-boss under a lock of its own.
 */
async function alone(database: SqlExecutor, statement: string): Promise<void> {
  await database.executeSql(`begin; select pg_advisory_xact_lock(hashtext('${QUEUE_SCHEMA}')); ${statement}; commit`)
}

/** Nobody but the owner, whatever the database's default privileges say. */
const HIDE = `do $$
  declare
    somebody text;
  begin
    foreach somebody in array array['public', 'anon', 'authenticated'] loop
      if somebody = 'public' or exists (select from pg_roles where rolname = somebody) then
        execute format('revoke all on schema ${QUEUE_SCHEMA} from %s', somebody);
        execute format('revoke all on all tables in schema ${QUEUE_SCHEMA} from %s', somebody);
        execute format('revoke all on all functions in schema ${QUEUE_SCHEMA} from %s', somebody);
      end if;
    end loop;
  end $$`

class PgBossQueue implements JobQueue {
  readonly #boss: PgBoss
  readonly #log: Log
  readonly #lanes = new Map<JobKind, JobLane>()

  constructor(boss: PgBoss, log: Log) {
    this.#boss = boss
    this.#log = log
  }

  enqueue(job: Job, tx: DatabaseTransaction): Promise<void> {
    return this.enqueueAll([job], tx)
  }

  async enqueueAll(jobs: readonly Job[], tx: DatabaseTransaction): Promise<void> {
    for (const [kind, ofKind] of Map.groupBy(jobs, (job) => job.kind)) {
      const inserted = ofKind.map(({ subject, priority, startAfter }) => ({
        data: { subject },
        singletonKey: subject,
        priority,
        ...(startAfter && { startAfter: startAfter.toISOString() }),
      }))
      await this.#boss.insert(kind, inserted, { db: fromKysely(tx) })
      const lane = this.#lanes.get(kind)
      if (lane) void sleep(COMMIT_MS, { unref: true }).then(() => lane.wake())
    }
  }

  work(kind: JobKind, handler: JobHandler, { concurrency }: { readonly concurrency: number }): Promise<void> {
    const lane = new JobLane({
      boss: this.#boss,
      log: this.#log,
      name: kind,
      handler,
      concurrency,
      pollMs: POLL_MS,
      heartbeatMs: (HEARTBEAT_SECONDS * 1000) / 3,
    })
    this.#lanes.set(kind, lane)
    lane.start()
    return Promise.resolve()
  }

  async stop({ graceMs }: { readonly graceMs: number }): Promise<void> {
    await Promise.all([...this.#lanes.values()].map((lane) => lane.stop({ graceMs })))
    this.#lanes.clear()
    await this.#boss.stop({ graceful: false, close: false })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop({ graceMs: 0 })
  }
}
