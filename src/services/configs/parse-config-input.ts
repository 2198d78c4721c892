/**
 * What a caller says, as the one canonical form that is stored, recorded and shown; or CONFIG_INVALID naming the path,
 * the mistake and the accepted form. Pure: reads no disk, no clock, no environment.
 */
import path from 'node:path'
import type { Locale } from '../../contracts/index.ts'
import {
  BackupFrequency,
  BackupType,
  CONFIG_OPTIONS,
  type ConfigInput,
  type ConfigSettings,
  type ConfigSource,
  configInputSchema,
  type FilesSource,
  invalidOption,
  isFiles,
  Priority,
  parseOptions,
  type ScheduleSettings,
  SourceKind,
  type SystemDefaults,
  type Warning,
  warningOf,
} from '../../contracts/system/index.ts'
import { assertSchedule } from '../../jobs/index.ts'
import { isBackupError } from '../../kernel/backup-error.ts'
import { isoTime } from '../../kernel/clock.ts'
import { DayEnd, isMoment, momentOf } from '../../kernel/moment.ts'
import { redactUrl } from '../../kernel/redaction.ts'
import { compilePattern, type DriverSettings, type Sources } from '../../sources/index.ts'
import { driverSource, parseDriverSettings } from './driver-settings.ts'

export interface ParseDefaults {
  /** The system's zone, where the input names none. */
  readonly timezone: string
  /** Relative paths are of this folder. */
  readonly cwd: string
  readonly locale: Locale
  /** Milliseconds: a schedule must come due after. */
  readonly nowMs: number
  readonly system: SystemDefaults
  readonly sources: Sources
  /** Of a configuration that is changed. */
  readonly kept?: ConfigSource
}

interface ParsedSource {
  readonly source: ConfigSource
  readonly reach?: DriverSettings
}

export interface ParsedConfig {
  readonly name: string
  readonly enabled: boolean
  readonly settings: ConfigSettings
  /** Name or place of the repository that it writes to; undefined: none is said. */
  readonly repository?: string
  /** Of a driver: all that it takes to reach its source, to be checked and sealed. Absent where a change leaves it. */
  readonly reach?: DriverSettings
  readonly warnings: readonly Warning[]
}

const PLACE = { options: CONFIG_OPTIONS }
/** Of databases whose driver is not here: they are told from what is no URL of a database. */
const ANNOUNCED_SCHEMES = ['postgres', 'postgresql', 'mysql', 'mariadb', 'mongodb', 'mongodb+srv']
const DAYS = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT']
const TIME_DEFAULT = '02:00'
const FILTERS = ['includePatterns', 'excludePatterns', 'sizeLimit', 'modifiedSince'] as const

/** Throws CONFIG_INVALID. Flat and nested filters mean the same. */
export function parseConfigInput(given: ConfigInput, defaults: ParseDefaults): ParsedConfig {
  const input = parseOptions(configInputSchema, given, PLACE)
  const { source, reach } = sourceOf(input, defaults)
  const schedule = scheduleOf(input)
  const timezone = input.timezone ?? defaults.timezone
  assertSchedule(schedule, { timezone, createdAtMs: defaults.nowMs, afterMs: defaults.nowMs })
  const settings: ConfigSettings = {
    source,
    type: typeOf(input, source),
    schedule,
    timezone,
    filters: filtersOf(input, timezone),
    ...(input.allowEmpty !== undefined && { allowEmpty: input.allowEmpty }),
    ...(input.retention !== undefined && { retention: input.retention }),
    performance: input.performance ?? {},
    alertConfig: input.alertConfig ?? {},
    ...(input.healthcheckUrl !== undefined && { healthcheckUrl: input.healthcheckUrl }),
    priority: input.priority ?? Priority.NORMAL,
    tags: input.tags ?? [],
  }
  return {
    name: input.name,
    enabled: input.enabled ?? true,
    settings,
    ...(input.repository !== undefined && { repository: input.repository }),
    ...(reach && { reach }),
    warnings: warningsOf(input, settings, defaults),
  }
}

/**
 * The input that would give these settings, but for what a driver takes: what a patch is laid over. Holds no secret.
 */
export function configInputOf(config: {
  readonly name: string
  readonly enabled: boolean
  readonly settings: ConfigSettings
}): ConfigInput {
  const { healthcheckSealed: _, schedule, source, ...settings } = config.settings
  const { kind: scheduleKind, ...fields } = schedule
  return {
    name: config.name,
    enabled: config.enabled,
    ...structuredClone(settings),
    filters: { ...structuredClone(settings.filters), ...legacyDate(settings.filters) },
    kind: source.kind,
    ...(isFiles(source) && { paths: [...source.paths] }),
    ...(scheduleKind === 'MANUAL' ? {} : fields),
  } as ConfigInput
}

/** What an earlier version took for a date goes on meaning the same, and keeps nobody from changing the rest. */
function legacyDate({ modifiedSince }: ConfigSettings['filters']): ConfigSettings['filters'] {
  if (modifiedSince === undefined || isMoment(modifiedSince)) return {}
  const at = Date.parse(modifiedSince)
  return Number.isNaN(at) ? {} : { modifiedSince: isoTime(at) }
}

/** What is given, or what a change leaves as it is. */
function sourceOf(input: ConfigInput, defaults: ParseDefaults): ParsedSource {
  const { kept, cwd } = defaults
  if (kept && input.source === undefined && input.databaseUrl === undefined && !isFiles(kept)) {
    if (input.paths !== undefined) throw invalidOption('paths', `it can not stand beside kind ${kept.kind}`, PLACE)
    refuseFilters(input)
    return { source: kept }
  }
  const kind = input.kind ?? kindMeant(input)
  return kind === SourceKind.FILES ? { source: filesOf(input, cwd) } : otherSource(kind, input, defaults)
}

function kindMeant({ databaseUrl, paths, source, type }: ConfigInput): string {
  if (source !== undefined) throw invalidOption('kind', 'it is missing', PLACE)
  const isDatabase = (databaseUrl !== undefined || type === BackupType.DATABASE) && paths === undefined
  return isDatabase ? SourceKind.DATABASE : SourceKind.FILES
}

function filesOf({ paths, databaseUrl, source }: ConfigInput, cwd: string): FilesSource {
  if (databaseUrl !== undefined) throw invalidOption('databaseUrl', 'it can not stand beside paths', PLACE)
  if (source !== undefined) throw invalidOption('source', 'it can not stand beside paths', PLACE)
  if (paths === undefined || paths.length === 0) throw invalidOption('paths', 'it is missing', PLACE)
  if (paths.some((each) => each.includes('\0')))
    throw invalidOption('paths', 'it has a character that no path has', PLACE)
  return { kind: SourceKind.FILES, paths: [...new Set(paths.map((each) => path.resolve(cwd, each)))] }
}

function otherSource(kind: string, input: ConfigInput, { sources, kept }: ParseDefaults): ParsedSource {
  const { databaseUrl, paths, source } = input
  const isUrl = databaseUrl !== undefined
  if (kind !== SourceKind.DATABASE && kind !== kept?.kind && !sources.has(kind))
    throw invalidOption('kind', `it is ${JSON.stringify(kind)}`, PLACE)
  if (paths !== undefined)
    throw invalidOption('paths', `it can not stand beside ${isUrl ? 'databaseUrl' : `kind ${kind}`}`, PLACE)
  refuseFilters(input)
  if (isUrl && source !== undefined) throw invalidOption('source', 'it can not stand beside databaseUrl', PLACE)
  if (isUrl) return urlSource(databaseUrl, kind, sources)
  if (kind !== SourceKind.DATABASE) return driverSourceOf(kind, source, sources)
  if (source !== undefined) throw invalidOption('source', `it can not stand beside kind ${kind}`, PLACE)
  if (sources.drivers.some(({ fromUrl }) => fromUrl)) throw invalidOption('databaseUrl', 'it is missing', PLACE)
  return { source: { kind, label: kind, settings: {} } }
}

function driverSourceOf(kind: string, given: object | undefined, sources: Sources): ParsedSource {
  if (given === undefined) throw invalidOption('source', 'it is missing', PLACE)
  const reach = parseDriverSettings(sources.driverOf(kind), given)
  return { source: driverSource(sources, kind, reach), reach }
}

/** Of a database that no driver here takes, only its name is known: whoever saves it is told so. */
function urlSource(url: string, asked: string, sources: Sources): ParsedSource {
  const scheme = /^([a-z][a-z0-9+.-]*):\/\/./i.exec(url)?.[1]?.toLowerCase() ?? ''
  const driver = sources.ofScheme(scheme)
  const isOther = asked !== SourceKind.DATABASE && asked !== driver?.kind
  if ((!driver && !ANNOUNCED_SCHEMES.includes(scheme)) || isOther)
    throw invalidOption('databaseUrl', 'it is no URL of that kind', PLACE)
  if (!driver?.fromUrl) return { source: { kind: scheme, label: redactUrl(url), settings: {} } }
  return driverSourceOf(driver.kind, driver.fromUrl(url), sources)
}

/** Of files alone. */
function refuseFilters(input: ConfigInput): void {
  const own = [...FILTERS, 'allowEmpty'] as const
  const given = own.find((name) => input[name] !== undefined)
  const nested = Object.entries(input.filters ?? {}).find(([, value]) => value !== undefined)?.[0]
  const name = given ?? (nested === undefined ? undefined : `filters.${nested}`)
  if (name !== undefined) throw invalidOption(name, 'it has no effect without paths', PLACE)
}

function typeOf({ type }: ConfigInput, source: ConfigSource): BackupType {
  if (type === BackupType.DATABASE && isFiles(source))
    throw invalidOption('type', 'it can not stand beside paths', PLACE)
  if (type === BackupType.FILES && !isFiles(source))
    throw invalidOption('type', `it can not stand beside kind ${source.kind}`, PLACE)
  return type ?? BackupType.INCREMENTAL
}

/** What stands where it has no effect is refused: somebody expects something of it. */
function scheduleOf(input: ConfigInput): ScheduleSettings {
  const { frequency, cron, every, time, dayOfWeek, dayOfMonth } = input
  const kinds = (['frequency', 'cron', 'every'] as const).filter((name) => input[name] !== undefined)
  if (kinds.length > 1) throw invalidOption(kinds[1]!, `it can not stand beside ${kinds[0]}`, PLACE)
  if (time !== undefined && frequency === undefined)
    throw invalidOption('time', 'it has no effect without frequency', PLACE)
  if (dayOfWeek !== undefined && frequency !== BackupFrequency.WEEKLY)
    throw invalidOption('dayOfWeek', 'it has no effect without frequency WEEKLY', PLACE)
  if (dayOfMonth !== undefined && frequency !== BackupFrequency.MONTHLY)
    throw invalidOption('dayOfMonth', 'it has no effect without frequency MONTHLY', PLACE)
  if (cron !== undefined) return { kind: 'CRON', cron: cron.trim() }
  if (every !== undefined) return { kind: 'EVERY', every }
  if (frequency === undefined) return { kind: 'MANUAL' }
  return {
    kind: 'FREQUENCY',
    frequency,
    time: (time ?? (frequency === BackupFrequency.HOURLY ? '00:00' : TIME_DEFAULT)).padStart(5, '0'),
    ...(frequency === BackupFrequency.WEEKLY && {
      dayOfWeek: typeof dayOfWeek === 'string' ? DAYS.indexOf(dayOfWeek) : (dayOfWeek ?? 0),
    }),
    ...(frequency === BackupFrequency.MONTHLY && { dayOfMonth: dayOfMonth ?? 1 }),
  }
}

/** A date is kept as the instant that it means: where the zone changes later, it does not. */
function filtersOf(input: ConfigInput, zone: string): ConfigSettings['filters'] {
  const filters: Record<string, unknown> = { ...input.filters }
  for (const name of FILTERS) {
    if (input[name] === undefined) continue
    if (filters[name] !== undefined && JSON.stringify(filters[name]) !== JSON.stringify(input[name]))
      throw invalidOption(name, `it says something else than filters.${name}`, PLACE)
    filters[name] = input[name]
  }
  for (const name of ['includePatterns', 'excludePatterns'] as const)
    for (const pattern of (filters[name] as readonly string[] | undefined) ?? []) assertPattern(pattern, name)
  const { modifiedSince } = filters
  const sinceMs = typeof modifiedSince === 'string' ? momentOf(modifiedSince, { zone, end: DayEnd.FIRST }) : undefined
  return sinceMs === undefined ? filters : { ...filters, modifiedSince: isoTime(sinceMs) }
}

function assertPattern(pattern: string, name: string): void {
  try {
    compilePattern(pattern)
  } catch (error) {
    if (!isBackupError(error)) throw error
    throw invalidOption(name, `the pattern ${pattern} can not be used`, PLACE)
  }
}

function warningsOf(
  input: ConfigInput,
  settings: ConfigSettings,
  { locale, system, timezone }: ParseDefaults,
): Warning[] {
  const isZoned = settings.schedule.kind === 'FREQUENCY' || settings.schedule.kind === 'CRON'
  return [
    ...(input.timezone === undefined && isZoned && isUtc(timezone)
      ? [warningOf('TIMEZONE_ASSUMED', locale, { timezone })]
      : []),
    ...(settings.retention === undefined && system.retention === undefined ? [warningOf('NO_RETENTION', locale)] : []),
    ...(input.performance?.maxConcurrentBackups === undefined
      ? []
      : [warningOf('NOT_YET_ACTIVE', locale, { option: 'performance.maxConcurrentBackups' })]),
  ]
}

/** A machine in UTC is mostly one that nobody has told where it is. */
function isUtc(timezone: string): boolean {
  return /^(Etc\/)?(UTC|UCT|Universal|Zulu|GMT)$/i.test(timezone)
}
