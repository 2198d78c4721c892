// Goal: what a single command did while nothing serves is in the repository when it ends: the database may be lost
// before anything runs again. Method: configurations made by processes of their own, the database deleted, the rebuilt
// log looked at; and what a failure is about reaches the caller.
import assert from 'node:assert/strict'
import fs from 'node:fs'
import { afterEach, test } from 'node:test'
import { getBackupSystem, initializeBackupSystem } from '../../src/system/index.ts'
import { startSystem } from '../../src/system/start-system.ts'
import { runCli } from '../acceptance/run-cli.ts'
import { libraryPlace } from '../harness/library-place.ts'

afterEach(() => getBackupSystem().shutdown())

test('the acts of a single command are closed into the repository when it ends', async () => {
  using at = libraryPlace({})
  const env = { BACKUP_ENCRYPTION_KEY: `file:${at.at('key')}`, HOME: at.path }
  const cli = (...args: readonly string[]) =>
    runCli([...args, '--repo', at.at('backups'), '--home', at.at('home'), '--json'], { env, cwd: at.path })
  const added = await cli('config', 'add', '--name', 'clinic', '--path', at.source, '--timezone', 'UTC')
  assert.equal(added.status, 0, added.stderr)
  fs.rmSync(at.at('home/database'), { recursive: true })
  const rebuilt = await cli('system', 'rebuild')
  assert.equal(rebuilt.status, 0, rebuilt.stderr)
  assert.ok(Number(rebuilt.json?.['auditEntries']) >= 1, 'config.create is there')
})

test('a run that nothing else serves lets go of what its policy does not keep before its command ends', async () => {
  using at = libraryPlace({})
  const command = () =>
    startSystem({
      argument: at.config,
      cwd: at.path,
      env: process.env,
      role: 'command',
      actor: 'cli:test',
      works: true,
    })
  let configId: string | undefined
  for (const _ of ['first', 'second']) {
    await using started = await command()
    configId ??= (await started.system.setupFileBackup('c', [at.source], { timezone: 'UTC', retention: { last: 1 } }))
      .data.id
    const run = await started.system.waitForRun((await started.system.runBackupNow(configId)).data)
    assert.equal(run.data.state, 'COMPLETED', JSON.stringify(run))
  }
  await using started = await command()
  assert.equal((await started.system.recover.getRecoveryPoints(configId)).data.length, 1)
})

test('a failure says what it is about, by member', async () => {
  using at = libraryPlace({ scheduler: false })
  const { data: system } = await initializeBackupSystem(at.config)
  const { error } = await system.waitForRun('00000000-0000-4000-8000-000000000000')
  assert.equal(error?.code, 'RUN_NOT_FOUND')
  assert.equal(error?.context['run'], '00000000-0000-4000-8000-000000000000')
  const missing = await system.manager.deleteConfig('00000000-0000-4000-8000-000000000001')
  assert.equal(missing.error?.context['config'], '00000000-0000-4000-8000-000000000001')
})
