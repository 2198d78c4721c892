// Goal: the description's three troubles, each planted, are found and come with a line that can be pasted; a sound
// source has nothing to say.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { Command } from 'commander'
import { httpReceiver } from '../../../test/harness/http-receiver.ts'
import { temporaryDirectory } from '../../../test/harness/temporary-directory.ts'
import type { ConfigView, RunView, StoredSettings } from '../../contracts/system/index.ts'
import { resolveSettings } from '../../system/settings/index.ts'
import type { CommandContext } from '../command.ts'
import { quoted } from '../format.ts'
import { type Locale, translator } from '../locale.ts'
import type { Check } from './check.ts'
import { type SourceFacts, sourceChecks } from './source-checks.ts'
import { systemChecks } from './system-checks.ts'

function contextIn(locale: Locale): CommandContext {
  return {
    command: 'doctor',
    locale,
    t: translator(locale),
    env: {},
    options: {},
    root: new Command(),
    args: [],
    signal: new AbortController().signal,
    say: () => {},
    warn: () => {},
    progress: () => assert.fail('no progress here'),
  }
}

interface Planted {
  readonly settings?: Partial<StoredSettings>
  readonly view?: Partial<ConfigView>
  readonly runs?: ReadonlyArray<Partial<RunView>>
}

/** A sound source, and what is wrong with it. */
function facts(folder: string, { settings = {}, view = {}, runs = [{}] }: Planted = {}): SourceFacts {
  const source = path.join(folder, 'source')
  fs.mkdirSync(source, { recursive: true })
  fs.mkdirSync(path.join(folder, 'neonpro-data/backups/packs/ab'), { recursive: true })
  fs.writeFileSync(path.join(folder, 'neonpro-data/backups/packs/ab/pack'), Buffer.alloc(100_000))
  const config: ConfigView = {
    id: 'c',
    name: 'Clinic files',
    repository: 'main',
    kind: 'FILES',
    enabled: true,
    generation: 1,
    createdAt: '',
    updatedAt: '',
    nextRunAt: '2026-11-25T05:00:00Z',
    nextRunLocal: '2026-11-25T02:00:00-03:00',
    schedulerAlive: true,
    settings: {
      kind: 'FILES',
      paths: [source],
      type: 'INCREMENTAL',
      schedule: { kind: 'MANUAL' },
      timezone: 'UTC',
      filters: {},
      performance: {},
      alertConfig: {},
      priority: 'NORMAL',
      tags: [],
      ...settings,
    },
    ...view,
  }
  const good: RunView = {
    id: 'r',
    configId: 'c',
    configName: config.name,
    source: config.name,
    type: 'INCREMENTAL',
    trigger: 'SCHEDULED',
    state: 'COMPLETED',
    dueAt: null,
    createdAt: '2026-11-24T05:00:00Z',
    startedAt: null,
    finishedAt: '2026-11-24T05:10:00Z',
    durationMs: 600_000,
    attempts: 1,
    snapshot: 's',
    stats: null,
    skipped: [],
    warnings: [],
    progress: null,
    error: null,
  }
  return {
    config,
    runs: runs.map((run) => ({ ...good, ...run })),
    settings: resolveSettings({ cwd: folder, env: { NEONPRO_BACKUP_HOME: 'neonpro-data' } }),
  }
}

/** Faults that no machine may have while the tests run: load and speed are not ours. */
const wrong = (checks: readonly Check[]) =>
  checks.filter(({ severity, message }) => severity !== 'OK' && !/^CPU|^reading|^leitura|^room|^espaço/.test(message))

test('a sound source has nothing to say', async () => {
  using folder = temporaryDirectory()
  assert.deepEqual(wrong(await sourceChecks(contextIn('en'), facts(folder.path))), [])
})

test("a backup fails: the last run's own words, the scheduler, what can not be read, each with its remedy", async () => {
  using folder = temporaryDirectory()
  const failed = {
    state: 'FAILED' as const,
    error: { code: 'DISK_FULL' as const, message: 'There is no room left.', guidance: 'Free some room.', context: {} },
  }
  const planted: ReadonlyArray<readonly [planted: Planted, what: RegExp, remedy: RegExp]> = [
    [{ runs: [failed] }, /FAILED/, /There is no room left\. Free some room\./],
    [
      { runs: [{ state: 'PARTIAL', skipped: [{ path: '/srv/a', reason: 'EACCES' }] }] },
      /partial.*\/srv\/a \(no permission \(EACCES\)\)/,
      /^neonpro-backup runs /,
    ],
    [{ runs: [] }, /has not run yet/, /^neonpro-backup run 'Clinic files'$/],
    [{ view: { schedulerAlive: false } }, /scheduler/, /^neonpro-backup serve$/],
    [{ view: { enabled: false } }, /disabled/, /^neonpro-backup config enable 'Clinic files'$/],
    [{ settings: { paths: [path.join(folder.path, 'absent')] } }, /absent \(ENOENT\)/, /^ls -la .*absent; setfacl/],
  ]
  for (const [each, what, remedy] of planted) {
    const [found, ...more] = wrong(await sourceChecks(contextIn('en'), facts(folder.path, each)))
    assert.ok(found && what.test(found.message) && remedy.test(found.remedy ?? ''), JSON.stringify(found))
    assert.deepEqual(more, [])
  }
})

test('alarms are false: thresholds that the usual breaks, with ones that it does not', async () => {
  using folder = temporaryDirectory()
  const failed = { state: 'FAILED' as const }
  const good = Array.from({ length: 8 }, () => ({}))
  const look = async (runs: ReadonlyArray<{ readonly state?: 'FAILED' }>) =>
    wrong(
      await sourceChecks(
        contextIn('en'),
        facts(folder.path, {
          runs: [...runs],
          settings: { alertConfig: { maxBackupTime: 60, failureRate: 0.05, minFreeSpace: 2 ** 60 } },
        }),
      ),
    )
  assert.ok(!(await look([...good, failed, failed])).some(({ remedy }) => remedy?.includes('--max-failure-rate')))
  const found = await look([{}, failed, ...good.slice(1), failed])
  assert.deepEqual(
    found.map(({ remedy }) =>
      remedy!
        .split('; ')
        .at(-1)!
        .replace(/\d{6,}/, 'N'),
    ),
    [
      "neonpro-backup config edit 'Clinic files' --max-backup-time 900",
      "neonpro-backup config edit 'Clinic files' --max-failure-rate 0.20",
      "neonpro-backup config edit 'Clinic files' --min-free-space N",
    ],
  )
  assert.ok(found.every(({ severity }) => severity === 'ADVICE'))
})

test('a recovery is slow: network, disk and CPU are looked at', async () => {
  using folder = temporaryDirectory()
  const said = (await sourceChecks(contextIn('en'), facts(folder.path))).map(({ message }) => message).join('\n')
  assert.match(said, /local disk[\s\S]*reading the repository: .*\/s[\s\S]*CPU: load/)
})

test("the system's own: a key apart, folders, room, errors in the log, who is told, the heartbeat", async () => {
  using folder = temporaryDirectory()
  await using receiver = await httpReceiver()
  const { path: cwd } = folder
  const home = path.join(cwd, 'neonpro-data')
  const found = async (env: Record<string, string>) =>
    (await systemChecks(contextIn('pt-BR'), resolveSettings({ cwd, env: { NEONPRO_BACKUP_HOME: home, ...env } })))
      .filter(({ severity }) => severity !== 'OK')
      .map(({ message, remedy }) => `${message} | ${remedy}`)
  const before = (await found({})).join('\n')
  assert.match(before, /chave de criptografia.*KEY_MISSING/)
  assert.match(before, new RegExp(`mkdir -p -m 0700 ${home}`))
  assert.match(before, /HEALTHCHECK_URL/)
  fs.mkdirSync(home)
  fs.writeFileSync(
    path.join(cwd, 'key'),
    `base64:${Buffer.from(Array.from({ length: 32 }, (_, i) => i * 7)).toString('base64')}`,
    { mode: 0o600 },
  )
  fs.writeFileSync(path.join(home, 'backup.log'), '{"level":"info","time":"t0","msg":"fine"}\n')
  const good = {
    BACKUP_ENCRYPTION_KEY: 'file:key',
    WEBHOOK_URL: `${receiver.url}/x`,
    WEBHOOK_ALLOW_PRIVATE: '1',
    HEALTHCHECK_URL: `${receiver.url}/beat`,
  }
  assert.deepEqual(
    (await found(good)).filter((line) => !line.startsWith('espaço')),
    [],
  )
  fs.appendFileSync(
    path.join(home, 'backup.log'),
    '{"level":"error","time":"t1","msg":"a run of x failed","code":"DISK_FULL"}\n{"level":"error","time"\n',
  )
  assert.match(
    (await found(good)).join('\n'),
    /1 erro recente, o último: t1 a run of x failed \(DISK_FULL\) \| tail -n 50/,
  )
  assert.match((await found({ ...good, HEALTHCHECK_URL: `${receiver.url}/{slug}` })).join('\n'), /sinal de vida/)
  assert.match((await found({ ...good, SMTP_URL: 'smtp://127.0.0.1:1' })).join('\n'), /ALERT_EMAIL_TO/)
})

test('a remedy can be pasted whatever the folder is called', () => {
  const name = 'it\'s $(a) "folder"; x'
  assert.equal(spawnSync('sh', ['-c', `printf %s ${quoted(name)}`], { encoding: 'utf8' }).stdout, name)
})
