/**
 * Every option and variable with its accepted form, default and meaning: what a refusal says, what `config show` marks
 * and what docs/configuration.md prints. A test holds it against the schemas. `[]` in a path stands for any position of
 * a list.
 */
import type { LocalizedText } from '../error-catalog.ts'

export interface OptionReference {
  /** The accepted form, as the end of a sentence that begins with "Accepted:". */
  readonly accepted: LocalizedText
  /** `—` where there is none. */
  readonly default: string
  /** One English sentence for the documentation. */
  readonly meaning: string
}

type Row = readonly [acceptedEnglish: string, acceptedPortuguese: string, byDefault: string, meaning: string]

const table = <const R extends Readonly<Record<string, Row>>>(
  rows: R,
): Readonly<Record<keyof R & string, OptionReference>> =>
  Object.fromEntries(
    Object.entries(rows).map(([path, [en, pt, byDefault, meaning]]) => [
      path,
      { accepted: { en, 'pt-BR': pt }, default: byDefault, meaning },
    ]),
  ) as Record<keyof R & string, OptionReference>

const NONE = '—'
const LIST_OF_PATTERNS = ['a list of patterns such as ["*.tmp"]', 'uma lista de padrões como ["*.tmp"]'] as const
const count = (what: string, que: string, byDefault = NONE): Row => [
  'a whole number from 0 up',
  'um número inteiro a partir de 0',
  byDefault,
  `${what}${que}`,
]
const YES_OR_NO = ['true or false', 'true ou false'] as const

// biome-ignore format: a table with one row an option, compared down its columns
const FILTER_ROWS = {
  includePatterns: [...LIST_OF_PATTERNS, 'all', 'Only what matches is backed up, a folder with all that is in it; the last that matches decides, "!" takes back. See docs/filters.md.'],
  excludePatterns: [...LIST_OF_PATTERNS, 'none', 'Files and folders that match are left out; the last that matches decides, "!" takes back. See docs/filters.md.'],
  sizeLimit: ['a whole number of bytes from 1 up', 'um número inteiro de bytes a partir de 1', 'none', 'Larger files are left out. Bytes.'],
  modifiedSince: ['an ISO 8601 date such as "2024-01-01" or a time with its offset', 'uma data ISO 8601 como "2024-01-01" ou um horário com deslocamento', 'none', 'Files last changed before are left out. A date begins at 00:00 in the zone of the configuration.'],
} as const satisfies Readonly<Record<string, Row>>

const nested = <R extends Readonly<Record<string, Row>>, P extends string>(
  prefix: P,
  rows: R,
): { readonly [K in keyof R & string as `${P}.${K}`]: Row } =>
  Object.fromEntries(Object.entries(rows).map(([path, row]) => [`${prefix}.${path}`, row])) as {
    readonly [K in keyof R & string as `${P}.${K}`]: Row
  }

/** Options that a configuration and the system's own configuration (as the default of all) both know. */
// biome-ignore format: a table with one row an option, compared down its columns
const SHARED_ROWS = {
  performance: ['an object', 'um objeto', NONE, 'How hard a run works.'],
  'performance.maxConcurrentBackups': ['a whole number from 1 to 64', 'um número inteiro de 1 a 64', '1', 'Runs at once per worker. Counts in the system\'s configuration only.'],
  'performance.compressionLevel': ['a whole number from 1 to 9', 'um número inteiro de 1 a 9', '3', 'zstd, by the table in docs/tuning.md.'],
  'performance.chunkSize': ['a whole number of bytes from 65536 to 16777216', 'um número inteiro de bytes de 65536 a 16777216', '1048576', 'Bytes that are compressed and sealed together: the segment target, never the deduplication boundary.'],
  'performance.timeout': ['a whole number of seconds from 1 up', 'um número inteiro de segundos a partir de 1', '7200', 'Seconds after which a run is stopped; what it stored is kept.'],
  'performance.retryAttempts': ['a whole number from 0 to 20', 'um número inteiro de 0 a 20', '3', 'Further attempts after a transient error; after a full disk only where this is set.'],
  'performance.retryDelay': ['a whole number of milliseconds from 0 up', 'um número inteiro de milissegundos a partir de 0', '30000', 'Milliseconds between two attempts.'],
  retention: ['a number of days from 1 up, or an object such as { "daily": 14 }', 'um número de dias a partir de 1 ou um objeto como { "daily": 14 }', 'keep all', 'Which points stay; see docs/retention.md. A number keeps every point of so many days.'],
  'retention.last': count('The newest so many good points.', ''),
  'retention.withinDays': count('Every point of the last so many days.', ''),
  'retention.hourly': count('The newest good point of each of the last so many hours', ' that have one.'),
  'retention.daily': count('The newest good point of each of the last so many days', ' that have one.'),
  'retention.weekly': count('The newest good point of each of the last so many weeks', ' that have one.'),
  'retention.monthly': count('The newest good point of each of the last so many months', ' that have one.'),
  'retention.yearly': ['a whole number from 0 up, or "forever"', 'um número inteiro a partir de 0 ou "forever"', NONE, 'The newest good point of each of the last so many years that have one.'],
  'retention.custom': ['a list such as [{ "pattern": "first-of-month", "keep": 60 }]', 'uma lista como [{ "pattern": "first-of-month", "keep": 60 }]', NONE, 'Points of the calendar.'],
  'retention.custom[]': ['an object with pattern and keep', 'um objeto com pattern e keep', NONE, 'One rule.'],
  'retention.custom[].pattern': ['first-of- or last-of- and day, week, month, quarter or year', 'first-of- ou last-of- e day, week, month, quarter ou year', NONE, 'Which point of which period.'],
  'retention.custom[].keep': ['a whole number from 1 up, or "forever"', 'um número inteiro a partir de 1 ou "forever"', NONE, 'How many of them stay.'],
  filters: ['an object', 'um objeto', NONE, 'What is left out. In a configuration its members may also stand beside the others, without `filters`.'],
  ...nested('filters', FILTER_ROWS),
  'filters.includePatterns[]': [...LIST_OF_PATTERNS, NONE, 'A pattern.'],
  'filters.excludePatterns[]': [...LIST_OF_PATTERNS, NONE, 'A pattern.'],
  alertConfig: ['an object', 'um objeto', NONE, 'When the system raises an alarm by itself.'],
  'alertConfig.failureRate': ['a number from 0 to 1', 'um número de 0 a 1', '0.05', 'Failures over finished runs of the last 30 days, from 5 runs on and not for one bad night (docs/alarms.md).'],
  'alertConfig.maxBackupTime': ['a whole number of seconds from 1 up', 'um número inteiro de segundos a partir de 1', '7200', 'A run that takes longer, while it still runs. Seconds.'],
  'alertConfig.minFreeSpace': ['a whole number of bytes from 0 up', 'um número inteiro de bytes a partir de 0', '5368709120', 'Less free room than this at repository or HOME. Bytes.'],
} as const satisfies Readonly<Record<string, Row>>

/** Of `setupFileBackup`, `setupDatabaseBackup`, `createConfig` and `updateConfig`. */
// biome-ignore format: a table with one row an option, compared down its columns
export const CONFIG_OPTIONS = table({
  name: ['a text of 1 to 200 characters', 'um texto de 1 a 200 caracteres', 'required', 'Unique among the configurations.'],
  kind: ['FILES, DATABASE or the kind of another source that is here', 'FILES, DATABASE ou o tipo de outra origem disponível', 'by what is given', 'What is backed up: FILES by `paths`, DATABASE by `databaseUrl`, another kind by `source`.'],
  paths: ['a list of paths such as ["/srv/documents"]', 'uma lista de caminhos como ["/srv/documentos"]', 'required for files', 'Files and folders.'],
  'paths[]': ['a list of paths such as ["/srv/documents"]', 'uma lista de caminhos como ["/srv/documentos"]', NONE, 'A path.'],
  databaseUrl: ['a URL such as "postgresql://user@host:5432/name"', 'uma URL como "postgresql://usuario@host:5432/nome"', NONE, 'The database. Sealed at once, shown without its password.'],
  source: ['an object with the settings of the kind', 'um objeto com as opções do tipo', 'required for other kinds', 'How a source of another kind is reached; with `kind`. What is secret in it is sealed at once and never shown.'],
  frequency: ['HOURLY, DAILY, WEEKLY or MONTHLY', 'HOURLY, DAILY, WEEKLY ou MONTHLY', 'only by hand', 'How often. One of `frequency`, `cron` and `every`.'],
  time: ['"HH:MM" from 00:00 to 23:59', '"HH:MM" de 00:00 a 23:59', '"02:00"', 'In the zone of the configuration. HOURLY uses its minutes (default 0).'],
  dayOfWeek: ['a number from 0 (Sunday) to 6, or SUN, MON, TUE, WED, THU, FRI or SAT', 'um número de 0 (domingo) a 6 ou SUN, MON, TUE, WED, THU, FRI ou SAT', '0', 'For WEEKLY.'],
  dayOfMonth: ['a whole number from 1 to 31 (31 is the last day)', 'um número inteiro de 1 a 31 (31 é o último dia)', '1', 'For MONTHLY.'],
  cron: ['a cron expression such as "30 2 * * 1-5" that comes due', 'uma expressão cron como "30 2 * * 1-5" que chegue a ter um horário', NONE, 'Five fields, in the zone of the configuration.'],
  every: ['a number and m, h or d, such as "15m"', 'um número e m, h ou d, como "15m"', NONE, 'Counted from the making of the configuration, in UTC.'],
  timezone: ['an IANA name such as "America/Sao_Paulo"', 'um nome IANA como "America/Sao_Paulo"', 'the system\'s', 'Zone of schedule and retention.'],
  allowEmpty: [...YES_OR_NO, 'false', 'true: a path, or a mount point below one, that had files and has none is taken as it is. Else it is named, and the run is PARTIAL.'],
  ...FILTER_ROWS,
  'includePatterns[]': [...LIST_OF_PATTERNS, NONE, 'A pattern.'],
  'excludePatterns[]': [...LIST_OF_PATTERNS, NONE, 'A pattern.'],
  ...SHARED_ROWS,
  type: ['FULL, INCREMENTAL, DIFFERENTIAL, FILES or DATABASE', 'FULL, INCREMENTAL, DIFFERENTIAL, FILES ou DATABASE', 'INCREMENTAL', 'FILES and DATABASE name the kind and mean INCREMENTAL.'],
  healthcheckUrl: ['an http: or https: URL', 'uma URL http: ou https:', 'HEALTHCHECK_URL with {slug}', 'Is called at start, success and failure of each run.'],
  enabled: [...YES_OR_NO, 'true', 'false: no due times.'],
  priority: ['LOW, NORMAL, HIGH or CRITICAL', 'LOW, NORMAL, HIGH ou CRITICAL', 'NORMAL', 'Order of the queue.'],
  tags: ['a list of texts', 'uma lista de textos', 'none', 'Written into each snapshot.'],
  'tags[]': ['a list of texts', 'uma lista de textos', NONE, 'A tag.'],
  repository: ['the name of a repository that "repository list" shows, or its absolute path or URL', 'o nome de um repositório que "repository list" mostra, ou o caminho absoluto ou a URL dele', 'the first', 'Where its runs write to. With another one its next runs write there; the points of before stay where they are.'],
})

/** Of `initializeBackupSystem` and HOME/config.json, but for the repository's place: see system/system-config.ts. */
// biome-ignore format: a table with one row an option, compared down its columns
export const SYSTEM_OPTIONS = table({
  home: ['a path', 'um caminho', '/var/lib/neonpro-backup for root, else ~/.local/state/neonpro-backup', 'Folder of database, caches and logs: HOME.'],
  databaseUrl: ['a URL such as "postgresql://user@host:5432/name"', 'uma URL como "postgresql://usuario@host:5432/nome"', 'embedded', 'The control plane\'s own database.'],
  scheduler: [...YES_OR_NO, 'true', 'Whether due runs start in the owner\'s process.'],
  ...SHARED_ROWS,
  logger: ['an object', 'um objeto', NONE, 'What is logged, and where.'],
  'logger.level': ['trace, debug, info, warn, error, fatal or silent', 'trace, debug, info, warn, error, fatal ou silent', 'info', 'The least that is written.'],
  'logger.format': ['json or pretty', 'json ou pretty', 'json', 'Of the file; the console too, unless it is colorized.'],
  'logger.transports': ['a list such as [{ "type": "file", "filename": "backup.log" }, { "type": "console" }]', 'uma lista como [{ "type": "file", "filename": "backup.log" }, { "type": "console" }]', 'the file', 'Where lines go.'],
  'logger.transports[]': ['an object with type file or console', 'um objeto com type file ou console', NONE, 'One place.'],
  'logger.transports[].type': ['file or console', 'file ou console', NONE, 'The console is standard error.'],
  'logger.transports[].filename': ['a bare file name such as "backup.log": it lies in the log folder', 'um nome de arquivo simples como "backup.log": ele fica na pasta de logs', '"backup.log"', 'Of the active file; older ones are renamed to backup.1.log and on.'],
  'logger.transports[].colorize': [...YES_OR_NO, 'false', 'Coloured lines for people.'],
  'logger.transports[].level': ['trace, debug, info, warn, error, fatal or silent', 'trace, debug, info, warn, error, fatal ou silent', 'logger.level', 'For this place.'],
})

export interface VariableReference {
  /** One English sentence for the documentation. */
  readonly meaning: string
  /** `—` where there is none. */
  readonly default: string
  /**
   * `all`: never shown. `url`: shown without password and query. `host`: whoever has the path may call it, so only the
   * host is shown. `place`: a path, or a URL that is shown without password.
   */
  readonly secret?: 'all' | 'url' | 'host' | 'place'
  /** Where only some forms are taken. */
  readonly accepted?: LocalizedText
}

const WEB_ADDRESS: LocalizedText = { en: 'an http: or https: URL', 'pt-BR': 'uma URL http: ou https:' }
const ADDRESSES: LocalizedText = {
  en: 'e-mail addresses such as "ops@clinic.example", separated by commas',
  'pt-BR': 'endereços de e-mail como "ops@clinica.example", separados por vírgulas',
}

/**
 * Every environment variable that is read, from the process or from `.env`, but for those of storage providers: see
 * system/system-config.ts.
 */
// biome-ignore format: a table with one row an option, compared down its columns
export const VARIABLES = {
  BACKUP_ENCRYPTION_KEY: { meaning: 'The key that opens the repository: `base64:` or `hex:` with 32 bytes, `passphrase:` with 16 characters or more, `file:PATH`.', default: 'required', secret: 'all' },
  BACKUP_ENCRYPTION_KEY_COMMAND: { meaning: 'A program that prints the key, as `--password-command`; no shell reads it. For commands, where BACKUP_ENCRYPTION_KEY is not set; not read from `.env`. It gets the whole environment.', default: 'none', secret: 'all' },
  BACKUP_ENCRYPTION_KEY_PREVIOUS: { meaning: 'Earlier keys, separated by commas: they still open, and rotation wraps anew.', default: 'none', secret: 'all' },
  NEONPRO_BACKUP_HOME: { meaning: 'HOME: folder of database, caches and logs.', default: '/var/lib/neonpro-backup for root, else ~/.local/state/neonpro-backup' },
  NEONPRO_REPOSITORY: { meaning: 'The repository: a path or a `file:` URL.', default: 'BACKUP_LOCAL_PATH', secret: 'place' },
  DATABASE_URL: { meaning: 'PostgreSQL (15 or newer) or Supabase as the control plane\'s database.', default: 'embedded database in HOME', secret: 'url', accepted: { en: 'a URL such as "postgresql://user:password@host:5432/name"', 'pt-BR': 'uma URL como "postgresql://usuario:senha@host:5432/nome"' } },
  SUPABASE_URL: { meaning: 'Of the project. The tables there are used only when DATABASE_URL names its database.', default: 'none' },
  SUPABASE_ANON_KEY: { meaning: 'Of the project.', default: 'none', secret: 'all' },
  SMTP_URL: { meaning: 'Mail server for alarms: `smtp://user:password@host:587`.', default: 'none', secret: 'url', accepted: { en: 'a URL such as "smtp://user:password@host:587" or smtps:', 'pt-BR': 'uma URL como "smtp://usuario:senha@host:587" ou smtps:' } },
  ALERT_EMAIL_FROM: { meaning: 'Sender of alarms.', default: 'none', accepted: ADDRESSES },
  ALERT_EMAIL_TO: { meaning: 'Receivers of alarms, separated by commas.', default: 'none', accepted: ADDRESSES },
  WEBHOOK_URL: { meaning: 'Is called with each alarm.', default: 'none', secret: 'host', accepted: WEB_ADDRESS },
  WEBHOOK_SECRET: { meaning: 'Signs those calls (Standard Webhooks). Two with a space between while one replaces the other.', default: 'none', secret: 'all', accepted: { en: '"whsec_" and base64 of 16 random bytes or more (openssl rand -base64 32)', 'pt-BR': '"whsec_" e base64 de 16 bytes aleatórios ou mais (openssl rand -base64 32)' } },
  WEBHOOK_ALLOW_PRIVATE: { meaning: '1: WEBHOOK_URL may lead to a private, link-local or loopback address.', default: 'none', accepted: { en: '1 or 0', 'pt-BR': '1 ou 0' } },
  HEALTHCHECK_URL: { meaning: 'With `{slug}`: of each configuration; without: heartbeat of the scheduler itself.', default: 'none', secret: 'host', accepted: WEB_ADDRESS },
  LOGS_DIRECTORY: { meaning: 'Folder of backup.log; systemd sets it.', default: 'HOME' },
  DEBUG: { meaning: '`backup:*` or names such as `backup:scheduling`: debug lines on standard error.', default: 'none' },
  LANG: { meaning: 'pt…: Portuguese; LC_ALL and LC_MESSAGES come first.', default: 'English' },
} as const satisfies Readonly<Record<string, VariableReference>>
export type VariableName = keyof typeof VARIABLES
