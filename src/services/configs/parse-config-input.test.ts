// Goal: every spelling that the contract promises gives the one canonical form, and every mistake is refused by path;
// stored settings give themselves again.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { toy } from '../../../test/harness/toy-source.ts'
import { failureOf } from '../../contracts/index.ts'
import { BackupFrequency, BackupType, type ConfigInput } from '../../contracts/system/index.ts'
import { BackupError } from '../../kernel/backup-error.ts'
import { Sources } from '../../sources/index.ts'
import { configInputOf, type ParseDefaults, parseConfigInput } from './parse-config-input.ts'

const DEFAULTS: ParseDefaults = {
  timezone: 'America/Sao_Paulo',
  cwd: '/srv',
  locale: 'en',
  nowMs: Date.UTC(2026, 10, 24),
  system: {},
  sources: new Sources([toy]),
}
const BASE = { name: 'Documents', paths: ['/srv/documents'] }
const parse = (input: Partial<ConfigInput>, defaults: Partial<ParseDefaults> = {}) =>
  parseConfigInput({ ...BASE, ...input } as ConfigInput, { ...DEFAULTS, ...defaults })
const scheduleOf = (input: Partial<ConfigInput>) => parse(input).settings.schedule

function refusal(input: unknown): BackupError {
  try {
    parseConfigInput(input as ConfigInput, DEFAULTS)
  } catch (error) {
    assert.ok(error instanceof BackupError, String(error))
    return error
  }
  return assert.fail(`${JSON.stringify(input)} was taken`)
}

test("the description's options, as printed", () => {
  const files = parseConfigInput(
    {
      name: 'Documentos Importantes',
      paths: ['/path/to/documents', '/path/to/configs'],
      frequency: BackupFrequency.DAILY,
      time: '02:00',
      excludePatterns: ['*.tmp', '*.log'],
    },
    DEFAULTS,
  )
  assert.deepEqual(files, {
    name: 'Documentos Importantes',
    enabled: true,
    warnings: [
      {
        code: 'NO_RETENTION',
        message: 'No retention was given (--retention): every point is kept.',
      },
    ],
    settings: {
      source: { kind: 'FILES', paths: ['/path/to/documents', '/path/to/configs'] },
      type: 'INCREMENTAL',
      schedule: { kind: 'FREQUENCY', frequency: 'DAILY', time: '02:00' },
      timezone: 'America/Sao_Paulo',
      filters: { excludePatterns: ['*.tmp', '*.log'] },
      performance: {},
      alertConfig: {},
      priority: 'NORMAL',
      tags: [],
    },
  })
  const database = parseConfigInput(
    {
      name: 'NeonPro Database',
      databaseUrl: 'postgresql://user:pass@localhost:5432/neonpro',
      frequency: BackupFrequency.DAILY,
      time: '01:00',
      retention: 30,
    },
    DEFAULTS,
  )
  assert.deepEqual(
    [database.settings.source, database.settings.retention, database.reach],
    [{ kind: 'postgresql', label: 'postgresql://user@localhost:5432/neonpro', settings: {} }, 30, undefined],
  )
  assert.ok(!JSON.stringify(database.settings).includes('pass'))
  const advanced = parse({
    performance: { compressionLevel: 9, chunkSize: 2097152, timeout: 7200, retryAttempts: 3, retryDelay: 30000 },
    retention: {
      daily: 14,
      weekly: 8,
      monthly: 24,
      yearly: 10,
      custom: [
        { pattern: 'first-of-month', keep: 60 },
        { pattern: 'last-of-year', keep: 'forever' },
      ],
    },
    filters: {
      includePatterns: ['**/*.sql', '**/*.json', 'config/**'],
      excludePatterns: ['**/node_modules/**', '**/.git/**', '**/tmp/**', '**/*.log'],
      sizeLimit: 1073741824,
      modifiedSince: '2024-01-01',
    },
    alertConfig: { failureRate: 0.05, maxBackupTime: 7200, minFreeSpace: 5368709120 },
  })
  assert.deepEqual(advanced.warnings, [])
})

test('schedules: defaults of each frequency, cron, every, by hand', () => {
  assert.deepEqual(scheduleOf({}), { kind: 'MANUAL' })
  assert.deepEqual(scheduleOf({ frequency: 'HOURLY' }), { kind: 'FREQUENCY', frequency: 'HOURLY', time: '00:00' })
  assert.deepEqual(scheduleOf({ frequency: 'HOURLY', time: '00:15' }), {
    kind: 'FREQUENCY',
    frequency: 'HOURLY',
    time: '00:15',
  })
  assert.deepEqual(scheduleOf({ frequency: 'DAILY' }), { kind: 'FREQUENCY', frequency: 'DAILY', time: '02:00' })
  assert.deepEqual(scheduleOf({ frequency: 'DAILY', time: '7:05' }), {
    kind: 'FREQUENCY',
    frequency: 'DAILY',
    time: '07:05',
  })
  assert.deepEqual(scheduleOf({ frequency: 'WEEKLY' }), {
    kind: 'FREQUENCY',
    frequency: 'WEEKLY',
    time: '02:00',
    dayOfWeek: 0,
  })
  assert.deepEqual(
    scheduleOf({ frequency: 'WEEKLY', dayOfWeek: 'MON' }),
    scheduleOf({ frequency: 'WEEKLY', dayOfWeek: 1 }),
  )
  assert.deepEqual(scheduleOf({ frequency: 'MONTHLY' }), {
    kind: 'FREQUENCY',
    frequency: 'MONTHLY',
    time: '02:00',
    dayOfMonth: 1,
  })
  assert.deepEqual(scheduleOf({ frequency: 'MONTHLY', dayOfMonth: 31 }), {
    kind: 'FREQUENCY',
    frequency: 'MONTHLY',
    time: '02:00',
    dayOfMonth: 31,
  })
  assert.deepEqual(scheduleOf({ cron: ' 30 2 * * 1-5 ' }), { kind: 'CRON', cron: '30 2 * * 1-5' })
  assert.deepEqual(scheduleOf({ every: '15m' }), { kind: 'EVERY', every: '15m' })
})

test('flat and nested filters are the same thing; relative and repeated paths become one', () => {
  const filters = { includePatterns: ['*.sql'], excludePatterns: ['*.tmp'], sizeLimit: 10, modifiedSince: '2024-01-01' }
  assert.deepEqual(parse({ ...filters }).settings, parse({ filters }).settings)
  // A date is kept as the instant at which that day begins in the configuration's zone.
  const modifiedSince = '2024-01-01T03:00:00.000Z'
  assert.deepEqual(parse({ sizeLimit: 10, filters }).settings.filters, { ...filters, modifiedSince })
  assert.deepEqual(parse({ filters, timezone: 'UTC' }).settings.filters.modifiedSince, '2024-01-01T00:00:00.000Z')
  assert.equal(refusal({ ...BASE, sizeLimit: 11, filters }).context['path'], 'sizeLimit')
  assert.deepEqual(parse({ paths: ['documents', '/srv/documents/', './a/../b'] }).settings.source, {
    kind: 'FILES',
    paths: ['/srv/documents', '/srv/b'],
  })
})

const REFUSED: ReadonlyArray<readonly [input: unknown, path: string]> = [
  [{ ...BASE, frequency: 'DAILY', time: '25:00' }, 'time'],
  [{ ...BASE, frequency: 'DAILY', time: '2h' }, 'time'],
  [{ ...BASE, frequency: 'SOMETIMES' }, 'frequency'],
  [{ ...BASE, frequency: 'DAILY', cron: '0 2 * * *' }, 'cron'],
  [{ ...BASE, cron: '0 2 * * *', every: '15m' }, 'every'],
  [{ ...BASE, time: '02:00' }, 'time'],
  [{ ...BASE, cron: '0 2 * * *', time: '02:00' }, 'time'],
  [{ ...BASE, frequency: 'DAILY', dayOfWeek: 1 }, 'dayOfWeek'],
  [{ ...BASE, frequency: 'WEEKLY', dayOfMonth: 1 }, 'dayOfMonth'],
  ...['5', '2027-02-31', '01/02/2027', '2026-01-01T10:00'].map(
    (modifiedSince) => [{ ...BASE, modifiedSince }, 'modifiedSince'] as const,
  ),
  [{ ...BASE, cron: 'not cron' }, 'cron'],
  [{ ...BASE, cron: '0 2 30 2 *' }, 'cron'],
  [{ ...BASE, frequency: 'DAILY', timezone: 'Brasil/Capital' }, 'timezone'],
  [{ ...BASE, timezone: '-03:00' }, 'timezone'],
  [{ ...BASE, every: '90s' }, 'every'],
  [{ ...BASE, retention: -1 }, 'retention'],
  [{ ...BASE, retention: 0 }, 'retention'],
  [{ ...BASE, retention: { daily: -1 } }, 'retention.daily'],
  [{ ...BASE, retention: { custom: [{ pattern: 'second-of-month', keep: 1 }] } }, 'retention.custom[0].pattern'],
  [{ ...BASE, includePatterns: ['[a'] }, 'includePatterns'],
  [{ ...BASE, filters: { excludePatterns: ['/'] } }, 'excludePatterns'],
  [{ name: 'x' }, 'paths'],
  [{ name: 'x', paths: [] }, 'paths'],
  [{ name: '  ', paths: ['/a'] }, 'name'],
  [{ ...BASE, paths: ['/a\0b'] }, 'paths'],
  [{ ...BASE, databaseUrl: 'postgres://u@h/d' }, 'databaseUrl'],
  [{ name: 'x', kind: 'DATABASE', paths: ['/a'] }, 'paths'],
  [{ name: 'x', databaseUrl: 'oracle://u:hunter2@h/d' }, 'databaseUrl'],
  [{ name: 'x', databaseUrl: 'hunter2' }, 'databaseUrl'],
  [{ name: 'x', kind: 'FILSE', paths: ['/a'] }, 'kind'],
  [{ name: 'x', kind: 'files', paths: ['/a'] }, 'kind'],
  [{ name: 'x', kind: 'DATABASE' }, 'databaseUrl'],
  [{ name: 'x', kind: 'TOY' }, 'source'],
  [{ name: 'x', source: { place: '/toy' } }, 'kind'],
  [{ ...BASE, source: { place: '/toy' } }, 'kind'],
  [{ ...BASE, kind: 'FILES', source: { place: '/toy' } }, 'source'],
  [{ ...BASE, kind: 'TOY', source: { place: '/toy' } }, 'paths'],
  [{ name: 'x', kind: 'TOY', source: { place: 7 } }, 'source.place'],
  [{ name: 'x', kind: 'TOY', source: { place: '/toy', token: 'hunter2' } }, 'source.token'],
  [{ name: 'x', kind: 'TOY', source: { place: '/toy', colour: 'hunter2' } }, 'source.colour'],
  [{ name: 'x', kind: 'TOY', source: { place: '/toy' }, type: 'FILES' }, 'type'],
  [{ name: 'x', kind: 'TOY', source: { place: '/toy' }, allowEmpty: true }, 'allowEmpty'],
  [{ name: 'x', kind: 'TOY', source: { place: '/toy' }, filters: { sizeLimit: 3 } }, 'filters.sizeLimit'],
  [{ name: 'x', kind: 'TOY', databaseUrl: 'postgres://u@h/d' }, 'databaseUrl'],
  [{ name: 'x', kind: 'TOY', databaseUrl: 'toydb://hunter2@/toy', source: { place: '/toy' } }, 'source'],
  [{ ...BASE, type: 'DATABASE', kind: 'FILES' }, 'type'],
  [{ name: 'x', databaseUrl: 'postgres://u@h/d', type: 'FILES' }, 'type'],
  [{ ...BASE, frequencia: 'DAILY' }, 'frequencia'],
  [{ ...BASE, performance: { timeout: 0 } }, 'performance.timeout'],
  [undefined, 'config'],
]

test('what can not be meant is refused by its path, with the accepted form in both languages, and no secret is repeated', () => {
  for (const [input, path] of REFUSED) {
    const error = refusal(input)
    assert.deepEqual([error.code, error.context['path']], ['CONFIG_INVALID', path], JSON.stringify(input))
    const texts = [failureOf(error, 'en'), failureOf(error, 'pt-BR')]
    assert.ok(
      texts.every(({ message, guidance }) => message.includes(path) && guidance.length > 12) &&
        texts[0]!.message !== texts[1]!.message,
      JSON.stringify(texts),
    )
    assert.ok(!`${error.message}${JSON.stringify([error.context, texts])}`.includes('hunter2'))
  }
})

test('what is assumed is said: a zone in UTC, no retention, an option of another place', () => {
  const codes = (input: Partial<ConfigInput>, defaults: Partial<ParseDefaults> = {}) =>
    parse({ retention: 30, ...input }, { timezone: 'UTC', ...defaults }).warnings.map(({ code }) => code)
  assert.deepEqual(codes({ frequency: 'DAILY' }), ['TIMEZONE_ASSUMED'])
  assert.deepEqual(codes({ frequency: 'DAILY' }, { timezone: 'Etc/UTC' }), ['TIMEZONE_ASSUMED'])
  assert.deepEqual(codes({ frequency: 'DAILY', timezone: 'UTC' }), [])
  assert.deepEqual(codes({ frequency: 'DAILY' }, { timezone: 'Europe/Lisbon' }), [])
  assert.deepEqual(codes({ every: '1h' }), [])
  assert.deepEqual(codes({ performance: { maxConcurrentBackups: 3 } }), ['NOT_YET_ACTIVE'])
  assert.deepEqual(parse({}, { system: { retention: 30 } }).warnings, [])
})

const INPUT = fc.record({
  frequency: fc.constantFrom(undefined, ...Object.values(BackupFrequency)),
  type: fc.constantFrom(undefined, BackupType.FULL, BackupType.FILES, BackupType.DIFFERENTIAL),
  retention: fc.constantFrom(undefined, 30, { daily: 3, yearly: 'forever' as const }),
  timezone: fc.constantFrom(undefined, 'Asia/Tokyo'),
  enabled: fc.constantFrom(undefined, false),
  filters: fc.constantFrom(undefined, { sizeLimit: 3 }),
  excludePatterns: fc.constantFrom(undefined, ['*.a']),
  tags: fc.constantFrom(undefined, ['t']),
  performance: fc.constantFrom(undefined, { timeout: 9 }),
  alertConfig: fc.constantFrom(undefined, { failureRate: 0.5 }),
  healthcheckUrl: fc.constantFrom(undefined, 'https://h/x'),
  priority: fc.constantFrom(undefined, 'HIGH' as const),
})

test('stored settings, taken as input, give the same settings again', () => {
  fc.assert(
    fc.property(INPUT, (random) => {
      const given = Object.fromEntries(
        Object.entries(random).filter(([, value]) => value !== undefined),
      ) as Partial<ConfigInput>
      const { name, enabled, settings } = parse(given)
      const again = parseConfigInput(configInputOf({ name, enabled, settings }), { ...DEFAULTS, timezone: 'UTC' })
      assert.deepEqual(
        { name: again.name, enabled: again.enabled, settings: again.settings },
        { name, enabled, settings },
      )
    }),
  )
})
