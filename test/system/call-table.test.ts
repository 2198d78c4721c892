// Goal: the table of calls is true: what each call really answers is its output and nothing more, every error that comes
// is one of those that it names, and each can be asked for by HTTP. Method: one working system on real folders; every
// answer that the façade gets is held against the table on its way.
import assert from 'node:assert/strict'
import fs from 'node:fs'
import { createInterface } from 'node:readline'
import { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { test } from 'node:test'
import {
  CALL_TABLE,
  type CallName,
  EVERY_CALL_ERRORS,
  type Result,
  Right,
  type RunEventView,
} from '../../src/contracts/system/index.ts'
import { schemaPaths } from '../../src/contracts/system/validation.ts'
import { BackupSystem } from '../../src/system/facade/backup-system.ts'
import { startSystem } from '../../src/system/index.ts'
import type { Transport } from '../../src/system/transport.ts'
import { libraryPlace } from '../harness/library-place.ts'
import { until } from '../harness/until.ts'

type Name = keyof typeof CALL_TABLE

/** Holds what comes back against the table; `answered` are the calls that gave something. */
function heldAgainstTable(inner: Transport, answered: Set<Name>): Transport {
  const held = <T>(name: Name, result: Result<T>, data: unknown = result.success && result.data): Result<T> => {
    const { output, errors } = CALL_TABLE[name]
    if (!result.success)
      assert.ok([...EVERY_CALL_ERRORS, ...errors].includes(result.error.code), `${name} answered ${result.error.code}`)
    else {
      // As a client has it, but for bytes.
      const told: unknown = data instanceof Uint8Array ? data : JSON.parse(JSON.stringify(data))
      assert.deepEqual(output.parse(told), told, name)
      answered.add(name)
    }
    return result
  }
  return {
    call: async (name, input, context) => held(name, await inner.call(name, input, context)),
    upload: async (path, body, context) => held('storage.upload', await inner.upload(path, body, context)),
    open: async (name, input, context) => {
      const opened = await inner.open(name, input, context)
      if (CALL_TABLE[name].shape === 'stream') return held(name, opened, opened.success && new Uint8Array())
      if (!opened.success) return held(name, opened)
      return { ...opened, data: Readable.from(linesHeld(opened.data, (event) => held(name, opened, event))) }
    },
    [Symbol.asyncDispose]: async () => {},
  }
}

/** Each line of `body` is looked at on its way. */
async function* linesHeld(body: Readable, look: (line: unknown) => void): AsyncGenerator<string> {
  for await (const line of createInterface({ input: body })) {
    look(JSON.parse(line))
    yield `${line}\n`
  }
}

test('every call answers what the table says, and fails only as it says', async () => {
  using here = libraryPlace({})
  await using started = await startSystem({
    ...{ argument: here.config, cwd: here.at('.'), env: process.env, role: 'test', actor: 'test' },
  })
  const answered = new Set<Name>()
  const transport = heldAgainstTable(started.transport, answered)
  const system = BackupSystem.of(started.callerNamed('test'), { transport, stop: async () => {} })
  const { manager, monitor, recover, storage } = system
  const ask = (name: CallName, input: object) =>
    transport.call(name, input as never, { caller: started.callerNamed('test') })
  const failing: Array<Promise<Result<unknown>>> = []

  const made = await system.setupFileBackup('clinic', [here.source], {
    ...{ frequency: 'WEEKLY', time: '02:00', dayOfWeek: 'MON', retention: { yearly: 'forever' }, tags: ['a'] },
    ...{
      filters: { excludePatterns: ['*.tmp'] },
      healthcheckUrl: 'http://127.0.0.1:9/x',
      performance: { timeout: 60 },
    },
  })
  const configId = made.unwrap().id
  await manager.updateConfig(configId, {
    retention: null,
    every: '6h',
    frequency: null,
    time: null,
    dayOfWeek: null,
    healthcheckUrl: null,
  })
  await manager.getConfig(configId)
  await manager.listConfigs()
  failing.push(
    system.setupFileBackup('clinic', [here.source]),
    system.setupFileBackup('gone', [here.at('gone')]),
    system.setupDatabaseBackup('db', 'postgresql://h/d'),
    manager.createConfig({ name: 'x', paths: ['/a'], time: 'noon' } as never),
    manager.updateConfig('none', { enabled: false }),
    manager.getConfig('none'),
    manager.getEffectiveConfig('none'),
    manager.executeBackup('none'),
    system.waitForRun('none'),
    manager.cancelBackup('none'),
    manager.simulateRetention({ configId: 'none' }),
    monitor.acknowledgeAlert('none'),
    monitor.testChannels('pigeon'),
    recover.createRecoveryRequest('none', 'FULL_RESTORE', { targetPath: here.at('back') }),
    recover.getRecoveryStatus('none'),
    recover.cancelRecovery('none'),
    recover.pinPoint('none'),
    recover.browsePoint('none'),
    recover.findFiles('*', { pointId: 'none' }),
    recover.comparePoints('none', 'none'),
    recover.openContent('none', '/'),
    manager.followRuns({ runId: 'none' }),
    manager.followRuns({ after: 'none' }),
    recover.unpinPoint('none'),
    recover.liftHold('none'),
    recover.addHold({ pointId: 'none', reason: 'r' }),
    storage.download('none'),
  )

  const listening = new AbortController()
  const events = (await manager.followRuns({ signal: listening.signal })).unwrap()
  const told: RunEventView[] = []
  const heard = (async () => {
    for await (const event of events) told.push(event)
  })()
  const runId = (await system.runBackupNow(configId)).unwrap()
  const run = (await system.waitForRun(runId)).unwrap()
  assert.equal(run.state, 'COMPLETED', JSON.stringify(run))
  const stateEvents = () => told.filter(({ kind, run: { id } }) => kind === 'STATE' && id === runId)
  await until('its end is told', async () => stateEvents().at(-1)?.state === 'COMPLETED')
  assert.deepEqual(
    stateEvents().map(({ state }) => state),
    ['PENDING', 'RUNNING', 'COMPLETED'],
  )
  listening.abort()
  await heard
  // What was missed is told from where the listener stopped.
  for await (const event of (await manager.followRuns({ after: stateEvents()[0]!.id!, runId })).unwrap()) {
    assert.deepEqual([event.state, event.run.state], ['RUNNING', 'COMPLETED'])
    break
  }
  await manager.getRun(runId)
  await manager.listBackups({ status: 'COMPLETED' }, { page: 1 })
  await manager.cancelBackup(runId)
  await manager.simulateRetention({ policy: { daily: 1 } })
  await manager.applyRetention()

  const { id: alertId } = (await monitor.createAlert('CUSTOM', 'LOW', 'm')).unwrap()
  await monitor.getActiveAlerts()
  await monitor.acknowledgeAlert(alertId)
  await monitor.testChannels()
  await monitor.getRealTimeMetrics()
  await monitor.calculateMetrics('24h')
  await monitor.performHealthCheck()
  await system.scheduler.getStatus()
  await system.getStatus()

  const points = await until('the point is there', async () => (await recover.getRecoveryPoints()).unwrap())
  const pointId = points[0]!.id
  const { entries, isWhole } = (await recover.browsePoint(pointId, here.source)).unwrap()
  assert.deepEqual([entries.map(({ path, bytes }) => [path, bytes]), isWhole], [[[here.at('source/a.txt'), 1]], true])
  const found = (await recover.findFiles('A.TXT', { pointId })).unwrap().found
  assert.deepEqual(
    found.map(({ path }) => path),
    [here.at('source/a.txt')],
  )
  assert.equal((await recover.browsePoint(pointId, '/', { recursive: true, limit: 1 })).unwrap().isWhole, false)
  const file = (await recover.openContent(pointId, here.at('source/a.txt'))).unwrap()
  assert.equal(await text(file), fs.readFileSync(here.at('source/a.txt'), 'utf8'))
  const archive = (await recover.openContent(pointId, here.source)).unwrap()
  assert.equal((await text(archive)).includes('source/a.txt'), true)
  const refusals = [
    recover.openContent(pointId, here.source, { format: 'raw' }),
    recover.openContent(pointId, '/no/such'),
  ]
  assert.deepEqual(
    (await Promise.all(refusals)).map(({ error }) => error?.code),
    ['USAGE', 'NOT_FOUND'],
  )
  fs.writeFileSync(here.at('source/b.txt'), 'bb')
  const later = (await system.waitForRun((await system.runBackupNow(configId)).unwrap())).unwrap()
  const differences = (await recover.comparePoints(pointId, later.id)).unwrap().differences
  assert.deepEqual(
    differences.filter(({ change }) => change === 'added').map(({ path, bytesAfter }) => [path, bytesAfter]),
    [[here.at('source/b.txt'), 2]],
  )
  assert.equal((await manager.getEffectiveConfig(configId)).unwrap().settings.performance.timeout, 60)
  const [repository] = (await system.listRepositories()).unwrap()
  assert.deepEqual([repository!.isCurrent, repository!.location], [true, here.config.local.basePath])
  assert.deepEqual(
    (await system.listKeys()).unwrap().recipients.map(({ opensWithThisKey }) => opensWithThisKey),
    [true],
  )
  const home = (await system.getSettings()).unwrap().find(({ name }) => name === 'home')
  assert.deepEqual(home?.origin, { kind: 'ARGUMENT', name: 'home' })
  const freed = (await system.pruneRepository({ dryRun: true })).unwrap()
  assert.deepEqual([freed.dryRun, freed.packsDeleted], [true, 0])
  assert.equal((await system.verifyRepository({ readShare: 0 })).unwrap().packsRead, 0)
  const further = (await system.addRepository('second', here.at('second'), { init: true })).unwrap()
  assert.deepEqual([further.isReachable, further.role], [true, 'FURTHER'])
  assert.equal((await system.useRepository(configId, 'second')).unwrap().repository, 'second')
  failing.push(system.addRepository('third', here.at('third')), system.useRepository(configId, 'none'))
  assert.equal((await system.removeRepository('second')).error?.code, 'REPOSITORY_IN_USE')
  assert.equal((await system.verifyRepository({ readShare: 0, repository: 'second' })).unwrap().snapshots, 0)
  await system.useRepository(configId, 'main')
  assert.equal((await system.removeRepository('second')).unwrap().points, 0)
  const verified = (await system.verifyRepository()).unwrap()
  assert.deepEqual([verified.problems, verified.readShare, verified.packsRead === verified.packs], [[], 1, true])
  assert.equal((await recover.getRecoveryPoints()).unwrap().at(-1)?.state, 'VERIFIED')
  await recover.pinPoint(pointId, 'why')
  await recover.unpinPoint(pointId)
  const hold = (await recover.addHold({ pointId, reason: 'case', until: '2047-01-31' })).unwrap()
  await recover.getRecoveryPoints(configId)
  await recover.liftHold(hold.id)
  failing.push(recover.createRecoveryRequest(pointId, 'FULL_RESTORE', { targetPath: here.at('backups/in') }))
  const request = await recover.createRecoveryRequest(pointId, 'FULL_RESTORE', { targetPath: here.at('back') })
  await until(
    'it is restored',
    async () => (await recover.getRecoveryStatus(request.unwrap().id)).unwrap().state === 'COMPLETED',
  )
  await recover.cancelRecovery(request.unwrap().id)

  await storage.upload('a/b.txt', 'text')
  await storage.download('a/b.txt')
  await storage.list()
  await storage.exists('a/b.txt')
  await storage.delete('a/b.txt')

  await ask('audit.note', { action: 'key.add', resource: 'key:1', result: 'SUCCESS', details: { names: ['a'] } })
  const first = (await system.listAuditEntries({ limit: 2 })).unwrap()
  assert.deepEqual([first.entries[0]?.action, first.entries[0]?.label, first.entries.length], ['key.add', 'test', 2])
  const second = (await system.listAuditEntries({ before: first.next!, limit: 1 })).unwrap()
  assert.equal(second.entries[0]?.sequence, first.entries[1]!.sequence - 1)
  await system.exportAudit()
  await system.verifyAudit()
  await system.acceptClock()
  await manager.deleteConfig(configId)
  const rebuilt = await system.rebuild({ force: true })
  const codes = (await Promise.all(failing)).map(({ error }) => error?.code)
  assert.ok(
    codes.every((code) => code !== undefined && code !== 'INTERNAL'),
    String(codes),
  )
  assert.deepEqual(
    Object.keys(CALL_TABLE).filter((name) => !answered.has(name as Name)),
    [],
    JSON.stringify(rebuilt),
  )
})

test('every call has a right, and a way to be asked for that no other has', () => {
  const ways = Object.values(CALL_TABLE).map(({ method, path }) => `${method} ${path.replaceAll(/\{\w+\}/g, '{}')}`)
  assert.deepEqual(
    ways.filter((way, i) => ways.indexOf(way) !== i),
    [],
  )
  for (const [name, { method, path, input, right, action, errors, shape }] of Object.entries(CALL_TABLE)) {
    assert.match(path, /^(\/([a-z]+(-[a-z]+)*|\{[a-zA-Z]+\}))+$/, name)
    const members = new Set(schemaPaths(input))
    for (const [, member] of path.matchAll(/\{(\w+)\}/g)) assert.ok(members.has(member!), `${name}: ${member}`)
    assert.ok(Object.values(Right).includes(right), name)
    assert.ok(['data', 'stream', 'events'].includes(shape), name)
    assert.deepEqual(
      errors.filter((code, i) => errors.indexOf(code) !== i || EVERY_CALL_ERRORS.includes(code)),
      [],
      name,
    )
    // What is asked by GET can be asked again, by whoever meets the address.
    if (method === 'GET') assert.ok(action === undefined || shape === 'stream', name)
  }
})
