// Goal: after a jump of the clock, either way, no age lets go of anything and no hold has ended, until an operator says
// that the clock is right; what counts goes on. Method: the built program and the services; the state folder remembers
// the clock of another time, as it would after a jump.
import assert from 'node:assert/strict'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { test } from 'node:test'
import { lookAtClock, readHistory } from '../../src/engine/index.ts'
import { bootId } from '../../src/kernel/machine.ts'
import { evaluateRules } from '../../src/services/alarms/index.ts'
import { applyRetention, syncPoints } from '../../src/services/execution/index.ts'
import { getActiveAlerts } from '../../src/services/monitoring/index.ts'
import { backup, makeRepository, open } from '../harness/repository.ts'
import { addConfig } from '../harness/rows.ts'
import { inFirst, plantSnapshots, testSystem } from '../harness/system.ts'
import { temporaryDirectory } from '../harness/temporary-directory.ts'
import { runCli } from './run-cli.ts'

const DAY = 86_400_000

/** As if this machine's clock had shown another time a moment ago. */
function rememberClock(folder: string, offMs: number): void {
  fs.mkdirSync(folder, { recursive: true })
  const record = { wallMs: Date.now() + offMs, uptimeMs: os.uptime() * 1000, boot: bootId() }
  fs.writeFileSync(path.join(folder, 'clock.json'), JSON.stringify(record))
}

for (const offMs of [-400 * DAY, 400 * DAY])
  test(`forget by age stops after a jump of ${offMs / DAY} days, and goes on when the clock is accepted`, async () => {
    using folder = temporaryDirectory()
    const made = await makeRepository(folder.path)
    const old = await plantSnapshots(made, [{ source: 'test', atMs: Date.now() - 50 * DAY, isGood: true }])
    await backup(made, path.join(folder.path, 'empty'))
    assert.ok(made.kek.kind === 'raw')
    const env = {
      HOME: folder.path,
      BACKUP_ENCRYPTION_KEY: `base64:${Buffer.from(made.kek.key).toString('base64')}`,
      NEONPRO_REPOSITORY: made.folder,
      NEONPRO_BACKUP_HOME: path.join(folder.path, 'state'),
    }
    const forget = async (...args: string[]) => {
      const ran = await runCli(['forget', '--keep-within-days', '30', '--json', ...args], { env })
      assert.equal(ran.status, 0, ran.stderr)
      return { ...(ran.json as { forgotten: string[]; clockDoubted: boolean }), stderr: ran.stderr }
    }
    rememberClock(path.join(folder.path, 'state/repositories'), offMs)
    const held = await forget()
    assert.deepEqual([held.forgotten, held.clockDoubted], [[], true])
    assert.match(held.stderr, /clock is in doubt/)
    assert.deepEqual((await forget()).forgotten, [], 'a second look does not make it right')
    const policy = path.join(folder.path, 'policy.json')
    fs.writeFileSync(policy, JSON.stringify({ custom: [{ pattern: 'last-of-day', keep: 1 }] }))
    const byPeriod = await runCli(['forget', '--policy', policy, '--dry-run', '--json'], { env })
    const { forgotten, clockDoubted } = byPeriod.json as { forgotten: string[]; clockDoubted: boolean }
    assert.deepEqual(
      [forgotten.includes(old[0]!), clockDoubted],
      [false, true],
      'which period runs, the clock alone says',
    )
    const counted = await runCli(['forget', '--keep-last', '1', '--dry-run', '--json'], { env })
    assert.deepEqual((counted.json as { forgotten: string[] }).forgotten.includes(old[0]!), true)
    const accepted = await forget('--accept-clock')
    assert.deepEqual([accepted.forgotten, accepted.clockDoubted], [old, false])
  })

test('the system raises an alarm, keeps every age and every hold, and lets go when the clock is believed again', async () => {
  await using system = await testSystem()
  const { parts } = system
  const config = await addConfig(parts, { paths: ['/'], retention: 30 })
  const at = (days: number) => ({ configId: config, source: 's', atMs: Date.now() - days * DAY, isGood: true })
  const names = await plantSnapshots(system.repository, [at(50), at(1)])
  await syncPoints(inFirst(parts))
  const left = async () => {
    await using repository = await open(system.repository)
    return (await readHistory(repository)).snapshots.map(({ name }) => name).filter((name) => names.includes(name))
  }
  const alarms = async () => (await getActiveAlerts(parts)).filter(({ type }) => type === 'CLOCK_DOUBTED').length
  const { stateDirectory } = parts.repositories.first
  rememberClock(stateDirectory, 400 * DAY)
  await evaluateRules(parts, Date.now())
  await applyRetention(parts)
  assert.deepEqual([await alarms(), await left()], [1, names])
  // A day of uptime has agreed since.
  const record = lookAtClock(stateDirectory)
  const since = { ...record.doubt!.since, uptimeMs: record.uptimeMs - DAY - 1000 }
  fs.writeFileSync(
    path.join(stateDirectory, 'clock.json'),
    JSON.stringify({ ...record, doubt: { ...record.doubt, since } }),
  )
  await evaluateRules(parts, Date.now())
  await applyRetention(parts)
  assert.deepEqual([await alarms(), await left()], [0, names.slice(1)])
})
