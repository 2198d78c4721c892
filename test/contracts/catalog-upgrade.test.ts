// Goal: a database of the first version is brought to this one by being opened: no row is lost, its figures are the
// same, a stop half way leaves it as it was. Method: the first version's own schema with runs of every kind, embedded
// and on PostgreSQL; its own query of that time says what the figures have to be, before the upgrade and after later
// changes. The stop is a SIGKILL of the server, or of the process that has the embedded database, inside the migration.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import path from 'node:path'
import { after, before, describe, test } from 'node:test'
import { PGlite } from '@electric-sql/pglite'
import { type Catalog, type CatalogLocation, DEFAULT_TENANT_ID, openCatalog } from '../../src/catalog/index.ts'
import { knownVersion } from '../../src/catalog/schema.ts'
import type { SystemParts } from '../../src/services/index.ts'
import { calculateMetrics } from '../../src/services/monitoring/index.ts'
import { asAdmin, noServer, type TestServer, temporaryPostgres } from '../harness/catalog.ts'
import {
  FIRST_CONFIGS,
  FIRST_ROWS,
  firstMetrics,
  firstVersionEmbedded,
  firstVersionOnPostgres,
} from '../harness/first-version.ts'
import { temporaryDirectory } from '../harness/temporary-directory.ts'
import { until } from '../harness/until.ts'

type Rows = ReadonlyArray<Readonly<Record<string, unknown>>>
/** Plain SQL to the database behind the program's back, in a connection of its own. */
type Ask = (text: string) => Promise<Rows>

const VERSIONS = 'select version, name from neonpro_backup.schema_version order by version'
const NEW_THINGS =
  "select to_regclass('neonpro_backup.run_days')::text as name union all select attname from pg_attribute where attrelid = 'neonpro_backup.runs'::regclass and attname = 'counted_at'"
const FIRST = [{ version: 1, name: 'initial' }]

/** Moments at which runs ended, a millisecond beside them, midnights: where a period may be wrong by one. */
async function periods(ask: Ask): Promise<ReadonlyArray<{ readonly from: string; readonly to: string }>> {
  const ends = await ask(
    `select to_char(finished_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as at from neonpro_backup.runs where tenant_id = '${DEFAULT_TENANT_ID}' and finished_at is not null order by finished_at desc`,
  )
  const some = [0, 1, 3, 10, 11, 100, 250, 400].map((i) => String(ends[i]!['at']))
  const midnights = [some[2]!, some[5]!].map((at) => `${at.slice(0, 10)}T00:00:00.000Z`)
  const now = new Date()
  const moments = [
    ...new Set([
      ...some,
      ...midnights,
      new Date(Date.parse(some[3]!) - 1).toISOString(),
      now.toISOString(),
      new Date(now.getTime() - 30 * 86_400_000).toISOString(),
    ]),
  ].sort()
  return moments.flatMap((from, i) => moments.slice(i + 1).map((to) => ({ from, to })))
}

function expected({ from, to }: { readonly from: string; readonly to: string }, row: Rows[number]): object {
  const { completed, partial, failed, missed, cancelled, mean, p95, bytes, ms, ...sums } = row as Record<
    string,
    number
  > & { mean: number | null; p95: number | null; ms: number | null }
  const judged = completed! + partial! + failed! + missed!
  return {
    from,
    to,
    total: judged + cancelled!,
    completed,
    partial,
    failed,
    missed,
    cancelled,
    successRate: judged === 0 ? null : completed! / judged,
    durationMsMean: mean === null ? null : Math.round(mean),
    durationMsP95: p95 === null ? null : Math.round(p95),
    ...sums,
    throughputBytesPerSecond: ms === null ? null : Math.round(bytes! / (ms / 1000)),
  }
}

/** In one query: a question to the embedded database opens it. */
async function expectedOf(ask: Ask, all: Awaited<ReturnType<typeof periods>>): Promise<object[]> {
  const rows = await ask(
    `${all.map(({ from, to }, i) => `select ${i} as number, figures.* from (${firstMetrics(from, to)}) as figures`).join(' union all ')} order by number`,
  )
  return rows.map(({ number, ...row }) => expected(all[Number(number)]!, row))
}

async function answered(catalog: Catalog, all: Awaited<ReturnType<typeof periods>>): Promise<object[]> {
  const parts = { catalog, tenantId: DEFAULT_TENANT_ID } as SystemParts
  const found: object[] = []
  for (const period of all) found.push(await calculateMetrics(parts, period))
  return found
}

/** Runs go on ending, are corrected, appear in the past and vanish, many at once. */
const LATER = [
  "update neonpro_backup.runs set state = 'COMPLETED', finished_at = created_at + interval '5 minutes', started_at = created_at, stats = '{\"bytesProcessed\":12345,\"bytesStored\":7}' where state = 'RUNNING'",
  "update neonpro_backup.runs set state = 'CANCELLED', finished_at = created_at where state = 'PENDING'",
  `insert into neonpro_backup.runs (id, tenant_id, config_id, config_name, source, type, trigger, due_at, state, requested_by, created_at, finished_at)
    select gen_random_uuid(), '${DEFAULT_TENANT_ID}', config::uuid, 'c', 'c', 'FULL', 'SCHEDULED', now() - n * interval '11 hours', 'MISSED', 'system', now(), now() from generate_series(1, 40) n, unnest(array['${FIRST_CONFIGS.join("','")}']) config`,
  "update neonpro_backup.runs set finished_at = finished_at + interval '25 hours' where state = 'PARTIAL'",
  "update neonpro_backup.runs set state = 'FAILED', stats = null where state = 'COMPLETED' and type = 'INCREMENTAL' and id::text < '4'",
  "delete from neonpro_backup.runs where id::text > 'd'",
]

interface Place {
  readonly location: CatalogLocation
  /** Only while no catalog is open, where it is the embedded database. */
  readonly ask: Ask
}

function describeUpgrade(make: () => Promise<Place>): void {
  test('it answers the same figures, also after its runs have changed', async () => {
    const { location, ask } = await make()
    const all = await periods(ask)
    const figures = await expectedOf(ask, all)
    assert.ok((figures as Array<{ total: number }>).some(({ total }) => total > 100))
    {
      await using catalog = await openCatalog(location)
      assert.deepEqual(await answered(catalog, all), figures)
      for (const text of LATER) await catalog.queue.executeSql(text)
      const asked: Ask = async (text) => (await catalog.queue.executeSql(text)).rows as Rows
      const now = await periods(asked)
      assert.deepEqual(await answered(catalog, now), await expectedOf(asked, now))
      await catalog.queue.executeSql('delete from neonpro_backup.runs')
      assert.deepEqual(
        await asked(
          'select * from neonpro_backup.run_days where count <> 0 or durations <> 0 or duration_us <> 0 or measured_us <> 0 or measured_bytes <> 0 or bytes_processed <> 0 or bytes_added <> 0 or bytes_stored <> 0',
        ),
        [],
      )
    }
    assert.deepEqual(
      (await ask(VERSIONS)).map(({ version }) => version),
      Array.from({ length: knownVersion() }, (_, i) => i + 1),
    )
  })

  test('every row is kept, and a second start changes nothing', async () => {
    const { location, ask } = await make()
    const rows = await ask(FIRST_ROWS)
    assert.equal(rows.length, 7)
    await (await openCatalog(location))[Symbol.asyncDispose]()
    assert.deepEqual(await ask(FIRST_ROWS), rows)
    // What was there last is the first repository, and every configuration writes to it.
    assert.deepEqual(await ask('select location, name, role from neonpro_backup.repositories order by location'), [
      { location: '/mnt/backup', name: 'main', role: 'FIRST' },
      { location: '/mnt/lost', name: null, role: 'FIRST' },
      { location: '/mnt/never', name: null, role: 'FIRST' },
    ])
    assert.deepEqual(await ask('select id from neonpro_backup.configs where repository_id is not null'), [])
    await (await openCatalog(location))[Symbol.asyncDispose]()
    assert.equal((await ask(VERSIONS)).length, knownVersion())
  })

  test('one that is newer than the program is refused, with both versions, and left as it is', async () => {
    const { location, ask } = await make()
    await ask("insert into neonpro_backup.schema_version (version, name) values (9999, 'later')")
    const rows = await ask(FIRST_ROWS)
    await assert.rejects(openCatalog(location), {
      code: 'DATABASE_TOO_NEW',
      context: { version: 9999, known: knownVersion() },
      message: /has schema version 9999; this program knows/,
    })
    assert.deepEqual([await ask(VERSIONS), await ask(FIRST_ROWS)], [[...FIRST, { version: 9999, name: 'later' }], rows])
  })
}

describe('a database of the first version, embedded', () => {
  const folder = temporaryDirectory()
  after(() => folder[Symbol.dispose]())

  async function make(): Promise<{ readonly location: { readonly directory: string }; readonly ask: Ask }> {
    const directory = await firstVersionEmbedded(path.join(folder.path, randomUUID()))
    return {
      location: { directory },
      ask: async (text) => {
        const database = await PGlite.create(directory)
        try {
          return (await database.query<Record<string, unknown>>(text)).rows
        } finally {
          await database.close()
        }
      },
    }
  }
  describeUpgrade(make)

  test('stopped half way it is as it was, and the next start upgrades it', async () => {
    const { location, ask } = await make()
    const rows = await ask(FIRST_ROWS)
    const child = spawn(
      process.execPath,
      [path.join(import.meta.dirname, '../harness/migrating-child.ts'), location.directory],
      { stdio: 'inherit' },
    )
    assert.deepEqual(await once(child, 'exit'), [null, 'SIGKILL'])
    assert.deepEqual(
      [await ask(VERSIONS), await ask(NEW_THINGS), await ask(FIRST_ROWS)],
      [FIRST, [{ name: null }], rows],
    )
    await (await openCatalog(location))[Symbol.asyncDispose]()
    assert.deepEqual([(await ask(VERSIONS)).length, await ask(FIRST_ROWS)], [knownVersion(), rows])
  })
})

for (const major of [15, 16, 17, 18]) {
  describe(`a database of the first version on PostgreSQL ${major}`, { skip: noServer(major) }, () => {
    let server: TestServer
    before(async () => {
      server = await temporaryPostgres(major)
    })
    after(() => server[Symbol.asyncDispose]())

    async function make(): Promise<{ readonly location: { readonly url: string }; readonly ask: Ask }> {
      const url = await firstVersionOnPostgres(server)
      return { location: { url }, ask: (text) => asAdmin(url, text) }
    }
    describeUpgrade(make)

    test('many that start at once upgrade it once', async () => {
      const { location, ask } = await make()
      const rows = await ask(FIRST_ROWS)
      await Promise.all(Array.from({ length: 4 }, async () => (await openCatalog(location))[Symbol.asyncDispose]()))
      assert.deepEqual([(await ask(VERSIONS)).length, await ask(FIRST_ROWS)], [knownVersion(), rows])
    })

    test('stopped half way it is as it was, and the next start upgrades it', async () => {
      const { location, ask } = await make()
      const rows = await ask(FIRST_ROWS)
      const { default: pg } = await import('pg')
      const writer = new pg.Client({ connectionString: location.url })
      writer.on('error', () => {})
      await writer.connect()
      // A writer of configurations holds up the sums' reference to them, when the table of runs has been written anew
      // already.
      await writer.query("begin; update neonpro_backup.configs set name = name where name = 'config 1'")
      const opening = assert.rejects(openCatalog(location), { code: 'DATABASE_UNAVAILABLE' })
      await until(
        'the migration waits for the writer',
        async () =>
          (await ask("select 1 from pg_locks where not granted and relation = 'neonpro_backup.configs'::regclass"))
            .length > 0,
      )
      await server.kill()
      await opening
      await server.start()
      assert.deepEqual(
        [await ask(VERSIONS), await ask(NEW_THINGS), await ask(FIRST_ROWS)],
        [FIRST, [{ name: null }], rows],
      )
      await (await openCatalog(location))[Symbol.asyncDispose]()
      assert.deepEqual([(await ask(VERSIONS)).length, await ask(FIRST_ROWS)], [knownVersion(), rows])
    })
  })
}
