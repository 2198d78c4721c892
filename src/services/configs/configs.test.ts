// Goal: the life of a configuration, on a real database and a real repository: what is saved, planned, recorded,
// refused; and that a refused save changes nothing.
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { after, before, beforeEach, test } from 'node:test'
import { type ControlPlane, controlPlane } from '../../../test/harness/control-plane.ts'
import { failsWith } from '../../../test/harness/refusal.ts'
import { addRun } from '../../../test/harness/rows.ts'
import {
  type ConfigInput,
  type ConfigPatch,
  type ConfigSettings,
  isFiles,
  type StoredSettings,
  settingsOf,
  sourceOfStored,
  storedSettings,
  type Warning,
} from '../../contracts/system/index.ts'
import { listRecords, type RecordEntry, RecordKind } from '../../engine/index.ts'
import { isBackupError } from '../../kernel/backup-error.ts'
import type { ErrorCode } from '../../kernel/error-code.ts'
import { passwordsOf, redactUrl } from '../../kernel/redaction.ts'
import { type SourceDriver, Sources } from '../../sources/index.ts'
import { openSource } from '../control-key/index.ts'
import type { SystemParts } from '../parts.ts'
import { retryRecords } from '../records/index.ts'
import { registerWorker } from '../scheduling/index.ts'
import { createConfig, deleteConfig, getConfig, listConfigs, updateConfig } from './index.ts'
import { isSameDatabase } from './save-config.ts'

let plane: ControlPlane
let parts: SystemParts
let source: string

before(async () => {
  plane = await controlPlane()
  source = path.join(plane.folder, 'source')
  fs.mkdirSync(source)
  parts = { ...plane.parts, defaults: {} }
})
after(() => plane[Symbol.asyncDispose]())
beforeEach(async () => {
  for (const table of ['due_times', 'run_attempts', 'recovery_points', 'runs', 'configs', 'workers'] as const)
    await parts.catalog.db.deleteFrom(table).execute()
})

const input = (more: Partial<ConfigInput> = {}): ConfigInput => ({
  name: 'Documents',
  paths: [source],
  frequency: 'DAILY',
  time: '02:00',
  timezone: 'America/Sao_Paulo',
  retention: 30,
  ...more,
})
const codes = (warnings: readonly Warning[]) => warnings.map(({ code }) => code)
const rows = async () =>
  JSON.stringify([
    await parts.catalog.db.selectFrom('configs').selectAll().orderBy('id').execute(),
    await parts.catalog.db.selectFrom('due_times').selectAll().orderBy('config_id').execute(),
  ])

async function recordOf(id: string): Promise<RecordEntry | undefined> {
  await using repository = await parts.repositories.first.open()
  return (await listRecords(repository, { record: RecordKind.CONFIGURATION, subject: id, withLifted: true })).records[0]
}

test("a new configuration is saved, planned with the zone's offset and recorded in the repository", async () => {
  const { config, warnings } = await createConfig(parts, input(), 'maria')
  assert.deepEqual(codes(warnings), [])
  assert.match(config.nextRunLocal ?? '', /^\d{4}-\d\d-\d\dT02:00:00-03:00$/)
  assert.equal(new Date(config.nextRunAt!).getTime(), new Date(config.nextRunLocal!).getTime())
  assert.deepEqual([config.kind, config.enabled, config.generation, config.schedulerAlive], ['FILES', true, 1, false])
  assert.deepEqual(await getConfig(parts, config.id), config)
  const record = await recordOf(config.id)
  assert.equal(record?.document.generation, 1)
  assert.deepEqual(
    [record?.document.value?.['name'], (record?.document.value?.['settings'] as ConfigSettings | undefined)?.retention],
    ['Documents', 30],
  )
  await registerWorker(parts, { scheduler: true, worker: false })
  assert.equal((await getConfig(parts, config.id)).schedulerAlive, true)
})

test('names are unique among what is there; a removed one is free again', async () => {
  const { config } = await createConfig(parts, input(), 'maria')
  await assert.rejects(createConfig(parts, input(), 'maria'), failsWith('CONFIG_EXISTS'))
  const other = await createConfig(parts, input({ name: 'Other' }), 'maria')
  const before = await rows()
  await assert.rejects(updateConfig(parts, other.config.id, { name: 'Documents' }, 'maria'), failsWith('CONFIG_EXISTS'))
  assert.equal(await rows(), before)
  await deleteConfig(parts, config.id, 'maria')
  assert.equal((await createConfig(parts, input(), 'maria')).config.name, 'Documents')
})

test('a refused save says why and changes nothing', async () => {
  const { config } = await createConfig(parts, input(), 'maria')
  const closed = path.join(plane.folder, 'absent')
  const before = await rows()
  const patches: ReadonlyArray<readonly [patch: ConfigPatch | Record<string, unknown>, code: ErrorCode]> = [
    [{ time: '25:00' }, 'CONFIG_INVALID'],
    [{ retention: -1 }, 'CONFIG_INVALID'],
    [{ cron: '0 0 30 2 *' }, 'CONFIG_INVALID'],
    [{ paths: [closed] }, 'SOURCE_UNREADABLE'],
    [{ paths: [plane.folder] }, 'CONFIG_INVALID'],
    [{ tiem: 1 }, 'CONFIG_INVALID'],
    [{ paths: [path.join(parts.repositories.first.localRoot!, 'packs')] }, 'CONFIG_INVALID'],
    [{ kind: 'DATABASE' }, 'CONFIG_INVALID'],
    [{ timezone: 'Mars/Base' }, 'CONFIG_INVALID'],
    [{ paths: null }, 'CONFIG_INVALID'],
    [{ name: null }, 'CONFIG_INVALID'],
  ]
  fs.mkdirSync(path.join(parts.repositories.first.localRoot!, 'packs'), { recursive: true })
  for (const [patch, code] of patches) {
    await assert.rejects(
      updateConfig(parts, config.id, patch as ConfigPatch, 'maria'),
      failsWith(code),
      JSON.stringify(patch),
    )
    if (!('kind' in patch))
      await assert.rejects(
        createConfig(parts, { ...input({ name: 'New' }), ...patch } as ConfigInput, 'maria'),
        (error) => isBackupError(error),
        JSON.stringify(patch),
      )
    assert.equal(await rows(), before, JSON.stringify(patch))
  }
  await assert.rejects(
    createConfig(
      parts,
      {
        name: 'db',
        databaseUrl: 'postgresql://user:pass@localhost:5432/neonpro',
        frequency: 'DAILY',
        time: '01:00',
        retention: 30,
      },
      'maria',
    ),
    failsWith('SOURCE_NOT_AVAILABLE'),
  )
  assert.equal(await rows(), before)
})

test('an unknown, a removed and a malformed id are CONFIG_NOT_FOUND everywhere', async () => {
  const { config } = await createConfig(parts, input(), 'maria')
  await deleteConfig(parts, config.id, 'maria')
  for (const id of [config.id, randomUUID(), 'latest', "' or 1=1", '']) {
    await assert.rejects(getConfig(parts, id), failsWith('CONFIG_NOT_FOUND'))
    await assert.rejects(updateConfig(parts, id, { enabled: false }, 'maria'), failsWith('CONFIG_NOT_FOUND'))
    await assert.rejects(deleteConfig(parts, id, 'maria'), failsWith('CONFIG_NOT_FOUND'))
  }
})

test('a patch changes what it names, null takes away, another schedule replaces, each change is a generation and a record', async () => {
  const { config } = await createConfig(
    parts,
    input({
      filters: { excludePatterns: ['*.tmp'], sizeLimit: 5 },
      performance: { timeout: 9, retryAttempts: 2 },
      healthcheckUrl: 'https://h/x',
    }),
    'maria',
  )
  const change = async (patch: ConfigPatch) => (await updateConfig(parts, config.id, patch, 'maria')).config.settings
  assert.deepEqual((await change({ performance: { timeout: 10 } })).performance, { timeout: 10, retryAttempts: 2 })
  assert.deepEqual((await change({ sizeLimit: 6 })).filters, { excludePatterns: ['*.tmp'], sizeLimit: 6 })
  assert.deepEqual((await change({ sizeLimit: null })).filters, { excludePatterns: ['*.tmp'] })
  assert.deepEqual((await change({ retention: { daily: 7 } })).retention, { daily: 7 })
  assert.deepEqual((await change({ frequency: 'WEEKLY', dayOfWeek: 'MON' })).schedule, {
    kind: 'FREQUENCY',
    frequency: 'WEEKLY',
    time: '02:00',
    dayOfWeek: 1,
  })
  assert.deepEqual((await change({ time: '03:30' })).schedule, {
    kind: 'FREQUENCY',
    frequency: 'WEEKLY',
    time: '03:30',
    dayOfWeek: 1,
  })
  assert.deepEqual((await change({ frequency: 'MONTHLY' })).schedule, {
    kind: 'FREQUENCY',
    frequency: 'MONTHLY',
    time: '03:30',
    dayOfMonth: 1,
  })
  assert.deepEqual((await change({ cron: '15 4 * * *' })).schedule, { kind: 'CRON', cron: '15 4 * * *' })
  assert.deepEqual((await change({ cron: null })).schedule, { kind: 'MANUAL' })
  assert.equal((await change({ healthcheckUrl: null })).healthcheckUrl, undefined)
  const none = await updateConfig(parts, config.id, { retention: null, filters: null }, 'maria')
  assert.deepEqual(
    [none.config.settings.retention, none.config.settings.filters, codes(none.warnings), none.config.nextRunAt],
    [undefined, {}, ['NO_RETENTION'], null],
  )
  assert.deepEqual([none.config.generation, (await recordOf(config.id))?.document.generation], [12, 12])
  assert.deepEqual(none.config.settings.paths, [source])
})

test('a source that is away keeps nobody from changing the hour', async () => {
  const away = path.join(plane.folder, 'usb')
  fs.mkdirSync(away)
  const { config } = await createConfig(parts, input({ paths: [away] }), 'maria')
  fs.rmdirSync(away)
  const { config: changed } = await updateConfig(parts, config.id, { time: '04:00' }, 'maria')
  assert.match(changed.nextRunLocal ?? '', /T04:00:00-03:00$/)
})

test('disabled: no due time; enabled again: planned anew', async () => {
  const { config } = await createConfig(parts, input({ enabled: false }), 'maria')
  assert.deepEqual([config.enabled, config.nextRunAt], [false, null])
  assert.ok((await updateConfig(parts, config.id, { enabled: true }, 'maria')).config.nextRunAt)
  assert.equal((await updateConfig(parts, config.id, { enabled: false }, 'maria')).config.nextRunAt, null)
  assert.deepEqual(
    await parts.catalog.db.selectFrom('due_times').select('due_at').where('state', '=', 'WAITING').execute(),
    [],
  )
})

test('removing ends the runs, keeps the points, stops their expiry, and is recorded', async () => {
  const { config } = await createConfig(parts, input(), 'maria')
  const [pending, running, done] = [
    await addRun(parts, config.id, { state: 'PENDING', at: Date.now() }),
    await addRun(parts, config.id, { state: 'RUNNING', at: Date.now() }),
    await addRun(parts, config.id, { state: 'COMPLETED', at: Date.now() }),
  ]
  const point = {
    id: randomUUID(),
    tenant_id: parts.tenantId,
    repository_id: parts.repositories.first.rowId,
    snapshot: 'a',
    config_id: config.id,
    source: 'Documents',
    created_at: new Date(),
    type: 'FULL',
    is_complete: true,
    expires_at: new Date(),
  }
  await parts.catalog.db.insertInto('recovery_points').values(point).execute()
  assert.deepEqual((await deleteConfig(parts, config.id, 'maria')).warnings, [])
  const states = new Map(
    (await parts.catalog.db.selectFrom('runs').selectAll().execute()).map((row) => [
      row.id,
      [row.state, row.cancel_requested_at !== null],
    ]),
  )
  assert.deepEqual(
    [states.get(pending), states.get(running), states.get(done)],
    [
      ['CANCELLED', true],
      ['RUNNING', true],
      ['COMPLETED', false],
    ],
  )
  const kept = await parts.catalog.db.selectFrom('recovery_points').selectAll().executeTakeFirstOrThrow()
  assert.deepEqual([kept.expires_at, kept.removed_at], [null, null])
  assert.deepEqual([await listConfigs(parts), (await recordOf(config.id))?.document.value], [[], null])
})

test('a repository that is away: saved, said, and recorded when it is back', async () => {
  const { config } = await createConfig(parts, input(), 'maria')
  const folder = parts.repositories.first.localRoot!
  fs.renameSync(folder, `${folder}.away`)
  const changed = await updateConfig(parts, config.id, { time: '05:00' }, 'maria')
  const other = await createConfig(parts, input({ name: 'Other' }), 'maria')
  const gone = await deleteConfig(parts, other.config.id, 'maria')
  fs.renameSync(`${folder}.away`, folder)
  assert.deepEqual(
    [changed, other, gone].map(({ warnings }) => codes(warnings)),
    [['RECORD_PENDING'], ['RECORD_PENDING'], ['RECORD_PENDING']],
  )
  assert.equal((await recordOf(config.id))?.document.generation, 1)
  assert.deepEqual((await retryRecords(parts)).pending, [])
  assert.equal((await recordOf(config.id))?.document.generation, 2)
})

/** A driver of databases that takes every URL of its scheme. */
const told: string[] = []
type BaseSettings = { url: string; user?: string | undefined; tables?: string[] | undefined; password: string }
const base: SourceDriver<BaseSettings, 'BASE'> = {
  kind: 'BASE',
  schemes: ['postgresql'],
  settings: (zod) =>
    zod.strictObject({
      url: zod.string(),
      user: zod.string().optional(),
      tables: zod.array(zod.string()).optional(),
      password: zod.string().min(4),
    }),
  secrets: ['password'],
  keepsSecrets: ['tables'],
  texts: {},
  capabilities: { restoresInto: false, pointInTime: false },
  fromUrl: (url) => ({ url: redactUrl(url), password: passwordsOf(url)[0] ?? '' }),
  label: ({ url }) => url,
  check: async ({ url, password }) => {
    told.push(`${url} ${password}`)
    if (password === 'wrong') throw new Error(`FATAL: no entry with ${password} here.`)
  },
  open: () => Promise.reject(new Error('not here')),
}

test("what is secret in a driver's settings is sealed, and shown nowhere; members change one by one", async () => {
  const { catalog } = parts
  const here = {
    ...parts,
    sources: new Sources([base]),
    catalog: {
      kind: catalog.kind,
      location: 'postgres://owner@127.0.0.1/neonpro',
      db: catalog.db,
      transaction: catalog.transaction.bind(catalog),
    } as unknown as SystemParts['catalog'],
  }
  const databaseUrl = 'postgresql://user:hunter2@localhost:5432/neonpro'
  const url = 'postgresql://user@localhost:5432/neonpro'
  const { config, warnings } = await createConfig(
    here,
    { name: 'db', databaseUrl, every: '1h', retention: 30 },
    'maria',
  )
  const { kind, paths, source: shownSource } = config.settings
  assert.deepEqual(
    [config.kind, kind, paths, shownSource, codes(warnings)],
    ['BASE', 'BASE', [], { label: url, settings: { url } }, ['CONTROL_PLANE_INSIDE']],
  )
  const reach = async () => {
    const row = await parts.catalog.db.selectFrom('configs').selectAll().executeTakeFirstOrThrow()
    const source = sourceOfStored(row.settings as StoredSettings)
    assert.ok(!isFiles(source))
    return openSource(parts.secrets, row.id, { settings: source.settings, sealed: row.source_sealed })
  }
  assert.deepEqual(await reach(), { url, password: 'hunter2' })
  const change = (patch: ConfigPatch) => updateConfig(here, config.id, patch, 'maria')
  assert.deepEqual((await change({ every: '2h' })).config.settings.source, shownSource)
  await change({ source: { user: 'ana', password: 'hunter2' } })
  assert.deepEqual(await reach(), { url, user: 'ana', password: 'hunter2' })
  await change({ source: { url, user: 'ana', tables: ['patients'] } })
  assert.deepEqual(await reach(), { url, user: 'ana', tables: ['patients'], password: 'hunter2' })
  await change({ source: { user: null, tables: null, password: 'hunter3' } })
  assert.deepEqual(await reach(), { url, password: 'hunter3' })
  await change({ databaseUrl: databaseUrl.replace('neonpro', 'other') })
  const before = await rows()
  const again = 'it has to be given again with what may change where it is sent'
  const refused: ReadonlyArray<readonly [ConfigPatch, ErrorCode, string]> = [
    [{ source: { url: 'postgresql://user@elsewhere/neonpro' } }, 'CONFIG_INVALID', again],
    [{ source: { user: 'ana', tables: ['patients'] } }, 'CONFIG_INVALID', again],
    [{ source: { password: 'wrong' } }, 'SOURCE_FAILED', 'FATAL: no entry with [redacted] here'],
    [{ source: { password: 'why' } }, 'CONFIG_INVALID', 'it is of the type string'],
    [{ source: { password: null } }, 'CONFIG_INVALID', 'it is missing'],
    [{ paths: [source] }, 'CONFIG_INVALID', 'it can not stand beside kind BASE'],
    [{ kind: 'DATABASE' }, 'CONFIG_INVALID', 'it can not be changed'],
    [{ source: null }, 'CONFIG_INVALID', 'it is missing'],
    [{ sizeLimit: 3 }, 'CONFIG_INVALID', 'it has no effect without paths'],
  ]
  for (const [patch, code, why] of refused)
    await assert.rejects(change(patch), failsWith(code, { why }), JSON.stringify(patch))
  assert.equal(await rows(), before)
  const elsewhere = { url: 'postgresql://user@elsewhere/neonpro' }
  await assert.rejects(change({ source: elsewhere }), failsWith('CONFIG_INVALID', { path: 'source.password' }))
  assert.deepEqual(
    told.filter((each) => each.includes('elsewhere')),
    [],
    'a password that is kept is sent to nobody else',
  )
  // A version without the driver keeps it, and lets it be switched off.
  const disabled = await updateConfig(parts, config.id, { enabled: false }, 'maria')
  assert.deepEqual(
    [disabled.config.enabled, disabled.config.settings.source?.label],
    [false, url.replace('neonpro', 'other')],
  )
  await assert.rejects(
    updateConfig(parts, config.id, { source: { user: 'x' } }, 'maria'),
    failsWith('SOURCE_NOT_AVAILABLE'),
  )
  const shown = JSON.stringify([
    await listConfigs(parts),
    await getConfig(parts, config.id),
    config,
    (await recordOf(config.id))?.document,
  ])
  assert.ok(!/hunter|password/.test(shown) && shown.includes('/other'), shown)
  assert.ok(!(await rows()).includes('hunter'))
})

test('settings of former versions mean what they meant, and files are stored as those versions take them', async () => {
  const { config } = await createConfig(parts, input(), 'maria')
  const { settings } = await parts.catalog.db.selectFrom('configs').select('settings').executeTakeFirstOrThrow()
  const stored = settings as StoredSettings
  assert.deepEqual([stored.kind, stored.paths, 'source' in stored], ['FILES', [source], false])
  assert.deepEqual(storedSettings(settingsOf(stored)), stored)
  const former = { ...stored, kind: 'DATABASE', paths: [], databaseLabel: 'postgresql://user@h/d' }
  await parts.catalog.db
    .updateTable('configs')
    .set({ settings: JSON.stringify(former) })
    .execute()
  assert.deepEqual(sourceOfStored(former), { kind: 'DATABASE', label: 'postgresql://user@h/d', settings: {} })
  const changed = await updateConfig(parts, config.id, { time: '04:00' }, 'maria')
  assert.deepEqual(
    [changed.config.settings.kind, changed.config.settings.source],
    ['DATABASE', { label: 'postgresql://user@h/d', settings: {} }],
  )
})

test('the same database is told by server and name, not by user or spelling', () => {
  assert.ok(isSameDatabase('postgresql://a@LOCALHOST/x', 'postgres://b@127.0.0.1:5432/x?sslmode=require'))
  for (const other of [
    'postgres://a@localhost:5433/x',
    'postgres://a@localhost/y',
    'postgres://a@db/x',
    'mysql://a@localhost:5432/x',
    '/home/db',
  ])
    assert.ok(!isSameDatabase('postgresql://a@localhost/x', other), other)
})

test("what lies in its own backup is said: HOME, the key; a retention that outlives the system's", async () => {
  const inside = {
    ...parts,
    home: path.join(source, 'home'),
    keyFiles: [path.join(source, 'key')],
    defaults: { retention: 30 },
  }
  const { warnings } = await createConfig(
    inside,
    input({ retention: { custom: [{ pattern: 'last-of-year', keep: 'forever' }] } }),
    'maria',
  )
  assert.deepEqual(codes(warnings).sort(), ['HOME_IN_SOURCE', 'KEY_IN_SOURCE', 'RETENTION_CONFLICT'])
})

test('a thousand configurations are listed with three questions to the database', async () => {
  const template = await createConfig(parts, input(), 'maria')
  const row = await parts.catalog.db.selectFrom('configs').selectAll().executeTakeFirstOrThrow()
  const ids = Array.from({ length: 1000 }, (_, i) => ({
    id: randomUUID(),
    name: `config ${String(i).padStart(4, '0')}`,
  }))
  for (let i = 0; i < 1000; i += 250) {
    const some = ids.slice(i, i + 250)
    await parts.catalog.db
      .insertInto('configs')
      .values(some.map(({ id, name }) => ({ ...row, id, name, settings: JSON.stringify(row.settings) })))
      .execute()
    await parts.catalog.db
      .insertInto('due_times')
      .values(
        some.map(({ id }) => ({
          config_id: id,
          due_at: new Date(template.config.nextRunAt!),
          tenant_id: parts.tenantId,
          late_at: new Date(template.config.nextRunAt!),
        })),
      )
      .execute()
  }
  const listed = await listConfigs(parts)
  assert.equal(listed.length, 1001)
  assert.ok(listed.every(({ nextRunAt }) => nextRunAt === template.config.nextRunAt))
  assert.deepEqual(
    listed.slice(1, 3).map(({ name }) => name),
    ['config 0000', 'config 0001'],
  )
})
