// Goal: two configurations never share a ping, and a check keeps its meaning for good.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { temporaryCatalog } from '../../../test/harness/catalog.ts'
import { httpReceiver } from '../../../test/harness/http-receiver.ts'
import { addConfig, addRun } from '../../../test/harness/rows.ts'
import { testSystem } from '../../../test/harness/system.ts'
import type { Catalog } from '../../catalog/index.ts'
import { BackupError } from '../../kernel/backup-error.ts'
import { dispatchOutbox, runFinished } from './index.ts'
import { pingSlug, pingWarnings } from './ping-address.ts'

let catalog: Catalog
before(async () => {
  catalog = await temporaryCatalog()
})
after(() => catalog[Symbol.asyncDispose]())

test('names that come to one slug ping different addresses; the older one keeps its own, also once it is removed', async () => {
  await using receiver = await httpReceiver()
  await using system = await testSystem({ catalog, channels: { healthcheckUrl: `${receiver.url}/{slug}` } })
  const { parts } = system
  const names = ['Front desk', 'front-desk', 'FRONT_DESK', '数据库', 'Прием']
  const ids: string[] = []
  for (const name of names) ids.push(await addConfig(parts, { name }))
  for (const id of ids)
    await runFinished(parts, { id: await addRun(parts, id, { state: 'COMPLETED', at: Date.now() }) })
  await dispatchOutbox(parts, { signal: AbortSignal.timeout(20_000) })
  const paths = receiver.received.map(({ path }) => path.split('?')[0])
  assert.equal(new Set(paths).size, names.length, paths.join(' '))
  assert.ok(paths.includes('/front-desk'))
  const before = await Promise.all(names.map((name) => pingSlug(parts, catalog.db, name)))
  assert.equal(before[0], 'front-desk')
  await catalog.db.updateTable('configs').set({ removed_at: new Date() }).where('id', '=', ids[0]!).execute()
  assert.deepEqual(await Promise.all(names.slice(1).map((name) => pingSlug(parts, catalog.db, name))), before.slice(1))
  await addConfig(parts, { name: 'Front desk' })
  assert.equal(await pingSlug(parts, catalog.db, 'Front desk'), 'front-desk')
})

test('a slug that is not the name’s own and an address that another has too are said', async () => {
  await using system = await testSystem({ catalog, channels: { healthcheckUrl: 'https://hc.example/{slug}' } })
  const { parts } = system
  const settingsOf = async (id: string) =>
    (await catalog.db.selectFrom('configs').select('settings').where('id', '=', id).executeTakeFirstOrThrow())
      .settings as Parameters<typeof pingWarnings>[1]['settings']
  const said = async (name: string, more: object = {}) => {
    const id = await addConfig(parts, { name, ...more })
    return (await pingWarnings(parts, { id, name, settings: await settingsOf(id) })).map(({ code }) => code)
  }
  assert.deepEqual(await said('X-rays'), [])
  assert.deepEqual(await said('x rays'), ['HEALTHCHECK_SLUG'])
  assert.deepEqual(await said('own', { healthcheckUrl: 'https://hc.example/1' }), [])
  assert.deepEqual(await said('same', { healthcheckUrl: 'https://hc.example/1' }), ['HEALTHCHECK_SHARED'])
  // Sealed by a key that is not this system's: its own pings say so, and the others can be saved.
  const sealed = { healthcheckUrl: 'https://hc.example/…', healthcheckSealed: 'ab'.repeat(60) }
  const broken = await addConfig(parts, { name: 'broken' })
  const settings = JSON.stringify({ ...(await settingsOf(broken)), ...sealed })
  await catalog.db.updateTable('configs').set({ settings }).where('id', '=', broken).execute()
  const open = (bytes: Buffer, purpose: string) => {
    if (purpose.endsWith(broken)) throw new BackupError('DAMAGED', 'It does not open.')
    return parts.secrets.open(bytes, purpose)
  }
  const whole = await addConfig(parts, { name: 'whole', healthcheckUrl: 'https://hc.example/2' })
  const config = { id: whole, name: 'whole', settings: await settingsOf(whole) }
  assert.deepEqual(await pingWarnings({ ...parts, secrets: { ...parts.secrets, open } }, config), [])
})
