/**
 * Everything the system goes by, each value with its origin. Resolving reads two files, changes nothing, and never
 * touches the process's environment.
 */
import path from 'node:path'
import { inspect } from 'node:util'
import { type Locale, localeOf } from '../../contracts/index.ts'
import {
  type LoggerConfig,
  SYSTEM_OPTIONS,
  type SystemDefaults,
  type VariableReference,
  type Warning,
  warningOf,
} from '../../contracts/system/index.ts'
import { keyTextsOf } from '../../engine/index.ts'
import { BackupError } from '../../kernel/backup-error.ts'
import { passwordsOf, REDACTED, redactPath, redactText, redactUrl } from '../../kernel/redaction.ts'
import type { ChannelSettings } from '../../services/index.ts'
import type { RepositoryLocation } from '../../storage/index.ts'
import { storage } from '../compose.ts'
import { VARIABLE_REFERENCE } from '../system-config.ts'
import {
  type Found,
  type Layers,
  type LayersInput,
  type Origin,
  OriginKind,
  placeholders,
  readLayers,
  rememberedIn,
  typed,
  variable,
  variableNames,
} from './layers.ts'
import { locationIn, repositoryOf } from './repository-place.ts'

export interface SettingsInput extends LayersInput {
  /** Of `--repo`. */
  readonly repository?: string
  /** Of `--key-file`. */
  readonly keyFile?: string
}

/** One line of `config show --effective`. */
export interface OriginEntry {
  /** An option's path, or a variable's name. */
  readonly name: string
  /** Redacted where it is a secret. */
  readonly value: unknown
  readonly origin: Origin
}

export interface SettingsValues {
  /** Absolute. */
  readonly home: string
  readonly repository: RepositoryLocation
  /** Somebody named it; else it is remembered or the default. */
  readonly isRepositoryNamed: boolean
  /** The place that a path or URL names; what it does not tell (credentials) as variables and files have it. */
  readonly locate: (text: string) => RepositoryLocation
  /** PostgreSQL; absent: the embedded database in HOME. */
  readonly databaseUrl?: string
  readonly scheduler: boolean
  /** For every configuration that does not say otherwise. */
  readonly defaults: SystemDefaults
  readonly logger: LoggerConfig
  /** LOGS_DIRECTORY, else HOME. */
  readonly logsDirectory: string
  /** Namespaces of DEBUG; empty: none. */
  readonly debug: string
  readonly locale: Locale
  readonly channels: ChannelSettings
  /** Key texts, newest first, each with the name that a refusal uses; see `readKeys`. */
  readonly keys: readonly KeyText[]
  /** Values that must be found in no log. */
  readonly secrets: readonly string[]
}

export interface KeyText {
  readonly text: string
  readonly source: string
  readonly origin: Origin
}

export interface Settings {
  readonly values: SettingsValues
  readonly origins: readonly OriginEntry[]
  readonly warnings: readonly Warning[]
}

/**
 * Resolves all settings. Throws CONFIG_INVALID (path, reason, accepted form), SOURCE_NOT_AVAILABLE naming a provider
 * that is not there. Keys are only collected: `readKeys` parses and refuses them.
 */
export function resolveSettings(input: SettingsInput): Settings {
  const layers = readLayers(input)
  const origins: OriginEntry[] = []
  const keep = <T>(name: string, found: Found<T>, shown: unknown = found.value): T => {
    origins.push({ name, value: shown, origin: found.origin })
    return found.value
  }
  const home = keep('home', layers.home)
  const locale = localeOfLayers(layers)
  const repository = repositoryOf(layers, input.repository)
  keep('repository', repository, storage.labelOf(repository.value))
  const database = databaseOf(layers)
  keep('databaseUrl', database, database.value === undefined ? null : redactUrl(database.value))
  const options = optionsOf(layers, keep)
  const logs = variable(layers, ['LOGS_DIRECTORY'])
  // systemd joins several with colons; the first is ours.
  const logsDirectory = keep(
    'logsDirectory',
    logs
      ? { value: path.resolve(layers.cwd, logs.value.split(':')[0]!), origin: logs.origin }
      : { value: home, origin: layers.home.origin },
  )
  const values: SettingsValues = {
    home,
    repository: repository.value,
    isRepositoryNamed:
      repository.origin.kind !== OriginKind.DEFAULT && repository.origin.kind !== OriginKind.REMEMBERED,
    locate: (text) => locationIn(layers, text),
    ...(database.value !== undefined && { databaseUrl: database.value }),
    ...options,
    logsDirectory,
    debug: variable(layers, ['DEBUG'])?.value ?? '',
    locale,
    channels: channelsOf(layers),
    keys: keysOf(layers, input),
    secrets: [...secretsOf(layers, database.value), ...storage.secretsIn(repository.value)],
  }
  for (const name of variableNames()) origins.push(variableEntry(layers, name))
  return {
    values: guarded(values, origins),
    origins,
    warnings: warningsOf(layers, { locale, hasDatabase: database.value !== undefined }),
  }
}

function byDefault<T>(value: T): Found<T> {
  return { value, origin: { kind: OriginKind.DEFAULT } }
}

function databaseOf(layers: Layers): Found<string | undefined> {
  const found = (typed(layers, 'databaseUrl') as Found<string> | undefined) ?? variable(layers, ['DATABASE_URL'])
  if (!found) return byDefault(undefined)
  return { value: checkedUrl('DATABASE_URL', found, ['postgres:', 'postgresql:']), origin: found.origin }
}

/** Options of one value each: every leaf of `SYSTEM_OPTIONS` that is not resolved by a rule of its own. */
function optionsOf(
  layers: Layers,
  keep: <T>(name: string, found: Found<T>) => T,
): Pick<SettingsValues, 'scheduler' | 'defaults' | 'logger'> {
  const group = (prefix: string): Record<string, unknown> => {
    const names = Object.keys(SYSTEM_OPTIONS).filter(
      (option) => option.startsWith(`${prefix}.`) && !option.includes('[]'),
    )
    return Object.fromEntries(
      names.flatMap((option) => {
        const each = typed(layers, option)
        if (!each) show(option)
        return each ? [[option.slice(prefix.length + 1), keep(option, each)]] : []
      }),
    )
  }
  /** The defaults are those of the rooms that use them: here they are only told. */
  const show = (option: string) => {
    const { default: text } = SYSTEM_OPTIONS[option as keyof typeof SYSTEM_OPTIONS]
    if (text !== '—') keep(option, byDefault(/^\d+(\.\d+)?$/.test(text) ? Number(text) : text))
  }
  const retention = typed(layers, 'retention')
  if (!retention) show('retention')
  return {
    scheduler: keep('scheduler', (typed(layers, 'scheduler') as Found<boolean> | undefined) ?? byDefault(true)),
    logger: group('logger') as LoggerConfig,
    defaults: {
      performance: group('performance'),
      filters: group('filters'),
      alertConfig: group('alertConfig'),
      ...(retention && { retention: keep('retention', retention) as SystemDefaults['retention'] }),
    } as SystemDefaults,
  }
}

function channelsOf(layers: Layers): ChannelSettings {
  const url = (name: string, protocols: readonly string[]) => {
    const each = variable(layers, [name])
    return each && checkedUrl(name, each, protocols)
  }
  const smtpUrl = url('SMTP_URL', ['smtp:', 'smtps:'])
  const webhookUrl = url('WEBHOOK_URL', ['http:', 'https:'])
  const healthcheckUrl = url('HEALTHCHECK_URL', ['http:', 'https:'])
  const webhookSecret = variable(layers, ['WEBHOOK_SECRET'])?.value
  const allowPrivate = variable(layers, ['WEBHOOK_ALLOW_PRIVATE'])?.value
  if (allowPrivate !== undefined && !['0', '1'].includes(allowPrivate))
    throw invalidVariable('WEBHOOK_ALLOW_PRIVATE', 'it can not be used')
  const emailFrom = addressesOf(layers, 'ALERT_EMAIL_FROM')?.[0]
  const emailTo = addressesOf(layers, 'ALERT_EMAIL_TO')
  return {
    ...(smtpUrl !== undefined && { smtpUrl }),
    ...(emailFrom !== undefined && { emailFrom }),
    ...(emailTo && { emailTo }),
    ...(webhookUrl !== undefined && { webhookUrl }),
    ...(webhookSecret !== undefined && { webhookSecret }),
    ...(allowPrivate === '1' && { webhookAllowPrivate: true }),
    ...(healthcheckUrl !== undefined && { healthcheckUrl }),
  }
}

function addressesOf(layers: Layers, name: 'ALERT_EMAIL_FROM' | 'ALERT_EMAIL_TO'): string[] | undefined {
  const each = variable(layers, [name])
  if (!each) return undefined
  const addresses = each.value
    .split(/[,;]/)
    .map((text) => text.trim())
    .filter((text) => text !== '')
  if (addresses.length === 0 || addresses.some((text) => !/^[^\r\n]*[^\s@<>]+@[^\s@<>]+>?$/.test(text)))
    throw invalidVariable(name, 'it is no list of addresses')
  return addresses
}

function checkedUrl(name: string, { value, origin }: Found<string>, protocols: readonly string[]): string {
  // By the scheme alone: PostgreSQL takes URLs that are none by the book (`postgres://user@/name?host=/run`).
  const protocol = /^([a-z]+:)\/\/./i.exec(value)?.[1]?.toLowerCase() ?? ''
  if (!protocols.includes(protocol))
    throw invalidVariable(
      origin.kind === OriginKind.ENVIRONMENT || origin.kind === OriginKind.ENV_FILE ? name : 'databaseUrl',
      'it is no URL of that kind',
    )
  return value
}

function invalidVariable(name: string, why: string): BackupError {
  const reference = VARIABLE_REFERENCE[name] ?? VARIABLE_REFERENCE['DATABASE_URL']
  return new BackupError('CONFIG_INVALID', `${name} is not valid.`, {
    context: { path: name, why, accepted: reference?.accepted?.en },
  })
}

function keysOf(layers: Layers, { keyFile }: SettingsInput): KeyText[] {
  const first: Found<string> | undefined =
    keyFile === undefined
      ? variable(layers, ['BACKUP_ENCRYPTION_KEY'])
      : { value: `file:${keyFile}`, origin: { kind: OriginKind.ARGUMENT, name: '--key-file' } }
  const remembered = layers.settled?.keyFile
  const fallback: KeyText[] =
    remembered === undefined
      ? []
      : [{ text: `file:${remembered}`, source: remembered, origin: rememberedIn(layers.home.value) }]
  const previous = variable(layers, ['BACKUP_ENCRYPTION_KEY_PREVIOUS'])
  const earlier = keyTextsOf(previous?.value ?? '')
  const absolute = (text: string) =>
    text.trim().startsWith('file:') ? `file:${path.resolve(layers.cwd, text.trim().slice(5))}` : text
  return [
    ...(first ? [{ text: absolute(first.value), source: first.origin.name!, origin: first.origin }] : fallback),
    ...earlier.map((text) => ({
      text: absolute(text),
      source: 'BACKUP_ENCRYPTION_KEY_PREVIOUS',
      origin: previous!.origin,
    })),
  ]
}

/** LC_ALL and LC_MESSAGES come first, as everywhere. */
function localeOfLayers(layers: Layers): Locale {
  return localeOf({ ...layers.env, LANG: variable(layers, ['LANG'])?.value })
}

function variableEntry(layers: Layers, name: string): OriginEntry {
  const each = variable(layers, [name])
  if (!each && name === 'BACKUP_ENCRYPTION_KEY' && layers.settled?.keyFile !== undefined)
    return { name, value: REDACTED, origin: rememberedIn(layers.home.value) }
  if (!each) return { name, value: null, origin: { kind: OriginKind.DEFAULT } }
  const secret = VARIABLE_REFERENCE[name]?.secret
  return { name, value: secret === undefined ? each.value : SHOWN[secret](each.value), origin: each.origin }
}

const SHOWN: Readonly<Record<NonNullable<VariableReference['secret']>, (value: string) => string>> = {
  all: () => REDACTED,
  url: redactUrl,
  host: redactPath,
  place: redactText,
}

function secretsOf(layers: Layers, databaseUrl: string | undefined): string[] {
  const secrets = variableNames().flatMap((name) => {
    const secret = VARIABLE_REFERENCE[name]?.secret
    const value = secret === undefined ? undefined : variable(layers, [name])?.value
    if (value === undefined) return []
    if (name === 'BACKUP_ENCRYPTION_KEY' || name === 'BACKUP_ENCRYPTION_KEY_PREVIOUS')
      return value
        .split(/[,\n]/)
        .map((text) => text.trim())
        .filter((text) => !text.startsWith('file:'))
        .flatMap((text) => [text, text.replace(/^(base64|hex|passphrase):/, '')])
    return secret === 'url' || secret === 'place' ? passwordsOf(value) : [value]
  })
  return [...new Set([...secrets, ...(databaseUrl === undefined ? [] : passwordsOf(databaseUrl))])]
}

function warningsOf(layers: Layers, facts: { readonly locale: Locale; readonly hasDatabase: boolean }): Warning[] {
  const examples = placeholders(layers)
  return [
    ...(layers.fixedHome === undefined
      ? []
      : [warningOf('HOME_OLD', facts.locale, { home: layers.home.value, fixed: layers.fixedHome })]),
    ...(examples.length > 0 ? [warningOf('PLACEHOLDER_IGNORED', facts.locale, { variable: examples.join(', ') })] : []),
    ...(variable(layers, ['SUPABASE_URL']) && !facts.hasDatabase
      ? [warningOf('SUPABASE_TABLES_EMPTY', facts.locale)]
      : []),
  ]
}

/** The same values, which a log or JSON shows only redacted. */
function guarded(values: SettingsValues, origins: readonly OriginEntry[]): SettingsValues {
  const shown = () => Object.fromEntries(origins.map(({ name, value }) => [name, value]))
  return Object.defineProperties({ ...values }, { toJSON: { value: shown }, [inspect.custom]: { value: shown } })
}
