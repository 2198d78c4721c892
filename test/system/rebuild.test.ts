// Goal: the whole system as an application and an operator use it; its database is deleted; library and command line
// bring it back from the repository alone.
import assert from 'node:assert/strict'
import fs from 'node:fs'
import { afterEach, test } from 'node:test'
import { type BackupSystem, getBackupSystem, initializeBackupSystem } from '../../src/system/index.ts'
import { runCli } from '../acceptance/run-cli.ts'
import { type LibraryPlace, libraryPlace, newKey, useKey } from '../harness/library-place.ts'

afterEach(() => getBackupSystem().shutdown())

async function started(at: LibraryPlace): Promise<BackupSystem> {
  const result = await initializeBackupSystem(at.config)
  assert.equal(result.success, true, JSON.stringify(result.error))
  return result.data
}

/** What people see. */
async function views(system: BackupSystem) {
  const configs = (await system.manager.listConfigs()).data.map(
    ({ nextRunAt: _, nextRunLocal: __, schedulerAlive: ___, ...config }) => config,
  )
  const points = (await system.recover.getRecoveryPoints()).data.map(
    ({ keptBecause: _, expiresAt: __, ...point }) => point,
  )
  const runs = (await system.manager.listBackups()).data.items.map(
    ({ createdAt: _, startedAt: __, finishedAt: ___, durationMs: ____, progress: _____, error, ...run }) => ({
      ...run,
      code: error?.code,
    }),
  )
  return { configs, points, runs: runs.sort((a, b) => (a.id < b.id ? -1 : 1)) }
}

/**
 * Configurations made, changed and removed, runs, one that fails, points that a policy lets go, a pin, a hold.
 * Everything is closed into the repository at the end.
 */
async function used(system: BackupSystem, at: LibraryPlace): Promise<void> {
  const clinic = (
    await system.setupFileBackup(
      'clinic',
      [at.at('source')],
      { frequency: 'DAILY', time: '02:00', timezone: 'America/Sao_Paulo', retention: { daily: 14 }, tags: ['night'] },
      'maria',
    )
  ).data
  const old = (await system.setupFileBackup('old', [at.at('source')], { timezone: 'UTC' }, 'maria')).data
  for (const id of [clinic.id, old.id, clinic.id]) {
    const run = await system.waitForRun((await system.runBackupNow(id)).data)
    assert.equal(run.data.state, 'COMPLETED', JSON.stringify(run))
  }
  fs.renameSync(at.at('source'), at.at('away'))
  assert.equal((await system.waitForRun((await system.runBackupNow(old.id)).data)).data.state, 'FAILED')
  fs.renameSync(at.at('away'), at.at('source'))
  assert.equal((await system.manager.deleteConfig(old.id)).success, true)
  assert.equal((await system.manager.updateConfig(clinic.id, { time: '03:00' })).success, true)
  const [point] = (await system.recover.getRecoveryPoints(clinic.id)).data
  assert.equal((await system.recover.pinPoint(point!.id, 'the good one')).success, true)
  assert.equal((await system.recover.addHold({ pointId: point!.id, reason: 'case 7' })).success, true)
  assert.equal((await system.waitForRun((await system.runBackupNow(clinic.id)).data)).data.state, 'COMPLETED')
}

test('the database is deleted: the library brings everything back, and again changes nothing', async () => {
  using at = libraryPlace({})
  const before = await started(at)
  await used(before, at)
  const seen = await views(before)
  const entries = (await before.verifyAudit()).data.entries
  assert.deepEqual(
    [seen.configs.length, seen.runs.length, seen.runs.filter(({ state }) => state === 'FAILED').length],
    [1, 5, 1],
  )
  await before.shutdown()
  fs.rmSync(at.at('home/database'), { recursive: true })

  const after = await started(at)
  assert.equal((await after.manager.listConfigs()).data.length, 0)
  const summary = await after.rebuild({}, 'maria')
  assert.equal(summary.success, true, JSON.stringify(summary.error))
  assert.deepEqual(
    [
      summary.data.configs,
      summary.data.configsRemoved,
      summary.data.points,
      summary.data.runs,
      summary.data.pins,
      summary.data.holds,
    ],
    [1, 1, seen.points.length, 5, 1, 1],
  )
  const rebuilt = await views(after)
  assert.deepEqual(rebuilt, seen)
  const verdict = (await after.verifyAudit()).data
  assert.deepEqual([verdict.isIntact, verdict.problems], [true, []])
  assert.deepEqual(
    [summary.data.auditEntries, verdict.entries],
    [entries, entries + 1],
    'all of it, and the rebuild itself',
  )
  assert.deepEqual((await after.rebuild()).data, summary.data)
  assert.deepEqual(await views(after), rebuilt)

  // It goes on as a system does: a run, its audit, a configuration that is recorded without a warning.
  const again = await after.setupFileBackup('again', [at.at('source')], { timezone: 'UTC' })
  assert.deepEqual(
    again.warnings.filter(({ code }) => code === 'RECORD_PENDING'),
    [],
  )
  assert.equal((await after.waitForRun((await after.runBackupNow(again.data.id)).data)).data.state, 'COMPLETED')
  assert.deepEqual((await after.verifyAudit()).data.problems, [])
})

test('the operator does it with the command line, checks the log and exports it', async () => {
  using at = libraryPlace({})
  const before = await started(at)
  const { id } = (
    await before.setupFileBackup('clinic', [at.at('source')], {
      frequency: 'DAILY',
      time: '02:00',
      timezone: 'America/Sao_Paulo',
      retention: 30,
    })
  ).data
  assert.equal(
    (
      await before.manager.deleteConfig(
        (
          await before.setupFileBackup('old', [at.at('source')], { timezone: 'UTC' })
        ).data.id,
      )
    ).success,
    true,
  )
  assert.equal((await before.waitForRun((await before.runBackupNow(id)).data)).data.state, 'COMPLETED')
  assert.equal((await before.recover.addHold({ source: 'clinic', reason: 'case 7' })).success, true)
  const seen = await views(before)
  await before.shutdown()
  fs.rmSync(at.at('home'), { recursive: true })

  const env = { BACKUP_ENCRYPTION_KEY: `file:${at.at('key')}` }
  const cli = (...args: readonly string[]) =>
    runCli([...args, '--repo', at.at('backups'), '--home', at.at('home'), '--json'], { env, cwd: at.path })
  const nowhere = await runCli(['system', 'rebuild', '--repo', at.at('nothing'), '--home', at.at('other'), '--json'], {
    env,
    cwd: at.path,
  })
  assert.equal(nowhere.status, 10, nowhere.stderr)
  assert.equal(fs.existsSync(at.at('nothing')), false, 'no repository is made to rebuild from')
  const rebuilt = await cli('system', 'rebuild')
  assert.equal(rebuilt.status, 0, rebuilt.stderr)
  assert.deepEqual(
    [
      rebuilt.json?.['configs'],
      rebuilt.json?.['configsRemoved'],
      rebuilt.json?.['points'],
      rebuilt.json?.['runs'],
      rebuilt.json?.['holds'],
    ],
    [1, 1, 1, 1, 1],
  )
  const verified = await cli('audit', 'verify')
  assert.deepEqual([verified.status, verified.json?.['isIntact']], [0, true], verified.stderr)
  const exported = await cli('audit', 'export', '--output', at.at('audit.jsonl'))
  assert.equal(exported.status, 0, exported.stderr)
  const offline = await runCli(['audit', 'verify', '--file', at.at('audit.jsonl'), '--json'], { env: {}, cwd: at.path })
  assert.deepEqual(
    [offline.status, offline.json?.['isIntact'], offline.json?.['entries']],
    [0, true, exported.json?.['entries']],
  )

  // A changed key: the system starts with the new one alone; what was sealed and chained under the other goes on.
  assert.equal(
    (await runCli(['key', 'add', newKey(at.at('second')), '--repo', at.at('backups'), '--json'], { env, cwd: at.path }))
      .status,
    0,
  )
  useKey(at.at('second'))
  const after = await started(at)
  assert.deepEqual((await views(after)).configs, seen.configs)
  assert.equal((await after.verifyAudit()).data.isIntact, true)
})
