// Goal: a database that is down, goes away or throws a client out is an error of the call, with a code, and the next
// call works when it is back; the process never notices otherwise. Method: a real server that is stopped, started and
// killed under an open catalog.
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, beforeEach, describe, test } from 'node:test'
import { inspect } from 'node:util'
import { sql } from 'kysely'
import {
  asAdmin,
  noServer,
  postgresCatalog,
  type TestServer,
  temporaryPostgres,
} from '../../../test/harness/catalog.ts'
import { until } from '../../../test/harness/until.ts'
import { initExternalDatabase, openCatalog } from '../index.ts'
import { redacted } from './postgres-catalog.ts'

const UNAVAILABLE = { code: 'DATABASE_UNAVAILABLE' }

test('a location never shows a password', () => {
  assert.equal(
    redacted('postgres://ana:s3cret@db.example:5432/clinic?sslmode=require&password=s3cret'),
    'postgres://ana@db.example:5432/clinic',
  )
  assert.equal(redacted('postgres://:s3cret@/clinic?host=/run/pg'), 'postgres:///run/pg/clinic')
  assert.equal(redacted('postgres://ana:s3/cr@et@db/clinic'), 'postgres://ana@db/clinic')
  assert.equal(redacted('postgres://db/clinic'), 'postgres://db/clinic')
  assert.equal(redacted('not a url s3cret'), 'postgres')
})

test('a URL that can not be read is refused without being repeated', async () => {
  for (const url of [
    'mysql://ana:s3cret@db/clinic',
    'postgres://ana:s3cret@db:notaport/clinic',
    's3cret',
    'postgres://ana:s3cret@db:99999999/x',
  ]) {
    await assert.rejects(
      openCatalog({ url }),
      (error: { code?: unknown }) =>
        error.code === 'CONFIG_INVALID' && !inspect(error, { depth: 9, showHidden: true }).includes('cret'),
      url,
    )
  }
})

describe('on PostgreSQL 15', { skip: noServer() }, () => {
  let server: TestServer
  before(async () => {
    server = await temporaryPostgres()
  })
  after(() => server[Symbol.asyncDispose]())
  // A test that fell while the server was down does not take the next one with it.
  beforeEach(() => server.start())

  test('down at the start is told, without the password, and works when it comes back', async () => {
    const url = await server.newDatabase()
    await initExternalDatabase(url)
    const secret = randomUUID()
    const withPassword = url.replace('@', `:${secret}@`)
    await server.stop()
    const refused = (error: unknown) => {
      assert.equal((error as { code?: unknown }).code, 'DATABASE_UNAVAILABLE')
      assert.ok(!inspect(error, { depth: 9, showHidden: true }).includes(secret), 'the password is in the error')
      return true
    }
    await assert.rejects(openCatalog({ url: withPassword }), refused)
    await assert.rejects(initExternalDatabase(withPassword), refused)
    await server.start()
    await using catalog = await openCatalog({ url: withPassword })
    assert.ok(!inspect(catalog, { depth: 3 }).includes(secret) && !catalog.location.includes(secret))
    await catalog.ping()
  })

  test('a server that goes away and comes back is an error in between and nothing after', async () => {
    await using catalog = await postgresCatalog(server)
    await Promise.all(Array.from({ length: 5 }, () => catalog.db.selectFrom('tenants').selectAll().execute()))
    await server.stop()
    await assert.rejects(catalog.ping(), UNAVAILABLE)
    await assert.rejects(catalog.db.selectFrom('tenants').selectAll().execute(), UNAVAILABLE)
    await assert.rejects(
      catalog.transaction((tx) => tx.selectFrom('tenants').selectAll().execute()),
      UNAVAILABLE,
    )
    await assert.rejects(catalog.queue.executeSql('select 1'), UNAVAILABLE)
    await server.start()
    for (let i = 0; i < 12; i += 1) await catalog.ping()
    await Promise.all(Array.from({ length: 12 }, () => catalog.db.selectFrom('tenants').selectAll().execute()))
  })

  test('a connection that is cut in the middle of a transaction undoes it, and its place in the pool is free again', async () => {
    await using catalog = await postgresCatalog(server)
    for (let round = 0; round < 12; round += 1) {
      await assert.rejects(
        catalog.transaction(async (tx) => {
          await tx
            .insertInto('tenants')
            .values({ id: randomUUID(), name: `torn ${round}` })
            .execute()
          const { rows } = await sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(tx)
          await asAdmin(server.adminUrl, `select pg_terminate_backend(${rows[0]!.pid})`)
          await tx.selectFrom('tenants').selectAll().execute()
        }),
        UNAVAILABLE,
      )
    }
    assert.deepEqual(await catalog.db.selectFrom('tenants').selectAll().execute(), [])
  })

  test('idle connections that the server ends do not end the process', async () => {
    await using catalog = await postgresCatalog(server)
    await Promise.all(Array.from({ length: 5 }, () => catalog.ping()))
    await asAdmin(
      server.adminUrl,
      "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'neonpro-backup'",
    )
    const left = () =>
      asAdmin(server.adminUrl, "select 1 from pg_stat_activity where application_name = 'neonpro-backup'")
    await until('the server has ended them', async () => (await left()).length === 0)
    // Whatever the machine did meanwhile: after another answer of the server the news of their end has been read as
    // well.
    await new Promise((resolve) => setTimeout(resolve, 100))
    await left()
    await catalog.ping()
  })

  test('a killed server loses nothing that was committed before', async () => {
    await using catalog = await postgresCatalog(server)
    await catalog.db.insertInto('tenants').values({ id: randomUUID(), name: 'kept' }).execute()
    await server.kill()
    await assert.rejects(catalog.ping(), UNAVAILABLE)
    await server.start()
    assert.equal((await catalog.db.selectFrom('tenants').select('name').executeTakeFirstOrThrow()).name, 'kept')
  })

  test('a user or a host that does not exist is unavailable, not a bug', async () => {
    const url = await server.newDatabase()
    await assert.rejects(openCatalog({ url: url.replace('owner', 'stranger') }), UNAVAILABLE)
    await assert.rejects(openCatalog({ url: `${url}?sslmode=verify-full` }), UNAVAILABLE)
    await assert.rejects(openCatalog({ url: 'postgres://a@no-such-host.invalid/b' }), UNAVAILABLE)
  })

  test('an operation that is stopped before it starts does not connect', async () => {
    await assert.rejects(openCatalog({ url: server.adminUrl }, { signal: AbortSignal.abort() }), { code: 'ABORTED' })
  })
})
