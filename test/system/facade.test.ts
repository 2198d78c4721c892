// Goal: no method of the façade rejects, whatever fails beneath it; each answers a result that says what to do, and
// every act is in the audit log with its outcome.
import assert from 'node:assert/strict'
import fs from 'node:fs'
import { Readable } from 'node:stream'
import { test } from 'node:test'
import { CALLS, type Result, resultOf } from '../../src/contracts/system/index.ts'
import { BackupError, isBackupError } from '../../src/kernel/backup-error.ts'
import { type Log, silentLog } from '../../src/kernel/log.ts'
import type { AuditEvent, SystemParts } from '../../src/services/index.ts'
import { accountCaller } from '../../src/system/authorise.ts'
import { BackupSystem } from '../../src/system/facade/backup-system.ts'
import { type Handlers, LocalTransport } from '../../src/system/local-transport.ts'
import { callSchema, toldCaller } from '../../src/system/owner/socket-protocol.ts'
import type { Caller } from '../../src/system/transport.ts'

/** Every public method with arguments that its schema takes. A method that is missing here fails the test below. */
const METHODS: Readonly<Record<string, Readonly<Record<string, readonly unknown[]>>>> = {
  system: {
    setupFileBackup: ['n', ['/a'], {}, 'u'],
    setupDatabaseBackup: ['n', 'postgres://h/d'],
    runBackupNow: ['c', 'u'],
    waitForRun: ['r'],
    getStatus: [],
    verifyAudit: [],
    exportAudit: [{}],
    listAuditEntries: [],
    listRepositories: [],
    addRepository: ['second', '/second', { init: true }],
    removeRepository: ['second'],
    useRepository: ['c', 'second'],
    verifyRepository: [{ readShare: 0.5 }, 'u'],
    listKeys: [],
    pruneRepository: [{ dryRun: true }],
    getSettings: [],
    rebuild: [],
    acceptClock: ['u'],
  },
  manager: {
    createConfig: [{ name: 'n', paths: ['/a'] }, 'u'],
    updateConfig: ['c', { name: 'm' }],
    deleteConfig: ['c'],
    getConfig: ['c'],
    getEffectiveConfig: ['c'],
    listConfigs: [],
    executeBackup: ['c'],
    cancelBackup: ['r'],
    getRun: ['r'],
    listBackups: [{ from: new Date(0) }, { page: 1 }],
    followRuns: [],
    simulateRetention: [{ configId: 'c' }],
    applyRetention: ['c'],
  },
  storage: { upload: ['a', 'text'], download: ['a'], delete: ['a'], list: [], exists: ['a'] },
  scheduler: { getStatus: [] },
  monitor: {
    getRealTimeMetrics: [],
    calculateMetrics: ['24h'],
    getActiveAlerts: [],
    createAlert: ['CUSTOM', 'LOW', 'm'],
    acknowledgeAlert: ['a'],
    performHealthCheck: [],
    testChannels: ['mail'],
  },
  recover: {
    createRecoveryRequest: ['p', 'FULL_RESTORE', { targetPath: '/t' }],
    getRecoveryStatus: ['q'],
    cancelRecovery: ['q'],
    getRecoveryPoints: [],
    browsePoint: ['p', '/a', { recursive: true }],
    findFiles: ['*.pdf'],
    comparePoints: ['p', 'q'],
    openContent: ['p', '/a'],
    pinPoint: ['p', 'why'],
    unpinPoint: ['p'],
    addHold: [{ reason: 'r' }],
    liftHold: ['h'],
  },
}
/** They start or end the system: tested in initialize.test.ts. */
const NOT_CALLS = new Set(['constructor', 'shutdown', 'attach'])

const WHOLE = accountCaller({ actor: 'test', locale: 'pt-BR' })

interface Made {
  readonly system: BackupSystem
  readonly audit: AuditEvent[]
  readonly logged: string[]
}

function systemThat(
  outcome: () => unknown,
  options: { readonly auditFails?: boolean; readonly caller?: Caller } = {},
): Made {
  const audit: AuditEvent[] = []
  const logged: string[] = []
  const log: Log = { ...silentLog, error: (message) => void logged.push(message) }
  const parts = {
    log,
    tenantId: WHOLE.tenantId,
    audit: {
      append: async (event: AuditEvent) => {
        if (options.auditFails) throw new BackupError('DATABASE_UNAVAILABLE', 'gone')
        audit.push(event)
      },
    },
  } as unknown as SystemParts
  const handlers = Object.fromEntries(
    Object.keys(CALLS).map((name) => [name, async () => ({ data: outcome() })]),
  ) as unknown as Handlers
  const body = async () => {
    outcome()
    return Readable.from([Buffer.from('x')])
  }
  const transport = new LocalTransport(parts, {
    calls: handlers,
    opens: { 'storage.download': body, 'point.dump': body, 'run.events': body },
    upload: async (_, __, given) => {
      for await (const _piece of given);
      return outcome() as never
    },
  })
  return {
    system: BackupSystem.of(options.caller ?? WHOLE, { transport, stop: async () => {} }),
    audit,
    logged,
  }
}

function roomsOf(system: BackupSystem): ReadonlyArray<readonly [name: string, room: object]> {
  return [
    ['system', system],
    ['manager', system.manager],
    ['storage', system.storage],
    ['scheduler', system.scheduler],
    ['monitor', system.monitor],
    ['recover', system.recover],
  ]
}

async function callAll(
  system: BackupSystem,
  seen: (
    name: string,
    result: { success?: boolean; error?: { code: string; message: string; guidance: string }; overall?: string },
  ) => void,
): Promise<void> {
  for (const [name, room] of roomsOf(system)) {
    const methods = Object.getOwnPropertyNames(Object.getPrototypeOf(room)).filter((method) => !NOT_CALLS.has(method))
    assert.deepEqual(methods.sort(), Object.keys(METHODS[name]!).sort(), `the methods of ${name}`)
    for (const method of methods)
      seen(
        `${name}.${method}`,
        await (room as Record<string, (...args: unknown[]) => Promise<never>>)[method]!(...METHODS[name]![method]!),
      )
  }
}

test('an error of the catalogue, a bug and a refusal under every method: a result each time', async () => {
  const faults: ReadonlyArray<readonly [code: string, fault: () => never]> = [
    [
      'STORAGE_UNAVAILABLE',
      () => {
        throw new BackupError('STORAGE_UNAVAILABLE', 'down')
      },
    ],
    [
      'INTERNAL',
      () => {
        throw new TypeError('x is not a function')
      },
    ],
    [
      'CONFIG_NOT_FOUND',
      () => {
        throw new BackupError('CONFIG_NOT_FOUND', 'no', { context: { config: 'c' } })
      },
    ],
  ]
  for (const [code, fault] of faults) {
    const made = systemThat(fault)
    await callAll(made.system, (name, result) => {
      if (name === 'monitor.performHealthCheck')
        return assert.equal(result.overall, 'UNKNOWN', 'what can not be asked is not healthy')
      assert.equal(result.success, false, name)
      assert.equal(result.error?.code, code, name)
      assert.ok(result.error!.message.length > 5 && result.error!.guidance.length > 5, name)
      assert.ok(!/x is not a function/.test(JSON.stringify(result)), `${name} shows no inner text`)
    })
    const acts = Object.values(CALLS).filter((call) => 'action' in call).length
    assert.ok(made.audit.length >= acts - 1, 'every act is written down, failed or not')
    assert.ok(
      made.audit.every(
        (event) =>
          event.result === (code === 'CONFIG_NOT_FOUND' ? 'REFUSED' : 'FAILED') && event.details?.['code'] === code,
      ),
    )
    if (code === 'INTERNAL') assert.ok(made.logged.length > 20, 'a bug is in the log')
  }
})

test('successes are audited with the user who asked; an audit log that fails is a warning, never a lost answer', async () => {
  const made = systemThat(() => 'done')
  await made.system.runBackupNow('c', 'ana')
  await made.system.manager.listConfigs()
  assert.deepEqual(made.audit, [{ actor: 'ana', action: 'backup.run', resource: 'config:c', result: 'SUCCESS' }])
  const failing = systemThat(() => 'done', { auditFails: true })
  const result = await failing.system.runBackupNow('c')
  assert.equal(result.data, 'done')
  assert.deepEqual(
    result.warnings.map(({ code }) => code),
    ['AUDIT_NOT_WRITTEN'],
  )
  assert.match(result.warnings[0]!.message, /o log de auditoria não pôde ser gravado/, "in the caller's language")
})

test('what a call does not take is refused with the place', async () => {
  const { system } = systemThat(() => 'done')
  const result = await system.recover.createRecoveryRequest('p', 'WRONG' as 'FULL_RESTORE', { targetPath: '/t' })
  assert.equal(result.error?.code, 'CONFIG_INVALID')
  assert.match(result.error!.message, /type/)
  const page = await system.manager.listBackups({}, { page: 0 })
  assert.equal(page.error?.code, 'CONFIG_INVALID')
})

test('who reads the data of a failure is thrown its own sentence, and so is who unwraps it; a copy and JSON hold neither', async () => {
  const { system } = systemThat(() => {
    throw new BackupError('CONFIG_NOT_FOUND', 'no', { context: { config: 'c' } })
  })
  const failure = await system.manager.getConfig('c')
  // As a client has it from the owner's socket.
  const told = resultOf(JSON.parse(JSON.stringify(failure)) as Result<unknown>)
  const locale = await system.storage.delete(7 as unknown as string)
  assert.deepEqual({ ...failure }, { success: false, error: failure.error, warnings: [] })
  assert.deepEqual(told, failure)
  for (const result of [failure, told, locale]) {
    for (const touch of [() => result.data, () => result.unwrap()])
      assert.throws(
        touch,
        (error) => isBackupError(error, result.error!.code) && error.message === result.error!.message,
      )
  }
  assert.match(failure.error?.message ?? '', /configuração/, "in the caller's language")
  const done = await systemThat(() => 'done').system.runBackupNow('c')
  assert.deepEqual({ ...done }, { success: true, data: 'done', warnings: [] })
  assert.deepEqual(
    [done.unwrap(), resultOf(JSON.parse(JSON.stringify(done)) as Result<string>).unwrap()],
    ['done', 'done'],
  )
})

test('who lacks the right of a call, or is of another tenant, is refused before anything is done, and the log keeps it', async () => {
  const nobody: readonly Caller[] = [
    { ...WHOLE, rights: [] },
    { ...WHOLE, tenantId: 'another' },
  ]
  for (const caller of nobody) {
    let done = 0
    const { system, audit } = systemThat(() => ++done, { caller })
    let calls = 0
    await callAll(system, (name, result) => {
      calls += 1
      if (name === 'monitor.performHealthCheck') return assert.equal(result.overall, 'UNKNOWN')
      assert.equal(result.error?.code, 'NOT_PERMITTED', name)
      assert.match(result.error?.message ?? '', /não tem permissão para isso \([a-z]+\.[a-z]+\)/, name)
    })
    // A rebuild brings its log back: an entry of its own would begin another one.
    assert.deepEqual([done, audit.length], [0, calls - 1])
    assert.ok(audit.every(({ result, details }) => result === 'REFUSED' && details?.['code'] === 'NOT_PERMITTED'))
    assert.deepEqual(
      audit.find(({ action }) => action === 'backup.run'),
      {
        ...{ actor: 'u', action: 'backup.run', resource: 'config:c', result: 'REFUSED' },
        details: { code: 'NOT_PERMITTED', right: 'backup.run' },
      },
    )
  }
  // One right lets through what takes it, and nothing else.
  const { system } = systemThat(() => 'done', { caller: { ...WHOLE, rights: ['backup.run'] } })
  assert.equal((await system.runBackupNow('c')).data, 'done')
  assert.equal((await system.manager.deleteConfig('c')).error?.code, 'NOT_PERMITTED')
})

test('over the socket a caller has the rights that he had, and one that says nothing of them is the account itself', () => {
  const told = (caller: object) =>
    callSchema.parse({ name: 'n', input: {}, caller: JSON.parse(JSON.stringify(caller)) })
  const few: Caller = { ...WHOLE, tenantId: 'another', rights: ['backup.run'] }
  for (const caller of [WHOLE, few, { ...WHOLE, rights: [] }]) assert.deepEqual(told(toldCaller(caller)).caller, caller)
  assert.deepEqual(toldCaller(WHOLE), { actor: 'test', locale: 'pt-BR' }, 'as an owner of an earlier version takes it')
})

test('a system that was not started says so on every call', async () => {
  const system = BackupSystem.of(accountCaller({ actor: 'test', locale: 'en' }))
  await callAll(system, (name, result) => {
    if (name === 'monitor.performHealthCheck') return assert.equal(result.overall, 'UNKNOWN')
    assert.equal(result.error?.code, 'NOT_INITIALIZED', name)
  })
})

const circular: Record<string, unknown> = {}
circular['self'] = circular
/** What JavaScript lets through, whatever the types say. */
const NONSENSE: ReadonlyArray<readonly unknown[]> = [
  [],
  [null, null, null, null],
  [42, 42, 42, 42],
  ['x', 'x', 'x', 'x'],
  [[], [], [], []],
  [{ from: new Date(Number.NaN), to: new Date(Number.NaN) }],
  ['n', ['/a'], { time: 1n }, 'u'],
  ['n', { sizeLimit: Number.NaN }],
  [() => 1, () => 1, () => 1],
  [Symbol('s')],
  [circular, circular, circular],
  [new Map(), new Map()],
  ['n', '/a/path'],
]

test('no method throws or calls it a bug, whatever it is given: it answers, or is refused with the place and the accepted form', async () => {
  const { system, logged } = systemThat(() => 'done')
  let refusals = 0
  for (const [name, room] of roomsOf(system)) {
    for (const method of Object.keys(METHODS[name]!)) {
      for (const args of NONSENSE) {
        const result = await (
          room as Record<
            string,
            (...args: readonly unknown[]) => Promise<{ error?: { code: string; message: string; guidance: string } }>
          >
        )[method]!(...args)
        if (!result.error) continue
        const what = `${name}.${method}: ${result.error.message}`
        assert.equal(result.error.code, 'CONFIG_INVALID', what)
        assert.match(result.error.guidance, /^Aceita-se: .{8,}\.$/, what)
        refusals += 1
      }
    }
  }
  assert.deepEqual([logged, refusals > 150], [[], true])
})

test('what JSON has no word for is refused before it goes anywhere, so that a client of the owner means what it says', async () => {
  const { system } = systemThat(() => 'done')
  for (const [patch, path, why] of [
    [{ sizeLimit: Number.NaN }, 'sizeLimit', 'NaN'],
    [{ filters: { excludePatterns: [() => 1] } }, '0', 'function'],
    [{ retention: 3n }, 'retention', 'bigint'],
  ] as const) {
    const { error } = await system.manager.updateConfig('c', patch as never)
    assert.equal(error?.code, 'CONFIG_INVALID')
    assert.ok(error.message.includes(path) && error.message.includes(why), error.message)
  }
})

test("content that breaks off is the caller's matter, with the file that it came from; pieces that are no bytes are refused", async () => {
  const { system, logged } = systemThat(() => 'done')
  const missing = await system.storage.upload('a', fs.createReadStream('/nowhere/at/all'))
  assert.deepEqual(
    [missing.error?.code, missing.error?.message],
    ['SOURCE_UNREADABLE', 'O caminho /nowhere/at/all não pode ser lido (ENOENT).'],
  )
  const broken = await system.storage.upload(
    'a',
    Readable.from(
      (function* () {
        yield Buffer.from('begin')
        throw new Error('broke off')
      })(),
    ),
  )
  assert.deepEqual([broken.error?.code, /broke off/.test(broken.error?.message ?? '')], ['SOURCE_UNREADABLE', true])
  assert.equal((await system.storage.upload('a', Readable.from([{ an: 'object' }]))).error?.code, 'CONFIG_INVALID')
  assert.deepEqual(logged, [], 'none of it is a bug')
})
