// Goal: the system lets go of what no policy keeps and of nothing else, and says why each point stays. Method:
// repositories full of snapshots of the past, random policies, pins and holds, against the model of
// test/harness/retention-model.ts; the repository itself is asked what is left.
import assert from 'node:assert/strict'
import fs from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import fc from 'fast-check'
import { sql } from 'kysely'
import type { RetentionPoint, RetentionPolicy } from '../../src/contracts/index.ts'
import type { ConfigSettings } from '../../src/contracts/system/index.ts'
import { readHistory, writeRecord } from '../../src/engine/index.ts'
import {
  applyRetention,
  pointIdOf,
  retentionConflicts,
  simulateRetention,
  syncPoints,
  verifyPoints,
  verifyWhenDue,
} from '../../src/services/execution/index.ts'
import { systemStatus } from '../../src/services/status/index.ts'
import { lookIntoRepository } from '../../src/services/status/second-copy.ts'
import { failsWith } from '../harness/refusal.ts'
import { backup, open, restored, type TestRepository, verified } from '../harness/repository.ts'
import { expectedKept, pointsBefore, policies } from '../harness/retention-model.ts'
import { addConfig } from '../harness/rows.ts'
import { inFirst, plantSnapshots, type TestSystem, testSystem } from '../harness/system.ts'
import { temporaryDirectory } from '../harness/temporary-directory.ts'

const DAY_MS = 86_400_000
const isLong = process.env['NEONPRO_TEST_LONG'] === '1'

async function left(repository: TestRepository): Promise<Set<string>> {
  await using opened = await open(repository)
  const { snapshots, rollbacks, problems } = await readHistory(opened)
  assert.deepEqual([rollbacks, problems], [[], []])
  return new Set(snapshots.map(({ name }) => name))
}

async function activePoints({
  parts,
}: TestSystem): Promise<Map<string, { reasons: readonly string[]; expiresAt: Date | null }>> {
  const rows = await parts.catalog.db
    .selectFrom('recovery_points')
    .select(['snapshot', 'kept_because', 'expires_at'])
    .where('removed_at', 'is', null)
    .execute()
  return new Map(
    rows.map(({ snapshot, kept_because, expires_at }) => [snapshot, { reasons: kept_because, expiresAt: expires_at }]),
  )
}

const days = (nowMs: number, ...ago: readonly number[]) => ago.map((each) => nowMs - each * DAY_MS)

test('each point stays or goes as the model says, whatever the policies, pins and holds; what goes is audited', async () => {
  // Just after a full hour two readings of the clock fall into different hours.
  const nowMs = Date.now()
  // No point is a whole number of days old: the retention reads the clock a moment later, and would find it too old.
  const newestMs = nowMs - DAY_MS / 48
  const asRetention = (policy: RetentionPolicy) =>
    ({ ...policy, custom: (policy.custom ?? []).filter(({ keep }) => keep !== 0) }) as ConfigSettings['retention']
  const plan = fc.record({
    first: pointsBefore(newestMs),
    second: pointsBefore(newestMs),
    policies: fc.tuple(policies, policies),
    pinned: fc.nat(59),
    held: fc.option(fc.constantFrom('first', 'second'), { nil: undefined }),
  })
  // The model counts periods in UTC.
  const inModelZone = { paths: ['/'], timezone: 'UTC' }
  await fc.assert(
    fc.asyncProperty(plan, async ({ first, second, policies: [one, two], pinned, held }) => {
      using base = temporaryDirectory()
      await using system = await testSystem({ folder: base.path })
      const [own, other] = [asRetention(one), asRetention(two)]
      const configs = [
        await addConfig(system.parts, { ...inModelZone, ...(own !== undefined && { retention: own }) }),
        await addConfig(system.parts, { ...inModelZone, ...(other !== undefined && { retention: other }) }),
      ]
      const planted = [first, second].flatMap((points, i) =>
        points.map((point) => ({
          configId: configs[i]!,
          source: ['first', 'second'][i]!,
          atMs: point.atMs,
          isGood: point.isGood,
        })),
      )
      const names = await plantSnapshots(system.repository, planted)
      const guarded = new Set<string>()
      {
        await using repository = await open(system.repository)
        const pin = names[pinned % Math.max(1, names.length)]
        if (pin !== undefined)
          await writeRecord(repository, { record: 'pin', subject: pin, by: 'test', value: { reason: '' } })
        if (pin !== undefined) guarded.add(pin)
        if (held !== undefined)
          await writeRecord(repository, {
            record: 'hold',
            subject: 'case',
            by: 'test',
            value: { snapshot: null, source: held, reason: '', until: null },
          })
        for (const [i, { source }] of planted.entries()) if (source === held) guarded.add(names[i]!)
      }
      const all = await left(system.repository)
      await syncPoints(inFirst(system.parts))
      const simulated = await simulateRetention(system.parts)
      assert.deepEqual(await left(system.repository), all, 'a simulation changes nothing')
      const applied = await applyRetention(system.parts)
      assert.deepEqual(applied, simulated)
      const expected = new Set([...all].filter((name) => !names.includes(name)))
      for (const [i, [points, policy]] of (
        [
          [first, own],
          [second, other],
        ] as const
      ).entries()) {
        const offset = i === 0 ? 0 : first.length
        const mine: RetentionPoint[] = points.map((point, at) => ({ ...point, id: names[offset + at]! }))
        for (const id of expectedKept(mine, policy as RetentionPolicy, nowMs)) expected.add(id)
        for (const { id } of mine) if (guarded.has(id)) expected.add(id)
      }
      assert.deepEqual(await left(system.repository), expected)
      assert.deepEqual(new Set((await activePoints(system)).keys()), expected)
      for (const { snapshot, isKept, reasons } of applied.points)
        assert.deepEqual([isKept, reasons.length > 0], [expected.has(snapshot), expected.has(snapshot)])
      assert.deepEqual(
        new Set(system.audited.map(({ action, resource }) => `${action} ${resource}`)),
        new Set([...all].filter((name) => !expected.has(name)).map((name) => `point.expire point:${pointIdOf(name)}`)),
      )
    }),
    // Each run makes a repository: to look for a smaller example would take longer than the file may.
    { numRuns: isLong ? 40 : 3, endOnFailure: true },
  )
})

test('removed and disabled configurations expire nothing; a new one of the same name leaves the old points alone', async () => {
  using base = temporaryDirectory()
  await using system = await testSystem({ folder: base.path })
  const settings = { paths: ['/'], retention: { last: 1 } }
  const removed = await addConfig(system.parts, { ...settings, name: 'clinic', removedAt: new Date() })
  const disabled = await addConfig(system.parts, { ...settings, name: 'paused', enabled: false })
  const live = await addConfig(system.parts, { ...settings, name: 'clinic' })
  const nowMs = Date.now()
  const of = (configId: string, source: string, ago: number) => ({
    configId,
    source,
    atMs: nowMs - ago * DAY_MS,
    isGood: true,
  })
  const names = await plantSnapshots(system.repository, [
    of(removed, 'clinic', 40),
    of(removed, 'clinic', 30),
    of(disabled, 'paused', 20),
    of(disabled, 'paused', 10),
    of(live, 'clinic', 5),
    of(live, 'clinic', 4),
  ])
  await syncPoints(inFirst(system.parts))
  const { points } = await applyRetention(system.parts)
  assert.deepEqual(
    points.filter(({ isKept }) => !isKept).map(({ snapshot }) => snapshot),
    [names[4]],
  )
  assert.deepEqual((await activePoints(system)).get(names[0]!)?.reasons, ['no policy'])
  const named = await applyRetention(system.parts, disabled)
  assert.deepEqual(
    named.points.filter(({ isKept }) => !isKept).map(({ snapshot }) => snapshot),
    [names[2]],
  )
  for (const id of [removed, 'latest', "' or 1=1"]) {
    await assert.rejects(applyRetention(system.parts, id), failsWith('CONFIG_NOT_FOUND'))
    await assert.rejects(simulateRetention(system.parts, { configId: id }), failsWith('CONFIG_NOT_FOUND'))
  }
})

test('the newest good point of a source stays though newer ones are incomplete; a restore under way holds its point; an age says when a point goes', async () => {
  using base = temporaryDirectory()
  await using system = await testSystem({ folder: base.path })
  const config = await addConfig(system.parts, { paths: ['/'], retention: 30 })
  const atMs = days(Date.now(), 100, 90, 60, 50, 3)
  const names = await plantSnapshots(
    system.repository,
    atMs.map((at, i) => ({ configId: config, source: 'clinic', atMs: at, isGood: i < 2 })),
  )
  await syncPoints(inFirst(system.parts))
  await system.parts.catalog.db
    .insertInto('recovery_requests')
    .values({
      id: pointIdOf('a'.repeat(64)),
      tenant_id: system.parts.tenantId,
      point_id: pointIdOf(names[2]!),
      type: 'FULL_RESTORE',
      options: '{}',
      requested_by: 'test',
      state: 'RUNNING',
    })
    .execute()
  const { points } = await applyRetention(system.parts, config)
  const reasons = new Map(points.map(({ snapshot, reasons: why }) => [snapshot, why]))
  assert.deepEqual(
    names.map((name) => reasons.get(name)),
    [[], ['last good'], ['being restored'], [], ['within 30 days']],
  )
  const kept = await activePoints(system)
  assert.deepEqual(
    [kept.get(names[4]!)?.expiresAt?.getTime(), kept.get(names[1]!)?.expiresAt],
    [atMs[4]! + 30 * DAY_MS, null],
  )
  const strict = await simulateRetention(system.parts, { configId: config, policy: { last: 1 } })
  assert.deepEqual(
    strict.points.filter(({ isKept }) => isKept).map(({ snapshot, reasons: why }) => [snapshot, why]),
    [
      [names[4], ['newest']],
      [names[2], ['being restored']],
      [names[1], ['last 1/1', 'last good']],
    ],
  )
})

test('what is forgotten gives its room back, and the rest restores whole', async () => {
  using base = temporaryDirectory()
  await using system = await testSystem({ folder: base.path })
  const config = await addConfig(system.parts, { paths: ['/'], retention: { last: 1 } })
  const source = path.join(base.path, 'source')
  fs.mkdirSync(source)
  const made: string[] = []
  for (let i = 0; i < 3; i += 1) {
    fs.writeFileSync(path.join(source, 'data'), Buffer.alloc(400_000, `content ${i} ${'x'.repeat(i * 7)}`))
    made.push((await backup(system.repository, source, { tags: [`config:${config}`] })).snapshot)
  }
  const packs = () =>
    fs.readdirSync(path.join(system.repository.folder, 'packs'), { recursive: true, encoding: 'utf8' }).length
  const before = packs()
  await applyRetention(system.parts)
  assert.ok(packs() < before)
  assert.deepEqual(await verified(system.repository), [made[2]])
  assert.equal((await restored(system.repository, base.path, { snapshot: made[2]!, source })).size, 1)
})

test('what went before the clean-up failed, or was stopped, is audited and gone from the points all the same', async () => {
  using base = temporaryDirectory()
  await using system = await testSystem({ folder: base.path })
  const { parts } = system
  const config = await addConfig(parts, { paths: ['/'], retention: { last: 1 } })
  const plant = (...ages: number[]) =>
    plantSnapshots(
      system.repository,
      days(Date.now(), ...ages).map((atMs) => ({ configId: config, source: 'clinic', atMs, isGood: true })),
    )
  const expired = () => system.audited.flatMap(({ action, resource }) => (action === 'point.expire' ? [resource] : []))
  const points = (names: readonly string[]) => names.map((name) => `point:${pointIdOf(name)}`)
  const names = await plant(3, 2, 1)
  await syncPoints(inFirst(parts))
  const folder = path.join(system.repository.folder, 'packs')
  const away = path.join(base.path, 'packs')
  fs.renameSync(folder, away)
  await assert.rejects(applyRetention(parts))
  fs.renameSync(away, folder)
  assert.deepEqual(new Set(expired()), new Set(points(names.slice(0, 2))))
  assert.deepEqual(
    [...(await activePoints(system)).keys()].filter((name) => names.includes(name)),
    names.slice(2),
  )
  await applyRetention(parts)
  assert.equal(expired().length, 2, 'told once')
})

test('a snapshot that can not be read forgets nothing', async () => {
  using base = temporaryDirectory()
  await using system = await testSystem({ folder: base.path })
  const config = await addConfig(system.parts, { paths: ['/'], retention: { last: 1 } })
  const names = await plantSnapshots(
    system.repository,
    days(Date.now(), 3, 2, 1).map((atMs) => ({ configId: config, source: 'clinic', atMs, isGood: true })),
  )
  await syncPoints(inFirst(system.parts))
  fs.appendFileSync(path.join(system.repository.folder, 'snapshots', names[2]!), 'x')
  await assert.rejects(applyRetention(system.parts), failsWith('DAMAGED'))
  assert.equal(fs.readdirSync(path.join(system.repository.folder, 'snapshots')).length, 4)
  assert.equal((await activePoints(system)).size, 4)
})

test("a policy that outlives the system's is said when it is saved", () => {
  const codes = (own: ConfigSettings['retention'], system: ConfigSettings['retention']) =>
    retentionConflicts(own, system, 'en').map(({ code, message }) => `${code} ${message}`)
  assert.deepEqual(codes({ daily: 7 }, 30), [])
  assert.deepEqual(codes({ yearly: 10 }, undefined), [])
  assert.deepEqual(codes(undefined, 30), [])
  assert.match(codes({ yearly: 10 }, 30)[0]!, /^RETENTION_CONFLICT .*yearly: 10.*30 days/)
  assert.match(
    codes({ custom: [{ pattern: 'first-of-month', keep: 'forever' }] }, { yearly: 5 })[0]!,
    /first-of-month: forever.*yearly: 5/,
  )
  assert.match(codes({ yearly: 'forever' }, { yearly: 5 })[0]!, /last-of-year: forever/)
  assert.match(retentionConflicts({ yearly: 10 }, 30, 'pt-BR')[0]!.message, /política do sistema/)
})

test('points whose every byte was read are proven; those that damage hits are not', async () => {
  using base = temporaryDirectory()
  await using system = await testSystem({ folder: base.path })
  const made: string[] = []
  for (const name of ['one', 'two']) {
    const source = path.join(base.path, name)
    fs.mkdirSync(source)
    fs.writeFileSync(path.join(source, 'data'), Buffer.alloc(50_000, name))
    made.push((await backup(system.repository, source, { source: name })).snapshot)
  }
  await syncPoints(inFirst(system.parts))
  const states = async () =>
    Object.fromEntries(
      (await system.parts.catalog.db.selectFrom('recovery_points').select(['snapshot', 'state']).execute()).map(
        ({ snapshot, state }) => [made.indexOf(snapshot), state],
      ),
    )
  assert.deepEqual((await verifyPoints(inFirst(system.parts))).problems, [])
  assert.deepEqual(await states(), { 0: 'VERIFIED', 1: 'VERIFIED' })
  // The newest data pack is that of the second source.
  const packs = fs
    .readdirSync(path.join(system.repository.folder, 'packs'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name))
  const newest = packs
    .filter((file) => fs.readFileSync(file)[8] === 1)
    .sort((a, b) => fs.statSync(b).mtimeMs - fs.statSync(a).mtimeMs)[0]!
  const bytes = fs.readFileSync(newest)
  bytes[150]! ^= 1
  fs.writeFileSync(newest, bytes)
  assert.deepEqual(
    (await verifyPoints(inFirst(system.parts))).hits.map(({ snapshot }) => snapshot),
    [made[1]],
  )
  assert.deepEqual(await states(), { 0: 'VERIFIED', 1: 'BACKED_UP' })
})

// One value for each would be more than a statement may have.
test('70,000 points are proven at once', async () => {
  using base = temporaryDirectory()
  await using system = await testSystem({ folder: base.path })
  const { catalog, tenantId } = system.parts
  const repository = system.parts.repositories.first
  await plantSnapshots(system.repository, [{ source: 'a', atMs: Date.parse('2026-01-01'), isGood: true }])
  await sql`insert into neonpro_backup.recovery_points (id, tenant_id, repository_id, snapshot, source, created_at, type, is_complete)
    select gen_random_uuid(), ${tenantId}::uuid, ${repository.rowId}::uuid, n::text, 'a', now(), 'FULL', true from generate_series(1, 70000) n`.execute(
    catalog.db,
  )
  await verifyPoints(inFirst(system.parts))
  const states = await catalog.db
    .selectFrom('recovery_points')
    .select(['state', ({ fn }) => fn.countAll<number>().as('count')])
    .groupBy('state')
    .execute()
  assert.deepEqual(states, [{ state: 'VERIFIED', count: 70_000 }])
})

test('every stored byte is read once a week, by whoever comes first, and damage is an alarm', async () => {
  using folder = temporaryDirectory()
  await using system = await testSystem({ folder: folder.path })
  const { parts } = system
  await plantSnapshots(system.repository, [{ source: 'a', atMs: Date.parse('2026-01-01'), isGood: true }])
  const aWeekAgo = JSON.stringify({ atMs: Date.now() - 8 * 24 * 3600 * 1000 })
  const makeOld = () =>
    parts.catalog.db.updateTable('settings').set({ value: aWeekAgo }).where('name', '=', 'points.verified-at').execute()
  const alarms = async () =>
    (await parts.catalog.db.selectFrom('alerts').select(['type', 'state']).execute()).map(
      ({ type, state }) => `${type} ${state}`,
    )
  assert.equal(await verifyWhenDue(parts), false, 'the first look begins the week')
  assert.equal(await verifyWhenDue(parts), false)
  await parts.catalog.db
    .updateTable('settings')
    .set({ value: JSON.stringify({ atMs: Date.now() + 400 * 24 * 3600 * 1000 }) })
    .where('name', '=', 'points.verified-at')
    .execute()
  assert.equal(await verifyWhenDue(parts), true, 'a clock that was ahead puts it off for no year')
  await makeOld()
  assert.deepEqual((await Promise.all([verifyWhenDue(parts), verifyWhenDue(parts)])).sort(), [false, true])
  assert.deepEqual(await alarms(), [])
  const pack = fs
    .readdirSync(path.join(system.repository.folder, 'packs'), { recursive: true, withFileTypes: true })
    .find((entry) => entry.isFile())!
  const file = path.join(pack.parentPath, pack.name)
  const bytes = fs.readFileSync(file)
  bytes[bytes.length >> 1]! ^= 1
  fs.writeFileSync(file, bytes)
  await makeOld()
  assert.equal(await verifyWhenDue(parts), true)
  assert.deepEqual(await alarms(), ['VERIFY_FAILED FIRING'])
})

test('a status names the point whose clock was behind, and not those that came before it', async () => {
  await using system = await testSystem()
  const planted = [3, 2, 20, 1].map((days) => ({
    source: 'test',
    atMs: Date.now() - days * DAY_MS,
    isGood: true,
    follows: true,
  }))
  const names = await plantSnapshots(system.repository, planted)
  await syncPoints(inFirst(system.parts))
  const { datedAhead, datedBehind } = await systemStatus(system.parts)
  assert.deepEqual([datedAhead, datedBehind.map(({ snapshot }) => snapshot)], [[], [names[2]]])
  // A history that is too long to be read in time takes away what dates hang on it alone.
  const late = new AbortController()
  const repository = system.parts.repositories.first
  const slow = {
    ...repository,
    open: async (signal?: AbortSignal) => {
      const opened = await repository.open(signal)
      const list = opened.store.list.bind(opened.store)
      const value: typeof list = (prefix, options) => {
        if (prefix.startsWith('snapshots')) late.abort()
        return list(prefix, options)
      }
      Object.defineProperty(opened.store, 'list', { value })
      return opened
    },
  }
  const look = await lookIntoRepository({ ...system.parts, repository: slow as typeof repository }, late.signal)
  assert.deepEqual([look.repositoryError, look.odd], [null, undefined])
})
