import { isDeepStrictEqual } from 'node:util'
import {
  CONFIG_OPTIONS,
  type ConfigInput,
  type ConfigPatch,
  type ConfigSettings,
  type ConfigSource,
  configPatchSchema,
  invalidOption,
  isFiles,
  parseOptions,
  type StoredSettings,
  settingsOf,
  storedSettings,
  type Warning,
} from '../../contracts/system/index.ts'
import { nowMs } from '../../kernel/clock.ts'
import type { DriverSettings, SourceDriver } from '../../sources/index.ts'
import { pingWarnings } from '../alarms/index.ts'
import { openSource, sealHealthcheck } from '../control-key/index.ts'
import { checkSource, repositoryRoots } from '../execution/index.ts'
import type { SystemParts } from '../parts.ts'
import { ensureDueTimes } from '../scheduling/index.ts'
import { type ConfigRow, nameTaken, readConfig } from './config-row.ts'
import { configInputOf, type ParsedConfig, parseConfigInput } from './parse-config-input.ts'
import {
  askedRepository,
  heldRepositoryId,
  parseDefaults,
  type SavedConfig,
  type SaveOptions,
  saved,
  sealedSource,
  warningsAbout,
} from './save-config.ts'

const PLACE = { options: CONFIG_OPTIONS }
const SCHEDULES = ['frequency', 'cron', 'every'] as const
const TIMES = ['time', 'dayOfWeek', 'dayOfMonth'] as const
const FILTERS = ['includePatterns', 'excludePatterns', 'sizeLimit', 'modifiedSince'] as const
const MERGED = ['filters', 'performance', 'alertConfig'] as const

/**
 * Changes what the patch names; `null` takes an option away. Members of filters, performance and alertConfig change one
 * by one, a retention as a whole, a schedule of another kind replaces the former. With another repository the next runs
 * write there; its points of before stay where they are. One transaction: a failure leaves the
 * former configuration untouched. Throws CONFIG_NOT_FOUND and what `createConfig` throws.
 */
export async function updateConfig(
  parts: SystemParts,
  id: string,
  patch: ConfigPatch,
  by: string,
  options: SaveOptions = {},
): Promise<SavedConfig> {
  const asked = parseOptions(configPatchSchema, patch, PLACE)
  await checkAsked(parts, id, asked, options)
  const repository = await askedRepository(parts, asked.repository)
  let warnings: readonly Warning[] = []
  let name = ''
  let pinged: ConfigSettings | undefined
  try {
    await parts.catalog.transaction(async (tx) => {
      const row = await readConfig(tx, parts, { id, lock: true })
      const { former, parsed } = parsedChange(parts, row, asked)
      const settings = sealHealthcheck(parts.secrets, row.id, withSecrets(parsed.settings, former.settings))
      name = parsed.name
      pinged = asked.name || asked.healthcheckUrl ? settings : undefined
      const source = parsed.reach ? { source_sealed: sealedSource(parts, row.id, parsed) } : {}
      await tx
        .updateTable('configs')
        .set({
          name,
          enabled: parsed.enabled,
          settings: JSON.stringify(storedSettings(settings)),
          ...source,
          ...(repository && { repository_id: await heldRepositoryId(tx, repository) }),
          generation: row.generation + 1,
          updated_at: new Date(nowMs()),
        })
        .where('id', '=', row.id)
        .execute()
      await ensureDueTimes(tx, parts, { id: row.id, enabled: parsed.enabled, settings, createdAt: row.created_at })
      warnings = [...parsed.warnings, ...warningsAbout(parts, settings)].filter(({ code }) => isNews(code, asked))
    }, options)
  } catch (error) {
    throw nameTaken(error, name)
  }
  parts.log.debug('configuration changed', { config: id, by, changed: Object.keys(asked) })
  if (pinged) warnings = [...warnings, ...(await pingWarnings(parts, { id, name, settings: pinged }))]
  return await saved(parts, id, { warnings, signal: options.signal })
}

interface Former {
  readonly name: string
  readonly enabled: boolean
  readonly settings: ConfigSettings
}

/**
 * A source is looked at where the patch names it: one whose disk is away keeps nobody from changing the hour. Before
 * the transaction, which waits for nothing outside of the database.
 */
async function checkAsked(parts: SystemParts, id: string, asked: ConfigPatch, { signal }: SaveOptions): Promise<void> {
  if (!asked.paths && !asked.source && !asked.databaseUrl) return
  const { parsed } = parsedChange(parts, await readConfig(parts.catalog.db, parts, { id }), asked)
  const place = { roots: await repositoryRoots(parts), sources: parts.sources }
  await checkSource(place, { source: parsed.settings.source, reach: parsed.reach }, signal)
}

function parsedChange(
  parts: SystemParts,
  row: ConfigRow,
  asked: ConfigPatch,
): { readonly former: Former; readonly parsed: ParsedConfig } {
  const former = { name: row.name, enabled: row.enabled, settings: settingsOf(row.settings as StoredSettings) }
  const { source } = former.settings
  if (asked.kind && asked.kind !== source.kind) throw invalidOption('kind', 'it can not be changed', PLACE)
  if (asked.source === null && !isFiles(source)) throw invalidOption('source', 'it is missing', PLACE)
  const input = { ...patched(former, asked), ...changedSource(parts, row, { source, asked: asked.source }) }
  return { former, parsed: parseConfigInput(input, { ...parseDefaults(parts), kept: source }) }
}

/**
 * Members of a source change one by one, like those of filters; what is secret stays where it is not named, as long as
 * it goes to where it went. Throws CONFIG_INVALID, SOURCE_NOT_AVAILABLE.
 */
function changedSource(
  { secrets, sources }: SystemParts,
  row: ConfigRow,
  { source, asked }: { readonly source: ConfigSource; readonly asked: ConfigPatch['source'] },
): Pick<ConfigInput, 'source'> {
  if (!asked || isFiles(source)) return {}
  const former = openSource(secrets, row.id, { settings: source.settings, sealed: row.source_sealed })
  requireSecrets(sources.driverOf(source.kind), former, asked)
  return { source: Object.fromEntries(Object.entries({ ...former, ...asked }).filter(([, value]) => value !== null)) }
}

/** Who may change a configuration may not read its secrets: a host of his own would be sent them. */
function requireSecrets(driver: SourceDriver, former: DriverSettings, asked: object): void {
  const { secrets, keepsSecrets = [], texts } = driver
  const changes = Object.entries(asked).some(
    ([name, value]) => !keepsSecrets.includes(name) && !isDeepStrictEqual(value ?? undefined, former[name]),
  )
  const missing = secrets.find((name) => former[name] !== undefined && !Object.hasOwn(asked, name))
  if (!changes || missing === undefined) return
  const at = `source.${missing}`
  const text = texts[missing]
  const why = 'it has to be given again with what may change where it is sent'
  throw invalidOption(at, why, { options: { ...CONFIG_OPTIONS, ...(text && { [at]: text }) } })
}

/** Pings keep their address where the patch names none: the shown form has no secret. */
function withSecrets(settings: ConfigSettings, former: ConfigSettings): ConfigSettings {
  const isPingKept = settings.healthcheckUrl !== undefined && settings.healthcheckUrl === former.healthcheckUrl
  return {
    ...settings,
    ...(isPingKept && former.healthcheckSealed !== undefined && { healthcheckSealed: former.healthcheckSealed }),
  }
}

/** What was said when the configuration was made is not repeated with every change. */
function isNews(code: string, asked: ConfigPatch): boolean {
  const about: Readonly<Record<string, readonly (keyof ConfigPatch)[]>> = {
    NO_RETENTION: ['retention'],
    RETENTION_CONFLICT: ['retention'],
    NOT_YET_ACTIVE: ['performance'],
    TIMEZONE_ASSUMED: ['timezone'],
    HOME_IN_SOURCE: ['paths'],
    KEY_IN_SOURCE: ['paths'],
    CONTROL_PLANE_INSIDE: ['databaseUrl', 'source'],
  }
  return about[code]?.some((name) => asked[name] !== undefined) ?? true
}

function patched(former: Former, asked: ConfigPatch): ConfigInput {
  const base = { ...configInputOf(former) } as Record<string, unknown>
  const patch = nestedFilters(asked)
  const isOtherKind = SCHEDULES.some((name) => patch[name] !== undefined)
  if (isOtherKind) for (const name of SCHEDULES) delete base[name]
  if (isOtherKind && (patch['frequency'] ?? null) === null) for (const name of TIMES) delete base[name]
  if (patch['frequency'] && patch['frequency'] !== 'WEEKLY') delete base['dayOfWeek']
  if (patch['frequency'] && patch['frequency'] !== 'MONTHLY') delete base['dayOfMonth']
  for (const [name, value] of Object.entries(patch)) {
    if (value === undefined) continue
    base[name] =
      isMerged(name) && value !== null ? { ...(base[name] as object | undefined), ...(value as object) } : value
  }
  return withoutNull(base) as unknown as ConfigInput
}

function isMerged(name: string): boolean {
  return MERGED.some((each) => each === name)
}

/** Flat filters beside the others mean members of `filters`, there too `null` takes away. */
function nestedFilters(asked: ConfigPatch): Record<string, unknown> {
  const { filters, ...rest } = asked as Record<string, unknown>
  const flat = Object.fromEntries(FILTERS.filter((name) => rest[name] !== undefined).map((name) => [name, rest[name]]))
  for (const name of FILTERS) delete rest[name]
  return Object.keys(flat).length === 0
    ? { ...rest, filters }
    : { ...rest, filters: { ...(filters as object | undefined), ...flat } }
}

function withoutNull(value: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const entries = Object.entries(value).filter(([, member]) => member !== null && member !== undefined)
  return Object.fromEntries(
    entries.map(([name, member]) => [name, isMerged(name) ? withoutNull(member as Record<string, unknown>) : member]),
  )
}
