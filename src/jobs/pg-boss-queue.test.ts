// Goal: the queue does on both databases what its port promises. Method: real pg-boss over the embedded database and
// over a PostgreSQL server.
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, describe, test } from 'node:test'
import { sql } from 'kysely'
import {
  noServer,
  postgresCatalog,
  type TestServer,
  temporaryCatalog,
  temporaryPostgres,
} from '../../test/harness/catalog.ts'
import { until } from '../../test/harness/until.ts'
import { type Catalog, sqlState } from '../catalog/index.ts'
import { silentLog } from '../kernel/log.ts'
import { type Job, JobKind, type JobQueue } from './job-queue.ts'
import { openJobQueue, QUEUE_SCHEMA } from './pg-boss-queue.ts'

const backup = (subject: string, priority = 1): Job => ({ kind: JobKind.BACKUP, subject, priority })

function describeQueue(make: () => Promise<Catalog>): void {
  let catalog: Catalog
  before(async () => {
    catalog = await make()
  })
  after(() => catalog[Symbol.asyncDispose]())

  const open = () => openJobQueue(catalog, { log: silentLog, isWorker: true })
  const jobs = async (subject: string) =>
    (
      await catalog.queue.executeSql(
        `select state::text as state, retry_count, heartbeat_seconds, expire_seconds from ${QUEUE_SCHEMA}.job where singleton_key = $1 order by created_on`,
        [subject],
      )
    ).rows as Array<Record<string, unknown>>
  const put = (queue: JobQueue, ...all: Job[]) => catalog.transaction((tx) => queue.enqueueAll(all, tx))

  test("a job commits with the caller's transaction, or is not there", async () => {
    await using queue = await open()
    const [kept, lost] = [randomUUID(), randomUUID()]
    await put(queue, backup(kept))
    await assert.rejects(
      catalog.transaction(async (tx) => {
        await queue.enqueue(backup(lost), tx)
        throw new Error('not today')
      }),
      /not today/,
    )
    assert.deepEqual([(await jobs(kept)).length, (await jobs(lost)).length], [1, 0])
    const [job] = await jobs(kept)
    assert.ok(Number(job!['heartbeat_seconds']) >= 10 && Number(job!['expire_seconds']) > 3600)
    await catalog.queue.executeSql(`delete from ${QUEUE_SCHEMA}.job`)
  })

  test('a second job about what waits in the queue already takes no place; one about what is at work does', async () => {
    await using queue = await open()
    const subject = randomUUID()
    await put(queue, backup(subject))
    await put(queue, backup(subject))
    assert.equal((await jobs(subject)).length, 1)
    let begun = 0
    const release = Promise.withResolvers<void>()
    await queue.work(
      JobKind.BACKUP,
      async () => {
        begun += 1
        await release.promise
      },
      { concurrency: 1 },
    )
    await until('begun === 1', () => begun === 1)
    await put(queue, backup(subject))
    assert.equal((await jobs(subject)).length, 2)
    release.resolve()
    await until('begun === 2', () => begun === 2)
  })

  test('larger priorities go first, no more at once than asked for', async () => {
    await using queue = await open()
    const order: number[] = []
    let running = 0
    await put(queue, ...[1, 3, 0, 2, 3].map((priority) => backup(`${priority}-${randomUUID()}`, priority)))
    await queue.work(
      JobKind.BACKUP,
      async (subject) => {
        running += 1
        assert.ok(running <= 2)
        order.push(Number(subject[0]))
        await new Promise((resolve) => setTimeout(resolve, 30))
        running -= 1
      },
      { concurrency: 2 },
    )
    await until('order.length === 5', () => order.length === 5)
    assert.deepEqual([...order.slice(0, 2), ...order.slice(2, 4).sort(), order[4]], [3, 3, 1, 2, 0])
  })

  test('it carries jobs and no schedules: those are rows of the catalog', async () => {
    await using queue = await open()
    await put(queue, backup(randomUUID()))
    await queue.work(JobKind.BACKUP, async () => {}, { concurrency: 1 })
    const { rows } = await catalog.queue.executeSql(
      `select name from ${QUEUE_SCHEMA}.schedule union all select name from ${QUEUE_SCHEMA}.queue where name like '%cron%' or name like '%schedule%' or name like '%send-it%'`,
    )
    assert.deepEqual(rows, [])
  })

  test('a handler that throws has its job tried again, later', async () => {
    await using queue = await open()
    const subject = randomUUID()
    const triedMs: number[] = []
    await put(queue, backup(subject))
    await queue.work(
      JobKind.BACKUP,
      async () => {
        triedMs.push(performance.now())
        if (triedMs.length === 1) throw new Error('the first time')
      },
      { concurrency: 1 },
    )
    await until('it is tried again', () => triedMs.length === 2)
    assert.ok(triedMs[1]! - triedMs[0]! > 900, `again after ${triedMs[1]! - triedMs[0]!} ms`)
    await until('it is done', async () => (await jobs(subject))[0]!['state'] === 'completed')
    assert.equal((await jobs(subject))[0]!['retry_count'], 1)
  })

  test('stop takes no more, aborts what runs, waits for it no longer than its grace, and a claim that ends is free for others', async () => {
    const queue = await open()
    const [polite, deaf] = [randomUUID(), randomUUID()]
    const seen = new Map<string, string>()
    await put(queue, backup(polite), backup(deaf))
    await queue.work(
      JobKind.BACKUP,
      async (subject, { signal }) => {
        seen.set(subject, 'begun')
        if (subject === deaf) await new Promise((resolve) => setTimeout(resolve, 60_000).unref())
        else await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()))
        seen.set(subject, 'ended')
      },
      { concurrency: 2 },
    )
    await until('seen.size === 2', () => seen.size === 2)
    await queue.stop({ graceMs: 3_000 })
    assert.deepEqual([seen.get(polite), seen.get(deaf)], ['ended', 'begun'])
    assert.deepEqual([(await jobs(polite))[0]!['state'], (await jobs(deaf))[0]!['state']], ['completed', 'active'])
    await catalog.queue.executeSql(`delete from ${QUEUE_SCHEMA}.job`)
  })

  test('several that open it at once make it once', async () => {
    await catalog.queue.executeSql(`drop schema ${QUEUE_SCHEMA} cascade`)
    for (const queue of await Promise.all([open(), open(), open()])) await queue.stop({ graceMs: 0 })
    await using queue = await open()
    const subject = randomUUID()
    await put(queue, backup(subject))
    assert.equal((await jobs(subject)).length, 1)
  })

  test('no role of PostgREST sees the queue', async () => {
    await using queue = await open()
    await put(queue, backup(randomUUID()))
    for (const role of ['anon', 'authenticated']) {
      await assert.rejects(
        catalog.transaction(async (tx) => {
          await sql`set local role ${sql.id(role)}`.execute(tx)
          await sql`select * from ${sql.id(QUEUE_SCHEMA, 'job')}`.execute(tx)
        }),
        (error) => sqlState(error) === '42501',
      )
    }
  })
}

describe('the queue on the embedded database', () => describeQueue(temporaryCatalog))

describe('the queue on PostgreSQL 15', { skip: noServer() }, () => {
  let server: TestServer
  before(async () => {
    server = await temporaryPostgres()
  })
  after(() => server[Symbol.asyncDispose]())
  describeQueue(() => postgresCatalog(server))
})
