// Goal: what a server refuses for a reason of its own has a code of its own, never INTERNAL, and goes on when the reason
// is gone. Method: a real server that is made read-only, full, crowded, poorer by a role.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { after, before, beforeEach, describe, test } from 'node:test'
import {
  asAdmin,
  noServer,
  postgresCatalog,
  type TestServer,
  temporaryPostgres,
} from '../../../test/harness/catalog.ts'
import { temporaryDirectory } from '../../../test/harness/temporary-directory.ts'
import { ERROR_CATALOG } from '../../contracts/index.ts'
import type { Catalog } from '../catalog.ts'
import { initExternalDatabase, openCatalog } from '../index.ts'

const ANA = { userId: 'ana', claims: {} }

const addTenant = (catalog: Catalog, name: string = randomUUID()) =>
  catalog.db.insertInto('tenants').values({ id: randomUUID(), name }).execute()

describe('on PostgreSQL 15', { skip: noServer() }, () => {
  let server: TestServer
  before(async () => {
    server = await temporaryPostgres()
  })
  after(() => server[Symbol.asyncDispose]())
  beforeEach(() => server.start())

  test('a database that is read-only says so, at init-db and later, and works when it is writable again', async () => {
    const url = await server.newDatabase()
    const name = new URL(url).pathname.slice(1)
    const refused = { code: 'DATABASE_READ_ONLY' }
    await asAdmin(server.adminUrl, `alter database ${name} set default_transaction_read_only = on`)
    await assert.rejects(initExternalDatabase(url), refused)
    await asAdmin(server.adminUrl, `alter database ${name} reset default_transaction_read_only`)
    await initExternalDatabase(url)
    await asAdmin(server.adminUrl, `alter database ${name} set default_transaction_read_only = on`)
    await using catalog = await openCatalog({ url })
    await assert.rejects(addTenant(catalog), refused)
    await assert.rejects(
      catalog.transaction((tx) => tx.insertInto('tenants').values({ id: randomUUID(), name: 'no' }).execute()),
      refused,
    )
    await assert.rejects(catalog.queue.executeSql('create table neonpro_backup.more ()'), refused)
    await asAdmin(server.adminUrl, `alter database ${name} reset default_transaction_read_only`)
    await asAdmin(server.adminUrl, `select pg_terminate_backend(pid) from pg_stat_activity where datname = '${name}'`)
    await catalog.ping()
    await addTenant(catalog)
    assert.equal(ERROR_CATALOG.DATABASE_READ_ONLY.retry, 'later')
  })

  test('a database that is not there is missing; one without a free connection is busy, until there is one', async () => {
    const url = await server.newDatabase()
    const name = new URL(url).pathname.slice(1)
    await initExternalDatabase(url)
    await assert.rejects(openCatalog({ url: `${url}-not` }), { code: 'DATABASE_MISSING' })
    await assert.rejects(initExternalDatabase(`${url}-not`), { code: 'DATABASE_MISSING' })
    await asAdmin(server.adminUrl, `alter database ${name} connection limit 0`)
    await assert.rejects(openCatalog({ url }), { code: 'DATABASE_BUSY' })
    await asAdmin(server.adminUrl, `alter database ${name} connection limit -1`)
    await using catalog = await openCatalog({ url })
    await catalog.ping()
    assert.equal(ERROR_CATALOG.DATABASE_BUSY.retry, 'later')
  })

  test('roles that go later are named, with the statements that bring them back', async () => {
    await using catalog = await postgresCatalog(server)
    const act = () => catalog.transaction((tx) => tx.selectFrom('tenants').selectAll().execute(), { as: ANA })
    const missing = (error: { code?: unknown; context?: { statements?: unknown } }) => {
      assert.equal(error.code, 'DATABASE_ROLES_MISSING')
      assert.match(String(error.context?.statements), /create role authenticated/)
      return true
    }
    await act()
    await asAdmin(server.adminUrl, 'alter role authenticated rename to away')
    await assert.rejects(act(), missing)
    await asAdmin(server.adminUrl, 'alter role away rename to authenticated')
    await act()
    const user = /\/\/(\w+)@/.exec(catalog.location)?.[1]
    await asAdmin(server.adminUrl, `revoke authenticated from ${user}`)
    await assert.rejects(act(), missing)
    await asAdmin(server.adminUrl, `grant authenticated to ${user}`)
    await act()
  })

  test('a full disk of the server says so and takes work again when there is room', {
    skip: process.getuid?.() === 0 ? false : 'this is not root, who alone may mount a small disk',
  }, async () => {
    using folder = temporaryDirectory()
    const disk = path.join(folder.path, 'disk')
    fs.mkdirSync(disk)
    fs.chmodSync(folder.path, 0o755)
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=40m,mode=0777', 'tmpfs', disk])
    const url = await server.newDatabase()
    const name = new URL(url).pathname.slice(1)
    try {
      const space = path.join(disk, 'space')
      fs.mkdirSync(space)
      fs.chownSync(space, 65534, 65534)
      await asAdmin(server.adminUrl, `create tablespace small location '${space}'`)
      await asAdmin(server.adminUrl, `alter database ${name} set tablespace small`)
      await initExternalDatabase(url)
      await using catalog = await openCatalog({ url })
      const ballast = path.join(disk, 'ballast')
      assert.throws(() => fs.writeFileSync(ballast, Buffer.alloc(64 * 1024 * 1024)), { code: 'ENOSPC' })
      const fill = async () => {
        for (let i = 0; i < 400; i += 1) await addTenant(catalog, `${i} ${randomUUID().repeat(50)}`)
      }
      await assert.rejects(fill(), { code: 'DATABASE_FULL' })
      fs.rmSync(ballast)
      await addTenant(catalog)
    } finally {
      await asAdmin(server.adminUrl, `drop database ${name} with (force)`)
      await asAdmin(server.adminUrl, 'drop tablespace if exists small')
      execFileSync('umount', ['-l', disk])
    }
  })
})
