// Goal: nobody crosses the line between tenants, whatever his role; nobody changes the audit log; nobody who is nobody
// gets in. Method: two filled tenants; for each role of the product a person who has it in one of them tries, on every
// table that the database itself lists, to read, insert, change, move and delete rows of the other. Afterwards the
// other tenant's rows are compared with what they were.
import assert from 'node:assert/strict'
import { createHash, randomUUID } from 'node:crypto'
import { after, before, test } from 'node:test'
import { sql } from 'kysely'
import { type Catalog, type DatabaseTransaction, type Identity, sqlState } from '../../src/catalog/index.ts'
import { failureOf } from '../../src/contracts/index.ts'
import { Role } from '../../src/contracts/system/index.ts'
import { isBackupError } from '../../src/kernel/backup-error.ts'
import { insertTenant, type TenantRows, tenantRows } from '../harness/catalog-rows.ts'

const DENIED = '42501'
const NOT_OF_A_TENANT = new Set(['schema_version', 'roles', 'role_rights', 'workers'])

interface Subject {
  readonly name: string
  readonly enter: (tx: DatabaseTransaction) => Promise<unknown>
  readonly as?: Identity
}

const person = (userId: string): Subject => ({ name: userId, enter: async () => {}, as: { userId } })
const clusterRole = (role: string): Subject => ({
  name: role,
  enter: (tx) => sql`set local role ${sql.id(role)}`.execute(tx),
})
const NOBODY: Subject = {
  name: 'authenticated without claims',
  enter: (tx) => sql`set local role authenticated`.execute(tx),
}

export function describeCatalogSecurity(make: () => Promise<Catalog>): void {
  let catalog: Catalog
  let own: TenantRows
  let other: TenantRows
  let tables: Map<string, string[]>

  before(async () => {
    catalog = await make()
    own = tenantRows()
    other = tenantRows()
    for (const rows of [own, other]) {
      await insertTenant(catalog, rows)
      await appendAudit(rows.tenantId)
    }
    for (const role of Object.values(Role))
      await catalog.db.insertInto('memberships').values({ tenant_id: own.tenantId, user_id: role, role }).execute()
    const { rows } = await sql<{
      name: string
      columns: string[]
    }>`select c.relname as name, array_agg(a.attname::text order by a.attnum) as columns from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and a.attgenerated = ''
      where c.relnamespace = 'neonpro_backup'::regnamespace and c.relkind in ('r', 'p') group by 1`.execute(catalog.db)
    tables = new Map(rows.map(({ name, columns }) => [name, columns]))
  })
  after(() => catalog[Symbol.asyncDispose]())

  const appendAudit = (
    tenantId: string,
    text = '{"at":"2026-05-04T03:02:01.000Z"}',
    db: Catalog['db'] | DatabaseTransaction = catalog.db,
  ) =>
    sql<{
      sequence: number
      hash: Buffer
    }>`select sequence, hash from neonpro_backup.append_audit(${tenantId}::uuid, ${Buffer.from(text)}::bytea)`.execute(
      db,
    )

  /** Rows touched or seen, or the SQLSTATE of the refusal. */
  async function attempt(subject: Subject, statement: ReturnType<typeof sql>): Promise<number | string> {
    try {
      return await catalog.transaction(async (tx) => {
        await subject.enter(tx)
        const { rows, numAffectedRows } = await statement.execute(tx)
        return Math.max(rows.length, Number(numAffectedRows ?? 0))
      }, subject.as && { as: subject.as })
    } catch (error) {
      const state = sqlState(isBackupError(error, 'NOT_PERMITTED') ? error.cause : error)
      if (state === undefined) throw error
      return state
    }
  }

  const key = (table: string) => sql.id(table === 'tenants' ? 'id' : 'tenant_id')
  const at = (table: string) => sql.id('neonpro_backup', table)
  const shared = () => [...tables.keys()].filter((table) => !NOT_OF_A_TENANT.has(table))
  const image = async (tenantId: string) => {
    const found: Record<string, unknown> = {}
    for (const table of shared())
      found[table] = (
        await sql`select * from ${at(table)} where ${key(table)} = ${tenantId} order by 1, 2`.execute(catalog.db)
      ).rows
    return found
  }

  /** The statements that would cross the line. */
  function crossings(table: string): Array<readonly [what: string, statement: ReturnType<typeof sql>]> {
    const whole = [
      ...tables
        .get(table)!
        .map(
          (column) =>
            [
              `update ${column}`,
              sql`update ${at(table)} set ${sql.id(column)} = ${sql.id(column)} where ${key(table)} = ${other.tenantId}`,
            ] as const,
        ),
    ]
    return [
      ['select', sql`select * from ${at(table)} where ${key(table)} = ${other.tenantId}`],
      ['insert', insertion(table, copyFor(table))],
      ['delete', sql`delete from ${at(table)} where ${key(table)} = ${other.tenantId}`],
      ['move', sql`update ${at(table)} set ${key(table)} = ${other.tenantId} where ${key(table)} = ${own.tenantId}`],
      ['truncate', sql`truncate ${at(table)}`],
      ...whole,
    ]
  }

  /** Of all columns but those that the database reckons itself. */
  function insertion(table: string, row: Record<string, unknown>): ReturnType<typeof sql> {
    const columns = sql.join(tables.get(table)!.map((column) => sql.id(column)))
    return sql`insert into ${at(table)} (${columns}) select ${columns} from jsonb_populate_record(null::${at(table)}, ${JSON.stringify(row)}::jsonb)`
  }

  /** A row for the other tenant that would be well formed. */
  function copyFor(table: string): Record<string, unknown> {
    const made = tenantRows(other.tenantId).rows.find((each) => each.table === table)?.row as
      | Record<string, unknown>
      | undefined
    const row = { created_at: '2026-01-01Z', updated_at: '2026-01-01Z', state: 'PENDING', ...made }
    return {
      ...row,
      ...('config_id' in row && { config_id: other.configId }),
      ...('point_id' in row && { point_id: other.pointId }),
      ...(table === 'configs' && { created_by: 'x', name: randomUUID() }),
    }
  }

  test('row level security is on and forced for every table', async () => {
    const { rows } = await sql<{
      relname: string
    }>`select relname from pg_class where relnamespace = 'neonpro_backup'::regnamespace and relkind in ('r', 'p') and not (relrowsecurity and relforcerowsecurity)`.execute(
      catalog.db,
    )
    assert.deepEqual(rows, [])
    assert.ok(tables.size >= 22, `${tables.size} tables`)
    const {
      rows: [system],
    } = await sql<{
      is_super: boolean
      bypasses: boolean
    }>`select rolsuper as is_super, rolbypassrls as bypasses from pg_roles where rolname = current_user`.execute(
      catalog.db,
    )
    assert.deepEqual(system, { is_super: false, bypasses: false })
  })

  test('no role of a tenant reads or touches a row of another', async () => {
    const before = await image(other.tenantId)
    assert.ok(
      Object.values(before).every((rows) => Array.isArray(rows) && rows.length > 0),
      'every table has a row to be stolen',
    )
    for (const role of Object.values(Role)) {
      for (const table of shared()) {
        for (const [what, statement] of crossings(table)) {
          const outcome = await attempt(person(role), statement)
          assert.ok(outcome === DENIED || outcome === 0, `${role} could ${what} on ${table}: ${outcome}`)
          assert.ok(
            what !== 'insert' || outcome === DENIED,
            `${role} was not refused to insert into ${table}: ${outcome}`,
          )
        }
      }
    }
    assert.deepEqual(await image(other.tenantId), before)
  })

  test('a row can not be tied to a row of another tenant', async () => {
    const run = {
      ...(own.rows.find(({ table }) => table === 'runs')!.row as Record<string, unknown>),
      id: randomUUID(),
      config_id: other.configId,
      requested_by: Role.ADMIN,
      state: 'PENDING',
      attempts: 0,
      fence: 0,
      priority: 1,
      created_at: '2026-01-01Z',
    }
    assert.equal(await attempt(person(Role.ADMIN), insertion('runs', run)), '23503')
    const good = { ...run, config_id: own.configId }
    assert.equal(await attempt(person(Role.ADMIN), insertion('runs', good)), 1)
    // What a run begins with would end up in the sums of a day.
    assert.equal(
      await attempt(person(Role.ADMIN), insertion('runs', { ...good, id: randomUUID(), stats: { bytesStored: 1e15 } })),
      DENIED,
    )
  })

  test('strangers, nobody and anon get nothing at all', async () => {
    for (const table of tables.keys()) {
      const select = sql`select * from ${at(table)}`
      assert.equal(await attempt(clusterRole('anon'), select), DENIED, table)
      if (table === 'roles' || table === 'role_rights') continue
      for (const subject of [person('stranger'), NOBODY]) {
        const outcome = await attempt(subject, select)
        assert.ok(outcome === 0 || outcome === DENIED, `${subject.name} sees ${table}: ${outcome}`)
      }
    }
    assert.equal(
      await attempt(clusterRole('anon'), sql`select neonpro_backup.may(${own.tenantId}, 'config.read')`),
      DENIED,
    )
    const { rows } = await sql<{
      role: string
    }>`select r as role from unnest(array['anon', 'public']) r where has_schema_privilege(r, 'neonpro_backup', 'usage')`.execute(
      catalog.db,
    )
    assert.deepEqual(rows, [])
  })

  test('each role may in its tenant what the matrix says, and no more', async () => {
    const may = async (role: string) => {
      const verbs = (await catalog.db.selectFrom('role_rights').select('verb').distinct().execute()).map(
        ({ verb }) => verb,
      )
      return await catalog.transaction(
        async (tx) => {
          const { rows } = await sql<{
            verb: string
          }>`select verb from unnest(${verbs}::text[]) verb where neonpro_backup.may(${own.tenantId}, verb)`.execute(tx)
          return new Set(rows.map(({ verb }) => verb))
        },
        { as: { userId: role } },
      )
    }
    const runOf = (role: string) =>
      sql`insert into neonpro_backup.runs (id, tenant_id, config_id, config_name, source, type, trigger, requested_by) values (${randomUUID()}, ${own.tenantId}, ${own.configId}, 'n', 's', 'FULL', 'MANUAL', ${role})`
    const changes: ReadonlyArray<readonly [verb: string, change: (role: string) => ReturnType<typeof sql>]> = [
      ['backup.run', runOf],
      ['backup.cancel', () => sql`update neonpro_backup.runs set cancel_requested_at = now() where id = ${own.runId}`],
      ['config.write', () => sql`update neonpro_backup.configs set enabled = enabled where id = ${own.configId}`],
      ['config.read', () => sql`select from neonpro_backup.configs where id = ${own.configId}`],
      ['point.read', () => sql`select from neonpro_backup.recovery_points where id = ${own.pointId}`],
      [
        'recovery.request',
        (role) =>
          sql`insert into neonpro_backup.recovery_requests (id, tenant_id, point_id, type, options, requested_by) values (${randomUUID()}, ${own.tenantId}, ${own.pointId}, 'FULL_RESTORE', '{}', ${role})`,
      ],
      [
        'alert.ack',
        (role) => sql`update neonpro_backup.alerts set acknowledged_by = ${role} where tenant_id = ${own.tenantId}`,
      ],
      ['audit.read', () => sql`select from neonpro_backup.audit_entries where tenant_id = ${own.tenantId} limit 1`],
      [
        'user.manage',
        () =>
          sql`insert into neonpro_backup.memberships (tenant_id, user_id, role) values (${own.tenantId}, ${randomUUID()}, 'READER')`,
      ],
    ]
    for (const role of Object.values(Role)) {
      const rights = await may(role)
      for (const [verb, change] of changes) {
        const outcome = await attempt(person(role), change(role))
        assert.equal(outcome === 1, rights.has(verb), `${role}, ${verb}: ${outcome}`)
      }
    }
    assert.deepEqual([...(await may(Role.READER))].sort(), ['config.read', 'point.read'])
    for (const role of [Role.ADMIN, Role.OPERATOR])
      assert.ok(!(await may(role)).has('point.browse'), `${role} must not look into patient data`)
    assert.deepEqual(
      [...(await may(Role.AUDITOR))].filter((verb) => !/\.(read|export)$/.test(verb)),
      [],
    )
    const known = await catalog.db.selectFrom('roles').select('name').orderBy('name').execute()
    assert.deepEqual(
      known.map(({ name }) => name),
      Object.values(Role).sort(),
    )
  })

  test('a user without the right is told so, with what to do, in both languages', async () => {
    const change = sql`update neonpro_backup.configs set enabled = false where id = ${own.configId}`
    assert.equal(await attempt(person(Role.OPERATOR), change), 1)
    const denied = catalog.transaction(
      (tx) =>
        sql`insert into neonpro_backup.memberships (tenant_id, user_id, role) values (${own.tenantId}, 'OPERATOR', 'ADMIN')`.execute(
          tx,
        ),
      { as: { userId: Role.OPERATOR } },
    )
    await assert.rejects(denied, (error) => {
      assert.ok(isBackupError(error, 'NOT_PERMITTED'), String(error))
      assert.deepEqual(failureOf(error, 'en'), {
        code: 'NOT_PERMITTED',
        message: 'OPERATOR may not do that.',
        guidance: 'Ask an administrator for the right role.',
        context: { user: Role.OPERATOR },
      })
      assert.deepEqual(failureOf(error, 'pt-BR'), {
        code: 'NOT_PERMITTED',
        message: 'OPERATOR não tem permissão para isso.',
        guidance: 'Peça a um administrador o papel adequado.',
        context: { user: Role.OPERATOR },
      })
      return true
    })
    await assert.rejects(
      catalog.db.deleteFrom('audit_entries').execute(),
      (error) => !isBackupError(error),
      'the system itself is no user',
    )
  })

  test('nobody acts in the name of another, nor plants a finished run', async () => {
    const planted = (columns: string, values: string) =>
      sql`insert into neonpro_backup.runs (id, tenant_id, config_id, config_name, source, type, trigger, ${sql.raw(columns)}) values (${randomUUID()}, ${own.tenantId}, ${own.configId}, 'n', 's', 'FULL', 'MANUAL', ${sql.raw(values)})`
    assert.equal(await attempt(person(Role.OPERATOR), planted('requested_by', "'ADMIN'")), DENIED)
    assert.equal(
      await attempt(person(Role.OPERATOR), planted('requested_by, state', "'OPERATOR', 'COMPLETED'")),
      DENIED,
    )
    const config = (by: string) =>
      sql`insert into neonpro_backup.configs (id, tenant_id, name, kind, settings, created_by) values (${randomUUID()}, ${own.tenantId}, ${randomUUID()}, 'FILES', '{}', ${by})`
    assert.deepEqual(
      [await attempt(person(Role.OPERATOR), config('ADMIN')), await attempt(person(Role.OPERATOR), config('OPERATOR'))],
      [DENIED, 1],
    )
    assert.equal(
      await attempt(
        person(Role.OPERATOR),
        sql`update neonpro_backup.runs set state = 'COMPLETED' where id = ${own.runId}`,
      ),
      DENIED,
    )
    assert.equal(
      await attempt(
        person(Role.OPERATOR),
        sql`insert into neonpro_backup.memberships (tenant_id, user_id, role) values (${own.tenantId}, 'OPERATOR', 'ADMIN')`,
      ),
      DENIED,
    )
  })

  test('the role and the claims end with the transaction', async () => {
    await catalog.transaction(async () => {}, { as: { userId: Role.READER } })
    const { rows } = await sql<{
      caller: string | null
      role: string
    }>`select neonpro_backup.caller() as caller, current_user::text as role`.execute(catalog.db)
    assert.equal(rows[0]!.caller, null)
    assert.notEqual(rows[0]!.role, 'authenticated')
    assert.ok((await catalog.db.selectFrom('tenants').selectAll().execute()).length >= 2)
  })

  test('service_role sees every tenant and does not touch the audit log', async () => {
    const service = clusterRole('service_role')
    assert.equal(
      await attempt(service, sql`select from neonpro_backup.configs where id in (${own.configId}, ${other.configId})`),
      2,
    )
    for (const statement of [
      sql`delete from neonpro_backup.audit_entries`,
      sql`update neonpro_backup.audit_heads set sequence = sequence + 1`,
      sql`truncate neonpro_backup.audit_segments`,
    ])
      assert.equal(await attempt(service, statement), DENIED)
  })

  test('the audit log only grows, for the system itself too', async () => {
    const system: Subject = { name: 'system', enter: async () => {} }
    const statements = [
      sql`update neonpro_backup.audit_entries set entry = entry`,
      sql`delete from neonpro_backup.audit_entries`,
      sql`truncate neonpro_backup.audit_entries`,
      sql`delete from neonpro_backup.audit_heads`,
      sql`update neonpro_backup.audit_heads set sequence = sequence + 2`,
      sql`update neonpro_backup.audit_heads set sequence = sequence - 1`,
      sql`truncate neonpro_backup.audit_heads`,
      sql`delete from neonpro_backup.audit_segments`,
      sql`update neonpro_backup.audit_segments set to_sequence = 9`,
      sql`truncate neonpro_backup.audit_segments`,
    ]
    for (const statement of statements) assert.equal(await attempt(system, statement), DENIED)
    // The grant alone, then the trigger alone, with the grant given back.
    const {
      rows: [granted],
    } = await sql<{
      may: boolean
    }>`select has_table_privilege(current_user, 'neonpro_backup.audit_entries', 'update, delete, truncate') as may`.execute(
      catalog.db,
    )
    assert.equal(granted!.may, false)
    const owner = sql.id(
      (await sql<{ name: string }>`select current_user::text as name`.execute(catalog.db)).rows[0]!.name,
    )
    for (const text of [
      sql`update neonpro_backup.audit_entries set entry = entry`,
      sql`truncate neonpro_backup.audit_entries`,
    ]) {
      await assert.rejects(
        catalog.transaction(async (tx) => {
          await sql`grant update, truncate on neonpro_backup.audit_entries to ${owner}`.execute(tx)
          await text.execute(tx)
        }),
        /only grows/,
      )
    }
  })

  test('entries are numbered without gaps and chained, each tenant apart, also when many append at once', async () => {
    const tenantId = randomUUID()
    await catalog.db.insertInto('tenants').values({ id: tenantId, name: tenantId }).execute()
    await Promise.all(
      Array.from({ length: 12 }, (_, i) => appendAudit(tenantId, `{"at":"2026-05-04T03:02:01.000Z","n":${i},"é":"ç"}`)),
    )
    await assert.rejects(
      catalog.transaction(async (tx) => {
        await appendAudit(tenantId, undefined, tx)
        throw new Error('undone')
      }),
      /undone/,
    )
    const {
      rows: [last],
    } = await appendAudit(tenantId)
    const rows = await catalog.db
      .selectFrom('audit_entries')
      .selectAll()
      .where('tenant_id', '=', tenantId)
      .orderBy('sequence')
      .execute()
    assert.deepEqual(
      rows.map(({ sequence }) => sequence),
      Array.from({ length: 13 }, (_, i) => i + 1),
    )
    let hash: Buffer = Buffer.alloc(32)
    for (const row of rows) {
      assert.deepEqual(row.previous, hash)
      hash = createHash('sha256').update(hash).update(row.entry).digest()
      assert.deepEqual(row.hash, hash)
      assert.deepEqual(row.entry_json, JSON.parse(row.entry.toString()))
      assert.equal(row.at.toISOString(), '2026-05-04T03:02:01.000Z')
    }
    assert.deepEqual(last, { sequence: 13, hash })
    assert.deepEqual(
      await catalog.db.selectFrom('audit_heads').selectAll().where('tenant_id', '=', tenantId).execute(),
      [{ tenant_id: tenantId, sequence: 13, hash }],
    )
  })

  test('a person appends to the log of his tenant alone', async () => {
    const append = (tenantId: string) =>
      sql`select * from neonpro_backup.append_audit(${tenantId}::uuid, ${Buffer.from('{"at":"2026-05-04T03:02:01.000Z"}')}::bytea)`
    assert.equal(await attempt(person(Role.READER), append(own.tenantId)), 1)
    assert.equal(await attempt(person(Role.ADMIN), append(other.tenantId)), DENIED)
    assert.equal(await attempt(NOBODY, append(own.tenantId)), DENIED)
    assert.equal(await attempt(clusterRole('anon'), append(own.tenantId)), DENIED)
    assert.equal(await attempt(clusterRole('service_role'), append(other.tenantId)), 1)
  })
}
