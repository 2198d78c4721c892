/** The audit log and the rebuild on a PostgreSQL server: several connections at once, an owner that is no superuser. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { closeAuditSegments, nextHash, verifyAudit } from '../../src/services/audit/index.ts'
import { rebuildSystem } from '../../src/services/rebuild/index.ts'
import { recordConfig } from '../../src/services/records/index.ts'
import { asAdmin, noServer, postgresCatalog, type TestServer, temporaryPostgres } from '../harness/catalog.ts'
import { actions, type ControlPlane, controlPlane, DATABASE_URL } from '../harness/control-plane.ts'
import { rawKey } from '../harness/repository.ts'
import { addConfig } from '../harness/rows.ts'
import { temporaryDirectory } from '../harness/temporary-directory.ts'

const skip = noServer()
let server: TestServer | undefined
before(async () => {
  if (skip === false) server = await temporaryPostgres()
})
after(() => server?.[Symbol.asyncDispose]())

test('entries that are appended at once, while segments are closed and checked, make one chain without gaps', {
  skip,
}, async () => {
  await using plane = await controlPlane({ catalog: await postgresCatalog(server!) })
  const { parts } = plane
  const writers = Array.from({ length: 6 }, (_, i) => actions(parts.audit, 15, `writer-${i}`))
  const closers = Array.from({ length: 3 }, () => closeAuditSegments(parts))
  const verdicts = [verifyAudit(parts), verifyAudit(parts)]
  await Promise.all([...writers, ...closers])
  for (const verdict of await Promise.all(verdicts)) assert.deepEqual(verdict.problems, [])
  await Promise.all([closeAuditSegments(parts), closeAuditSegments(parts)])
  const verdict = await verifyAudit(parts)
  assert.deepEqual([verdict.problems, verdict.entries], [[], 90])
  const bounds = await parts.catalog.db
    .selectFrom('audit_segments')
    .select(['from_sequence', 'to_sequence'])
    .orderBy('number')
    .execute()
  assert.equal(bounds[0]!.from_sequence, 1)
  for (const [index, { from_sequence: from }] of bounds.slice(1).entries())
    assert.equal(from, bounds[index]!.to_sequence + 1)
  assert.equal(bounds.at(-1)!.to_sequence, 90)
})

test('what a superuser plants is found, also when the whole chain is made anew', { skip }, async () => {
  await using plane = await controlPlane({ catalog: await postgresCatalog(server!) })
  const { parts } = plane
  await actions(parts.audit, 5)
  await closeAuditSegments(parts)
  const database = (await parts.catalog.queue.executeSql('select current_database() as name')).rows[0] as {
    name: string
  }
  const rows = await parts.catalog.db
    .selectFrom('audit_entries')
    .select(['sequence', 'entry'])
    .orderBy('sequence')
    .execute()
  let hash: Buffer = Buffer.alloc(32)
  const statements = rows.map(({ sequence, entry }) => {
    const forged = Buffer.from(entry.toString('utf8').replace('"number":3', '"number":99'))
    const previous = hash
    hash = nextHash(previous, forged)
    return `update neonpro_backup.audit_entries set entry = '\\x${forged.toString('hex')}', entry_json = convert_from('\\x${forged.toString('hex')}', 'UTF8')::jsonb, previous = '\\x${previous.toString('hex')}', hash = '\\x${hash.toString('hex')}' where sequence = ${sequence}`
  })
  // A replica applies no triggers: the superuser's own way around them.
  await asAdmin(
    server!.adminUrl.replace('/postgres?', `/${database.name}?`),
    `set session_replication_role = replica; ${statements.join(';')}; update neonpro_backup.audit_heads set hash = '\\x${hash.toString('hex')}'`,
  )
  assert.deepEqual(
    (await verifyAudit(parts)).problems.map(({ sequence, what }) => `${sequence} ${what}`),
    ['3 SEGMENT_DIFFERS', '4 SEGMENT_DIFFERS', '5 SEGMENT_DIFFERS'],
  )
})

test('an embedded system is rebuilt on a server', { skip }, async () => {
  using base = temporaryDirectory()
  const keks = [rawKey()]
  {
    await using plane = await controlPlane({ folder: base.path, keks })
    await recordConfig(plane.parts, await addConfig(plane.parts, { name: 'clinic', source: DATABASE_URL }))
    await actions(plane.parts.audit, 3)
    await closeAuditSegments(plane.parts)
  }
  await using plane: ControlPlane = await controlPlane({
    folder: base.path,
    keks,
    catalog: await postgresCatalog(server!),
  })
  const summary = await rebuildSystem(plane.parts)
  assert.deepEqual([summary.configs, summary.auditEntries], [1, 3])
  const verdict = await verifyAudit(plane.parts)
  assert.deepEqual([verdict.isIntact, verdict.entries], [true, 4])
})
