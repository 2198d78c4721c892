// Goal: a claimed run becomes one snapshot, one point and one end, whoever is killed meanwhile; every option of its
// configuration has its effect. Method: claims by the scheduler's own functions on an embedded database, real processes
// and repositories; children and parents are killed at random moments.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import fs from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { DEFAULT_TENANT_ID } from '../../src/catalog/index.ts'
import type { RunView, StoredSettings } from '../../src/contracts/system/index.ts'
import { forgetSnapshots, readHistory, type SnapshotEntry } from '../../src/engine/index.ts'
import { IndexClass, openIndex } from '../../src/engine/snapshot/index.ts'
import { isBackupError } from '../../src/kernel/backup-error.ts'
import { carryOutRun, checkPaths, checkSource, pointIdOf } from '../../src/services/execution/index.ts'
import type { SystemParts } from '../../src/services/index.ts'
import { getRecoveryPoints } from '../../src/services/recovery/index.ts'
import {
  claimRun,
  getRun,
  type RunClaim,
  releaseRun,
  requestRun,
  takeOverRuns,
} from '../../src/services/scheduling/index.ts'
import { directoryCatalog } from '../harness/catalog.ts'
import { engineChildren, engineStarted, killEngineChildren, pacedEngine } from '../harness/engine-children.ts'
import { failsWith } from '../harness/refusal.ts'
import { backup, lookAt, open, restored, sampleTree, type TestRepository, verified } from '../harness/repository.ts'
import { addConfig } from '../harness/rows.ts'
import { seededRandom, testSeed } from '../harness/seeded-random.ts'
import { type TestSystem, testSystem } from '../harness/system.ts'
import { temporaryDirectory } from '../harness/temporary-directory.ts'
import { until } from '../harness/until.ts'
import { systemOf } from './recovery-parent.ts'

const never = new AbortController().signal
const isLong = process.env['NEONPRO_TEST_LONG'] === '1'

async function claimed(parts: SystemParts, runId: string): Promise<RunClaim> {
  const outcome = await claimRun(parts, runId)
  assert.equal(outcome.kind, 'CLAIMED')
  return (outcome as { claim: RunClaim }).claim
}

/** One run of a configuration, from its request to its end. */
async function ran({ parts }: Pick<TestSystem, 'parts'>, configId: string): Promise<RunView> {
  const claim = await claimed(parts, await requestRun(parts, { configId, by: 'somebody' }))
  return await carryOutRun(parts, claim, { signal: never })
}

async function snapshotsOf(repository: TestRepository): Promise<readonly SnapshotEntry[]> {
  await using opened = await open(repository)
  const { snapshots, rollbacks, problems } = await readHistory(opened)
  assert.deepEqual([rollbacks, problems], [[], []])
  return snapshots
}

/** Text that the highest level takes its time for, in folders of its own: a run of it can be caught. */
function slowTree(folder: string, files: number): void {
  const random = seededRandom(7)
  const words = Array.from({ length: 3000 }, () => Math.floor(random() * 2 ** 40).toString(36))
  for (let i = 0; i < files; i += 1) {
    fs.mkdirSync(path.join(folder, `folder-${i}`), { recursive: true })
    fs.writeFileSync(
      path.join(folder, `folder-${i}/file`),
      Array.from({ length: 20_000 }, () => words[Math.floor(random() * words.length)]).join(' '),
    )
  }
}

const pathsIn = (folder: string) => [...lookAt(folder).keys()].filter((name) => name.includes('.')).sort()

test('a run ends with its snapshot, point, figures and audit entry, and the next one finds what has changed', async () => {
  using base = temporaryDirectory()
  await using system = await testSystem({ folder: base.path })
  const source = path.join(base.path, 'source')
  sampleTree(source, seededRandom(1))
  const configId = await addConfig(system.parts, { name: 'Clinic', paths: [source], tags: ['daily'] })
  const run = await ran(system, configId)
  assert.deepEqual([run.state, run.attempts, run.error, run.skipped], ['COMPLETED', 1, null, []])
  assert.deepEqual([run.stats?.filesNew, run.stats?.filesUnmodified], [13, 0])
  assert.ok(
    run.stats!.bytesProcessed > 300_000 &&
      run.stats!.bytesStored > 300_000 &&
      run.startedAt !== null &&
      run.durationMs !== null,
  )
  const [entry] = await snapshotsOf(system.repository)
  assert.deepEqual(
    [entry?.name, entry?.document.runId, entry?.document.source, entry?.document.tags, entry?.document.type],
    [run.snapshot, run.id, 'Clinic', ['daily', `config:${configId}`], 'FULL'],
  )
  assert.deepEqual(await restored(system.repository, base.path, { snapshot: run.snapshot!, source }), lookAt(source))
  const [point] = await getRecoveryPoints(system.parts, configId)
  assert.deepEqual(
    [point?.id, point?.runId, point?.configId, point?.state, point?.isComplete, point?.files, point?.keptBecause],
    [pointIdOf(run.snapshot!), run.id, configId, 'BACKED_UP', true, 13, ['no policy', 'last good']],
  )
  assert.deepEqual(
    system.audited.map(({ action, resource, result }) => [action, resource, result]),
    [['backup.finish', `run:${run.id}`, 'SUCCESS']],
  )
  fs.appendFileSync(path.join(source, 'a/file-0.txt'), 'more')
  const second = await ran(system, configId)
  assert.deepEqual([second.stats?.filesNew, second.stats?.filesChanged, second.stats?.filesUnmodified], [0, 1, 12])
  assert.equal((await getRecoveryPoints(system.parts)).length, 2)
})

test('a file that changes while it is read makes the run PARTIAL, and is named', async () => {
  using base = temporaryDirectory()
  await using system = await testSystem({ folder: base.path })
  const source = path.join(base.path, 'source')
  fs.mkdirSync(source)
  const file = path.join(source, 'moving.log')
  fs.writeFileSync(file, Buffer.alloc(30_000_000, 'line\n'))
  const writer = spawn(
    process.execPath,
    [
      '-e',
      "const fs=require('fs');const f=fs.openSync(process.argv[1],'a');for(;;){fs.writeSync(f,'x');Atomics.wait(new Int32Array(new SharedArrayBuffer(4)),0,0,1)}",
      file,
    ],
    { stdio: 'ignore' },
  )
  using pace = pacedEngine()
  try {
    const growing = async () => {
      const { size } = fs.statSync(file)
      await until('the file grows', () => fs.statSync(file).size > size)
    }
    await growing()
    const claim = await claimed(
      system.parts,
      await requestRun(system.parts, {
        configId: await addConfig(system.parts, { paths: [source], performance: { compressionLevel: 8 } }),
        by: 'somebody',
      }),
    )
    const work = carryOutRun(system.parts, claim, { signal: never })
    await until('it is being read', async () => (await getRun(system.parts, claim.runId)).progress?.bytesDone)
    await growing()
    pace.lift()
    const run = await work
    assert.deepEqual([run.state, run.skipped], ['PARTIAL', [{ path: file, reason: 'CHANGED_WHILE_READ' }]])
  } finally {
    writer.kill('SIGKILL')
  }
})

test('every option of a configuration has its effect', async () => {
  using base = temporaryDirectory()
  await using system = await testSystem({ folder: base.path })
  const source = path.join(base.path, 'source')
  slowTree(source, 4)
  const stored = async (settings: Partial<Omit<StoredSettings, 'source'>>, folder = source) => {
    const run = await ran(system, await addConfig(system.parts, { paths: [folder], ...settings }))
    return {
      bytes: run.stats!.bytesStored,
      names: [...(await restored(system.repository, base.path, { snapshot: run.snapshot!, source: folder })).keys()]
        .filter((name) => /\.[a-z]+$/.test(name))
        .sort(),
    }
  }
  // Each level stores data that no other has: the second copy would be found in the first.
  const copy = (name: string) => {
    const folder = path.join(base.path, name)
    fs.cpSync(source, folder, { recursive: true })
    for (const each of fs.readdirSync(folder))
      fs.writeFileSync(
        path.join(folder, each, 'file'),
        fs
          .readFileSync(path.join(folder, each, 'file'), 'utf8')
          .split(' ')
          .map((word) => `${word}${name}`)
          .join(' '),
      )
    return folder
  }
  const [fast, small] = [
    await stored({ performance: { compressionLevel: 1 } }, copy('q')),
    await stored({ performance: { compressionLevel: 9 } }, copy('z')),
  ]
  assert.ok(small.bytes < fast.bytes * 0.95, `level 9: ${small.bytes}, level 1: ${fast.bytes}`)
  const segments = async () => {
    await using repository = await open(system.repository)
    return (await openIndex(repository, IndexClass.DATA)).index.segmentCount
  }
  const counts = [await segments()]
  for (const [name, chunkSize] of [
    ['k', 65_536],
    ['m', 8_388_608],
  ] as const) {
    await stored({ performance: { chunkSize } }, copy(name))
    counts.push(await segments())
  }
  assert.ok(counts[1]! - counts[0]! > 3 * (counts[2]! - counts[1]!), `segments: ${counts.join(' ')}`)
  const mixed = path.join(base.path, 'mixed')
  fs.mkdirSync(path.join(mixed, 'sub'), { recursive: true })
  for (const [name, bytes] of [
    ['a.sql', 10],
    ['b.log', 10],
    ['sub/c.sql', 10],
    ['big.sql', 5000],
    ['old.sql', 10],
  ] as const)
    fs.writeFileSync(path.join(mixed, name), 'x'.repeat(bytes))
  fs.utimesSync(path.join(mixed, 'old.sql'), new Date('2020-01-01'), new Date('2020-01-01'))
  assert.deepEqual((await stored({ filters: { excludePatterns: ['*.log'] } }, mixed)).names, [
    '/a.sql',
    '/big.sql',
    '/old.sql',
    '/sub/c.sql',
  ])
  assert.deepEqual((await stored({ filters: { includePatterns: ['sub/**'] } }, mixed)).names, ['/sub/c.sql'])
  assert.deepEqual((await stored({ filters: { sizeLimit: 100, modifiedSince: '2024-01-01' } }, mixed)).names, [
    '/a.sql',
    '/b.log',
    '/sub/c.sql',
  ])
  assert.deepEqual(pathsIn(mixed), ['/a.sql', '/b.log', '/big.sql', '/old.sql', '/sub/c.sql'])
  const configId = await addConfig(system.parts, { paths: [mixed] })
  const types = ['FULL', 'INCREMENTAL', 'DIFFERENTIAL', 'FILES'] as const
  for (const type of types) {
    await system.parts.catalog.db
      .updateTable('configs')
      .set({
        settings: JSON.stringify({
          ...((
            await system.parts.catalog.db
              .selectFrom('configs')
              .select('settings')
              .where('id', '=', configId)
              .executeTakeFirstOrThrow()
          ).settings as object),
          type,
        }),
      })
      .where('id', '=', configId)
      .execute()
    await ran(system, configId)
  }
  const made = (await snapshotsOf(system.repository)).filter(({ document }) =>
    document.tags.includes(`config:${configId}`),
  )
  assert.deepEqual(
    made.map(({ document }) => document.type),
    ['FULL', 'INCREMENTAL', 'DIFFERENTIAL', 'INCREMENTAL'],
  )
  assert.equal(made[2]!.document.parent, made[0]!.name, 'a differential compares with the full one')
})

test('a run that was committed before its worker died is adopted, also when its point has been let go since', async () => {
  using base = temporaryDirectory()
  await using system = await testSystem({ folder: base.path })
  const source = path.join(base.path, 'source')
  sampleTree(source, seededRandom(1))
  const configId = await addConfig(system.parts, { name: 'Clinic', paths: [source] })
  const commit = async (claim: RunClaim) =>
    await backup(system.repository, source, { runId: claim.runId, source: claim.source, tags: [`config:${configId}`] })
  const first = await claimed(system.parts, await requestRun(system.parts, { configId, by: 'somebody' }))
  const { snapshot } = await commit(first)
  const run = await carryOutRun(system.parts, first, { signal: never })
  assert.deepEqual([run.state, run.snapshot, run.stats?.filesNew], ['COMPLETED', snapshot, 13])
  assert.deepEqual(
    (await snapshotsOf(system.repository)).map(({ name }) => name),
    [snapshot],
  )
  const second = await claimed(system.parts, await requestRun(system.parts, { configId, by: 'somebody' }))
  const gone = await commit(second)
  {
    await using repository = await open(system.repository)
    await forgetSnapshots(repository, await readHistory(repository), { names: [gone.snapshot], by: 'test' })
  }
  const late = await carryOutRun(system.parts, second, { signal: never })
  assert.deepEqual([late.state, late.snapshot, late.stats], ['COMPLETED', gone.snapshot, null])
  assert.deepEqual(
    (await getRecoveryPoints(system.parts)).map((point) => point.snapshot),
    [snapshot],
  )
})

test('stopped, a run writes a checkpoint and goes on later; one that was taken over has no effect', async () => {
  using base = temporaryDirectory()
  await using system = await testSystem({ folder: base.path })
  const source = path.join(base.path, 'source')
  slowTree(source, 24)
  const configId = await addConfig(system.parts, { paths: [source], performance: { compressionLevel: 9 } })
  const runId = await requestRun(system.parts, { configId, by: 'somebody' })
  const claim = await claimed(system.parts, runId)
  const stop = new AbortController()
  using pace = pacedEngine()
  const work = carryOutRun(system.parts, claim, { signal: stop.signal })
  await until('progress is told', async () => (await getRun(system.parts, runId)).progress?.bytesDone)
  stop.abort('SHUTDOWN')
  await assert.rejects(work, failsWith('ABORTED'))
  assert.deepEqual(
    [
      engineChildren(),
      fs.readdirSync(path.join(system.repository.folder, 'checkpoints')).length,
      (await getRun(system.parts, runId)).state,
    ],
    [[], 1, 'RUNNING'],
  )
  await releaseRun(system.parts, claim)
  const again = await claimed(system.parts, runId)
  const slow = carryOutRun(system.parts, again, { signal: never })
  await engineStarted(slow)
  await system.parts.catalog.db
    .updateTable('runs')
    .set({ fence: again.fence + 1 })
    .where('id', '=', runId)
    .execute()
  pace.lift()
  await assert.rejects(slow, failsWith('STALE_WORKER'))
  assert.deepEqual([(await getRun(system.parts, runId)).state, system.audited], ['RUNNING', []])
  assert.equal((await getRecoveryPoints(system.parts)).length, 0)
  const last = await carryOutRun(system.parts, { ...again, fence: again.fence + 1 }, { signal: never })
  assert.deepEqual(
    [
      last.state,
      (await snapshotsOf(system.repository)).map(({ name }) => name),
      (await getRecoveryPoints(system.parts)).length,
    ],
    ['COMPLETED', [last.snapshot], 1],
  )
  assert.deepEqual(await restored(system.repository, base.path, { snapshot: last.snapshot!, source }), lookAt(source))
})

test('retention that fails does not fail the run, and is told', async () => {
  using base = temporaryDirectory()
  await using system = await testSystem({ folder: base.path })
  const source = path.join(base.path, 'source')
  sampleTree(source, seededRandom(1))
  const configId = await addConfig(system.parts, { paths: [source], retention: { last: 1 } })
  const first = await ran(system, configId)
  const file = path.join(system.repository.folder, 'snapshots', first.snapshot!)
  const whole = fs.readFileSync(file)
  fs.writeFileSync(file, Buffer.concat([whole, Buffer.from('x')]))
  const second = await ran(system, configId)
  assert.equal(second.state, 'COMPLETED')
  const alerts = () => system.parts.catalog.db.selectFrom('alerts').select(['type', 'state', 'config_id']).execute()
  assert.deepEqual(await alerts(), [{ type: 'RETENTION_FAILED', state: 'FIRING', config_id: configId }])
  fs.writeFileSync(file, whole)
  const third = await ran(system, configId)
  assert.deepEqual(
    (await getRecoveryPoints(system.parts)).map(({ snapshot }) => snapshot),
    [third.snapshot],
  )
  assert.deepEqual(
    (await alerts()).map(({ state }) => state),
    ['RESOLVED'],
  )
})

test('paths that can not be backed up are refused, before a run as when they are saved', async () => {
  using base = temporaryDirectory()
  await using system = await testSystem({ folder: base.path })
  const location = [system.repository.folder]
  const files = (...paths: string[]) => ({ kind: 'FILES' as const, paths })
  fs.mkdirSync(path.join(base.path, 'source'))
  fs.symlinkSync(base.path, path.join(base.path, 'link'))
  await checkPaths(files(path.join(base.path, 'source')), location)
  await checkPaths(files(path.join(base.path, 'source')), [path.join(base.path, 'not/yet/made')])
  const why = async (...paths: string[]) =>
    await checkPaths(files(...paths), location).then(
      () => '',
      (error: unknown) =>
        isBackupError(error)
          ? `${error.code} ${String(error.context['path'])} ${String(error.context['why'] ?? error.context['cause'])}`
          : String(error),
    )
  assert.equal(await why(base.path), `CONFIG_INVALID paths[0] it holds the repository ${location[0]}`)
  assert.equal(
    await why(path.join(base.path, 'source'), '/'),
    `CONFIG_INVALID paths[1] it holds the repository ${location[0]}`,
  )
  assert.equal(
    await why(path.join(base.path, 'link')),
    `CONFIG_INVALID paths[0] it holds the repository ${location[0]}`,
  )
  assert.equal(
    await why(path.join(base.path, 'link/repository/config')),
    `CONFIG_INVALID paths[0] it lies inside the repository ${location[0]}`,
  )
  assert.equal(
    await why(path.join(base.path, 'nothing')),
    `SOURCE_UNREADABLE ${path.join(base.path, 'nothing')} ENOENT`,
  )
  const other = { kind: 'DATABASE', label: '', settings: {} }
  await assert.rejects(
    checkSource({ roots: location, sources: system.parts.sources }, { source: other }),
    failsWith('SOURCE_NOT_AVAILABLE'),
  )
  const claim = await claimed(
    system.parts,
    await requestRun(system.parts, {
      configId: await addConfig(system.parts, { paths: [path.join(base.path, 'nothing')] }),
      by: 'somebody',
    }),
  )
  await assert.rejects(carryOutRun(system.parts, claim, { signal: never }), failsWith('SOURCE_UNREADABLE'))
})

test('whoever is killed at whatever moment, a run is committed once and ends', async () => {
  const random = seededRandom(testSeed())
  using base = temporaryDirectory()
  const home = path.join(base.path, 'home')
  const source = path.join(base.path, 'source')
  slowTree(source, 16)
  let key = ''
  let configId = ''
  let repository!: TestRepository
  {
    await using catalog = await directoryCatalog(home)
    await using system = await testSystem({ folder: base.path, catalog, tenantId: DEFAULT_TENANT_ID })
    repository = system.repository
    configId = await addConfig(system.parts, {
      paths: [source],
      performance: { compressionLevel: 9 },
      retention: { last: 2 },
    })
    key = repository.kek.kind === 'raw' ? repository.kek.key.toString('base64') : ''
  }
  const ended: string[] = []
  for (let round = 0; round < (isLong ? 25 : 3); round += 1) {
    // A name of its own for a file of each round: there is something to store.
    fs.writeFileSync(path.join(source, `folder-${round % 16}/round-${round}`), `${randomUUID()} `.repeat(50_000))
    let runId: string
    {
      await using catalog = await directoryCatalog(home)
      runId = await requestRun(await systemOf(base.path, catalog, key), { configId, by: 'somebody' })
    }
    const parent = spawn(process.execPath, [path.join(import.meta.dirname, 'run-parent.ts'), base.path, home, runId], {
      env: { ...process.env, TEST_KEY: key },
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const exit = once(parent, 'exit')
    const begun = once(parent.stdout!, 'data')
    await begun
    await pause(random() * 2500)
    // The child alone, or the parent with an orphan left behind, whom the next attempt may meet at work.
    if (round % 2 === 1) killEngineChildren(parent.pid)
    parent.kill('SIGKILL')
    await exit
    await using catalog = await directoryCatalog(home)
    const parts = await systemOf(base.path, catalog, key)
    await takeOverRuns(parts)
    const before = await getRun(parts, runId)
    if (before.state !== 'COMPLETED') await carryOutRun(parts, await claimed(parts, runId), { signal: never })
    const run = await getRun(parts, runId)
    assert.deepEqual([run.state, run.error], ['COMPLETED', null])
    ended.push(run.snapshot!)
    const snapshots = await snapshotsOf(repository)
    assert.deepEqual(
      snapshots.filter(({ document }) => document.runId === runId).map(({ name }) => name),
      [run.snapshot],
      'committed once',
    )
    assert.ok(snapshots.some(({ name }) => name === run.snapshot))
    assert.deepEqual(await restored(repository, base.path, { snapshot: run.snapshot!, source }), lookAt(source))
    const points = (await getRecoveryPoints(parts)).map(({ snapshot }) => snapshot)
    assert.equal(new Set(points).size, points.length)
    assert.ok(points.includes(run.snapshot!))
  }
  assert.equal(new Set(ended).size, ended.length)
  await verified(repository)
})
