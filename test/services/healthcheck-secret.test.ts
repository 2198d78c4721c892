// Goal: whoever has the address of a configuration's pings can report in its name: it is in no view, row, record, log
// or audit entry in the clear; pings still go to it; what the first versions left in the clear is sealed, and its
// record is written anew. Method: a real database and repository, searched for the address.
import assert from 'node:assert/strict'
import fs from 'node:fs'
import path from 'node:path'
import { after, before, test } from 'node:test'
import type { ConfigInput, ConfigSettings } from '../../src/contracts/system/index.ts'
import { listRecords, RecordKind } from '../../src/engine/index.ts'
import { openNotifiers } from '../../src/notifiers/all.ts'
import { dispatchOutbox, runFinished } from '../../src/services/alarms/index.ts'
import { createConfig, getConfig, listConfigs, updateConfig } from '../../src/services/configs/index.ts'
import { healthcheckAddress, sealHealthchecks } from '../../src/services/control-key/index.ts'
import type { SystemParts } from '../../src/services/parts.ts'
import { retryRecords } from '../../src/services/records/index.ts'
import { type ControlPlane, controlPlane } from '../harness/control-plane.ts'
import { httpReceiver } from '../harness/http-receiver.ts'
import { addRun } from '../harness/rows.ts'

const SECRET = 'PLANTED-3f1c-ping-token'
let plane: ControlPlane
let parts: SystemParts

before(async () => {
  plane = await controlPlane()
  fs.mkdirSync(path.join(plane.folder, 'source'))
  parts = { ...plane.parts, defaults: {}, notifiers: openNotifiers({}) }
})
after(() => plane[Symbol.asyncDispose]())

const input = (name: string, healthcheckUrl: string): ConfigInput => ({
  name,
  paths: [path.join(plane.folder, 'source')],
  every: '1d',
  retention: 30,
  healthcheckUrl,
})
const rowOf = async (id: string) =>
  await parts.catalog.db.selectFrom('configs').selectAll().where('id', '=', id).executeTakeFirstOrThrow()

async function newestRecord(id: string) {
  await using repository = await parts.repositories.first.open()
  const { records } = await listRecords(repository, { record: RecordKind.CONFIGURATION, subject: id })
  return records.at(-1)!.document
}

test('it is shown as its host alone, stands sealed in row and record, and pings reach it', async () => {
  await using receiver = await httpReceiver()
  const url = `${receiver.url}/${SECRET}`
  const { config } = await createConfig(parts, input('clinic', url), 'maria')
  await updateConfig(parts, config.id, { tags: ['a'] }, 'maria')
  // A tool that reads the view, changes a member and writes all of it back keeps the address.
  await updateConfig(parts, config.id, { healthcheckUrl: `${receiver.url}/…`, tags: ['b'] }, 'maria')
  const everything = JSON.stringify([
    config,
    await getConfig(parts, config.id),
    await listConfigs(parts),
    await rowOf(config.id),
    await newestRecord(config.id),
    await parts.catalog.db.selectFrom('audit_entries').selectAll().execute(),
  ])
  assert.ok(!everything.includes(SECRET))
  assert.equal(config.settings.healthcheckUrl, `${receiver.url}/…`)
  assert.ok(!('healthcheckSealed' in config.settings))
  await runFinished(parts, { id: await addRun(parts, config.id, { state: 'COMPLETED', at: Date.now() }) })
  await dispatchOutbox(parts, { signal: AbortSignal.timeout(20_000) })
  assert.deepEqual(
    receiver.received.map((call) => call.path.split('?')[0]),
    [`/${SECRET}`],
  )
  await updateConfig(parts, config.id, { healthcheckUrl: null }, 'maria')
  const { settings } = await rowOf(config.id)
  assert.deepEqual(
    Object.keys(settings as object).filter((name) => name.startsWith('healthcheck')),
    [],
  )
})

test('what the first versions left in the clear is sealed once, and its record is written anew', async () => {
  const url = `https://hc.example/${SECRET}`
  const { config } = await createConfig(parts, input('old', url), 'maria')
  const { healthcheckSealed: _, ...settings } = (await rowOf(config.id)).settings as ConfigSettings
  await parts.catalog.db
    .updateTable('configs')
    .set({ settings: JSON.stringify({ ...settings, healthcheckUrl: url }) })
    .where('id', '=', config.id)
    .execute()
  for (let again = 0; again < 2; again += 1) await sealHealthchecks(parts, parts.secrets)
  const row = await rowOf(config.id)
  assert.deepEqual([row.generation, JSON.stringify(row.settings).includes(SECRET)], [2, false])
  assert.equal(healthcheckAddress(parts.secrets, config.id, row.settings as ConfigSettings), url)
  assert.deepEqual((await retryRecords(parts)).pending, [])
  const record = await newestRecord(config.id)
  assert.deepEqual([record.generation, JSON.stringify(record.value).includes(SECRET)], [2, false])
})
