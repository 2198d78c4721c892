/**
 * `doctor SOURCE`: the three troubles that people come with. A backup fails: its last runs, the log, room, permissions.
 * A recovery is slow: network, disk, CPU. Alarms are false: thresholds beside what the runs really took.
 */
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { type ConfigView, effectiveSettings, type RunView } from '../../contracts/system/index.ts'
import { isBackupError, systemCode } from '../../kernel/backup-error.ts'
import { monotonicNs } from '../../kernel/clock.ts'
import { appendAll } from '../../kernel/collect.ts'
import { userName } from '../../kernel/machine.ts'
import { thresholdsOf } from '../../services/alarms/thresholds.ts'
import type { ObjectStat, ObjectStore } from '../../storage/index.ts'
import { openStore, storage } from '../../system/compose.ts'
import type { Settings } from '../../system/settings/index.ts'
import type { CommandContext } from '../command.ts'
import { decimal, formatBytes, formatMoment, formatSeconds, quoted } from '../format.ts'
import { SHOWN_LENGTH } from '../named-one.ts'
import { reasonText } from '../reasons.ts'
import { SubjectKind } from './catalog.ts'
import { advice, type Check, fine, type Looked, missing, subjects } from './check.ts'
import { spaceChecks, spaceOf } from './system-checks.ts'

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

export async function sourceChecks(context: CommandContext, facts: SourceFacts): Promise<Check[]> {
  return [
    ...failureChecks(context, facts),
    ...(await slownessChecks(context, facts)),
    ...thresholdChecks(context, facts),
  ]
}

/** Where the repository lies on this machine; undefined for any other place. */
function folderOf({ values }: Settings): string | undefined {
  return storage.localRootOf(values.repository)
}

function failureChecks(context: CommandContext, { config, runs, settings }: SourceFacts): Check[] {
  const { minFreeSpace } = thresholdsOf(settings.values, config.settings)
  return [
    lastRunCheck(context, config, runs[0]),
    nextRunCheck(context, config),
    ...spaceChecks(
      context,
      [folderOf(settings), settings.values.home].flatMap((each) => each ?? []),
      minFreeSpace,
    ),
    ...config.settings.paths.map((each) => readableCheck(context, each)),
  ]
}

function aboutConfig({ name }: ConfigView) {
  return subjects(SubjectKind.CONFIGURATION, name)
}

function lastRunCheck({ t, locale }: CommandContext, config: ConfigView, last: RunView | undefined): Check {
  const about = aboutConfig(config)
  if (last === undefined)
    return advice(
      { id: 'LAST_RUN', message: t('doctor.noRun', { name: config.name }), about },
      `neonpro-backup run ${quoted(config.name)}`,
    )
  const { state, finishedAt, createdAt, error, skipped } = last
  const looked = {
    id: 'LAST_RUN',
    message: t('doctor.lastRun', { state: t(`runState.${state}`), at: formatMoment(finishedAt ?? createdAt) }),
  } as const
  const run = [...about, ...subjects(SubjectKind.RUN, last.id)]
  if (state === 'COMPLETED' || state === 'RUNNING' || state === 'PENDING') return fine({ ...looked, about: run })
  const shown = skipped.slice(0, SHOWN_MAX)
  if (error)
    return missing(
      { ...looked, about: [...run, ...subjects(SubjectKind.CODE, error.code)] },
      `${error.message} ${error.guidance}`,
    )
  const paths = subjects(SubjectKind.PATH, ...shown.map((item) => item.path))
  const names = shown.map(({ path: place, reason }) => `${place} (${reasonText(reason, locale)})`).join(', ')
  const lacking = names === '' ? looked.message : `${looked.message}: ${names}`
  return missing(
    { ...looked, amiss: lacking, about: [...run, ...paths] },
    `neonpro-backup runs ${last.id.slice(0, SHOWN_LENGTH)}`,
  )
}

function nextRunCheck({ t }: CommandContext, config: ConfigView): Check {
  const looked = (message: string) => ({ id: 'NEXT_RUN', message, about: aboutConfig(config) }) as const
  if (!config.enabled)
    return advice(looked(t('doctor.disabled')), `neonpro-backup config enable ${quoted(config.name)}`)
  if (config.nextRunAt === null || config.schedulerAlive) return fine(looked(t('doctor.planned')))
  return missing(looked(t('doctor.notPlanned')), 'neonpro-backup serve')
}

/** Looks at the first entries of a tree for what this user may not read. */
function readableCheck({ t }: CommandContext, root: string): Check {
  const message = t('doctor.readable', { folder: root, user: userName() })
  const closed: Array<{ readonly place: string; readonly code: string }> = []
  const waiting = [root]
  for (let looked = 0; waiting.length > 0 && looked < ENTRIES_LOOKED_AT_MAX && closed.length < SHOWN_MAX; looked += 1) {
    const place = waiting.pop()!
    try {
      const facts = fs.lstatSync(place)
      if (facts.isDirectory())
        appendAll(
          waiting,
          fs.readdirSync(place).map((name) => path.join(place, name)),
        )
      else if (facts.isFile()) fs.accessSync(place, fs.constants.R_OK)
    } catch (error) {
      if (systemCode(error) !== 'ENOENT' || place === root) closed.push({ place, code: systemCode(error) ?? 'unknown' })
    }
  }
  if (closed.length === 0) return fine({ id: 'SOURCE_READABLE', message, about: subjects(SubjectKind.PATH, root) })
  const names = closed.map(({ place, code }) => `${place} (${code})`).join(', ')
  const about = subjects(SubjectKind.PATH, ...closed.map(({ place }) => place))
  return missing(
    { id: 'SOURCE_READABLE', message: t('doctor.notReadable', { user: userName(), names }), about },
    `ls -la ${quoted(root)}; setfacl -R -m u:${userName()}:rX ${quoted(root)}`,
  )
}

async function slownessChecks(context: CommandContext, { settings }: SourceFacts): Promise<Check[]> {
  const folder = folderOf(settings)
  return [
    ...(folder === undefined ? [] : [placeCheck(context, folder, networkOf(folder))]),
    ...(await readSpeedChecks(context, settings)),
    loadCheck(context, os.loadavg()[0] ?? 0, os.availableParallelism()),
  ]
}

export function placeCheck({ t }: CommandContext, repository: string, network: string | undefined): Check {
  const looked = (message: string) =>
    ({ id: 'REPOSITORY_LOCAL', message, about: subjects(SubjectKind.PATH, repository) }) as const
  return network === undefined
    ? fine(looked(t('doctor.local')))
    : advice(
        looked(t('doctor.network', { kind: network, folder: repository })),
        `nfsstat -m; ping SERVER; time head -c 100M ${quoted(`${repository}/packs`)}/*/* > /dev/null`,
      )
}

export function loadCheck({ t }: CommandContext, load: number, cores: number): Check {
  const looked: Looked = { id: 'CPU', message: t('doctor.cpu', { load: decimal(load), cores }) }
  return load <= cores * HEADROOM ? fine(looked) : advice(looked, 'top -o %CPU')
}

function networkOf(place: string): string | undefined {
  try {
    return NETWORK_FILE_SYSTEMS.get(Number(fs.statfsSync(place).type) >>> 0)
  } catch {
    return undefined
  }
}

/** Reads some stored bytes: what a restore would have to wait for. */
async function readSpeedChecks({ t, signal }: CommandContext, { values }: Settings): Promise<Check[]> {
  const folder = storage.localRootOf(values.repository)
  const repository = storage.labelOf(values.repository)
  const looked = (message: string) =>
    ({ id: 'REPOSITORY_SPEED', message, about: subjects(SubjectKind.PATH, repository) }) as const
  await using store = openStore(values.repository)
  let bytes = 0
  let tookNs = 0n
  try {
    for (const pack of await somePacks(store, signal)) {
      const beganNs = monotonicNs()
      const length = Math.min(pack.bytes, READ_BYTES_MAX - bytes)
      if (length > 0) bytes += (await store.get(pack.key, { offset: 0, length, signal })).length
      tookNs += monotonicNs() - beganNs
    }
  } catch (error) {
    if (!isBackupError(error) || error.code === 'ABORTED') throw error
    const remedy = folder === undefined ? 'neonpro-backup verify' : `ls -la ${quoted(folder)}; dmesg | tail`
    return [missing(looked(t('doctor.readFailed', { cause: String(error.context['cause'] ?? error.code) })), remedy)]
  }
  if (bytes === 0) return []
  const rate = bytes / Math.max(1e-6, Number(tookNs) / 1e9)
  return [speedCheck(looked(t('doctor.readSpeed', { rate: formatBytes(rate), bytes: formatBytes(bytes) })), rate)]
}

async function somePacks(store: ObjectStore, signal: AbortSignal): Promise<ObjectStat[]> {
  const found: ObjectStat[] = []
  for await (const pack of store.list('packs/', { signal })) {
    if (found.length >= SHOWN_MAX) break
    found.push(pack)
  }
  return found
}

export function speedCheck(looked: Looked, bytesPerSecond: number): Check {
  return bytesPerSecond >= READ_BYTES_PER_SECOND_MIN ? fine(looked) : advice(looked, 'iostat -x 1')
}

/** One bad night raises no alarm for the rate, however long it was: good runs have to stand between failures. */
function isOneStretch(runs: readonly RunView[]): boolean {
  const failed = runs.flatMap(({ state }, i) => (state === 'FAILED' ? [i] : []))
  return failed.length === 0 || failed.at(-1)! - failed[0]! < failed.length
}

/** Thresholds that what is normal here would break, with the ones that would not. */
function thresholdChecks({ t }: CommandContext, { config, runs, settings }: SourceFacts): Check[] {
  const { alertConfig } = effectiveSettings(config.settings, settings.values.defaults)
  const name = quoted(config.name)
  const about = aboutConfig(config)
  const checks: Check[] = []
  const seconds = runs
    .filter(({ state, durationMs }) => state === 'COMPLETED' && durationMs !== null)
    .map(({ durationMs }) => durationMs! / 1000)
  if (alertConfig.maxBackupTime !== undefined && seconds.length > 0) {
    const longest = Math.max(...seconds)
    const limits = { longest: formatSeconds(longest), limit: formatSeconds(alertConfig.maxBackupTime) }
    const looked = { id: 'MAX_BACKUP_TIME', message: t('doctor.longest', limits), about } as const
    checks.push(
      longest <= alertConfig.maxBackupTime
        ? fine(looked)
        : advice(looked, `neonpro-backup config edit ${name} --max-backup-time ${Math.ceil(longest * HEADROOM)}`),
    )
  }
  const finished = runs.filter(({ state }) => ['COMPLETED', 'PARTIAL', 'FAILED', 'MISSED'].includes(state))
  if (alertConfig.failureRate !== undefined && finished.length >= RUNS_FOR_A_RATE) {
    const failed = finished.filter(({ state }) => state === 'FAILED').length
    const message = t('doctor.failureRate', { failed, finished: finished.length, limit: alertConfig.failureRate })
    const looked = { id: 'FAILURE_RATE', message, about } as const
    checks.push(
      failed / finished.length <= alertConfig.failureRate || isOneStretch(finished)
        ? fine(looked)
        : advice(
            looked,
            `neonpro-backup status; neonpro-backup config edit ${name} --max-failure-rate ${(Math.ceil((failed / finished.length) * 20) / 20).toFixed(2)}`,
          ),
    )
  }
  const folder = folderOf(settings)
  const space = folder === undefined ? undefined : spaceOf(folder)
  if (alertConfig.minFreeSpace !== undefined && space && alertConfig.minFreeSpace > space.bytesTotal / 2) {
    const limits = { limit: formatBytes(alertConfig.minFreeSpace), total: formatBytes(space.bytesTotal) }
    checks.push(
      advice(
        { id: 'MIN_FREE_SPACE', message: t('doctor.spaceLimit', limits), about },
        `neonpro-backup config edit ${name} --min-free-space ${Math.floor(space.bytesTotal / 20)}`,
      ),
    )
  }
  return checks.length > 0 ? checks : [fine({ id: 'THRESHOLDS', message: t('doctor.noThreshold'), about })]
}
