// Goal: the schema that is written down, the one that the migrations make, and the one that the program believes in are
// one and the same. Method: the catalogs of two databases are compared object by object; the program's row types are
// read from their source and compared with information_schema.
import assert from 'node:assert/strict'
import fs from 'node:fs'
import path from 'node:path'
import { after, before, describe, test } from 'node:test'
import ts from 'typescript'
import { initExternalDatabase, openCatalog } from '../../src/catalog/index.ts'
import { migrations, schemaText } from '../../src/catalog/schema.ts'
import { asAdmin, noServer, type TestServer, temporaryCatalog, temporaryPostgres } from '../harness/catalog.ts'

const root = path.resolve(import.meta.dirname, '../..')

/** Everything the schema consists of, as sorted lines. */
const DESCRIPTION = `
  select line from (
    select format('table %s %s rls %s %s acl %s', relname, relkind, relrowsecurity, relforcerowsecurity, regexp_replace(coalesce(relacl::text, ''), 'owner\\d+', 'owner', 'g')) from pg_class where relnamespace = 'neonpro_backup'::regnamespace and relkind in ('r', 'p', 'v', 'S')
    union all select format('column %s.%s %s %s %s acl %s', attrelid::regclass, attname, format_type(atttypid, atttypmod), attnotnull, pg_get_expr(adbin, adrelid), regexp_replace(coalesce(attacl::text, ''), 'owner\\d+', 'owner', 'g'))
      from pg_attribute left join pg_attrdef on adrelid = attrelid and adnum = attnum join pg_class on pg_class.oid = attrelid where relnamespace = 'neonpro_backup'::regnamespace and relkind = 'r' and attnum > 0 and not attisdropped
    union all select format('index %s', pg_get_indexdef(indexrelid)) from pg_index join pg_class on pg_class.oid = indrelid where relnamespace = 'neonpro_backup'::regnamespace
    union all select format('constraint %s %s %s', conrelid::regclass, conname, pg_get_constraintdef(oid)) from pg_constraint where connamespace = 'neonpro_backup'::regnamespace
    union all select format('policy %s %s %s %s %s %s', tablename, policyname, cmd, regexp_replace(roles::text, 'owner\\d+', 'owner', 'g'), qual, with_check) from pg_policies where schemaname = 'neonpro_backup'
    union all select format('function %s %s acl %s', proname, pg_get_functiondef(oid), regexp_replace(coalesce(proacl::text, ''), 'owner\\d+', 'owner', 'g')) from pg_proc where pronamespace = 'neonpro_backup'::regnamespace
    union all select format('trigger %s', pg_get_triggerdef(pg_trigger.oid)) from pg_trigger join pg_class on pg_class.oid = tgrelid where relnamespace = 'neonpro_backup'::regnamespace and not tgisinternal
    union all select format('right %s %s', role, verb) from neonpro_backup.role_rights
    union all select format('version %s %s', version, name) from neonpro_backup.schema_version
    union all select format('schema acl %s', regexp_replace(coalesce(nspacl::text, ''), 'owner\\d+', 'owner', 'g')) from pg_namespace where nspname = 'neonpro_backup'
  ) as lines (line) order by 1`

/**
 * The tables of src/catalog/tables.ts: name → column → whether it may be null and whether an insert may leave it out.
 */
function declaredTables(): Map<string, Map<string, { readonly isNullable: boolean; readonly type: string }>> {
  const file = path.join(root, 'src/catalog/tables.ts')
  const program = ts.createProgram([file], {
    strict: true,
    target: ts.ScriptTarget.ES2022,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    module: ts.ModuleKind.NodeNext,
    types: ['node'],
    allowImportingTsExtensions: true,
    noEmit: true,
  })
  const checker = program.getTypeChecker()
  const source = program.getSourceFile(file)!
  const interfaces = new Map(source.statements.filter(ts.isInterfaceDeclaration).map((each) => [each.name.text, each]))
  const columnsOf = (name: string) =>
    new Map(
      interfaces
        .get(name)!
        .members.filter(ts.isPropertySignature)
        .map((member) => {
          const declared = checker.getTypeAtLocation(member.type!)
          const select = declared.getProperty('__select__')
          const text = checker.typeToString(select ? checker.getTypeOfSymbol(select) : declared)
          return [
            member.name.getText(source),
            { isNullable: /\bnull\b/.test(text), type: text.replace(/ \| null|null \| /, '') },
          ]
        }),
    )
  return new Map(
    interfaces
      .get('Tables')!
      .members.filter(ts.isPropertySignature)
      .map((member) => [member.name.getText(source), columnsOf(member.type!.getText(source))]),
  )
}

/** What a column of this type is read as. */
const READ_AS: Readonly<Record<string, RegExp>> = {
  uuid: /^string$/,
  text: /^string$/,
  integer: /^number$/,
  smallint: /^number$/,
  bigint: /^number$/,
  'double precision': /^number$/,
  boolean: /^boolean$/,
  date: /^string$/,
  bytea: /^Buffer/,
  'timestamp with time zone': /^Date$/,
  jsonb: /unknown|string\[\]|Record/,
}

test('the row types are the tables of the database', async () => {
  await using catalog = await temporaryCatalog()
  const { rows } = (await catalog.queue.executeSql(
    "select table_name, column_name, is_nullable = 'YES' as is_nullable, data_type from information_schema.columns where table_schema = 'neonpro_backup'",
  )) as { rows: Array<{ table_name: string; column_name: string; is_nullable: boolean; data_type: string }> }
  const declared = declaredTables()
  const names = (lines: Iterable<string>) => [...lines].sort()
  assert.deepEqual(
    names([...declared].flatMap(([table, columns]) => [...columns.keys()].map((column) => `${table}.${column}`))),
    names(rows.map(({ table_name, column_name }) => `${table_name}.${column_name}`)),
  )
  for (const row of rows) {
    const column = declared.get(row.table_name)!.get(row.column_name)!
    const name = `${row.table_name}.${row.column_name}`
    assert.match(column.type, READ_AS[row.data_type]!, `${name} is ${row.data_type}`)
    if (row.data_type !== 'jsonb') assert.equal(column.isNullable, row.is_nullable, `${name} ${column.type}`)
  }
})

test('migrations are numbered without gaps and the schema records the newest', () => {
  assert.deepEqual(
    migrations().map(({ version }) => version),
    migrations().map((_, i) => i + 1),
  )
  const names = fs.readdirSync(path.join(root, 'database/migrations'))
  for (const name of names) assert.match(name, /^\d{4}_[a-z0-9]+(_[a-z0-9]+)*\.sql$/)
  for (const { version, name } of migrations())
    assert.ok(schemaText().includes(`(${version}, '${name}')`), `schema.sql does not record ${version} ${name}`)
})

test("nothing of Supabase's own auth schema is relied on: who calls is read from the claims", () => {
  for (const text of [schemaText(), ...migrations().map((each) => each.text)])
    assert.doesNotMatch(text.replace(/--.*$/gm, ''), /\bauth\s*\./i)
  assert.match(schemaText(), /current_setting\('request\.jwt\.claims'/)
})

describe('on PostgreSQL 15', { skip: noServer() }, () => {
  let server: TestServer
  before(async () => {
    server = await temporaryPostgres()
  })
  after(() => server[Symbol.asyncDispose]())

  test('nothing plus all migrations is the schema', async () => {
    const [written, migrated] = [await server.newDatabase(), await server.newDatabase()]
    await asAdmin(written, schemaText())
    for (const { version, name, text } of migrations())
      await asAdmin(
        migrated,
        `${text}\ninsert into neonpro_backup.schema_version (version, name) values (${version}, '${name}');`,
      )
    const [left, right] = [await asAdmin(written, DESCRIPTION), await asAdmin(migrated, DESCRIPTION)]
    assert.ok(left.length > 300)
    assert.deepEqual(right, left)
  })

  test('a database without the schema is not made one silently', async () => {
    const url = await server.newDatabase()
    await assert.rejects(openCatalog({ url }), { code: 'DATABASE_NOT_INITIALIZED' })
    assert.deepEqual(await asAdmin(url, "select from pg_namespace where nspname like 'neonpro%'"), [])
    assert.equal(await initExternalDatabase(url), true)
    assert.equal(await initExternalDatabase(url), false)
    await using catalog = await openCatalog({ url })
    await catalog.ping()
  })

  test('a newer schema is refused and left as it is', async () => {
    const url = await server.newDatabase()
    await initExternalDatabase(url)
    await asAdmin(url, "insert into neonpro_backup.schema_version (version, name) values (9999, 'later')")
    const before = await asAdmin(url, DESCRIPTION)
    await assert.rejects(openCatalog({ url }), { code: 'DATABASE_TOO_NEW' })
    await assert.rejects(initExternalDatabase(url), { code: 'DATABASE_TOO_NEW' })
    assert.deepEqual(await asAdmin(url, DESCRIPTION), before)
  })

  test('many that make or migrate at once do it once', async () => {
    const url = await server.newDatabase()
    const made = await Promise.all(Array.from({ length: 6 }, () => initExternalDatabase(url)))
    assert.equal(made.filter(Boolean).length, 1)
  })

  test('a role that may not make the roles of people is told what to ask for', async () => {
    await using bare = await temporaryPostgres()
    await asAdmin(
      bare.adminUrl,
      'create role plain login; drop role anon; drop role authenticated; drop role service_role',
    )
    await asAdmin(bare.adminUrl, 'create database plain owner plain')
    const url = bare.adminUrl.replace('//admin@/postgres', '//plain@/plain')
    await assert.rejects(initExternalDatabase(url), { code: 'DATABASE_ROLES_MISSING' })
    await asAdmin(
      bare.adminUrl,
      'create role anon nologin; create role authenticated nologin; create role service_role nologin; grant authenticated to plain',
    )
    assert.equal(await initExternalDatabase(url), true)
  })
})
