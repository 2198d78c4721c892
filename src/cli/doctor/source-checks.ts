/**
 * `doctor SOURCE`: the three troubles that people come with. A backup fails: its last runs, the log, room, permissions.
 * A recovery is slow: network, disk, CPU. Alarms are false: thresholds beside what the runs really took.
 */
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { type ConfigView, effectiveSettings, type RunView } from '../../contracts/system/index.ts'
import { systemCode } from '../../kernel/backup-error.ts'
import { monotonicNs } from '../../kernel/clock.ts'
import { userName } from '../../kernel/machine.ts'
import type { Settings } from '../../system/settings/index.ts'
import type { CommandContext } from '../command.ts'
import { decimal, formatBytes, formatMoment, formatSeconds } from '../format.ts'
import { advice, type Check, fine, missing } from './check.ts'
import { quoted, spaceChecks, spaceOf } from './system-checks.ts'

const ENTRIES_LOOKED_AT_MAX = 20_000
const SHOWN_MAX = 5
const READ_BYTES_MAX = 64 * 1024 * 1024
/** Slower than a USB 2 disk. */
const READ_BYTES_PER_SECOND_MIN = 25 * 1024 * 1024
const RUNS_FOR_A_RATE = 5
const HEADROOM = 1.5
/** Of statfs: NFS, CIFS, SMB2, FUSE (sshfs and its kind). */
const NETWORK_FILE_SYSTEMS = new Map([
  [0x6969, 'NFS'],
  [0xff534d42, 'CIFS'],
  [0xfe534d42, 'SMB'],
  [0x65735546, 'FUSE'],
])

export interface SourceFacts {
  readonly config: ConfigView
  /** Newest first. */
  readonly runs: readonly RunView[]
  readonly settings: Settings
}

export function sourceChecks(context: CommandContext, facts: SourceFacts): Check[] {
  return [...failureChecks(context, facts), ...slownessChecks(context, facts), ...thresholdChecks(context, facts)]
}

function failureChecks(context: CommandContext, { config, runs, settings }: SourceFacts): Check[] {
  const { t } = context
  const [last] = runs
  const isGood =
    last === undefined || last.state === 'COMPLETED' || last.state === 'RUNNING' || last.state === 'PENDING'
  const lastRun =
    last === undefined
      ? advice(t('doctor.noRun', { name: config.name }), `neonpro-backup run ${quoted(config.name)}`)
      : isGood
        ? fine(
            t('doctor.lastRun', {
              state: t(`runState.${last.state}`),
              at: formatMoment(last.finishedAt ?? last.createdAt),
            }),
          )
        : failedRun(context, last)
  const due = !config.enabled
    ? advice(t('doctor.disabled'), `neonpro-backup config enable ${quoted(config.name)}`)
    : config.nextRunAt === null || config.schedulerAlive
      ? fine(t('doctor.planned'))
      : missing(t('doctor.planned'), 'neonpro-backup serve')
  const { minFreeSpace = 0 } = effectiveSettings(config.settings, settings.values.defaults).alertConfig
  return [
    lastRun,
    due,
    ...spaceChecks(context, [settings.values.repository.path, settings.values.home], minFreeSpace),
    ...config.settings.paths.map((each) => readableCheck(context, each)),
  ]
}

function failedRun({ t }: CommandContext, run: RunView): Check {
  const why = run.error
    ? `${run.error.message} ${run.error.guidance}`
    : run.skipped
        .slice(0, SHOWN_MAX)
        .map((item) => `${item.path} (${item.reason})`)
        .join(', ')
  return missing(
    t('doctor.lastRun', { state: t(`runState.${run.state}`), at: formatMoment(run.finishedAt ?? run.createdAt) }),
    why,
  )
}

/** Looks at the first entries of a tree for what this user may not read. */
function readableCheck({ t }: CommandContext, root: string): Check {
  const what = t('doctor.readable', { folder: root, user: userName() })
  const closed: string[] = []
  const waiting = [root]
  for (let looked = 0; waiting.length > 0 && looked < ENTRIES_LOOKED_AT_MAX && closed.length < SHOWN_MAX; looked += 1) {
    const place = waiting.pop()!
    try {
      const facts = fs.lstatSync(place)
      if (facts.isDirectory()) waiting.push(...fs.readdirSync(place).map((name) => path.join(place, name)))
      else if (facts.isFile()) fs.accessSync(place, fs.constants.R_OK)
    } catch (error) {
      if (systemCode(error) !== 'ENOENT' || place === root) closed.push(`${place} (${systemCode(error) ?? 'unknown'})`)
    }
  }
  return closed.length === 0
    ? fine(what)
    : missing(
        `${what}: ${closed.join(', ')}`,
        `ls -la ${quoted(root)}; setfacl -R -m u:${userName()}:rX ${quoted(root)}`,
      )
}

function slownessChecks(context: CommandContext, { settings }: SourceFacts): Check[] {
  const { t } = context
  const repository = settings.values.repository.path
  const network = networkOf(repository)
  const cores = os.availableParallelism()
  const load = os.loadavg()[0] ?? 0
  const cpu = t('doctor.cpu', { load: decimal(load), cores })
  return [
    network === undefined
      ? fine(t('doctor.local'))
      : advice(
          t('doctor.network', { kind: network, folder: repository }),
          `nfsstat -m; ping SERVER; time head -c 100M ${quoted(`${repository}/packs`)}/*/* > /dev/null`,
        ),
    ...readSpeedChecks(context, repository),
    load <= cores * HEADROOM ? fine(cpu) : advice(cpu, 'top -o %CPU'),
  ]
}

function networkOf(place: string): string | undefined {
  try {
    return NETWORK_FILE_SYSTEMS.get(Number(fs.statfsSync(place).type) >>> 0)
  } catch {
    return undefined
  }
}

/** Reads some stored bytes: what a restore would have to wait for. */
function readSpeedChecks({ t }: CommandContext, repository: string): Check[] {
  const files = packsOf(repository)
  const buffer = Buffer.alloc(1024 * 1024)
  const beganNs = monotonicNs()
  let bytes = 0
  try {
    for (const file of files) {
      const descriptor = fs.openSync(file, 'r')
      try {
        for (let read = 1; read > 0 && bytes < READ_BYTES_MAX; bytes += read) read = fs.readSync(descriptor, buffer)
      } finally {
        fs.closeSync(descriptor)
      }
    }
  } catch (error) {
    return [
      missing(
        t('doctor.readFailed', { cause: systemCode(error) ?? 'unknown' }),
        `ls -la ${quoted(repository)}; dmesg | tail`,
      ),
    ]
  }
  if (bytes === 0) return []
  const rate = bytes / Math.max(1e-6, Number(monotonicNs() - beganNs) / 1e9)
  const what = t('doctor.readSpeed', { rate: formatBytes(rate), bytes: formatBytes(bytes) })
  return [rate >= READ_BYTES_PER_SECOND_MIN ? fine(what) : advice(what, 'iostat -x 1')]
}

function packsOf(repository: string): string[] {
  const found: string[] = []
  try {
    for (const folder of fs.readdirSync(path.join(repository, 'packs'))) {
      for (const name of fs.readdirSync(path.join(repository, 'packs', folder)))
        found.push(path.join(repository, 'packs', folder, name))
      if (found.length >= SHOWN_MAX) break
    }
  } catch {
    // No pack yet.
  }
  return found.slice(0, SHOWN_MAX)
}

/** Thresholds that what is normal here would break, with the ones that would not. */
function thresholdChecks({ t }: CommandContext, { config, runs, settings }: SourceFacts): Check[] {
  const { alertConfig } = effectiveSettings(config.settings, settings.values.defaults)
  const name = quoted(config.name)
  const checks: Check[] = []
  const seconds = runs
    .filter(({ state, durationMs }) => state === 'COMPLETED' && durationMs !== null)
    .map(({ durationMs }) => durationMs! / 1000)
  if (alertConfig.maxBackupTime !== undefined && seconds.length > 0) {
    const longest = Math.max(...seconds)
    const what = t('doctor.longest', {
      longest: formatSeconds(longest),
      limit: formatSeconds(alertConfig.maxBackupTime),
    })
    checks.push(
      longest <= alertConfig.maxBackupTime
        ? fine(what)
        : advice(what, `neonpro-backup config edit ${name} --max-backup-time ${Math.ceil(longest * HEADROOM)}`),
    )
  }
  const finished = runs.filter(({ state }) => ['COMPLETED', 'PARTIAL', 'FAILED', 'MISSED'].includes(state))
  if (alertConfig.failureRate !== undefined && finished.length >= RUNS_FOR_A_RATE) {
    const failed = finished.filter(({ state }) => state === 'FAILED').length
    const what = t('doctor.failureRate', { failed, finished: finished.length, limit: alertConfig.failureRate })
    checks.push(
      failed / finished.length <= alertConfig.failureRate
        ? fine(what)
        : advice(
            what,
            `neonpro-backup status; neonpro-backup config edit ${name} --max-failure-rate ${(Math.ceil((failed / finished.length) * 20) / 20).toFixed(2)}`,
          ),
    )
  }
  const space = spaceOf(settings.values.repository.path)
  if (alertConfig.minFreeSpace !== undefined && space && alertConfig.minFreeSpace > space.bytesTotal / 2) {
    checks.push(
      advice(
        t('doctor.spaceLimit', { limit: formatBytes(alertConfig.minFreeSpace), total: formatBytes(space.bytesTotal) }),
        `neonpro-backup config edit ${name} --min-free-space ${Math.floor(space.bytesTotal / 20)}`,
      ),
    )
  }
  return checks.length > 0 ? checks : [fine(t('doctor.noThreshold'))]
}
