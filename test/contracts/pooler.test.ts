// Goal: behind a pooler in session mode everything works; one in transaction mode, which would lose locks silently, is
// refused by name. Method: a real PgBouncer before a real server.
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, describe, test } from 'node:test'
import { sql } from 'kysely'
import { initExternalDatabase, openCatalog } from '../../src/catalog/index.ts'
import { noServer, type TestServer, temporaryPostgres } from '../harness/catalog.ts'
import { temporaryPooler } from '../harness/pooler.ts'
import { noPooler } from '../harness/servers.ts'

describe('behind PgBouncer', { skip: noServer() || noPooler() }, () => {
  let server: TestServer
  before(async () => {
    server = await temporaryPostgres()
  })
  after(() => server[Symbol.asyncDispose]())

  test('in session mode a catalog opens and works; a frozen transaction is still bounded', async () => {
    await using pooler = await temporaryPooler(server, { mode: 'session' })
    const url = pooler.through(await server.newDatabase())
    assert.equal(await initExternalDatabase(url), true)
    await using catalog = await openCatalog({ url })
    await catalog.db.insertInto('tenants').values({ id: randomUUID(), name: 'kept' }).execute()
    const { rows } = await sql<{
      timeout: string
    }>`select current_setting('idle_in_transaction_session_timeout') as timeout`.execute(catalog.db)
    assert.equal(rows[0]?.timeout, '1min')
  })

  test('in session mode the last session of the pool is enough', async () => {
    await using pooler = await temporaryPooler(server, { mode: 'session', settings: 'default_pool_size = 1' })
    assert.equal(await initExternalDatabase(pooler.through(await server.newDatabase())), true)
  })

  for (const [mode, settings] of [
    ['transaction', ''],
    ['transaction', 'server_round_robin = 1\nmin_pool_size = 3'],
    ['transaction', 'default_pool_size = 1'],
    ['statement', ''],
  ] as const)
    test(`in ${mode} mode it is refused (${settings.replace('\n', ', ') || 'as it comes'})`, async () => {
      await using pooler = await temporaryPooler(server, { mode, settings })
      const direct = await server.newDatabase()
      const refused = { code: 'DATABASE_POOLED' }
      await assert.rejects(initExternalDatabase(pooler.through(direct)), refused)
      await initExternalDatabase(direct)
      await assert.rejects(openCatalog({ url: pooler.through(direct) }), refused)
    })

  test('a parameter that it refuses is named', async () => {
    await using pooler = await temporaryPooler(server, { mode: 'session' })
    const url = `${pooler.through(await server.newDatabase())}&options=-cwork_mem%3D4MB`
    await assert.rejects(
      openCatalog({ url }),
      (error: { code?: unknown; context?: { cause?: unknown } }) =>
        error.code === 'DATABASE_UNAVAILABLE' && /unsupported startup parameter/.test(String(error.context?.cause)),
    )
  })

  test('a pooler without a free place is busy', async () => {
    await using pooler = await temporaryPooler(server, { mode: 'session', settings: 'max_client_conn = 2' })
    const url = pooler.through(await server.newDatabase())
    await initExternalDatabase(url)
    await using first = await openCatalog({ url })
    await first.transaction(async (tx) => {
      await sql`select 1`.execute(tx)
      await assert.rejects(Promise.all([openCatalog({ url }), openCatalog({ url })]), { code: 'DATABASE_BUSY' })
    })
  })
})
