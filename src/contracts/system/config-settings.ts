/**
 * What a backup configuration may say, validated once. The description's flat and nested spellings of the filters mean
 * the same; `parseConfigSettings` gives the one canonical form. An unknown key or a bad unit is named with its path and
 * the accepted form.
 */
import { z } from 'zod'
import { isMoment } from '../../kernel/moment.ts'
import { isTilded, TILDE_KEPT } from '../../kernel/tilde.ts'
import { KEEPS_NOTHING, keepsNothing } from '../retention.ts'
import { BackupFrequency, BackupType, Priority, SourceKind } from './vocabulary.ts'

/** As configurations and snapshot documents name a kind of source. */
export const SOURCE_KIND_FORM = /^[A-Z][A-Z0-9_]{0,31}$/

/** The same check, and a type that tells a literal which is none of these words. */
function spelt<Word extends string>(text: z.ZodString): z.ZodType<Word, Word> {
  return text as unknown as z.ZodType<Word, Word>
}

/** A path of this machine, as it is. */
export const pathSchema = z
  .string()
  .min(1)
  .refine((text) => !isTilded(text), TILDE_KEPT)
const count = z.number().int().min(0)
const bytes = z.number().int().min(1)

export const performanceSchema = z.strictObject({
  /** Runs at once per worker; default 1. */
  maxConcurrentBackups: z.number().int().min(1).max(64).optional(),
  /** 1–9; default 3. */
  compressionLevel: z.number().int().min(1).max(9).optional(),
  /** Bytes; the segment target, never the dedup boundary. Default 1 MiB. */
  chunkSize: z.number().int().min(65_536).max(16_777_216).optional(),
  /** Seconds; default 7,200. */
  timeout: z.number().int().min(1).optional(),
  /** Transient errors only; default 3. */
  retryAttempts: z.number().int().min(0).max(20).optional(),
  /** Milliseconds; default 30,000. */
  retryDelay: z.number().int().min(0).optional(),
})

const keep = z.union([z.number().int().min(1), z.literal('forever')])
const customRule = z.strictObject({
  pattern: spelt<`${'first' | 'last'}-of-${'day' | 'week' | 'month' | 'quarter' | 'year'}`>(
    z
      .string()
      .regex(
        /^(first|last)-of-(day|week|month|quarter|year)$/,
        '"first-of-" or "last-of-" and day, week, month, quarter or year',
      ),
  ),
  keep,
})

/** A bare number means: every point of the last so many days. */
export const retentionSchema = z.union([
  z.number().int().min(1),
  z
    .strictObject({
      last: count.optional(),
      withinDays: count.optional(),
      hourly: count.optional(),
      daily: count.optional(),
      weekly: count.optional(),
      monthly: count.optional(),
      yearly: z.union([count, z.literal('forever')]).optional(),
      custom: z.array(customRule).optional(),
    })
    .refine((policy) => !keepsNothing(policy), KEEPS_NOTHING),
])

export const filtersSchema = z.strictObject({
  includePatterns: z.array(z.string().min(1)).optional(),
  excludePatterns: z.array(z.string().min(1)).optional(),
  /** Bytes. */
  sizeLimit: bytes.optional(),
  /** ISO 8601 date or time. */
  modifiedSince: z.string().refine(isMoment, 'an ISO 8601 date').optional(),
})

export const alertConfigSchema = z.strictObject({
  /** 0–1: failures over finished runs of the last 30 days, from 5 runs on. */
  failureRate: z.number().min(0).max(1).optional(),
  /** Seconds. */
  maxBackupTime: z.number().int().min(1).optional(),
  /** Bytes. */
  minFreeSpace: z.number().int().min(0).optional(),
})

const time = spelt<`${number}:${number}`>(z.string().regex(/^([01]?\d|2[0-3]):[0-5]\d$/, '"HH:MM" from 00:00 to 23:59'))
const dayOfWeek = z.union([z.number().int().min(0).max(6), z.enum(['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'])])

/** When it runs. Exactly one of `frequency`, `cron`, `every`; none means only by hand. */
export const scheduleFields = {
  frequency: z.enum(BackupFrequency).optional(),
  time: time.optional(),
  /** 0 = Sunday, or "MON". */
  dayOfWeek: dayOfWeek.optional(),
  /** 31 = the last. */
  dayOfMonth: z.number().int().min(1).max(31).optional(),
  cron: z.string().min(1).optional(),
  /** "15m", "6h", "2d": counted from the configuration's creation, in UTC. */
  every: spelt<`${number}${'m' | 'h' | 'd'}`>(
    z.string().regex(/^[1-9]\d{0,5}[mhd]$/, 'a number and m, h or d, such as "15m"'),
  ).optional(),
  /** IANA name. */
  timezone: z.string().optional(),
}

/** Options of `setupFileBackup` and `setupDatabaseBackup`. */
export const backupOptionsSchema = z.strictObject({
  ...scheduleFields,
  ...filtersSchema.shape,
  filters: filtersSchema.optional(),
  /** A path that had files and has none is taken as it is. */
  allowEmpty: z.boolean().optional(),
  type: z.enum(BackupType).optional(),
  retention: retentionSchema.optional(),
  performance: performanceSchema.optional(),
  alertConfig: alertConfigSchema.optional(),
  healthcheckUrl: z.url({ protocol: /^https?$/ }).optional(),
  enabled: z.boolean().optional(),
  priority: z.enum(Priority).optional(),
  tags: z.array(z.string().min(1)).optional(),
  /** Name or place of a repository that the system has; default: its first. */
  repository: z.string().min(1).optional(),
})
export type BackupOptionsInput = z.input<typeof backupOptionsSchema>

/** What `createConfig` and `updateConfig` take. */
export const configInputSchema = z.strictObject({
  name: z.string().trim().min(1).max(200),
  /** FILES, DATABASE for what a URL names, or the kind of a driver: which of those there are, only the system knows. */
  kind: z.string().regex(SOURCE_KIND_FORM).optional(),
  paths: z.array(pathSchema).optional(),
  /** A connection URL. It is sealed at once and never shown with its password. */
  databaseUrl: z.string().optional(),
  /** Of a driver's kind: all that it takes to reach the source. What is secret in it is sealed at once. */
  source: z.record(z.string(), z.unknown()).optional(),
  ...backupOptionsSchema.shape,
})
export type ConfigInput = z.input<typeof configInputSchema>

/** What `updateConfig` takes: only what changes. `null` takes an option away, so that its default counts again. */
export const configPatchSchema = z.strictObject(
  Object.fromEntries(Object.entries(configInputSchema.shape).map(([name, schema]) => [name, schema.nullish()])) as {
    [K in keyof typeof configInputSchema.shape]: z.ZodOptional<z.ZodNullable<(typeof configInputSchema.shape)[K]>>
  },
)
export type ConfigPatch = z.input<typeof configPatchSchema>

/** Files and folders of this machine. */
export interface FilesSource {
  /** Marks it. */
  readonly kind: typeof SourceKind.FILES
  /** Absolute. */
  readonly paths: readonly string[]
}

/** What a driver reads. */
export interface DriverSource {
  /** Of the driver. */
  readonly kind: string
  /** For people: which source it is. Holds no secret. */
  readonly label: string
  /** Without what is secret, which lies sealed elsewhere. */
  readonly settings: Readonly<Record<string, unknown>>
}

/** What is backed up: a union by kind. */
export type ConfigSource = FilesSource | DriverSource

export function isFiles(source: ConfigSource): source is FilesSource {
  return source.kind === SourceKind.FILES
}

/** What a configuration says whatever it backs up. Filters are nested, the zone is always named. */
export interface CommonSettings {
  /** Whether a run reads everything again. Default INCREMENTAL. */
  readonly type: BackupType
  /** When it runs by itself. */
  readonly schedule: ScheduleSettings
  /** IANA name: of its times, and of its policy's days. */
  readonly timezone: string
  /** What of the paths is taken. Default: everything. */
  readonly filters: z.output<typeof filtersSchema>
  /** A path that had files and has none is taken as it is; else it is named, and the run is PARTIAL. */
  readonly allowEmpty?: boolean
  /** Absent: keep all. */
  readonly retention?: z.output<typeof retentionSchema>
  /** What a run may take. Defaults as in `performanceSchema`. */
  readonly performance: z.output<typeof performanceSchema>
  /** From when on somebody is told. Default: the rules alone. */
  readonly alertConfig: z.output<typeof alertConfigSchema>
  /** Where its pings go: shown as protocol and host alone, since whoever has the path may report in its name. */
  readonly healthcheckUrl?: string
  /** The whole address, sealed by the control key, in hexadecimal digits. In no view. */
  readonly healthcheckSealed?: string
  /** Before which others it runs. Default NORMAL. */
  readonly priority: Priority
  /** On every snapshot of it. */
  readonly tags: readonly string[]
}

/** The canonical form, which programs work with. */
export interface ConfigSettings extends CommonSettings {
  /** What is backed up. */
  readonly source: ConfigSource
}

/**
 * As settings are stored, recorded in the repository and shown: `kind` and `paths` where they stood before there were
 * drivers, so that versions of then go on with files as they are, and refuse other kinds by name.
 */
export interface StoredSettings extends CommonSettings {
  /** Of the source. */
  readonly kind: string
  /** Empty for what is no files. */
  readonly paths: readonly string[]
  /** Absent for files. */
  readonly source?: Omit<DriverSource, 'kind'>
  /** Only of former versions. */
  readonly databaseLabel?: string
}

export function settingsOf(stored: StoredSettings): ConfigSettings {
  const { kind, paths, source, databaseLabel, ...common } = stored
  return { ...common, source: sourceOfStored(stored) }
}

/** What a stored configuration backs up. One that is only known by its points has nothing in it. */
export function sourceOfStored({
  kind = SourceKind.FILES,
  paths = [],
  source,
  databaseLabel = kind,
}: Partial<Pick<StoredSettings, 'kind' | 'paths' | 'source' | 'databaseLabel'>>): ConfigSource {
  return kind === SourceKind.FILES ? { kind, paths } : { kind, label: databaseLabel, settings: {}, ...source }
}

export function storedSettings({ source, ...common }: ConfigSettings): StoredSettings {
  if (isFiles(source)) return { ...source, ...common }
  const { kind, ...driver } = source
  return { kind, paths: [], source: driver, ...common }
}

/** What a configuration backs up, in one line for people. */
export function sourceText(stored: Parameters<typeof sourceOfStored>[0]): string {
  const source = sourceOfStored(stored)
  return isFiles(source) ? source.paths.join(', ') : source.label
}

export type ScheduleSettings =
  | { readonly kind: 'MANUAL' }
  | { readonly kind: 'CRON'; readonly cron: string }
  | { readonly kind: 'EVERY'; readonly every: string }
  | {
      readonly kind: 'FREQUENCY'
      readonly frequency: BackupFrequency
      readonly time: string
      readonly dayOfWeek?: number
      readonly dayOfMonth?: number
    }

/**
 * What a run goes by: the configuration's own settings, and the system's where it says nothing. Members of performance,
 * filters and alertConfig one by one; a retention as a whole.
 */
export function effectiveSettings<Settings extends CommonSettings>(
  settings: Settings,
  defaults: SystemDefaults,
): Settings {
  const retention = settings.retention ?? defaults.retention
  return {
    ...settings,
    ...(retention !== undefined && { retention }),
    performance: { ...defaults.performance, ...settings.performance },
    filters: { ...defaults.filters, ...settings.filters },
    alertConfig: { ...defaults.alertConfig, ...settings.alertConfig },
  }
}

/** Of `initializeBackupSystem` or config.json: what counts for every configuration that does not say otherwise. */
export interface SystemDefaults {
  /** Member by member. */
  readonly performance?: CommonSettings['performance'] | undefined
  /** As a whole. */
  readonly retention?: CommonSettings['retention'] | undefined
  /** Member by member. */
  readonly filters?: CommonSettings['filters'] | undefined
  /** Member by member. */
  readonly alertConfig?: CommonSettings['alertConfig'] | undefined
}
