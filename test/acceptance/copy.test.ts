// Goal: the second disk is worth what the first was: the clinic's machine and its disk are gone, the copy alone brings
// back data, holds, configurations and audit, and lets nothing go that the law keeps. Method: a system with a history,
// the built program for copy, rebuild and forget, a key of its own for the copy.
import assert from 'node:assert/strict'
import fs from 'node:fs'
import { afterEach, test } from 'node:test'
import { getBackupSystem, initializeBackupSystem } from '../../src/system/index.ts'
import { type LibraryPlace, libraryPlace, newKey } from '../harness/library-place.ts'
import { type Ran, runCli } from './run-cli.ts'

afterEach(() => getBackupSystem().shutdown())

/** One configuration that ran twice, its first point held, and one that was removed. Closed into the repository. */
async function history(at: LibraryPlace): Promise<void> {
  const started = await initializeBackupSystem(at.config)
  assert.equal(started.success, true, JSON.stringify(started.error))
  const system = started.data
  const clinic = (
    await system.setupFileBackup('clinic', [at.source], { frequency: 'DAILY', time: '02:00', timezone: 'UTC' })
  ).data
  const old = (await system.setupFileBackup('old', [at.source], { timezone: 'UTC' })).data
  for (let run = 1; run <= 2; run += 1) {
    const ended = await system.waitForRun((await system.runBackupNow(clinic.id)).data)
    assert.equal(ended.data.state, 'COMPLETED')
  }
  assert.equal((await system.manager.deleteConfig(old.id)).success, true)
  const points = (await system.recover.getRecoveryPoints(clinic.id)).data
  assert.equal((await system.recover.addHold({ pointId: points.at(-1)!.id, reason: 'case 7' })).success, true)
  await system.shutdown()
}

test('the first disk is lost: the copy gives everything back, disabled, and forget there drops nothing that is held', async () => {
  using at = libraryPlace({})
  await history(at)
  newKey(at.at('copy-key'))
  const cli = (args: readonly string[], key = at.at('key')): Promise<Ran> =>
    runCli(args, { env: { BACKUP_ENCRYPTION_KEY: `file:${key}`, HOME: at.path }, cwd: at.path })
  const copy = ['copy', '--repo', at.at('backups'), '--to', at.at('copy'), '--to-key-file', at.at('copy-key')]

  const none = await cli(copy)
  assert.equal(none.status, 10, none.stderr)
  assert.match(none.stderr, /--to\b.*copy --init --to/)
  fs.symlinkSync(at.at('backups'), at.at('link'))
  const inside = await cli(['copy', '--repo', at.at('backups'), '--to', at.at('link/second'), '--init'])
  assert.deepEqual([inside.status, fs.existsSync(at.at('backups/second'))], [2, false], inside.stderr)
  const made = await cli([...copy, '--init', '--json'])
  assert.equal(made.status, 0, made.stderr)
  const { copied, records } = made.json as { copied: string[]; records: { brought: number } }
  assert.deepEqual([copied.length, records.brought >= 5], [2, true])
  assert.deepEqual((await cli([...copy, '--json'])).json?.['present'], 2)
  const wrong = await cli(copy.slice(0, 5))
  assert.deepEqual([wrong.status, wrong.stderr.includes('--to-key-file')], [12, true], wrong.stderr)
  fs.renameSync(at.at('copy'), at.at('unplugged'))
  const gone = await cli([...copy, '--init'])
  assert.deepEqual([gone.status, fs.existsSync(at.at('copy'))], [10, false], gone.stderr)
  // The way out is the one of a copy, and it works as it is told.
  assert.match(gone.stderr, /COPY_MISSING/)
  assert.doesNotMatch(gone.stderr, /rebuild/)
  const again = [...gone.stderr.matchAll(/"neonpro-backup (init --replace-lost [^"]*|copy --to [^"]*)"/g)]
  assert.equal(again.length, 2, gone.stderr)
  const [init, anew] = again.map(([, args]) => args!.split(' ')) as [string[], string[]]
  assert.equal((await cli(init, at.at('copy-key'))).status, 0)
  const filled = await cli([...anew, ...copy.slice(1, 3), ...copy.slice(5), '--json'])
  assert.equal((filled.json as { copied: string[] }).copied.length, 2, filled.stderr)

  fs.rmSync(at.at('backups'), { recursive: true })
  fs.rmSync(at.at('home'), { recursive: true })
  const there = ['--repo', at.at('unplugged'), '--home', at.at('home')]
  const rebuilt = await cli(['system', 'rebuild', '--json', ...there], at.at('copy-key'))
  assert.equal(rebuilt.status, 0, rebuilt.stderr)
  const { configs, configsRemoved, holds, runs, configsLeftDisabled } = rebuilt.json as Record<string, unknown>
  assert.deepEqual([configs, configsRemoved, holds, runs, configsLeftDisabled], [1, 1, 1, 2, ['clinic']])
  // Nobody here knew the first one: up to when the copy knows of it is told.
  const until = String(rebuilt.json?.['copiedUntil'])
  const newest = (await cli(['snapshots', '--latest', '1', '--json', ...there], at.at('copy-key'))).json
  const [point] = newest!['snapshots'] as Array<{ finishedAt: string }>
  assert.ok(until >= point!.finishedAt && until <= new Date().toISOString(), `${until} ${point!.finishedAt}`)
  assert.match(rebuilt.stderr, /did not know the first one.*hold list/)
  assert.match(rebuilt.stderr, /copy.*1 configuration is left disabled \(clinic\).*config enable/)
  const listed = await cli(['config', 'list', '--json', ...there], at.at('copy-key'))
  assert.match(listed.stdout.toString(), /"enabled":\s*false/)
  assert.equal((await cli(['audit', 'verify', ...there], at.at('copy-key'))).status, 0)

  const forgotten = await cli(['forget', '--keep-last', '1', '--json', ...there], at.at('copy-key'))
  assert.equal(forgotten.status, 0, forgotten.stderr)
  assert.deepEqual(forgotten.json?.['forgotten'], [], 'one is the newest, the other is held')
  assert.equal((await cli(['forget', copied[0]!, ...there], at.at('copy-key'))).status, 1)
  const enabled = await cli(['config', 'enable', 'clinic', ...there], at.at('copy-key'))
  assert.equal(enabled.status, 0, enabled.stderr)
})
