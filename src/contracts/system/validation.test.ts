// Goal: whatever is wrong with a configuration, the refusal names the path, the mistake and the accepted form in both
// languages, and repeats no secret.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { refusal } from '../../../test/harness/refusal.ts'
import { TILDE_KEPT } from '../../kernel/tilde.ts'
import { failureOf } from '../failure.ts'
import { callForm } from './call-forms.ts'
import { backupOptionsSchema } from './config-settings.ts'
import {
  CALL_TABLE,
  type CallName,
  CONFIG_OPTIONS,
  configInputSchema,
  configPatchSchema,
  nearestName,
  parseCall,
  parseOptions,
  SYSTEM_OPTIONS,
  systemOptionsSchema,
} from './index.ts'
import { schemaPaths } from './validation.ts'

const CONFIG = { options: CONFIG_OPTIONS }
const SYSTEM = { options: SYSTEM_OPTIONS, origin: 'config.json: ' }

const CASES: ReadonlyArray<readonly [input: unknown, path: string, why: string]> = [
  [{ name: 'a', time: '25:00' }, 'time', 'it is "25:00"'],
  [{ name: 'a', frequency: 'daily' }, 'frequency', 'it is "daily"'],
  [{ name: 'a', frequency: 'FORTNIGHTLY' }, 'frequency', 'it is "FORTNIGHTLY"'],
  [{ name: 'a', retention: -1 }, 'retention', 'it is -1'],
  [{ name: 'a', retention: { daily: -3 } }, 'retention.daily', 'it is -3'],
  [{ name: 'a', retention: 'thirty' }, 'retention', 'it is "thirty"'],
  [{ name: 'a', retention: { dayly: 3 } }, 'retention.dayly', 'there is no such option (did you mean daily?)'],
  [
    {
      name: 'a',
      retention: {
        custom: [
          { pattern: 'first-of-month', keep: 60 },
          { pattern: 'third-of-month', keep: 1 },
        ],
      },
    },
    'retention.custom[1].pattern',
    'it is "third-of-month"',
  ],
  [
    { name: 'a', retention: { custom: [{ pattern: 'last-of-year', keep: 'always' }] } },
    'retention.custom[0].keep',
    'it is "always"',
  ],
  [{ name: 'a', performance: { timeout: '2h' } }, 'performance.timeout', 'it is "2h"'],
  [
    { name: 'a', performance: { compresionLevel: 3 } },
    'performance.compresionLevel',
    'there is no such option (did you mean compressionLevel?)',
  ],
  [
    { name: 'a', excludePattern: ['*.tmp'] },
    'excludePattern',
    'there is no such option (did you mean excludePatterns?)',
  ],
  [{ name: 'a', zzz: 1 }, 'zzz', 'there is no such option'],
  [{ paths: ['/a'] }, 'name', 'it is missing'],
  [{ name: 'a', paths: '/srv' }, 'paths', 'it is "/srv"'],
  [{ name: 'a', paths: [''] }, 'paths[0]', 'it is ""'],
  [{ name: 'a', paths: ['/srv', '~/docs'] }, 'paths[1]', TILDE_KEPT],
  [{ name: 'a', paths: ['~root/docs'] }, 'paths[0]', TILDE_KEPT],
  [{ name: 'a', dayOfMonth: 32 }, 'dayOfMonth', 'it is 32'],
  [{ name: 'a', dayOfWeek: 'MONDAY' }, 'dayOfWeek', 'it is "MONDAY"'],
  [{ name: 'a', every: '15' }, 'every', 'it is "15"'],
  [{ name: 'a', modifiedSince: 'yesterday' }, 'modifiedSince', 'it is "yesterday"'],
  [{ name: 'a', filters: { sizeLimit: '1GB' } }, 'filters.sizeLimit', 'it is "1GB"'],
  [{ name: 'a', alertConfig: { failureRate: 5 } }, 'alertConfig.failureRate', 'it is 5'],
  [{ name: 'a', healthcheckUrl: 'ftp://user:hunter2@host' }, 'healthcheckUrl', 'it is of the type string'],
  [[], 'config', 'it is of the type list'],
]

test('each mistake in a configuration is named with its path and the accepted form, in both languages', () => {
  for (const [input, path, why] of CASES) {
    const error = refusal(() => parseOptions(configInputSchema, input, CONFIG))
    assert.equal(error.code, 'CONFIG_INVALID')
    assert.deepEqual([error.context['path'], error.context['why']], [path, why])
    const [english, portuguese] = [failureOf(error, 'en'), failureOf(error, 'pt-BR')]
    assert.ok(
      english.message.includes(path) && english.message.includes(why) && english.guidance.startsWith('Accepted: '),
      english.message,
    )
    assert.ok(!portuguese.message.includes(why), `no Portuguese for "${why}"`)
    assert.ok(portuguese.message.includes(path))
    assert.notEqual(
      portuguese.guidance.replace('Aceita-se', 'Accepted'),
      english.guidance,
      `no Portuguese for "${english.guidance}"`,
    )
  }
})

test("a mistake in the system's configuration says where it comes from; a value of a secret option is not repeated", () => {
  const error = refusal(() =>
    parseOptions(
      systemOptionsSchema,
      { scheduler: true, logger: { transports: [{ type: 'file', filename: '../escape.log' }] } },
      SYSTEM,
    ),
  )
  assert.equal(error.context['path'], 'config.json: logger.transports[0].filename')
  assert.equal(
    refusal(() => parseOptions(systemOptionsSchema, { logger: { transports: [{ type: 'syslog' }] } }, SYSTEM)).context[
      'path'
    ],
    'config.json: logger.transports[0].type',
  )
  assert.equal(refusal(() => parseOptions(systemOptionsSchema, { home: '~/home' }, SYSTEM)).context['why'], TILDE_KEPT)
  assert.equal(parseOptions(systemOptionsSchema, { home: './~/~$home' }, SYSTEM).home, './~/~$home')
  const secret = refusal(() => parseOptions(systemOptionsSchema, { databaseUrl: 20_261_124 }, SYSTEM))
  assert.ok(!JSON.stringify([secret.message, secret.context, failureOf(secret, 'en')]).includes('20261124'))
})

test('a patch may take an option away with null, but not give it a wrong value', () => {
  assert.deepEqual(parseOptions(configPatchSchema, { retention: null, time: '03:00' }, CONFIG), {
    retention: null,
    time: '03:00',
  })
  assert.equal(refusal(() => parseOptions(configPatchSchema, { retention: -1 }, CONFIG)).context['path'], 'retention')
})

test('file names that leave the log folder or hide are refused', () => {
  for (const filename of ['../a.log', 'a/b.log', '/tmp/a.log', '..', '.', '.hidden', 'a\\b', 'a\nb', 'a\0b', ''])
    refusal(() => parseOptions(systemOptionsSchema, { logger: { transports: [{ type: 'file', filename }] } }, SYSTEM))
  parseOptions(systemOptionsSchema, { logger: { transports: [{ type: 'file', filename: 'backup.log' }] } }, SYSTEM)
})

test('the nearest known name is offered only when it is near', () => {
  assert.equal(nearestName('frequencia', ['frequency', 'time']), 'frequency')
  assert.equal(nearestName('Time', ['frequency', 'time']), 'time')
  assert.equal(nearestName('zone', ['frequency', 'time']), undefined)
})

test('the reference knows exactly the options that the schemas take', () => {
  for (const [schema, options] of [
    [configInputSchema, CONFIG_OPTIONS],
    [systemOptionsSchema, SYSTEM_OPTIONS],
  ] as const) {
    assert.deepEqual([...new Set(schemaPaths(schema))].sort(), Object.keys(options).sort())
  }
})

test('every accepted form is said in both languages', () => {
  for (const [path, { accepted }] of [...Object.entries(CONFIG_OPTIONS), ...Object.entries(SYSTEM_OPTIONS)])
    assert.ok(accepted.en !== accepted['pt-BR'] && accepted['pt-BR'].length > 3, path)
})

test('every member of every call has an accepted form in both languages', () => {
  for (const [name, { input }] of Object.entries(CALL_TABLE)) {
    for (const path of schemaPaths(input)) {
      const form = callForm(name, path)
      assert.ok(form && form.en.length > 3, `${name}: ${path} has no accepted form`)
      assert.ok(form['pt-BR'] !== form.en && form['pt-BR'].length > 3, `${name}: ${path} is in one language only`)
    }
  }
})

const CALL_CASES: ReadonlyArray<
  readonly [call: CallName, input: unknown, path: string, why: string, accepted: string]
> = [
  [
    'recover.create',
    { backupId: 'p', type: 'WHOLE', options: { targetPath: '/t' } },
    'type',
    'it is "WHOLE"',
    'FULL_RESTORE, PARTIAL_RESTORE or POINT_IN_TIME',
  ],
  [
    'recover.create',
    { backupId: 'p', type: 'FULL_RESTORE', options: { targetPath: '/t', overwrite: 'sometimes' } },
    'options.overwrite',
    'it is "sometimes"',
    'true, false, "always", "if-changed", "if-newer" or "never"',
  ],
  [
    'recover.create',
    { backupId: 'p', type: 'FULL_RESTORE', options: { target: '/t' } },
    'options.target',
    'it is "/t"',
    'an object with kind and settings (a folder is targetPath)',
  ],
  [
    'monitor.createAlert',
    { type: 'CUSTOM', severity: 'URGENT', message: 'm' },
    'severity',
    'it is "URGENT"',
    'LOW, MEDIUM, HIGH or CRITICAL',
  ],
  ['backup.list', { pagination: { page: 0 } }, 'pagination.page', 'it is 0', 'a whole number from 1 up'],
  [
    'backup.list',
    { filters: { state: 'FAILED' } },
    'filters.state',
    'there is no such option (did you mean status?)',
    'one of the known options: configId, status, type, from, to',
  ],
  ['retention.simulate', { policy: { daily: -1 } }, 'policy.daily', 'it is -1', 'a whole number from 0 up'],
  ['backup.execute', {}, 'configId', 'it is missing', 'the id of a configuration, as listConfigs() gives it'],
  [
    'backup.execute',
    { configId: () => 1 },
    'configId',
    'it is of the type function',
    'the id of a configuration, as listConfigs() gives it',
  ],
  ['recover.addHold', 7, 'input', 'it is 7', 'an object'],
]

test('what a call does not take is named with its path and the accepted form, in both languages', () => {
  for (const [call, input, path, why, accepted] of CALL_CASES) {
    const error = refusal(() => parseCall(call, input))
    assert.deepEqual(
      [error.code, error.context['path'], error.context['why'], error.context['accepted']],
      ['CONFIG_INVALID', path, why, accepted],
    )
    const [english, portuguese] = [failureOf(error, 'en'), failureOf(error, 'pt-BR')]
    assert.ok(english.guidance.startsWith(`Accepted: ${accepted}`), english.guidance)
    assert.ok(!portuguese.message.includes(why) && portuguese.message.includes(path), portuguese.message)
    assert.notEqual(portuguese.guidance.replace('Aceita-se', 'Accepted'), english.guidance)
  }
})

test('a retention of all zeros is refused wherever one is taken, as forget refuses it', () => {
  const schemas = { configInputSchema, configPatchSchema, backupOptionsSchema, systemOptionsSchema }
  for (const [name, schema] of Object.entries(schemas))
    for (const retention of [{ daily: 0 }, { last: 0, withinDays: 0, yearly: 0, custom: [] }]) {
      const given = name === 'configInputSchema' ? { name: 'c', retention } : { retention }
      assert.throws(
        () => parseOptions(schema as typeof configInputSchema, given, { options: {} }),
        { code: 'CONFIG_INVALID', message: /^retention: this policy keeps nothing: every rule in it is 0/ },
        name,
      )
    }
  for (const retention of [{}, { daily: 0, last: 1 }, { daily: 0, custom: [{ pattern: 'first-of-month', keep: 1 }] }])
    assert.deepEqual(parseOptions(backupOptionsSchema, { retention }, { options: {} }).retention, retention)
})
