import assert from 'node:assert/strict'
import test from 'node:test'
import { inspect } from 'node:util'
import { actions, type ControlPlane, controlPlane, tenantCatalog } from '../../../test/harness/control-plane.ts'
import { failsWith } from '../../../test/harness/refusal.ts'
import { rawKey } from '../../../test/harness/repository.ts'
import { addConfig } from '../../../test/harness/rows.ts'
import { inFirst } from '../../../test/harness/system.ts'
import { DEFAULT_TENANT_ID } from '../../catalog/index.ts'
import { listRecords, parseKek } from '../../engine/index.ts'
import { isBackupError } from '../../kernel/backup-error.ts'
import { closeAuditSegments } from '../audit/index.ts'
import { recordConfig } from '../records/index.ts'
import { ControlKey, openControlKey, recordControlKey } from './index.ts'
import { newMaster, parseWrapped, unwrapMaster } from './wrapped-master.ts'

const URL = 'postgres://clinic:s3cret-p4ss@db.example:5432/clinic'

test('a sealed secret opens for its purpose only, and every flipped byte is damage', () => {
  const key = new ControlKey(newMaster('2026-01-01T00:00:00.000Z'), DEFAULT_TENANT_ID)
  const sealed = key.seal(URL, 'config:a')
  assert.equal(key.open(sealed, 'config:a'), URL)
  assert.notDeepEqual(key.seal(URL, 'config:a'), sealed, 'each sealing draws a key of its own')
  assert.ok(!sealed.toString('latin1').includes('s3cret'))
  assert.throws(() => key.open(sealed, 'config:b'), failsWith('DAMAGED'))
  for (let at = 0; at < sealed.length; at += 1) {
    const flipped = Buffer.from(sealed)
    flipped[at]! ^= 0x20
    assert.throws(
      () => key.open(flipped, 'config:a'),
      (error) => isBackupError(error, 'DAMAGED') && !inspect(error, { depth: 9, showHidden: true }).includes('s3cret'),
      `byte ${at}`,
    )
  }
  for (let length = 0; length < sealed.length; length += 7)
    assert.throws(() => key.open(sealed.subarray(0, length), 'config:a'), failsWith('DAMAGED'))
})

test('another tenant and another master open nothing', () => {
  const master = newMaster('2026-01-01T00:00:00.000Z')
  const sealed = new ControlKey(master, DEFAULT_TENANT_ID).seal(URL, 'config:a')
  const others = [
    new ControlKey(master, '00000000-0000-4000-8000-000000000002'),
    new ControlKey(newMaster(master.createdAt), DEFAULT_TENANT_ID),
  ]
  for (const other of others) assert.throws(() => other.open(sealed, 'config:a'), failsWith('DAMAGED'))
  assert.ok(!inspect(others[0], { showHidden: true, depth: 9 }).includes(master.key.toString('hex').slice(0, 16)))
  assert.equal(JSON.stringify(others[0]), '{}')
})

test('the key is made once, opens again, and a rotated user key rewraps it without resealing anything', async () => {
  await using catalog = await tenantCatalog()
  const [older, newer] = [rawKey(), rawKey()]
  const first = await openControlKey(catalog, [older])
  const sealed = first.seal(URL, 'config:a')
  const again = await openControlKey(catalog, [older])
  assert.deepEqual(again.auditKey, first.auditKey)
  await assert.rejects(openControlKey(catalog, [newer]), failsWith('KEY_WRONG'))

  const rotated = await openControlKey(catalog, [newer, older])
  assert.equal(rotated.open(sealed, 'config:a'), URL)
  assert.equal((await openControlKey(catalog, [newer])).open(sealed, 'config:a'), URL, 'the new key alone is enough')
  await assert.rejects(openControlKey(catalog, [older]), failsWith('KEY_WRONG'), 'the older one opens nothing any more')
  assert.deepEqual(
    (await catalog.db.selectFrom('control_keys').select('generation').execute()).map(({ generation }) => generation),
    [2],
  )
})

test('a passphrase wraps it too, and neither it nor a fast fingerprint of it is stored', async () => {
  await using catalog = await tenantCatalog()
  const passphrase = parseKek('passphrase:four cats on a warm roof', 'test')
  const sealed = (await openControlKey(catalog, [passphrase])).seal(URL, 'x')
  assert.equal((await openControlKey(catalog, [passphrase])).open(sealed, 'x'), URL)
  const row = await catalog.db.selectFrom('control_keys').selectAll().executeTakeFirstOrThrow()
  const { recipients } = JSON.parse(row.wrapped.toString()) as { recipients: Array<{ id: string; scrypt?: object }> }
  assert.equal(row.kek_fingerprint, recipients[0]!.id)
  assert.ok(recipients[0]!.scrypt)
  await assert.rejects(
    openControlKey(catalog, [parseKek('passphrase:five cats on a warm roof', 'test')]),
    failsWith('KEY_WRONG'),
  )
})

test('a damaged wrap is DAMAGED, not a wrong key', async () => {
  await using catalog = await tenantCatalog()
  const kek = rawKey()
  await openControlKey(catalog, [kek])
  const row = await catalog.db.selectFrom('control_keys').selectAll().executeTakeFirstOrThrow()
  const wrapped = JSON.parse(row.wrapped.toString()) as { recipients: Array<{ wrapped: string }> }
  const flipped = wrapped.recipients[0]!.wrapped.replace(/^./, (digit) => (digit === '0' ? '1' : '0'))
  for (const broken of [
    JSON.stringify({ ...wrapped, recipients: [{ ...wrapped.recipients[0]!, wrapped: flipped }] }),
    '{}',
    'no json',
    '{"id":"00","recipients":[]}',
  ]) {
    await catalog.db
      .updateTable('control_keys')
      .set({ wrapped: Buffer.from(broken) })
      .execute()
    await assert.rejects(openControlKey(catalog, [kek]), failsWith('DAMAGED'), broken)
  }
})

test('the repository holds it for each of its keys, once a generation', async () => {
  await using plane = await controlPlane()
  const { parts, keks } = plane
  const records = async () => {
    await using repository = await parts.repositories.first.open()
    await recordControlKey(inFirst(parts), repository)
    await recordControlKey(inFirst(parts), repository)
    const { records: all } = await listRecords(repository, { record: 'control-key', everyGeneration: true })
    return { all, repositoryKek: repository.keys.controlPlaneKek }
  }
  const { all, repositoryKek } = await records()
  assert.equal(all.length, 1)
  const wrapped = parseWrapped(all[0]!.document.value)
  assert.deepEqual(
    new ControlKey(unwrapMaster(wrapped, [repositoryKek]).master, parts.tenantId).auditKey,
    parts.secrets.auditKey,
  )
  assert.deepEqual(new ControlKey(unwrapMaster(wrapped, keks).master, parts.tenantId).auditKey, parts.secrets.auditKey)
  assert.throws(() => unwrapMaster(wrapped, [rawKey()]), failsWith('KEY_WRONG'))

  // A key that the repository took while the database knew only another: its own recipient opens, and the new key is
  // wrapped in.
  const added = rawKey()
  const opened = await openControlKey(parts.catalog, [added, repositoryKek])
  assert.deepEqual(opened.auditKey, parts.secrets.auditKey)
  assert.deepEqual((await openControlKey(parts.catalog, [added])).auditKey, opened.auditKey)
})

test('a repository that keeps the key of another control plane is not written to: that key may be all that is left of it', async () => {
  await using plane = await controlPlane()
  const record = async (parts: ControlPlane['parts']) => {
    await using repository = await parts.repositories.first.open()
    await recordControlKey(inFirst(parts), repository)
  }
  await record(plane.parts)
  await using other = await controlPlane({ folder: plane.folder, keks: plane.keks })
  await assert.rejects(record(other.parts), failsWith('REBUILD_NEEDED'))
  assert.equal(await recordConfig(other.parts, await addConfig(other.parts, { name: 'x' })), false)
  await actions(other.parts.audit, 1)
  await assert.rejects(closeAuditSegments(other.parts), failsWith('REBUILD_NEEDED'))

  // The same key with a lower generation, as from an older copy of the database, goes above what is there.
  await plane.parts.catalog.db.deleteFrom('settings').execute()
  await plane.parts.catalog.db.updateTable('control_keys').set({ generation: 1 }).execute()
  await record(plane.parts)
  await using repository = await plane.parts.repositories.first.open()
  const { records } = await listRecords(repository, { record: 'control-key', everyGeneration: true })
  assert.deepEqual(
    records.map(({ document }) => document.generation),
    [2, 3],
  )
})
