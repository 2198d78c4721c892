// Goal: each setting comes from the first place that has it and says which; the process's environment is never changed;
// secrets are shown nowhere; every refusal names path, reason and accepted form. Method: each option set in every
// subset of its places.
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { inspect } from 'node:util'
import { refusal, refused } from '../../../test/harness/refusal.ts'
import { temporaryDirectory } from '../../../test/harness/temporary-directory.ts'
import { failureOf } from '../../contracts/index.ts'
import { SYSTEM_REFERENCE, type SystemConfigInput, VARIABLE_REFERENCE } from '../system-config.ts'
import { OriginKind, readKeys, resolveSettings, type Settings } from './index.ts'

const KEY = `base64:${randomBytes(32).toString('base64')}`

class Place implements Disposable {
  readonly #folder = temporaryDirectory()
  readonly cwd = this.#folder.path
  readonly home = path.join(this.cwd, 'neonpro-data')

  constructor() {
    // An earlier version's: the machine's own place is not a test's to look into.
    fs.mkdirSync(path.join(this.home, 'database'), { recursive: true })
  }

  write(file: string, text: string, mode = 0o600): string {
    const full = path.join(this.cwd, file)
    fs.mkdirSync(path.dirname(full), { recursive: true })
    fs.writeFileSync(full, text, { mode })
    return full
  }

  configFile(config: unknown): void {
    this.write('neonpro-data/config.json', JSON.stringify(config))
  }

  resolve(
    env: Record<string, string> = {},
    argument?: SystemConfigInput,
    more: { home?: string; repository?: string; keyFile?: string } = {},
  ): Settings {
    return resolveSettings({ cwd: this.cwd, env, ...(argument && { argument }), ...more })
  }

  [Symbol.dispose](): void {
    this.#folder[Symbol.dispose]()
  }
}

const entry = (settings: Settings, name: string) =>
  settings.origins.find((each) => each.name === name) ?? assert.fail(`no origin of ${name}`)

/** What a setting is called in each place, and how to read it. */
interface Subject {
  readonly name: string
  readonly typed?: (value: string) => SystemConfigInput
  readonly variable?: string
  readonly read: (settings: Settings) => unknown
  readonly values: readonly [argument: string, configFile: string, environment: string, envFile: string]
  readonly byDefault: (place: Place) => unknown
}

const under = (place: Place, name: string) => path.join(place.cwd, name)
const URLS = ['postgresql://a@h/1', 'postgresql://b@h/2', 'postgres://c@h/3', 'postgresql://d@h/4'] as const
const SUBJECTS: readonly Subject[] = [
  {
    name: 'repository',
    typed: (basePath) => ({ provider: 'LOCAL', local: { basePath } }),
    variable: 'BACKUP_LOCAL_PATH',
    read: ({ values }) => values.repository['basePath'],
    values: ['/r/1', '/r/2', '/r/3', '/r/4'],
    byDefault: ({ home }) => path.join(home, 'backups'),
  },
  {
    name: 'databaseUrl',
    typed: (databaseUrl) => ({ databaseUrl }),
    variable: 'DATABASE_URL',
    read: ({ values }) => values.databaseUrl,
    values: URLS,
    byDefault: () => undefined,
  },
  {
    name: 'logsDirectory',
    variable: 'LOGS_DIRECTORY',
    read: ({ values }) => values.logsDirectory,
    values: ['', '', '/l/3', '/l/4'],
    byDefault: ({ home }) => home,
  },
  {
    name: 'logger.level',
    typed: (level) => ({ logger: { level: level as 'info' } }),
    read: ({ values }) => values.logger.level,
    values: ['trace', 'debug', '', ''],
    byDefault: () => undefined,
  },
  {
    name: 'retention',
    typed: (days) => ({ retention: Number(days) }),
    read: ({ values }) => values.defaults.retention && String(values.defaults.retention),
    values: ['30', '60', '', ''],
    byDefault: () => undefined,
  },
  {
    name: 'performance.timeout',
    typed: (seconds) => ({ performance: { timeout: Number(seconds) } }),
    read: ({ values }) => values.defaults.performance?.timeout && String(values.defaults.performance.timeout),
    values: ['10', '20', '', ''],
    byDefault: () => undefined,
  },
  {
    name: 'alertConfig.failureRate',
    typed: (rate) => ({ alertConfig: { failureRate: Number(rate) } }),
    read: ({ values }) => values.defaults.alertConfig?.failureRate && String(values.defaults.alertConfig.failureRate),
    values: ['0.1', '0.2', '', ''],
    byDefault: () => undefined,
  },
]
const KINDS = [OriginKind.ARGUMENT, OriginKind.CONFIG_FILE, OriginKind.ENVIRONMENT, OriginKind.ENV_FILE]

test('argument > config.json > process environment > .env > default, for every subset of places; the origin is named', () => {
  let cases = 0
  for (const subject of SUBJECTS) {
    for (let set = 0; set < 16; set += 1) {
      const has = KINDS.map(
        (_, i) => (set & (1 << i)) !== 0 && (i < 2 ? subject.typed !== undefined : subject.variable !== undefined),
      )
      using place = new Place()
      if (has[1]) place.configFile(subject.typed!(subject.values[1]))
      if (has[3]) place.write('.env', `# comment\n${subject.variable}="${subject.values[3]}"\n`)
      const settings = place.resolve(
        has[2] ? { [subject.variable!]: subject.values[2] } : {},
        has[0] ? subject.typed!(subject.values[0]) : undefined,
      )
      const first = has.indexOf(true)
      assert.equal(
        subject.read(settings),
        first < 0 ? subject.byDefault(place) : subject.values[first],
        `${subject.name}, set ${set}`,
      )
      const origin = settings.origins.find(({ name }) => name === subject.name)?.origin
      assert.equal(origin?.kind, first >= 0 ? KINDS[first] : OriginKind.DEFAULT)
      if (first === 1) assert.equal(origin?.file, path.join(place.home, 'config.json'))
      if (first === 2) assert.equal(origin?.name, subject.variable)
      if (first === 3) assert.deepEqual([origin?.name, origin?.file], [subject.variable, under(place, '.env')])
      cases += 1
    }
  }
  assert.equal(cases, SUBJECTS.length * 16)
})

test('HOME: --home, argument, environment, .env, the former place; members of one object may come from several places', () => {
  using place = new Place()
  place.write('.env', 'NEONPRO_BACKUP_HOME=./from-file')
  assert.equal(place.resolve({}, { home: './a' }, { home: './option' }).values.home, under(place, 'option'))
  assert.equal(place.resolve({ NEONPRO_BACKUP_HOME: './env' }, { home: './a' }).values.home, under(place, 'a'))
  assert.equal(place.resolve({ NEONPRO_BACKUP_HOME: './env' }).values.home, under(place, 'env'))
  assert.equal(place.resolve().values.home, under(place, 'from-file'))
  place.write('.env', '')
  assert.deepEqual(
    [place.resolve().values.home, entry(place.resolve(), 'home').origin.kind],
    [place.home, OriginKind.DEFAULT],
  )
  place.configFile({ performance: { timeout: 60, retryAttempts: 1 }, retention: { daily: 7 }, home: './neonpro-data' })
  const { values } = place.resolve({}, { performance: { timeout: 5 }, retention: { weekly: 4 } })
  assert.deepEqual(
    [values.defaults.performance, values.defaults.retention],
    [{ timeout: 5, retryAttempts: 1 }, { weekly: 4 }],
  )
})

test('relative paths: of config.json from HOME, all others from the current folder; file modes', () => {
  using place = new Place()
  assert.equal(place.resolve({ BACKUP_LOCAL_PATH: './backups' }).values.repository['basePath'], under(place, 'backups'))
  assert.equal(
    place.resolve({ NEONPRO_REPOSITORY: 'r', BACKUP_LOCAL_PATH: './backups' }).values.repository['basePath'],
    under(place, 'r'),
  )
  assert.deepEqual(place.resolve({ NEONPRO_REPOSITORY: 'file:r?mode=0640' }).values.repository, {
    kind: 'LOCAL',
    basePath: under(place, 'r'),
    fileMode: '0640',
  })
  assert.equal(
    place.resolve({ NEONPRO_REPOSITORY: '/x' }, undefined, { repository: 'y' }).values.repository['basePath'],
    under(place, 'y'),
  )
  place.configFile({ local: { basePath: './mine', fileMode: '0640', directoryMode: '0750' } })
  assert.deepEqual(place.resolve().values.repository, {
    kind: 'LOCAL',
    basePath: path.join(place.home, 'mine'),
    fileMode: '0640',
    directoryMode: '0750',
  })
})

test("the process's environment is neither read nor changed", () => {
  using place = new Place()
  place.write('.env', 'NEONPRO_TEST_PLANTED=1\nDEBUG=backup:*\nBACKUP_LOCAL_PATH=/planted')
  const before = JSON.stringify(process.env)
  process.env['BACKUP_LOCAL_PATH'] = '/not/read'
  try {
    assert.deepEqual(
      [place.resolve().values.repository['basePath'], place.resolve().values.debug],
      ['/planted', 'backup:*'],
    )
  } finally {
    delete process.env['BACKUP_LOCAL_PATH']
  }
  assert.equal(JSON.stringify(process.env), before)
})

const DESCRIPTION = `# Supabase
SUPABASE_URL=your_supabase_url
SUPABASE_ANON_KEY=your_supabase_anon_key
BACKUP_LOCAL_PATH=./backups
AWS_ACCESS_KEY_ID=your_aws_access_key
AWS_SECRET_ACCESS_KEY=your_aws_secret_key
AWS_REGION=us-east-1
AWS_S3_BUCKET=your-backup-bucket
GOOGLE_CLOUD_PROJECT_ID=your_project_id
GOOGLE_CLOUD_BUCKET=your-backup-bucket
GOOGLE_APPLICATION_CREDENTIALS=path/to/service-account.json
AZURE_STORAGE_ACCOUNT=your_storage_account
AZURE_STORAGE_KEY=your_storage_key
AZURE_CONTAINER=your-backup-container
BACKUP_ENCRYPTION_KEY=your_32_character_encryption_key
`

test('the .env of the description as printed is refused by its key; with a real key it serves, its other placeholders count as not set', async () => {
  using place = new Place()
  place.write('.env', DESCRIPTION)
  const error = await refused(readKeys(place.resolve().values))
  assert.equal(error.code, 'KEY_PLACEHOLDER')
  assert.match(failureOf(error, 'en').message, /BACKUP_ENCRYPTION_KEY holds a placeholder/)
  assert.match(failureOf(error, 'pt-BR').guidance, /key generate/)
  const settings = place.resolve({ BACKUP_ENCRYPTION_KEY: KEY })
  assert.equal((await readKeys(settings.values)).keks.length, 1)
  assert.equal(settings.values.repository['basePath'], under(place, 'backups'))
  const names = settings.warnings.find(({ code }) => code === 'PLACEHOLDER_IGNORED')?.message ?? ''
  assert.ok(names.includes('SUPABASE_URL') && names.includes('AZURE_CONTAINER') && !names.includes('AWS_REGION'), names)
  assert.ok(!settings.warnings.some(({ code }) => code === 'SUPABASE_TABLES_EMPTY'))
})

test('keys: missing, previous ones, files; one beside the data is refused, also through a link and in .env', async () => {
  using place = new Place()
  assert.equal((await refused(readKeys(place.resolve().values))).code, 'KEY_MISSING')
  assert.equal(
    (await refused(readKeys(place.resolve({ BACKUP_ENCRYPTION_KEY_PREVIOUS: KEY }).values))).code,
    'KEY_MISSING',
  )
  assert.equal((await refused(readKeys(place.resolve({ BACKUP_ENCRYPTION_KEY: 'short' }).values))).code, 'KEY_REFUSED')
  place.write('key', KEY)
  const good = await readKeys(
    place.resolve({
      BACKUP_ENCRYPTION_KEY: 'file:key',
      BACKUP_ENCRYPTION_KEY_PREVIOUS: `${KEY}, passphrase:cinco cavalos azuis`,
    }).values,
  )
  assert.deepEqual([good.keks.length, good.keyFiles], [3, [under(place, 'key')]])
  assert.equal(
    (await readKeys(place.resolve({ BACKUP_ENCRYPTION_KEY: 'Clinica-Sao-Lucas-2026!backup-42' }).values)).warnings[0]
      ?.code,
    'KEY_TYPED',
  )
  assert.equal((await readKeys(place.resolve({}, undefined, { keyFile: 'key' }).values)).keks.length, 1)
  for (const folder of ['neonpro-data/key', 'neonpro-data/backups/keys/key']) {
    place.write(folder, KEY)
    const error = await refused(readKeys(place.resolve({ BACKUP_ENCRYPTION_KEY: `file:${folder}` }).values))
    assert.equal(error.code, 'KEY_REFUSED')
    assert.match(failureOf(error, 'pt-BR').message, /junto dos dados/)
  }
  fs.symlinkSync(place.home, under(place, 'link'))
  assert.equal(
    (await refused(readKeys(place.resolve({ BACKUP_ENCRYPTION_KEY: 'file:link/key' }).values))).code,
    'KEY_REFUSED',
  )
  place.write('.env', `BACKUP_ENCRYPTION_KEY=${KEY}`)
  assert.equal((await readKeys(place.resolve().values)).keks.length, 1)
  assert.equal(
    (await refused(readKeys(place.resolve({}, { home: '.', local: { basePath: '/elsewhere' } }).values))).code,
    'KEY_REFUSED',
  )
})

test('a provider that is not there is named; cloud variables alone choose nothing', () => {
  using place = new Place()
  for (const provider of ['S3', 'GCS', 'AZURE'] as const) {
    const error = refusal(() => place.resolve({}, { provider, local: { basePath: '/x' } }))
    assert.deepEqual([error.code, error.context['kind']], ['SOURCE_NOT_AVAILABLE', provider])
  }
  assert.equal(refusal(() => place.resolve({ NEONPRO_REPOSITORY: 's3://bucket/prefix' })).code, 'SOURCE_NOT_AVAILABLE')
  assert.equal(
    place.resolve({ AWS_ACCESS_KEY_ID: 'AKIA1', AWS_S3_BUCKET: 'b', GOOGLE_CLOUD_BUCKET: 'b', AZURE_CONTAINER: 'c' })
      .values.repository.kind,
    'LOCAL',
  )
})

test("SUPABASE_URL without DATABASE_URL is warned of in the reader's language; with it, not", () => {
  using place = new Place()
  const env = { SUPABASE_URL: 'https://x.supabase.co', LANG: 'pt_BR.UTF-8' }
  assert.match(
    place.resolve(env).warnings.find(({ code }) => code === 'SUPABASE_TABLES_EMPTY')?.message ?? '',
    /ficam vazias/,
  )
  const others = place.resolve({ ...env, DATABASE_URL: 'postgresql://u@h/d' }).warnings
  assert.deepEqual(
    others.map(({ code }) => code),
    ['HOME_OLD'],
  )
  assert.deepEqual(
    [place.resolve({ LANG: 'C' }).values.locale, place.resolve({ LANG: 'C', LC_ALL: 'pt_BR' }).values.locale],
    ['en', 'pt-BR'],
  )
})

const REFUSED: ReadonlyArray<readonly [env: Record<string, string>, config: unknown, path: string]> = [
  [{ DATABASE_URL: 'mysql://u:hunter2@h/d' }, {}, 'DATABASE_URL'],
  [{ DATABASE_URL: 'hunter2' }, {}, 'DATABASE_URL'],
  [{ SMTP_URL: 'https://u:hunter2@h' }, {}, 'SMTP_URL'],
  [{ WEBHOOK_URL: 'ftp://hunter2' }, {}, 'WEBHOOK_URL'],
  [{ HEALTHCHECK_URL: 'hunter2' }, {}, 'HEALTHCHECK_URL'],
  [{ ALERT_EMAIL_TO: 'hunter2' }, {}, 'ALERT_EMAIL_TO'],
  [{ ALERT_EMAIL_FROM: 'a@b\r\nBcc: hunter2@x' }, {}, 'ALERT_EMAIL_FROM'],
  [{}, { databaseUrl: 'mysql://u:hunter2@h/d' }, 'databaseUrl'],
  [{}, { databaseURL: 'postgres://u:hunter2@h/d' }, 'databaseURL'],
  [{}, { provider: 'local' }, 'provider'],
  [{}, { logger: { level: 'verbose' } }, 'logger.level'],
  [{}, { local: { basePath: '/x', fileMode: 'rw-------' } }, 'local.fileMode'],
  [{}, { performance: { compressionLevel: 19 } }, 'performance.compressionLevel'],
  [{}, { home: '/elsewhere' }, 'home'],
]

test('every option and every variable is shown with its origin, defaults too', () => {
  using place = new Place()
  const names = new Set(place.resolve().origins.map(({ name }) => name))
  const leaves = Object.entries(SYSTEM_REFERENCE)
    .filter(
      ([option, { default: byDefault }]) =>
        byDefault !== '—' && !option.includes('[]') && !/^(provider|local)/.test(option),
    )
    .map(([option]) => option)
  for (const name of [...leaves, ...Object.keys(VARIABLE_REFERENCE)]) assert.ok(names.has(name), name)
  assert.deepEqual(entry(place.resolve(), 'performance.timeout'), {
    name: 'performance.timeout',
    value: 7200,
    origin: { kind: OriginKind.DEFAULT },
  })
})

test('what can not be meant is refused with its path and the accepted form, in both languages and without its value', () => {
  for (const [env, config, wanted] of REFUSED) {
    using place = new Place()
    place.configFile(config)
    const error = refusal(() => place.resolve(env))
    assert.equal(error.code, 'CONFIG_INVALID', wanted)
    assert.ok(String(error.context['path']).endsWith(wanted), `${String(error.context['path'])} is not ${wanted}`)
    const texts = [failureOf(error, 'en'), failureOf(error, 'pt-BR')]
    assert.ok(
      texts.every(({ message, guidance }) => message.includes(wanted) && guidance.length > 12),
      JSON.stringify(texts),
    )
    assert.ok(!`${JSON.stringify(texts)}${inspect(error)}`.includes('hunter2'), inspect(error))
  }
})

test('files that are no settings: broken JSON is refused without its text, unreadable too; a folder named .env is none', () => {
  using place = new Place()
  place.write('neonpro-data/config.json', '{\n "databaseUrl": "postgres://u:hunter2@h/d"\n "home": 1 }')
  const error = refusal(() => place.resolve())
  assert.match(failureOf(error, 'en').message, /it is no JSON \(line 3\)/)
  assert.ok(!inspect(error).includes('hunter2'))
  place.write('neonpro-data/config.json', '\uFEFF{"scheduler": false}')
  assert.equal(place.resolve().values.scheduler, false)
  place.write('.env', '\uFEFFNEONPRO_BACKUP_HOME=./marked')
  assert.equal(place.resolve().values.home, under(place, 'marked'))
  fs.rmSync(under(place, '.env'))
  place.write('neonpro-data/config.json', '[]')
  assert.equal(refusal(() => place.resolve()).code, 'CONFIG_INVALID')
  fs.rmSync(path.join(place.home, 'config.json'))
  fs.mkdirSync(under(place, '.env'))
  assert.equal(place.resolve().values.scheduler, true)
})

test('planted secrets are in no origin, no JSON and no inspection; all of them are known to the log', () => {
  using place = new Place()
  const secrets = {
    BACKUP_ENCRYPTION_KEY: 'passphrase:PLANTED-1 cavalos',
    SUPABASE_ANON_KEY: 'PLANTED-2',
    AWS_SECRET_ACCESS_KEY: 'PLANTED-3',
    AZURE_STORAGE_KEY: 'PLANTED-4',
    WEBHOOK_SECRET: 'PLANTED-5',
    BACKUP_ENCRYPTION_KEY_PREVIOUS: 'passphrase:PLANTED-6 azuis',
  }
  const settings = place.resolve({
    ...secrets,
    DATABASE_URL: 'postgresql://u:PLANTED%2D7@h/d',
    SMTP_URL: 'smtp://u:PLANTED-8@h',
    WEBHOOK_URL: 'https://h/PLANTED-9',
  })
  for (const shown of [
    JSON.stringify(settings.origins),
    JSON.stringify(settings.values),
    inspect(settings.values, { depth: 9 }),
    JSON.stringify(settings),
  ])
    assert.ok(!shown.includes('PLANTED'), shown)
  for (const planted of [
    'PLANTED-1 cavalos',
    'PLANTED-2',
    'PLANTED-3',
    'PLANTED-4',
    'PLANTED-5',
    'PLANTED-6 azuis',
    'PLANTED%2D7',
    'PLANTED-7',
    'PLANTED-8',
    'https://h/PLANTED-9',
  ])
    assert.ok(settings.values.secrets.includes(planted), planted)
  assert.deepEqual(
    [
      entry(settings, 'DATABASE_URL').value,
      entry(settings, 'WEBHOOK_URL').value,
      entry(settings, 'WEBHOOK_SECRET').value,
    ],
    ['postgresql://u@h/d', 'https://h/…', '[redacted]'],
  )
  assert.equal(settings.values.channels.smtpUrl, 'smtp://u:PLANTED-8@h')
})
