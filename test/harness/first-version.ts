/**
 * A control plane as the program's first version left it: schema version 1 and runs of every kind. Its schema is the
 * released migration alone; the embedded database's roles are written out again here, because what an old program made
 * does not change with the new one.
 */
import fs from 'node:fs'
import path from 'node:path'
import { PGlite } from '@electric-sql/pglite'
import { DEFAULT_TENANT_ID } from '../../src/catalog/index.ts'
import { migrations } from '../../src/catalog/schema.ts'
import { asAdmin, type TestServer } from './catalog.ts'

export const FIRST_CONFIGS = ['00000000-0000-4000-8000-00000000000a', '00000000-0000-4000-8000-00000000000b'] as const

const RUNS = 600

/**
 * 600 runs over 75 days up to now, three hours apart: all states, with and without a beginning, a due time and figures.
 */
const ROWS = `
  insert into neonpro_backup.tenants (id, name) values ('${DEFAULT_TENANT_ID}', 'default'), ('00000000-0000-4000-8000-000000000002', 'other');
  insert into neonpro_backup.configs (id, tenant_id, name, kind, settings, created_by)
    select config::uuid, '${DEFAULT_TENANT_ID}', 'config ' || n, 'FILES', '{"schedule":{"kind":"MANUAL"},"timezone":"UTC"}', 'test' from unnest(array['${FIRST_CONFIGS.join("','")}']) with ordinality as named (config, n);
  insert into neonpro_backup.configs (id, tenant_id, name, kind, settings, created_by) values ('00000000-0000-4000-8000-00000000000c', '00000000-0000-4000-8000-000000000002', 'of another', 'FILES', '{}', 'test');
  insert into neonpro_backup.runs (id, tenant_id, config_id, config_name, source, type, trigger, due_at, state, requested_by, created_at, started_at, finished_at, stats)
    select gen_random_uuid(), case when i % 7 = 3 then '00000000-0000-4000-8000-000000000002' else '${DEFAULT_TENANT_ID}' end::uuid,
      case when i % 7 = 3 then '00000000-0000-4000-8000-00000000000c' when i % 2 = 0 then '${FIRST_CONFIGS[0]}' else '${FIRST_CONFIGS[1]}' end::uuid, 'config', 'config', 'INCREMENTAL', 'MANUAL',
      case when i % 3 = 0 then at - interval '90 minutes' end, state, 'test', at,
      case when state in ('COMPLETED', 'PARTIAL', 'FAILED', 'RUNNING') and i % 31 <> 0 then at end, case when state not in ('PENDING', 'RUNNING') then at + i * interval '1.237 seconds' end,
      case when state in ('COMPLETED', 'PARTIAL', 'FAILED') and i % 5 <> 0 then jsonb_build_object('bytesProcessed', i * 1000003, 'bytesAdded', i * 501, 'filesNew', 1) || case when i % 4 = 0 then '{}' else jsonb_build_object('bytesStored', i * 77) end end
    from generate_series(1, ${RUNS}) i
    cross join lateral (select date_trunc('milliseconds', now()) - i * interval '3 hours 1.5 minutes' as at, (array['COMPLETED', 'COMPLETED', 'COMPLETED', 'PARTIAL', 'FAILED', 'MISSED', 'CANCELLED', 'COMPLETED'])[i % 8 + 1] as ended) as made
    cross join lateral (select case i when 1 then 'RUNNING' when 2 then 'PENDING' else ended end as state) as stated;
  insert into neonpro_backup.repositories (id, tenant_id, location, repository_id, last_seen_at) values
    ('00000000-0000-4000-8000-0000000000a1', '${DEFAULT_TENANT_ID}', '/mnt/lost', repeat('a', 32), now() - interval '9 days'),
    ('00000000-0000-4000-8000-0000000000a2', '${DEFAULT_TENANT_ID}', '/mnt/backup', repeat('b', 32), now() - interval '1 day'),
    ('00000000-0000-4000-8000-0000000000a3', '${DEFAULT_TENANT_ID}', '/mnt/never', null, null);
  insert into neonpro_backup.due_times (config_id, due_at, tenant_id, late_at) values ('${FIRST_CONFIGS[0]}', now() + interval '1 day', '${DEFAULT_TENANT_ID}', now() + interval '2 days');
  select neonpro_backup.append_audit('${DEFAULT_TENANT_ID}', '{"at":"2026-05-04T03:02:01.000Z"}'::bytea);`

function firstVersion(): string {
  const { version, name, text } = migrations()[0]!
  return `begin;\n${text}\ninsert into neonpro_backup.schema_version (version, name) values (${version}, '${name}');\ncommit;\n${ROWS}`
}

/** Gives the URL of its owner. */
export async function firstVersionOnPostgres(server: TestServer): Promise<string> {
  const url = await server.newDatabase()
  await asAdmin(url, firstVersion())
  return url
}

/** Gives the folder. */
export async function firstVersionEmbedded(parent: string): Promise<string> {
  const directory = path.join(parent, 'database')
  fs.mkdirSync(parent, { recursive: true })
  const database = await PGlite.create(directory)
  await database.exec(`
    create role anon nologin; create role authenticated nologin; create role service_role nologin bypassrls; create role neonpro_backup_owner nologin;
    grant anon, authenticated, service_role to neonpro_backup_owner; grant create on database postgres to neonpro_backup_owner; set role neonpro_backup_owner;`)
  await database.exec(firstVersion())
  await database.close()
  return directory
}

/** What the first version answered of a period: its own words. */
export const firstMetrics = (from: string, to: string): string => `
  select count(*) filter (where state = 'COMPLETED')::float8 as completed, count(*) filter (where state = 'PARTIAL')::float8 as partial, count(*) filter (where state = 'FAILED')::float8 as failed,
    count(*) filter (where state = 'MISSED')::float8 as missed, count(*) filter (where state = 'CANCELLED')::float8 as cancelled,
    (extract(epoch from avg(finished_at - started_at) filter (where state in ('COMPLETED', 'PARTIAL') and started_at is not null)) * 1000)::float8 as mean,
    (extract(epoch from percentile_disc(0.95) within group (order by finished_at - started_at) filter (where state in ('COMPLETED', 'PARTIAL') and started_at is not null)) * 1000)::float8 as p95,
    coalesce(sum((stats ->> 'bytesProcessed')::float8), 0)::float8 as "bytesProcessed", coalesce(sum((stats ->> 'bytesAdded')::float8), 0)::float8 as "bytesAdded", coalesce(sum((stats ->> 'bytesStored')::float8), 0)::float8 as "bytesStored",
    coalesce(sum((stats ->> 'bytesProcessed')::float8) filter (where state in ('COMPLETED', 'PARTIAL') and started_at is not null), 0)::float8 as bytes,
    (extract(epoch from sum(finished_at - started_at) filter (where state in ('COMPLETED', 'PARTIAL') and started_at is not null and stats is not null)) * 1000)::float8 as ms
  from neonpro_backup.runs where tenant_id = '${DEFAULT_TENANT_ID}' and (state <> 'MISSED' and finished_at > '${from}' and finished_at <= '${to}'
    or state = 'MISSED' and coalesce(due_at, created_at) > '${from}' and coalesce(due_at, created_at) <= '${to}')`

/** Every row of every table, but for what later versions added to it. */
export const FIRST_ROWS = `
  select name, md5(rows) as rows from (
    select 'runs' as name, string_agg((to_jsonb(r) - array['counted_at', 'duration_us', 'bytes_processed', 'bytes_added', 'bytes_stored'])::text, ' ' order by id) as rows from neonpro_backup.runs r
    union all select 'configs', string_agg((to_jsonb(c) - 'repository_id')::text, ' ' order by id) from neonpro_backup.configs c
    union all select 'run_counts', string_agg(to_jsonb(c)::text, ' ' order by tenant_id, config_id, type, state) from neonpro_backup.run_counts c
    union all select 'due_times', string_agg(to_jsonb(d)::text, ' ' order by config_id, due_at) from neonpro_backup.due_times d
    union all select 'audit_entries', string_agg(to_jsonb(a)::text, ' ' order by sequence) from neonpro_backup.audit_entries a
    union all select 'repositories', string_agg((to_jsonb(r) - array['name', 'key_reference', 'role', 'removed_at'])::text, ' ' order by id) from neonpro_backup.repositories r
    union all select 'tenants', string_agg(to_jsonb(t)::text, ' ' order by id) from neonpro_backup.tenants t) as images order by name`
