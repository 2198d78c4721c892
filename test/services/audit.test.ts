/**
 * The audit log over a real database and a real repository: what a superuser, or whoever holds the storage, does to it
 * is found.
 */
import assert from 'node:assert/strict'
import fs from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import type { Catalog } from '../../src/catalog/index.ts'
import { listRecords, readHistory, verifyRepository } from '../../src/engine/index.ts'
import {
  AuditFault,
  closeAuditSegments,
  eraseActor,
  exportAudit,
  nextHash,
  verifyAudit,
  verifyExport,
} from '../../src/services/audit/index.ts'
import { actions, type ControlPlane, controlPlane } from '../harness/control-plane.ts'

/** As somebody to whom no trigger and no grant applies. */
async function plant(catalog: Catalog, text: string): Promise<void> {
  const tables = ['audit_entries', 'audit_heads', 'audit_segments'].map((name) => `neonpro_backup.${name}`)
  for (const table of tables)
    await catalog.queue.executeSql(`alter table ${table} disable trigger user; grant all on ${table} to current_user;`)
  await catalog.queue.executeSql(text)
  for (const table of tables) await catalog.queue.executeSql(`alter table ${table} enable trigger user`)
}

/** Makes the chain whole again from an entry on, head included: what a careful forger does. */
async function rechain({ parts: { catalog } }: ControlPlane): Promise<void> {
  const rows = await catalog.db.selectFrom('audit_entries').select(['sequence', 'entry']).orderBy('sequence').execute()
  let hash: Buffer = Buffer.alloc(32)
  const statements = rows.map(({ sequence, entry }, index) => {
    const previous = hash
    hash = nextHash(previous, entry)
    return `update neonpro_backup.audit_entries set sequence = ${index + 1}, previous = '\\x${previous.toString('hex')}', hash = '\\x${hash.toString('hex')}' where sequence = ${sequence}`
  })
  await plant(
    catalog,
    [
      ...statements,
      `update neonpro_backup.audit_heads set sequence = ${rows.length}, hash = '\\x${hash.toString('hex')}'`,
    ].join(';'),
  )
}

const forged = (number: number) =>
  `convert_to(replace(convert_from(entry, 'UTF8'), '"number":${number}', '"number":99'), 'UTF8')`
const EDIT = `update neonpro_backup.audit_entries set entry = ${forged(3)}, entry_json = convert_from(${forged(3)}, 'UTF8')::jsonb where sequence = 3`
const INSERT = `update neonpro_backup.audit_entries set sequence = sequence + 1000 where sequence > 3; update neonpro_backup.audit_entries set sequence = sequence - 999 where sequence > 1000;
  insert into neonpro_backup.audit_entries select tenant_id, 4, at, entry, entry_json, previous, hash from neonpro_backup.audit_entries where sequence = 3;
  update neonpro_backup.audit_heads set sequence = sequence + 1`
const SWAP = `update neonpro_backup.audit_entries set sequence = -1 where sequence = 3; update neonpro_backup.audit_entries set sequence = 3 where sequence = 4; update neonpro_backup.audit_entries set sequence = 4 where sequence = -1`
const REMOVE = 'delete from neonpro_backup.audit_entries where sequence = 3'
const CUT = 'delete from neonpro_backup.audit_entries where sequence > 5'

const found = async (plane: ControlPlane) =>
  (await verifyAudit(plane.parts)).problems.map(({ sequence, what }) => `${sequence} ${what}`)

test('an untouched log is intact: open, closed in segments, and while it grows', async () => {
  await using plane = await controlPlane()
  const { parts } = plane
  assert.deepEqual(await verifyAudit(parts), {
    isIntact: true,
    entries: 0,
    head: '00'.repeat(32),
    problems: [],
    segments: 0,
    closedAnew: [],
  })
  await actions(parts.audit, 7)
  assert.equal((await verifyAudit(parts)).isIntact, true)
  assert.equal(await closeAuditSegments(parts, { olderThanMs: 3_600_000 }), 0, 'not due yet')
  assert.equal(await closeAuditSegments(parts), 7)
  assert.equal(await closeAuditSegments(parts), 0)
  const growing = Promise.all([
    actions(parts.audit, 40, 'more'),
    verifyAudit(parts),
    verifyAudit(parts),
    closeAuditSegments(parts),
    verifyAudit(parts),
  ])
  for (const verdict of (await growing).filter((each) => typeof each === 'object'))
    assert.deepEqual(verdict.problems, [])
  await closeAuditSegments(parts)
  const verdict = await verifyAudit(parts)
  assert.deepEqual([verdict.isIntact, verdict.entries], [true, 47])
  assert.ok(verdict.segments >= 2)
})

test('an entry stands or falls with its transaction', async () => {
  await using plane = await controlPlane()
  const { catalog, audit } = plane.parts
  const event = { actor: 'a', action: 'x', resource: 'y', result: 'SUCCESS' } as const
  await catalog.transaction((tx) => audit.append(event, tx))
  await assert.rejects(
    catalog.transaction(async (tx) => {
      await audit.append(event, tx)
      throw new Error('undone')
    }),
  )
  assert.equal((await verifyAudit(plane.parts)).entries, 1)
})

test('in the open part of the log: edit, removal, insertion, swap, a cut tail and a changed copy are found', async () => {
  const cases: ReadonlyArray<readonly [name: string, sql: string, expected: readonly string[]]> = [
    ['edit', EDIT, ['3 EDITED']],
    [
      'edit with its own hash',
      `${EDIT}; update neonpro_backup.audit_entries set hash = sha256(previous || entry) where sequence = 3`,
      ['4 CHAIN_BROKEN'],
    ],
    ['removal', REMOVE, ['3 REMOVED']],
    ['insertion', INSERT, ['4 CHAIN_BROKEN']],
    [
      'insertion below the first',
      'update neonpro_backup.audit_entries set sequence = 0 where sequence = 1',
      ['0 INSERTED', '1 REMOVED'],
    ],
    ['swap', SWAP, ['3 CHAIN_BROKEN', '4 CHAIN_BROKEN', '5 CHAIN_BROKEN']],
    ['cut tail', CUT, ['6 TAIL_REMOVED']],
    ['everything gone', 'delete from neonpro_backup.audit_entries', ['1 TAIL_REMOVED']],
    [
      'cut tail with a head of another hash',
      `${CUT}; update neonpro_backup.audit_heads set sequence = 5`,
      ['5 HEAD_DIFFERS'],
    ],
    ['no head', 'delete from neonpro_backup.audit_heads', ['null HEAD_DIFFERS']],
    ['an entry behind the head', 'update neonpro_backup.audit_heads set sequence = 7', ['8 INSERTED']],
    [
      "another tenant's or no entry",
      `update neonpro_backup.audit_entries set entry = convert_to('{"v":2}', 'UTF8'), entry_json = '{"v":2}' where sequence = 2`,
      ['2 COPY_DIFFERS', '2 EDITED', '2 FOREIGN'],
    ],
    [
      'the copy beside the entry',
      `update neonpro_backup.audit_entries set entry_json = '{}' where sequence = 2`,
      ['2 COPY_DIFFERS'],
    ],
    [
      'the time beside the entry',
      `update neonpro_backup.audit_entries set at = at - interval '1 day' where sequence = 2`,
      ['2 COPY_DIFFERS'],
    ],
  ]
  await using plane = await controlPlane()
  await actions(plane.parts.audit, 8)
  const { rows } = (await plane.parts.catalog.queue.executeSql(
    'select * from neonpro_backup.audit_entries order by sequence',
  )) as { rows: Array<Record<string, unknown>> }
  assert.equal(rows.length, 8)
  await plane.parts.catalog.queue.executeSql(
    'create table neonpro_backup.saved_entries as table neonpro_backup.audit_entries; create table neonpro_backup.saved_heads as table neonpro_backup.audit_heads',
  )
  for (const [name, sql, expected] of cases) {
    await plant(plane.parts.catalog, sql)
    assert.deepEqual((await found(plane)).sort(), [...expected].sort(), name)
    await plant(
      plane.parts.catalog,
      `delete from neonpro_backup.audit_entries; insert into neonpro_backup.audit_entries table neonpro_backup.saved_entries; delete from neonpro_backup.audit_heads; insert into neonpro_backup.audit_heads table neonpro_backup.saved_heads`,
    )
    assert.deepEqual(await found(plane), [], `after ${name}`)
  }
})

test('in closed segments the forger who makes the whole chain anew is found too', async () => {
  const cases: ReadonlyArray<readonly [name: string, sql: string, expected: RegExp]> = [
    ['edit', EDIT, /3 SEGMENT_DIFFERS/],
    ['removal', REMOVE, /3 SEGMENT_DIFFERS.*6 SEGMENT_AHEAD/s],
    ['insertion', INSERT, /4 SEGMENT_DIFFERS/],
    ['swap', SWAP, /3 SEGMENT_DIFFERS/],
    ['cut tail', CUT, /6 SEGMENT_AHEAD/],
    ['everything gone', 'delete from neonpro_backup.audit_entries', /1 SEGMENT_AHEAD/],
  ]
  await using plane = await controlPlane()
  await actions(plane.parts.audit, 6)
  await closeAuditSegments(plane.parts)
  await plane.parts.catalog.queue.executeSql(
    'create table neonpro_backup.saved_entries as table neonpro_backup.audit_entries; create table neonpro_backup.saved_heads as table neonpro_backup.audit_heads',
  )
  for (const [name, sql, expected] of cases) {
    await plant(plane.parts.catalog, sql)
    await rechain(plane)
    const problems = await found(plane)
    assert.match(problems.join('\n'), expected, name)
    assert.ok(
      problems.every((problem) => problem.includes('SEGMENT')),
      `${name}: the chain itself is whole: ${problems.join()}`,
    )
    await plant(
      plane.parts.catalog,
      `delete from neonpro_backup.audit_entries; insert into neonpro_backup.audit_entries table neonpro_backup.saved_entries; delete from neonpro_backup.audit_heads; insert into neonpro_backup.audit_heads table neonpro_backup.saved_heads`,
    )
  }
  assert.deepEqual(await found(plane), [])
})

test('a segment that is gone from the repository, is damaged there, or is unknown to the database is named', async () => {
  await using plane = await controlPlane()
  const { parts, folder } = plane
  await actions(parts.audit, 3)
  await closeAuditSegments(parts)
  await actions(parts.audit, 2)
  await closeAuditSegments(parts)
  await using repository = await parts.repositories.first.open()
  const { records } = await listRecords(repository, { record: 'audit' })
  assert.deepEqual(
    records.map(({ document }) => document.subject),
    [`${parts.tenantId}/1`, `${parts.tenantId}/2`],
  )
  const file = path.join(folder, 'repository/audit', records[1]!.name)
  const bytes = fs.readFileSync(file)
  fs.rmSync(file)
  assert.deepEqual(await found(plane), ['5 SEGMENT_MISSING'])
  fs.writeFileSync(file, Buffer.concat([bytes.subarray(0, -1), Buffer.from([bytes.at(-1)! ^ 1])]))
  assert.deepEqual(await found(plane), ['5 SEGMENT_MISSING'])
  fs.writeFileSync(file, bytes)
  await plant(parts.catalog, 'delete from neonpro_backup.audit_segments where number = 2')
  assert.deepEqual(await found(plane), ['5 SEGMENT_UNKNOWN'])
  fs.renameSync(path.join(folder, 'repository'), path.join(folder, 'away'))
  await assert.rejects(verifyAudit(parts), 'a log that can not be compared is not called intact')
})

test('closing goes on where it was stopped: a reserved stretch is written again as it was, whoever writes it', async () => {
  await using plane = await controlPlane()
  const { parts, folder } = plane
  await actions(parts.audit, 4)
  fs.renameSync(path.join(folder, 'repository'), path.join(folder, 'away'))
  await assert.rejects(closeAuditSegments(parts))
  fs.renameSync(path.join(folder, 'away'), path.join(folder, 'repository'))
  await parts.catalog.db
    .insertInto('audit_segments')
    .values({
      tenant_id: parts.tenantId,
      number: 1,
      from_sequence: 1,
      to_sequence: 2,
      hash: (
        await parts.catalog.db
          .selectFrom('audit_entries')
          .select('hash')
          .where('sequence', '=', 2)
          .executeTakeFirstOrThrow()
      ).hash,
      record: '',
    })
    .execute()
  assert.deepEqual(await found(plane), [], 'a segment that is being closed is not missing')
  assert.equal(
    (await Promise.all([closeAuditSegments(parts), closeAuditSegments(parts)])).reduce((sum, each) => sum + each) >= 4,
    true,
  )
  const rows = await parts.catalog.db
    .selectFrom('audit_segments')
    .select(['number', 'from_sequence', 'to_sequence', 'record'])
    .orderBy('number')
    .execute()
  assert.deepEqual(
    rows.map((row) => [row.number, row.from_sequence, row.to_sequence, row.record !== '']),
    [
      [1, 1, 2, true],
      [2, 3, 4, true],
    ],
  )
  assert.deepEqual(await found(plane), [])
})

test('long stretches are closed in several records of bounded size', async () => {
  await using plane = await controlPlane()
  const { parts } = plane
  await parts.catalog.transaction(async (tx) => {
    for (let i = 0; i < 40; i += 1)
      await parts.audit.append(
        {
          actor: 'a',
          action: 'x',
          resource: 'y',
          result: 'SUCCESS',
          details: { text: Array.from({ length: 7 }, () => 'x'.repeat(4000)) },
        },
        tx,
      )
  })
  assert.equal(await closeAuditSegments(parts), 40)
  const rows = await parts.catalog.db
    .selectFrom('audit_segments')
    .select(['from_sequence', 'to_sequence'])
    .orderBy('number')
    .execute()
  assert.ok(rows.length >= 2)
  assert.deepEqual(await found(plane), [])
})

test('a backup or a restore never reads the segments, and verify does', async () => {
  await using plane = await controlPlane()
  const { parts, folder } = plane
  await actions(parts.audit, 3)
  await closeAuditSegments(parts)
  await using repository = await parts.repositories.first.open()
  assert.deepEqual(
    (await readHistory(repository)).allRecords.map(({ document }) => document.record),
    ['control-key'],
  )
  assert.deepEqual((await verifyRepository(repository)).problems, [])
  const [name] = fs.readdirSync(path.join(folder, 'repository/audit'))
  fs.appendFileSync(path.join(folder, 'repository/audit', name!), 'x')
  assert.deepEqual(
    (await verifyRepository(repository)).problems.map(({ object }) => object),
    [`audit/${name}`],
  )
})

test('a name is erased for good; the entries and their chain stay', async () => {
  await using plane = await controlPlane()
  const { parts } = plane
  await actions(parts.audit, 3)
  const labels = async () =>
    (await parts.catalog.db.selectFrom('audit_actors').select('label').orderBy('label').execute()).map(
      ({ label }) => label,
    )
  assert.deepEqual(await labels(), ['person-0', 'person-1', 'person-2'])
  assert.equal(
    await eraseActor(parts.catalog, parts.secrets.auditKey, { tenantId: parts.tenantId, id: 'person-1' }),
    true,
  )
  assert.equal(
    await eraseActor(parts.catalog, parts.secrets.auditKey, { tenantId: parts.tenantId, id: 'nobody' }),
    false,
  )
  await actions(parts.audit, 3)
  assert.deepEqual(await labels(), ['', 'person-0', 'person-2'])
  assert.deepEqual(await found(plane), [])
  assert.ok(!(await exportAudit(parts)).includes('person-1'))
})

test('the export verifies without database and key; each change of the file is found', async () => {
  await using plane = await controlPlane()
  const { parts } = plane
  assert.deepEqual((await verifyExport((await exportAudit(parts)).split('\n'))).entries, 0)
  await actions(parts.audit, 6)
  const text = await exportAudit(parts)
  const lines = text.trimEnd().split('\n')
  const verdict = await verifyExport(lines)
  assert.deepEqual(
    [verdict.isIntact, verdict.entries, verdict.from, verdict.to, verdict.head],
    [true, 6, 1, 6, (await verifyAudit(parts)).head],
  )
  const faults = async (changed: readonly string[]) => (await verifyExport(changed)).problems.map(({ what }) => what)
  assert.deepEqual(await faults(lines.with(3, lines[3]!.replace('"number":3', '"number":9'))), [AuditFault.EDITED])
  assert.ok((await faults(lines.toSpliced(3, 1))).includes(AuditFault.REMOVED))
  assert.ok((await faults(lines.toSpliced(3, 0, lines[3]!))).includes(AuditFault.INSERTED))
  assert.ok((await faults(lines.with(3, lines[4]!).with(4, lines[3]!))).length > 0)
  assert.deepEqual(await faults(lines.slice(0, -1)), [AuditFault.TAIL_REMOVED])
  assert.ok(
    (await faults([...lines, lines.at(-1)!.replace('"sequence":6', '"sequence":7')])).includes(AuditFault.INSERTED),
  )
  assert.ok((await faults(lines.with(2, 'no entry'))).includes(AuditFault.FOREIGN))
  assert.ok(
    (await faults(lines.with(0, lines[0]!.replace(/"previous":"00/, '"previous":"11')))).includes(AuditFault.EDITED),
  )
  await assert.rejects(verifyExport(lines.slice(1)))
})

test('a range by time is one stretch that begins with the hash before it', async () => {
  await using plane = await controlPlane()
  const { parts } = plane
  await actions(parts.audit, 5)
  const times = await parts.catalog.db.selectFrom('audit_entries').select('at').orderBy('sequence').execute()
  const verdict = await verifyExport((await exportAudit(parts, { from: times[4]!.at.toISOString() })).split('\n'))
  assert.deepEqual([verdict.isIntact, verdict.to], [true, 5])
  assert.ok(verdict.from > 1 || times[0]!.at.getTime() === times[4]!.at.getTime())
  assert.equal((await verifyExport((await exportAudit(parts, { from: '2999-01-01' })).split('\n'))).entries, 0)
  await assert.rejects(exportAudit(parts, { to: 'yesterday-ish' }))
})
