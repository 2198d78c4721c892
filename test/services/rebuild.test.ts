/** The database is deleted; the repository alone gives everything back, and nothing that was removed. */
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import {
  changeKeyring,
  forgetSnapshots,
  type Kek,
  listRecords,
  putRecord,
  Repository,
  readHistory,
  writeRecord,
} from '../../src/engine/index.ts'
import { dueTimesBetween, nextDueAt, scheduledRunId } from '../../src/jobs/index.ts'
import { isoTime } from '../../src/kernel/clock.ts'
import { closeAuditSegments, verifyAudit } from '../../src/services/audit/index.ts'
import { sourcePurpose, targetPurpose } from '../../src/services/control-key/index.ts'
import type { SystemParts } from '../../src/services/index.ts'
import { rebuildSystem } from '../../src/services/rebuild/index.ts'
import { recordConfig, retryRecords } from '../../src/services/records/index.ts'
import { openRepositoryAccess } from '../../src/system/repository-access.ts'
import { actions, type ControlPlane, controlPlane, DATABASE_URL, SETTINGS } from '../harness/control-plane.ts'
import { failsWith } from '../harness/refusal.ts'
import { backup, localStore, rawKey, sampleTree } from '../harness/repository.ts'
import { addConfig } from '../harness/rows.ts'
import { seededRandom } from '../harness/seeded-random.ts'
import { temporaryDirectory } from '../harness/temporary-directory.ts'

const DAY_MS = 86_400_000

function lastDue(): number {
  const now = Date.now()
  return dueTimesBetween(
    SETTINGS.schedule,
    { timezone: SETTINGS.timezone, createdAtMs: 0, afterMs: now - DAY_MS },
    { untilMs: now, limit: 1 },
  ).times.at(-1)!
}

/** Everything that has to come back, as it is shown. */
async function viewOf({ catalog, secrets }: ControlPlane['parts']) {
  const all = async (
    table:
      | 'configs'
      | 'runs'
      | 'recovery_points'
      | 'protections'
      | 'audit_entries'
      | 'audit_segments'
      | 'due_times'
      | 'run_days',
    order: string,
  ) =>
    (await catalog.queue.executeSql(`select * from neonpro_backup.${table} order by ${order}`)).rows as Array<
      Record<string, unknown>
    >
  const live = (await all('configs', 'name')).filter((row) => row['removed_at'] === null)
  return {
    configs: live,
    sources: live.map((row) =>
      row['source_sealed'] ? secrets.open(row['source_sealed'] as Buffer, sourcePurpose(String(row['id']))) : null,
    ),
    runs: await all('runs', 'id'),
    days: await all('run_days', 'day, config_id, state'),
    due: await all('due_times', 'config_id'),
    points: (await all('recovery_points', 'snapshot')).map(({ repository_id: _, ...row }) => row),
    protections: (await all('protections', 'record, subject')).map(({ repository_id: _, ...row }) => row),
    audit: (await all('audit_entries', 'sequence')).slice(0, 5),
    segments: (await all('audit_segments', 'number')).map(({ closed_at: _, ...row }) => row),
  }
}

interface Made {
  readonly ids: Readonly<Record<'clinic' | 'photos' | 'old', string>>
  readonly snapshots: readonly string[]
  /** The schedule's newest due time: of the scheduled run. */
  readonly dueMs: number
}

/**
 * A system with a history: configurations changed and removed, runs, a pin, a lifted pin, a hold, a forgotten point, a
 * closed audit log.
 */
async function live({ parts, folder, keks }: ControlPlane): Promise<Made> {
  const source = path.join(folder, 'source')
  fs.mkdirSync(source)
  sampleTree(source, seededRandom(1))
  const ids = {
    clinic: await addConfig(parts, { ...SETTINGS, name: 'clinic', source: DATABASE_URL }),
    photos: await addConfig(parts, { ...SETTINGS, name: 'photos' }),
    old: await addConfig(parts, { ...SETTINGS, name: 'old' }),
  }
  await retryRecords(parts)
  await parts.catalog.db
    .updateTable('configs')
    .set({ name: 'images', enabled: false, generation: 2 })
    .where('id', '=', ids.photos)
    .execute()
  await parts.catalog.db
    .updateTable('configs')
    .set({ generation: 2, removed_at: new Date('2026-11-24T03:00:00Z') })
    .where('id', '=', ids.old)
    .execute()
  await retryRecords(parts)
  const dueMs = lastDue()
  const repositoryFolder = {
    folder: path.join(folder, 'repository'),
    kek: keks[0]!,
    stateFolder: path.join(folder, 'state'),
  }
  const runs: ReadonlyArray<readonly [runId: string | undefined, configId: string | undefined]> = [
    [randomUUID(), ids.clinic],
    [scheduledRunId(ids.clinic, dueMs), ids.clinic],
    [randomUUID(), ids.old],
    [undefined, undefined],
    [randomUUID(), ids.photos],
  ]
  const snapshots: string[] = []
  for (const [runId, configId] of runs)
    snapshots.push(
      (
        await backup(repositoryFolder, source, {
          ...(runId && { runId }),
          tags: configId ? [`config:${configId}`] : [],
        })
      ).snapshot,
    )
  await using repository = await parts.repositories.first.open()
  await writeRecord(repository, {
    record: 'pin',
    subject: snapshots[0]!,
    by: 'maria',
    value: { reason: 'the good one' },
  })
  await writeRecord(repository, { record: 'pin', subject: snapshots[1]!, by: 'maria', value: { reason: 'a mistake' } })
  await writeRecord(repository, { record: 'pin', subject: snapshots[1]!, by: 'maria', value: null })
  await writeRecord(repository, {
    record: 'hold',
    subject: 'h1',
    by: 'law',
    value: { snapshot: null, source: 'test', reason: 'case 7', until: '2047-01-31T00:00:00.000Z' },
  })
  // A hold on the source forbids it; so the point that goes was forgotten before.
  await writeRecord(repository, { record: 'hold', subject: 'h1', by: 'law', value: null })
  await forgetSnapshots(repository, await readHistory(repository), { names: [snapshots[4]!], by: 'maria' })
  await writeRecord(repository, {
    record: 'hold',
    subject: 'h1',
    by: 'law',
    value: { snapshot: null, source: 'test', reason: 'case 7', until: '2047-01-31T00:00:00.000Z' },
  })
  await actions(parts.audit, 4)
  await closeAuditSegments(parts)
  // Fills points and runs as the running system keeps them.
  await rebuildSystem(parts)
  await closeAuditSegments(parts)
  return { ids, snapshots, dueMs }
}

/** The same repository with a new, empty database. */
function afterLoss(folder: string, keks: readonly Kek[]): Promise<ControlPlane> {
  return controlPlane({ folder, keks })
}

test('after the database is lost everything is back as it was, and a repetition changes nothing', async () => {
  using base = temporaryDirectory()
  const keks = [rawKey()]
  let before: Awaited<ReturnType<typeof viewOf>>
  let made: Made
  {
    await using plane = await controlPlane({ folder: base.path, keks })
    made = await live(plane)
    before = await viewOf(plane.parts)
    await actions(plane.parts.audit, 2, 'after the last segment')
  }
  await using plane = await afterLoss(base.path, keks)
  const { parts } = plane
  const summary = await rebuildSystem(parts, { by: 'maria' })
  assert.deepEqual(summary, { configs: 2, configsRemoved: 1, points: 4, runs: 3, pins: 1, holds: 1, auditEntries: 5 })
  const after = await viewOf(parts)
  assert.deepEqual(after, before)
  assert.deepEqual(
    after.configs.map(({ name, enabled, generation }) => [name, enabled, generation]),
    [
      ['clinic', true, 1],
      ['images', false, 2],
    ],
  )
  assert.deepEqual(after.sources, [DATABASE_URL, null])
  assert.deepEqual(after.runs.map(({ state, trigger }) => [state, trigger]).sort(), [
    ['COMPLETED', 'MANUAL'],
    ['COMPLETED', 'MANUAL'],
    ['COMPLETED', 'SCHEDULED'],
  ])
  assert.equal(
    after.days.reduce((sum, { count }) => sum + Number(count), 0),
    3,
  )
  assert.deepEqual(
    after.runs.filter(({ trigger }) => trigger === 'SCHEDULED').map((row) => (row['due_at'] as Date).getTime()),
    [made.dueMs],
  )
  assert.deepEqual(
    after.due.map(({ config_id: id, due_at: at, state }) => [id, (at as Date).getTime(), state]),
    [
      [
        made.ids.clinic,
        nextDueAt(SETTINGS.schedule, { timezone: SETTINGS.timezone, createdAtMs: 0, afterMs: made.dueMs }),
        'WAITING',
      ],
    ],
    'the disabled one waits for nothing',
  )
  const removed = await parts.catalog.db
    .selectFrom('configs')
    .select(['id', 'name', 'removed_at'])
    .where('removed_at', 'is not', null)
    .execute()
  assert.deepEqual(removed, [{ id: made.ids.old, name: 'old', removed_at: new Date('2026-11-24T03:00:00Z') }])
  assert.ok(!after.points.some(({ snapshot }) => snapshot === made.snapshots[4]), 'the forgotten point stays forgotten')

  const verdict = await verifyAudit(parts)
  assert.deepEqual([verdict.isIntact, verdict.entries], [true, 6], 'the five that were closed, and the rebuild itself')
  assert.deepEqual(await rebuildSystem(parts), summary)
  assert.deepEqual(await viewOf(parts), after)
  assert.equal((await verifyAudit(parts)).entries, 6)

  // The log goes on: the same people under the same pseudonyms, the next segment after the last.
  await actions(parts.audit, 4)
  assert.equal(await closeAuditSegments(parts), 5)
  assert.deepEqual((await verifyAudit(parts)).problems, [])
  const actors = await parts.catalog.queue.executeSql(
    "select entry_json ->> 'actor' as actor, count(*)::int as acts from neonpro_backup.audit_entries where entry_json ->> 'action' = 'config.update' group by 1",
  )
  assert.deepEqual((actors.rows as Array<{ acts: number }>).map(({ acts }) => acts).sort(), [2, 2, 4])

  // It was let go for another, by a clock that was ahead, and is the system's again.
  const { db } = parts.catalog
  const other = { id: randomUUID(), tenant_id: parts.tenantId, location: '/gone', repository_id: 'f'.repeat(32) }
  await db
    .insertInto('repositories')
    .values({ ...other, last_seen_at: new Date('2047-01-31') })
    .execute()
  const points = () =>
    db.selectFrom('recovery_points').select('snapshot').where('removed_at', 'is', null).orderBy('snapshot').execute()
  const active = await points()
  await db.updateTable('recovery_points').set({ removed_at: new Date(), repository_id: other.id }).execute()
  await rebuildSystem(parts)
  assert.deepEqual(await points(), active)
  const newest = () =>
    db.selectFrom('repositories').select('id').orderBy('last_seen_at', 'desc').executeTakeFirstOrThrow()
  assert.equal((await newest()).id, parts.repositories.first.rowId)
  const { location, stateDirectory } = parts.repositories.first
  await openRepositoryAccess(parts.catalog, { location, keks, stateDirectory })
  assert.equal((await newest()).id, parts.repositories.first.rowId, 'seen today, it stays the newest')
})

test('any key of the repository is enough, and the control key is then wrapped for it', async () => {
  using base = temporaryDirectory()
  const [daily, rescue] = [rawKey(), rawKey()]
  {
    await using plane = await controlPlane({ folder: base.path, keks: [daily] })
    await recordConfig(plane.parts, await addConfig(plane.parts, { name: 'clinic', source: DATABASE_URL }))
    await using repository = await plane.parts.repositories.first.open()
    await changeKeyring(repository.store, repository.keys, {
      add: { kek: rescue, label: 'rescue' },
      keks: [daily],
      now: isoTime(0),
    })
  }
  await using plane = await afterLoss(base.path, [rescue])
  await rebuildSystem(plane.parts)
  assert.deepEqual((await viewOf(plane.parts)).sources, [DATABASE_URL])
})

/** A restore into a source, of a point of the system's own. */
async function requestInto(
  { catalog, tenantId, repositories: { first: repository }, secrets }: SystemParts,
  secret: string,
): Promise<string> {
  const [pointId, id] = [randomUUID(), randomUUID()]
  const point = { snapshot: '00', source: 's', created_at: new Date(), type: 'FULL', is_complete: true }
  await catalog.db
    .insertInto('recovery_points')
    .values({ id: pointId, tenant_id: tenantId, repository_id: repository.rowId, ...point })
    .execute()
  const sealed = secrets.seal(secret, targetPurpose(id)).toString('hex')
  const options = JSON.stringify({ target: { kind: 'TOY', label: 'toy', settings: {}, sealed } })
  await catalog.db
    .insertInto('recovery_requests')
    .values({ id, tenant_id: tenantId, point_id: pointId, type: 'FULL_RESTORE', options, requested_by: 'test' })
    .execute()
  return id
}

test('a database that has other configurations is refused and stays as it is; asked for, they are kept beside the rebuilt ones', async () => {
  using base = temporaryDirectory()
  const keks = [rawKey()]
  {
    await using plane = await controlPlane({ folder: base.path, keks })
    await recordConfig(plane.parts, await addConfig(plane.parts, { name: 'clinic', source: DATABASE_URL }))
  }
  await using plane = await afterLoss(base.path, keks)
  const { parts } = plane
  await addConfig(parts, { name: 'other', source: 'postgres://other:pw@db/other' })
  const requestId = await requestInto(parts, 'hunter2')
  await assert.rejects(rebuildSystem(parts), failsWith('DATABASE_NOT_EMPTY', { what: 'other' }))
  assert.deepEqual((await viewOf(parts)).sources, ['postgres://other:pw@db/other'])
  await rebuildSystem(parts, { force: true })
  assert.deepEqual((await viewOf(parts)).sources, [DATABASE_URL, 'postgres://other:pw@db/other'])
  const request = await parts.catalog.db.selectFrom('recovery_requests').select('options').executeTakeFirstOrThrow()
  const { target } = request.options as { target: { kind: string; sealed: string } }
  const secret = parts.secrets.open(Buffer.from(target.sealed, 'hex'), targetPurpose(requestId))
  assert.deepEqual([target.kind, secret], ['TOY', 'hunter2'])

  await using third = await afterLoss(base.path, keks)
  await addConfig(third.parts, { name: 'clinic' })
  await assert.rejects(rebuildSystem(third.parts, { force: true }), failsWith('CONFIG_EXISTS'))
})

test('an audit log that began by itself is never replaced, asked or not', async () => {
  using base = temporaryDirectory()
  const keks = [rawKey()]
  {
    await using plane = await controlPlane({ folder: base.path, keks })
    await actions(plane.parts.audit, 3)
    await closeAuditSegments(plane.parts)
  }
  await using plane = await afterLoss(base.path, keks)
  await actions(plane.parts.audit, 1, 'elsewhere')
  for (const force of [false, true])
    await assert.rejects(rebuildSystem(plane.parts, { force }), failsWith('DATABASE_NOT_EMPTY'))
})

test('a record that can not be believed may be a removal: the rebuild is refused unless it is asked for', async () => {
  using base = temporaryDirectory()
  const keks = [rawKey()]
  {
    await using plane = await controlPlane({ folder: base.path, keks })
    await live(plane)
  }
  const records = path.join(base.path, 'repository/audit')
  await using repository = await Repository.open(localStore(path.join(base.path, 'repository')), keks)
  const audit = (await listRecords(repository, { record: 'audit' })).records[1]!
  const bytes = fs.readFileSync(path.join(records, audit.name))
  fs.writeFileSync(path.join(records, audit.name), bytes.subarray(0, -1))
  await using plane = await afterLoss(base.path, keks)
  await assert.rejects(rebuildSystem(plane.parts), failsWith('DAMAGED'))
  assert.equal(
    (await plane.parts.catalog.db.selectFrom('configs').select('id').execute()).length,
    0,
    'nothing is half rebuilt',
  )
  assert.equal((await rebuildSystem(plane.parts, { force: true })).auditEntries, 4)

  fs.rmSync(path.join(records, (await listRecords(repository, { record: 'audit' })).records[0]!.name))
  fs.writeFileSync(path.join(records, audit.name), bytes)
  await using third = await afterLoss(base.path, keks)
  await assert.rejects(rebuildSystem(third.parts), failsWith('DAMAGED'), 'a missing segment is told')
})

test('of two live configurations of one name the newer keeps it; the older runs nothing until somebody has looked', async () => {
  using base = temporaryDirectory()
  const keks = [rawKey()]
  {
    await using plane = await controlPlane({ folder: base.path, keks })
    const { parts } = plane
    const older = await addConfig(parts, { name: 'clinic' })
    await recordConfig(parts, older)
    // Removed while the repository was away, and the database was lost before the removal could be recorded.
    await parts.catalog.db
      .updateTable('configs')
      .set({ generation: 2, removed_at: new Date() })
      .where('id', '=', older)
      .execute()
    await recordConfig(parts, await addConfig(parts, { name: 'clinic', source: DATABASE_URL }))
  }
  await using plane = await afterLoss(base.path, keks)
  await rebuildSystem(plane.parts)
  const { configs, sources } = await viewOf(plane.parts)
  assert.deepEqual(
    configs.map(({ enabled }) => enabled),
    [true, false],
  )
  assert.deepEqual([configs[0]!['name'], sources[0]], ['clinic', DATABASE_URL])
  assert.match(String(configs[1]!['name']), /^clinic \([0-9a-f]{8}\)$/)
  assert.deepEqual((await retryRecords(plane.parts)).recorded, 1, 'what it has become is recorded')
})

test('whatever the order and number of records, the highest generation counts', async () => {
  using base = temporaryDirectory()
  const keks = [rawKey()]
  await using plane = await controlPlane({ folder: base.path, keks })
  const id = await addConfig(plane.parts, { name: 'clinic' })
  await recordConfig(plane.parts, id)
  await using repository = await plane.parts.repositories.first.open()
  const value = (await listRecords(repository, { record: 'configuration' })).records[0]!.document.value!
  const put = (generation: number, name: string | null) =>
    putRecord(repository, {
      record: 'configuration',
      subject: id,
      generation,
      at: '2026-01-01T00:00:00.000Z',
      by: 'x',
      value: name === null ? null : { ...value, name },
    })
  await put(5, null)
  await put(3, 'three')
  await put(4, 'four')
  await put(5, null)
  const names = async () => {
    await using fresh = await afterLoss(base.path, keks)
    await rebuildSystem(fresh.parts)
    return (await fresh.parts.catalog.db.selectFrom('configs').select(['name', 'removed_at']).execute()).map(
      ({ name, removed_at }) => `${name} ${removed_at !== null}`,
    )
  }
  assert.deepEqual(await names(), ['four true'])
  await put(6, 'again')
  assert.deepEqual(await names(), ['again false'])
})

test('what came due while there was no database is caught up; a schedule that can not be read stops nothing', async () => {
  using base = temporaryDirectory()
  const keks = [rawKey()]
  await using plane = await controlPlane({ folder: base.path, keks })
  const ids = [await addConfig(plane.parts, { name: 'daily' }), await addConfig(plane.parts, { name: 'odd' })]
  await plane.parts.catalog.db
    .updateTable('configs')
    .set({ updated_at: new Date('2026-01-01T12:00:00Z'), created_at: new Date('2026-01-01T12:00:00Z') })
    .execute()
  await plane.parts.catalog.db
    .updateTable('configs')
    .set({ settings: JSON.stringify({ ...SETTINGS, timezone: 'Atlantis/Center' }) })
    .where('id', '=', ids[1]!)
    .execute()
  await retryRecords(plane.parts)
  await using fresh = await afterLoss(base.path, keks)
  assert.equal((await rebuildSystem(fresh.parts)).configs, 2)
  const due = await fresh.parts.catalog.db.selectFrom('due_times').select(['config_id', 'due_at']).execute()
  assert.deepEqual(due, [{ config_id: ids[0], due_at: new Date('2026-01-02T05:00:00Z') }])
})
