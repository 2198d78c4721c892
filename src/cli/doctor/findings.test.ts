// Goal: every finding of the catalogue can be found, has the form that is promised, and names what it speaks of. Method:
// each thing planted, in a repository and a machine's folders where that can be done, else given as a fact.
import assert from 'node:assert/strict'
import fs from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { runCli } from '../../../test/acceptance/run-cli.ts'
import { temporaryDirectory } from '../../../test/harness/temporary-directory.ts'
import type { SystemStatus } from '../../contracts/system/index.ts'
import { BackupError } from '../../kernel/backup-error.ts'
import { parseLocation } from '../../system/compose.ts'
import { resolveSettings } from '../../system/settings/index.ts'
import type { CommandContext } from '../command.ts'
import { check as checkSchema } from '../json/system-answers.ts'
import { translator } from '../locale.ts'
import { en } from '../messages/en.ts'
import { stateChecks } from '../system-service/checks.ts'
import { CHECK_IDS, CHECKS, type CheckId, Severity, SubjectKind } from './catalog.ts'
import { type Check, subjects } from './check.ts'
import { type Found, foundChecks, systemCheck, writableCheck } from './repository-checks.ts'
import { clockCheck, databaseChecks } from './running-checks.ts'
import { runtimeChecks } from './runtime-checks.ts'
import { loadCheck, placeCheck, type SourceFacts, sourceChecks, speedCheck } from './source-checks.ts'
import { spaceChecks, systemChecks } from './system-checks.ts'

const context: CommandContext = {
  command: 'doctor',
  locale: 'en',
  t: translator('en'),
  env: {},
  options: {},
  args: [],
  signal: new AbortController().signal,
  say: () => {},
  warn: () => {},
  progress: () => assert.fail('no progress here'),
} as unknown as CommandContext

const SNAPSHOT = 'ab'.repeat(32)

/** What no test can bring about on this machine is given as facts. */
function givenFacts(): Check[] {
  const error = Object.assign(new Error('older'), { code: 'ROLLBACK_SUSPECTED', context: {} })
  const found = {
    history: {
      problems: [
        { key: 'snapshots/x' },
        { key: 'snapshots/y', error: new BackupError('PERMISSION_DENIED', 'closed', { context: { cause: 'EACCES' } }) },
      ],
      rollbacks: [error],
      records: [],
      order: [
        {
          entry: {
            name: SNAPSHOT,
            document: {
              kind: 'snapshot',
              source: 's',
              complete: true,
              skippedCount: 0,
              startedAt: '2131-01-01T00:00:00.000Z',
              finishedAt: '2131-01-01T00:00:00.000Z',
            },
          },
        },
      ],
    },
    foreign: ['keys/Thumbs.db'],
    keyringsLost: ['keys/2-x'],
  } as unknown as Found
  return [
    ...runtimeChecks(context, { version: '22.14.0', hasZstd: false, callsMissing: 'why' }),
    ...foundChecks(context, found),
    systemCheck(context, { repository: '/mnt/b', configs: ['papers'], other: null }),
    ...spaceChecks(context, ['/tmp'], Number.MAX_SAFE_INTEGER),
    placeCheck(context, '/mnt/nas', 'NFS'),
    loadCheck(context, 100, 1),
    speedCheck({ id: 'REPOSITORY_SPEED', message: 'slow', about: subjects(SubjectKind.PATH, '/mnt/nas') }, 1),
    ...stateChecks(context, undefined, undefined),
    ...stateChecks(context, { isOk: false, said: '' }, { isOk: false, said: '' }),
  ]
}

/** A database that can not be read, and one whose configuration nobody would start. */
async function runningFindings(): Promise<Check[]> {
  const waiting = { name: 'papers', enabled: true, nextRunLocal: '2026-11-25T02:00:00-03:00' }
  const alert = { type: 'STORAGE_LOW', severity: 'HIGH', message: '2.7 MiB are free' }
  const status = { configs: [waiting], scheduler: { alive: false }, alerts: [alert] } as unknown as SystemStatus
  const reading = { wallMs: 0, uptimeMs: 0, boot: 'b' }
  return [
    ...(await databaseChecks(context, '/home/database', async () => assert.fail('a broken page'))),
    ...(await databaseChecks(context, '/home/database', async () => status)),
    clockCheck(context, { reason: 'JUMPED', since: reading }),
  ]
}

async function systemFindings(folder: string): Promise<Check[]> {
  const checks = async (env: Record<string, string>) =>
    await systemChecks(
      context,
      resolveSettings({ cwd: folder, env: { NEONPRO_BACKUP_HOME: path.join(folder, 'absent'), ...env } }),
    )
  return [
    ...(await checks({ SUPABASE_URL: 'https://x.supabase.co' })),
    ...(await checks({ SMTP_URL: 'smtp://127.0.0.1:1' })),
    ...(await checks({ HEALTHCHECK_URL: 'http://127.0.0.1:1/x' })),
  ]
}

async function sourceFindings(folder: string): Promise<Check[]> {
  const settings = resolveSettings({ cwd: folder, env: { NEONPRO_BACKUP_HOME: path.join(folder, 'absent') } })
  const config = (alertConfig: object) => ({
    name: 'papers',
    enabled: false,
    nextRunAt: null,
    settings: { paths: [path.join(folder, 'gone')], alertConfig },
  })
  const run = {
    id: 'r',
    state: 'COMPLETED',
    durationMs: 900_000,
    createdAt: '2026-11-24T05:00:00Z',
    finishedAt: null,
    error: null,
    skipped: [],
  }
  const failed = { ...run, state: 'FAILED', error: { code: 'DISK_FULL', message: 'full', guidance: 'free' } }
  const facts = (alertConfig: object, runs: readonly object[]) =>
    ({ config: config(alertConfig), runs, settings }) as unknown as SourceFacts
  const limits = { maxBackupTime: 60, failureRate: 0.05, minFreeSpace: 2 ** 60 }
  return [
    ...(await sourceChecks(context, facts(limits, [failed, run, failed, run, run, run]))),
    ...(await sourceChecks(context, facts({}, []))),
  ]
}

async function programFindings(folder: string): Promise<Check[]> {
  const at = (name: string) => path.join(folder, name)
  const asked = async (args: readonly string[], env: Record<string, string> = {}) => {
    const { json, stderr } = await runCli([...args, '--json'], {
      env: { NEONPRO_BACKUP_HOME: at('home'), ...env },
      cwd: folder,
    })
    return (json?.['checks'] ?? assert.fail(`${args.join(' ')}: ${JSON.stringify(json)} ${stderr}`)) as Check[]
  }
  fs.mkdirSync(at('image/etc/systemd/system'), { recursive: true })
  fs.writeFileSync(at('image/etc/systemd/system/neonpro-backup.service'), 'ExecStart=/no/such/program serve\n')
  await runCli(['key', 'generate', at('key')], { env: {} })
  const key = { BACKUP_ENCRYPTION_KEY: `file:${at('key')}` }
  return [
    await writableCheck(context, { name: at('nowhere'), location: parseLocation(at('nowhere')) }),
    ...(await asked(['doctor', '--repo', at('nowhere')])),
    ...(await asked(['doctor', '--repo', at('nowhere')], key)),
    ...(await asked(['doctor'], { HEALTHCHECK_URL: 'ftp://x' })),
    ...(await asked(['service', 'status', '--root', at('image'), '--repo', '/srv/clinic'])),
    ...(await asked(['service', 'status', '--root', at('other')])),
  ]
}

/** The kinds that the catalogue says a finding names. */
const kindsOf = (id: CheckId) => Object.values(SubjectKind).filter((kind) => CHECKS[id].includes(kind))

test('a full disk, a closed folder, a limit or a server is no reason to move a database away', async () => {
  const told = async (database: string, error: Error) =>
    (await databaseChecks(context, database, async () => await Promise.reject(error)))[0]!.remedy!
  const refused = (code: string) => Object.assign(new Error(code), { code, path: '/home/database/base' })
  for (const database of ['/home/database', 'DATABASE_URL'])
    for (const code of ['ENOSPC', 'EMFILE', 'EACCES'])
      assert.doesNotMatch(await told(database, refused(code)), /rebuild/, `${database}: ${code}`)
  assert.match(await told('/home/database', refused('ENOSPC')), /DISK_FULL/)
  assert.match(await told('/home/database', new Error('a broken page')), /move the folder .*rebuild/)
  assert.match(await told('/home/database', new BackupError('EMBEDDED_UNREADABLE', 'it does not open')), /rebuild/)
  assert.doesNotMatch(await told('DATABASE_URL', new Error('a broken page')), /rebuild/)
})

/** Texts of what is in order: a finding that says one of them denies itself. */
const IN_ORDER = Object.entries(en)
  .filter(([key]) =>
    /^doctor\.(calls|database|scheduler|clock|copy|writable|repositoryWritable|log|channel|heartbeat|planned|readable|probe)$|^service\.check\.(unit|program|account|home|key|repository|enabled|active)$/.test(
      key,
    ),
  )
  .map(([, text]) => new RegExp(`^${text.replace(/[().]/g, '\\$&').replace(/\{\w+\}/g, '.+')}`))

test('each finding has its id, a severity, a message, a remedy, and names what it speaks of', async () => {
  using folder = temporaryDirectory()
  const checks = [
    ...givenFacts(),
    ...(await runningFindings()),
    ...(await systemFindings(folder.path)),
    ...(await sourceFindings(folder.path)),
    ...(await programFindings(folder.path)),
  ]
  for (const each of checks) {
    checkSchema.parse(each)
    assert.equal(each.remedy === null, each.severity === Severity.OK, JSON.stringify(each))
    for (const { kind } of each.about)
      assert.ok(
        kindsOf(each.id).includes(kind) || kind === SubjectKind.CODE || kind === SubjectKind.PATH,
        `${each.id} names a ${kind}`,
      )
  }
  for (const { severity, message } of checks)
    if (severity !== Severity.OK)
      assert.ok(!IN_ORDER.some((text) => text.test(message)), `it says what should be, not what is: ${message}`)
  const found = checks.filter(({ severity, id }) => severity !== Severity.OK || id === 'THRESHOLDS')
  assert.deepEqual([...new Set(found.map(({ id }) => id))].sort(), [...CHECK_IDS].sort())
  for (const id of CHECK_IDS) {
    const about = found.filter((each) => each.id === id).flatMap((each) => each.about.map(({ kind }) => kind))
    for (const kind of kindsOf(id).filter((each) => id !== 'LAST_RUN' || each !== SubjectKind.PATH))
      assert.ok(about.includes(kind), `${id} names no ${kind}`)
  }
})

test('room is measured by what the alarm asks for, not by a share of the disk alone', async () => {
  using folder = temporaryDirectory()
  const settings = resolveSettings({ cwd: folder.path, env: { NEONPRO_BACKUP_HOME: folder.path } })
  const severityAbove = async (minFreeSpace: number) => {
    const values = { ...settings.values, defaults: { alertConfig: { minFreeSpace } } }
    const checks = await systemChecks(context, { ...settings, values })
    return checks.find(({ id }) => id === 'SPACE')?.severity
  }
  assert.equal(await severityAbove(2 ** 60), Severity.MISSING)
})
