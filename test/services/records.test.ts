/** Configurations as signed records: saved first, recorded then, retried until they stand in the repository. */
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { listRecords } from '../../src/engine/index.ts'
import { sourcePurpose } from '../../src/services/control-key/index.ts'
import { alarmPending, parseConfigRecord, recordConfig, retryRecords } from '../../src/services/records/index.ts'
import { type ControlPlane, controlPlane, DATABASE_URL, SETTINGS } from '../harness/control-plane.ts'
import { failsWith } from '../harness/refusal.ts'
import { addConfig } from '../harness/rows.ts'

async function recorded({ parts }: ControlPlane) {
  await using repository = await parts.repositories.first.open()
  return (await listRecords(repository, { record: 'configuration', withLifted: true })).records
}

test('a configuration stands in the repository with its generation, its source still sealed', async () => {
  await using plane = await controlPlane()
  const { parts, folder } = plane
  const id = await addConfig(parts, { ...SETTINGS, name: 'clinic', source: DATABASE_URL })
  assert.equal(await recordConfig(parts, id), true)
  assert.equal(await recordConfig(parts, id), true, 'what is recorded is not written again')
  const [entry, ...others] = await recorded(plane)
  assert.deepEqual([others.length, entry!.document.subject, entry!.document.generation], [0, id, 1])
  const config = parseConfigRecord(entry!)
  assert.deepEqual(
    [config.name, config.settings, config.enabled, config.tenantId],
    ['clinic', SETTINGS, true, parts.tenantId],
  )
  assert.equal(parts.secrets.open(config.source!, sourcePurpose(id)), DATABASE_URL)
  assert.ok(!JSON.stringify(entry).includes('s3cret'))
  for (const name of fs.readdirSync(path.join(folder, 'repository/records')))
    assert.ok(!fs.readFileSync(path.join(folder, 'repository/records', name)).includes('clinic'))
})

test('a removal is a record too, of the next generation', async () => {
  await using plane = await controlPlane()
  const { parts } = plane
  const id = await addConfig(parts, { name: 'clinic' })
  await recordConfig(parts, id)
  await parts.catalog.db
    .updateTable('configs')
    .set({ generation: 2, removed_at: new Date('2026-11-24T03:00:00Z') })
    .where('id', '=', id)
    .execute()
  assert.equal(await recordConfig(parts, id), true)
  const [entry] = await recorded(plane)
  assert.deepEqual(
    [entry!.document.generation, entry!.document.value, entry!.document.at],
    [2, null, '2026-11-24T03:00:00.000Z'],
  )
})

test('while the repository is away the answer is false, nothing is lost, and a retry records all of it', async () => {
  await using plane = await controlPlane()
  const { parts, folder } = plane
  const ids = [await addConfig(parts, { name: 'a' }), await addConfig(parts, { name: 'b' })]
  const away = path.join(folder, 'away')
  fs.renameSync(path.join(folder, 'repository'), away)
  for (const id of ids) assert.equal(await recordConfig(parts, id), false)
  const alarms: string[] = []
  const onPending = ({ configIds, since }: { configIds: readonly string[]; since: Date | null }) =>
    Promise.resolve(void alarms.push(`${configIds.length} ${since !== null}`))
  assert.deepEqual(await retryRecords(parts, { onPending }), { recorded: 0, pending: ids })
  fs.renameSync(away, path.join(folder, 'repository'))
  assert.deepEqual(await retryRecords(parts, { onPending }), { recorded: 2, pending: [] })
  assert.deepEqual(await retryRecords(parts, { onPending }), { recorded: 0, pending: [] })
  assert.deepEqual(alarms, ['2 true', '0 false', '0 false'])
  assert.equal((await recorded(plane)).length, 2)
})

test('an unknown configuration is named', async () => {
  await using plane = await controlPlane()
  await assert.rejects(recordConfig(plane.parts, randomUUID()), failsWith('CONFIG_NOT_FOUND'))
})

test("what is not recorded for an hour is one alarm, in the reader's language, that ends when everything is", async () => {
  await using plane = await controlPlane()
  const parts = { ...plane.parts, locale: 'pt-BR' as const }
  const id = await addConfig(parts, { name: 'clinic' })
  const away = path.join(plane.folder, 'away')
  fs.renameSync(path.join(plane.folder, 'repository'), away)
  const pendingFor = (minutes: number) =>
    parts.catalog.db
      .updateTable('configs')
      .set({ updated_at: new Date(Date.now() - minutes * 60_000) })
      .where('id', '=', id)
      .execute()
  const look = () => retryRecords(parts, { onPending: alarmPending(parts) })
  const alarms = () =>
    parts.catalog.db.selectFrom('alerts').select(['type', 'severity', 'state', 'count', 'message']).execute()
  await pendingFor(58)
  await look()
  assert.deepEqual(await alarms(), [], 'within the first hour nobody is woken')
  await pendingFor(61)
  await look()
  await look()
  const [raised, ...others] = await alarms()
  assert.deepEqual(
    [others.length, raised!.type, raised!.severity, raised!.state, raised!.count],
    [0, 'RECORD_NOT_STORED', 'HIGH', 'FIRING', 1],
    'it goes on, it is not another one',
  )
  assert.match(raised!.message, /^1 configuração ainda não está registrada/)
  fs.renameSync(away, path.join(plane.folder, 'repository'))
  await look()
  assert.deepEqual(
    (await alarms()).map(({ state }) => state),
    ['RESOLVED'],
  )
})
