// Goal: what an application gets wrong is answered with a code and a sentence that says what to do, in the reader's
// language, and changes nothing. Method: the library on real folders and a real PostgreSQL; a process of an account
// without rights for what may not be read.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs'
import path from 'node:path'
import { afterEach, test } from 'node:test'
import { initExternalDatabase } from '../../src/catalog/index.ts'
import { type BackupSystem, getBackupSystem, initializeBackupSystem } from '../../src/system/index.ts'
import type { SystemConfigInput } from '../../src/system/system-config.ts'
import { noServer, temporaryPostgres } from '../harness/catalog.ts'
import { type LibraryPlace, libraryPlace } from '../harness/library-place.ts'
import { until } from '../harness/until.ts'

// The language of the answers is this file's matter, not the machine's.
for (const name of ['LC_ALL', 'LC_MESSAGES', 'LANG']) delete process.env[name]

afterEach(async () => {
  delete process.env['LANG']
  await getBackupSystem().shutdown()
})

async function started(config: SystemConfigInput): Promise<BackupSystem> {
  const result = await initializeBackupSystem(config)
  assert.equal(result.success, true, JSON.stringify(result.error))
  return result.data
}

interface Refusal {
  readonly options: Readonly<Record<string, unknown>>
  readonly code: string
  /** In the message, in either language. */
  readonly names: string
  /** In the guidance, in either language. */
  readonly accepts?: string
}

const REFUSALS = ({ at }: LibraryPlace): readonly Refusal[] => [
  {
    options: { frequency: 'FORTNIGHTLY' },
    code: 'CONFIG_INVALID',
    names: 'frequency',
    accepts: 'HOURLY, DAILY, WEEKLY',
  },
  { options: { frequency: 'DAILY', time: '25:00' }, code: 'CONFIG_INVALID', names: '"25:00"', accepts: '"HH:MM"' },
  { options: { cron: '0 0 30 2 *' }, code: 'CONFIG_INVALID', names: 'cron', accepts: '30 2 * * 1-5' },
  { options: { retention: -1 }, code: 'CONFIG_INVALID', names: 'retention', accepts: '{ "daily": 14 }' },
  { options: { retention: { daily: -14 } }, code: 'CONFIG_INVALID', names: 'retention.daily' },
  { options: { timezone: 'Brasil/Capital' }, code: 'CONFIG_INVALID', names: 'timezone', accepts: 'America/Sao_Paulo' },
  { options: { paths: [at('absent')] }, code: 'SOURCE_UNREADABLE', names: 'ENOENT' },
  { options: { paths: [at('.')] }, code: 'CONFIG_INVALID', names: at('backups') },
  { options: { paths: [at('backups/packs')] }, code: 'CONFIG_INVALID', names: at('backups') },
  { options: { paths: at('source') }, code: 'CONFIG_INVALID', names: 'paths' },
]

test('a configuration that can not be meant is refused when it is made and when it is changed, and what was there stays as it was', async () => {
  using here = libraryPlace({ scheduler: false })
  fs.mkdirSync(here.at('backups'))
  const system = await started(here.config)
  const made = await system.setupFileBackup('clinic', [here.at('source')], {
    frequency: 'DAILY',
    time: '02:00',
    timezone: 'America/Sao_Paulo',
    retention: 30,
  })
  fs.mkdirSync(here.at('backups/packs'), { recursive: true })
  const former = await system.manager.listConfigs()
  for (const { options, code, names, accepts = '' } of REFUSALS(here)) {
    const said: string[] = []
    for (const LANG of ['C', 'pt_BR.UTF-8']) {
      process.env['LANG'] = LANG
      const { paths = [here.at('source')], ...rest } = options as { paths?: string[] }
      for (const result of [
        await system.setupFileBackup('new', paths, rest),
        await system.manager.updateConfig(made.data.id, options),
      ]) {
        assert.equal(result.error?.code, code, `${JSON.stringify(options)}: ${JSON.stringify(result)}`)
        const { message, guidance } = result.error
        assert.ok(
          message.includes(names) && guidance.includes(accepts) && guidance.length > 12,
          `${message} ${guidance}`,
        )
        said.push(message)
      }
    }
    assert.notEqual(said[0], said[2], 'each language has its own sentence')
    assert.deepEqual((await system.manager.listConfigs()).data, former.data, JSON.stringify(options))
  }
})

test('a removed configuration is not found by any call; its points are', async () => {
  using here = libraryPlace({ scheduler: false })
  const system = await started({ ...here.config, scheduler: true })
  const { id } = (await system.setupFileBackup('clinic', [here.at('source')], { retention: 30 })).data
  assert.equal((await system.waitForRun((await system.runBackupNow(id)).data)).data.state, 'COMPLETED')
  assert.equal((await system.manager.deleteConfig(id)).success, true)
  const calls = [
    system.runBackupNow(id),
    system.manager.getConfig(id),
    system.manager.updateConfig(id, { time: '03:00' }),
    system.manager.deleteConfig(id),
    system.manager.applyRetention(id),
    system.manager.simulateRetention({ configId: id }),
  ]
  for (const { error } of await Promise.all(calls)) {
    assert.equal(error?.code, 'CONFIG_NOT_FOUND')
    assert.ok(error.message.includes(id) && /config list/.test(error.guidance), error.guidance)
  }
  assert.equal((await system.recover.getRecoveryPoints(id)).data.length, 1)
})

test("what can not be a system's configuration is refused by its path; nothing is made, and the next start is free", async () => {
  using here = libraryPlace({ scheduler: false })
  const wrong: ReadonlyArray<readonly [config: Readonly<Record<string, unknown>>, path: string]> = [
    [{ logger: () => 1 }, 'logger'],
    [{ scheduler: 'no' }, 'scheduler'],
    [{ performance: { timeout: 1n } }, 'performance.timeout'],
    [{ providr: 'LOCAL' }, 'providr'],
    [{ retention: -1 }, 'retention'],
  ]
  for (const [config, at] of wrong) {
    const { error } = await initializeBackupSystem({ ...here.config, ...config } as SystemConfigInput)
    assert.deepEqual([error?.code, error?.message.includes(at)], ['CONFIG_INVALID', true], JSON.stringify(error))
    assert.ok(!fs.existsSync(here.at('backups')) && !fs.existsSync(here.at('home/database')))
  }
  await started(here.config)
})

/** Runs as an account that owns the folder and nothing else: root reads whatever it likes. */
const AS_USER = `
  import fs from 'node:fs'
  import { initializeBackupSystem } from ${JSON.stringify(path.resolve(import.meta.dirname, '../../src/system/index.ts'))}
  const [folder] = process.argv.slice(1)
  process.chdir(folder)
  const { data: system, error } = await initializeBackupSystem({ provider: 'LOCAL', local: { basePath: 'backups' }, home: 'home' })
  if (error) throw new Error(JSON.stringify(error))
  const facts = { refused: [] }
  for (const closed of ['source/closed', 'source/secret']) fs.chmodSync(closed, 0o000)
  for (const closed of ['source/closed', 'source/secret']) facts.refused.push(await system.setupFileBackup('x', [folder + '/' + closed]))
  const made = await system.setupFileBackup('clinic', [folder + '/source'], { retention: 30 })
  facts.edit = await system.manager.updateConfig(made.data.id, { paths: [folder + '/source/closed'] })
  facts.isAsItWas = JSON.stringify((await system.manager.getConfig(made.data.id)).data) === JSON.stringify(made.data)
  const ran = async () => (await system.waitForRun((await system.runBackupNow(made.data.id)).data)).data
  facts.partial = await ran()
  fs.chmodSync('source', 0o000)
  facts.failed = await ran()
  facts.alerts = (await system.monitor.getActiveAlerts()).data
  fs.chmodSync('source', 0o700)
  fs.chmodSync('source/closed', 0o700)
  await system.shutdown()
  console.log(JSON.stringify(facts))`

test('what this account may not read: refused when it is saved, left out and named when it lies within, failed with an alarm when it is all', async () => {
  using here = libraryPlace({ scheduler: false })
  fs.mkdirSync(here.at('source/closed'))
  fs.writeFileSync(here.at('source/secret'), 'x')
  const uid = process.getuid?.() === 0 ? 65534 : undefined
  const folder = here.at('.')
  if (uid !== undefined)
    for (const name of ['', ...fs.readdirSync(folder, { recursive: true, encoding: 'utf8' })])
      fs.chownSync(path.join(folder, name), uid, uid)
  const child = spawn(process.execPath, ['--input-type=module', '--eval', AS_USER, folder], {
    cwd: folder,
    env: { PATH: process.env['PATH'] ?? '', LANG: 'C', HOME: folder, BACKUP_ENCRYPTION_KEY: `file:${here.at('key')}` },
    stdio: ['ignore', 'pipe', 'inherit'],
    ...(uid !== undefined && { uid, gid: uid }),
  })
  const said = child.stdout.setEncoding('utf8').toArray()
  assert.deepEqual(await once(child, 'exit'), [0, null])
  const facts = JSON.parse((await said).join('')) as {
    refused: Array<{ error?: { code: string; message: string; guidance: string } }>
    edit: { error?: { code: string } }
    isAsItWas: boolean
    partial: { state: string; skipped: Array<{ path: string; reason: string }> }
    failed: { state: string; error: { code: string; guidance: string } }
    alerts: Array<{ type: string }>
  }
  for (const [i, name] of ['source/closed', 'source/secret'].entries()) {
    const { error } = facts.refused[i]!
    assert.deepEqual(
      [error?.code, error?.message],
      ['SOURCE_UNREADABLE', `The path ${here.at(name)} can not be read (EACCES).`],
    )
    assert.match(error!.guidance, /this user may read it/)
  }
  assert.deepEqual([facts.edit.error?.code, facts.isAsItWas], ['SOURCE_UNREADABLE', true])
  assert.deepEqual(
    [facts.partial.state, facts.partial.skipped.map((item) => `${item.path} ${item.reason}`).sort()],
    ['PARTIAL', [`${here.at('source/closed')} EACCES`, `${here.at('source/secret')} EACCES`]],
  )
  assert.deepEqual([facts.failed.state, facts.failed.error.code], ['FAILED', 'SOURCE_UNREADABLE'])
  assert.deepEqual(facts.alerts.map(({ type }) => type).sort(), ['BACKUP_FAILED', 'BACKUP_PARTIAL'])
})

test('a database that is down: refused at start, at a call and at a save, which changes nothing; back again, all works without a new start', {
  skip: noServer(),
}, async () => {
  using here = libraryPlace({ scheduler: false })
  await using server = await temporaryPostgres()
  const databaseUrl = await server.newDatabase()
  await initExternalDatabase(databaseUrl)
  const config = { ...here.config, databaseUrl }
  await server.stop()
  const atStart = await initializeBackupSystem(config)
  assert.equal(atStart.error?.code, 'DATABASE_UNAVAILABLE')
  assert.match(atStart.error.guidance, /Check that it runs/)
  await server.start()
  const system = await started(config)
  const made = await system.setupFileBackup('clinic', [here.at('source')], {
    frequency: 'DAILY',
    time: '02:00',
    timezone: 'UTC',
    retention: 30,
  })
  assert.equal(made.success, true, JSON.stringify(made.error))
  await server.stop()
  for (const { error } of [
    await system.manager.listConfigs(),
    await system.runBackupNow(made.data.id),
    await system.manager.updateConfig(made.data.id, { time: '03:00' }),
  ])
    assert.equal(error?.code, 'DATABASE_UNAVAILABLE')
  assert.notEqual((await system.monitor.performHealthCheck()).overall, 'HEALTHY')
  await server.start()
  await until('the system finds its database again', async () => (await system.manager.listConfigs()).success)
  assert.deepEqual((await system.manager.getConfig(made.data.id)).data, made.data)
  assert.equal((await system.manager.updateConfig(made.data.id, { time: '03:00' })).success, true)
})
