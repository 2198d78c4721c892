// Goal: whatever database is underneath, the catalog reads the same values, keeps what was committed, and undoes what
// threw. Method: one suite over the embedded database and over a real PostgreSQL server.
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
import { type Catalog, DEFAULT_TENANT_ID, isUniqueViolation } from './index.ts'

describe('the embedded catalog', () => suite(temporaryCatalog))
for (const major of [15, 16, 17, 18]) {
  describe(`the catalog on PostgreSQL ${major}`, { skip: noServer(major) }, () => {
    let server: TestServer
    before(async () => {
      server = await temporaryPostgres(major)
    })
    after(() => server[Symbol.asyncDispose]())
    suite(() => postgresCatalog(server))
  })
}

function suite(make: () => Promise<Catalog>): void {
  let catalog: Catalog
  before(async () => {
    catalog = await make()
    await catalog.db.insertInto('tenants').values({ id: DEFAULT_TENANT_ID, name: 'default' }).execute()
  })
  after(() => catalog[Symbol.asyncDispose]())

  test('values read alike', async () => {
    const { rows } = await sql<
      Record<string, unknown>
    >`select 9007199254740991::bigint as big, '2026-03-01 12:34:56.789-03'::timestamptz as time, '\\x00ff'::bytea as bytes, '{"a":[1,null]}'::jsonb as json, 'x'::text as text,
      12.5::numeric as number, true as yes, '{1,2}'::bigint[] as bigs, array['a', null, 'b "c,']::text[] as texts, '1 day'::interval as interval, '2026-03-01'::date as day, count(*) as count, null::bigint as nothing`.execute(
      catalog.db,
    )
    assert.deepEqual(rows, [
      {
        big: 9007199254740991,
        time: new Date('2026-03-01T15:34:56.789Z'),
        bytes: Buffer.from([0, 255]),
        json: { a: [1, null] },
        text: 'x',
        number: 12.5,
        yes: true,
        bigs: [1, 2],
        texts: ['a', null, 'b "c,'],
        interval: '1 day',
        day: '2026-03-01',
        count: 1,
        nothing: null,
      },
    ])
    assert.ok(Buffer.isBuffer(rows[0]!['bytes']))
    await assert.rejects(sql`select 9007199254740992::bigint as big`.execute(catalog.db), /can not hold/)
  })

  test('values write and come back', async () => {
    const at = new Date('2026-07-01T00:00:00.123Z')
    const wrapped = Buffer.from([1, 2, 255, 0])
    await catalog.db
      .insertInto('control_keys')
      .values({ tenant_id: DEFAULT_TENANT_ID, generation: 1, wrapped, kek_fingerprint: 'f', created_at: at })
      .execute()
    await catalog.db
      .insertInto('settings')
      .values({ tenant_id: DEFAULT_TENANT_ID, name: 'text', value: JSON.stringify('a text') })
      .execute()
    assert.deepEqual(await catalog.db.selectFrom('control_keys').selectAll().execute(), [
      { tenant_id: DEFAULT_TENANT_ID, generation: 1, wrapped, kek_fingerprint: 'f', created_at: at },
    ])
    assert.equal((await catalog.db.selectFrom('settings').select('value').executeTakeFirstOrThrow()).value, 'a text')
  })

  test('a transaction that throws leaves nothing; one that returns stays', async () => {
    const names = async () =>
      (await catalog.db.selectFrom('tenants').select('name').orderBy('name').execute()).map(({ name }) => name)
    await assert.rejects(
      catalog.transaction(async (tx) => {
        await tx.insertInto('tenants').values({ id: randomUUID(), name: 'undone' }).execute()
        throw new Error('no')
      }),
      /^Error: no$/,
    )
    await catalog.transaction((tx) => tx.insertInto('tenants').values({ id: randomUUID(), name: 'kept' }).execute())
    const stopped = new AbortController()
    await assert.rejects(
      catalog.transaction(
        async (tx) => {
          await tx.insertInto('tenants').values({ id: randomUUID(), name: 'stopped' }).execute()
          stopped.abort()
        },
        { signal: stopped.signal },
      ),
      { code: 'ABORTED' },
    )
    assert.deepEqual(await names(), ['default', 'kept'])
  })

  test('a broken rule is told by its code and name', async () => {
    const again = catalog.db.insertInto('tenants').values({ id: randomUUID(), name: 'default' }).execute()
    await assert.rejects(
      again,
      (error) => isUniqueViolation(error, 'tenants_name_key') && !isUniqueViolation(error, 'other'),
    )
  })

  test('inside a transaction every other way to the database is refused, not waited for', async () => {
    await assert.rejects(
      catalog.transaction(() => catalog.db.selectFrom('tenants').selectAll().execute()),
      /goes through it/,
    )
    await assert.rejects(
      catalog.transaction(() => catalog.transaction(async () => {})),
      /goes through it/,
    )
    await assert.rejects(
      catalog.transaction(() => catalog.queue.executeSql('select 1')),
      /goes through it/,
    )
    assert.equal((await catalog.db.selectFrom('tenants').selectAll().execute()).length, 2)
  })

  test('many transactions at once each see their own', async () => {
    await catalog.db
      .insertInto('settings')
      .values({ tenant_id: DEFAULT_TENANT_ID, name: 'count', value: '0' })
      .execute()
    await Promise.all(
      Array.from({ length: 20 }, () =>
        catalog.transaction(async (tx) => {
          const { value } = await tx
            .selectFrom('settings')
            .select('value')
            .where('name', '=', 'count')
            .forUpdate()
            .executeTakeFirstOrThrow()
          await tx
            .updateTable('settings')
            .set({ value: JSON.stringify(Number(value) + 1) })
            .where('name', '=', 'count')
            .execute()
        }),
      ),
    )
    assert.equal(
      (await catalog.db.selectFrom('settings').select('value').where('name', '=', 'count').executeTakeFirstOrThrow())
        .value,
      20,
    )
  })

  test('the queue runs many statements, and one that fails leaves no open transaction behind', async () => {
    assert.deepEqual(await catalog.queue.executeSql('begin; select 1 as a; select 2 as a; commit'), {
      rows: [{ a: 1 }, { a: 2 }],
    })
    assert.deepEqual(await catalog.queue.executeSql('select $1::integer as a', [3]), { rows: [{ a: 3 }] })
    const failing = catalog.queue.executeSql('begin; select 1 / 0; commit')
    const beside = Promise.all(Array.from({ length: 5 }, () => catalog.queue.executeSql('select 1 as a')))
    await assert.rejects(failing, { code: '22012' })
    assert.equal((await beside).length, 5)
    await catalog.queue.executeSql('create schema neonpro_backup_queue')
    await catalog.ping()
  })
}
