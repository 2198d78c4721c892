// Goal: what the logger object of the description promises: backup.log as JSON, a coloured console, levels, DEBUG; no
// planted secret anywhere; no input that throws or forges a line.
import assert from 'node:assert/strict'
import fs from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import { test } from 'node:test'
import { stripVTControlCharacters } from 'node:util'
import { seededRandom } from '../../../test/harness/seeded-random.ts'
import { temporaryDirectory } from '../../../test/harness/temporary-directory.ts'
import { BackupError } from '../../kernel/backup-error.ts'
import { debugNames } from './debug-names.ts'
import { type LogOptions, openLog } from './index.ts'

interface Logged {
  readonly lines: ReadonlyArray<Record<string, unknown>>
  readonly text: string
  readonly console: string
}

async function logged(
  write: (log: Awaited<ReturnType<typeof openLog>>) => void,
  options: Partial<LogOptions> = {},
): Promise<Logged> {
  using folder = temporaryDirectory()
  const shown: string[] = []
  using log = await openLog({
    logger: {},
    directory: folder.path,
    debug: '',
    locale: 'en',
    console: (text) => void shown.push(text),
    ...options,
  })
  write(log)
  const text = log.files.map((file) => (fs.existsSync(file) ? fs.readFileSync(file, 'utf8') : '')).join('')
  const lines = text
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as Record<string, unknown>)
  return { lines, text, console: shown.join('') }
}

test("the description's logger: debug level, JSON in backup.log, coloured lines on the console", async () => {
  const result = await logged(
    (log) => {
      assert.deepEqual(
        log.files.map((file) => path.basename(file)),
        ['backup.log'],
      )
      log.child('scheduling').debug('tick', { due: 3 })
      log.info('started')
    },
    {
      logger: {
        level: 'debug',
        format: 'json',
        transports: [
          { type: 'file', filename: 'backup.log' },
          { type: 'console', colorize: true },
        ],
      },
    },
  )
  assert.deepEqual(
    result.lines.map(({ level, name, msg, due }) => ({ level, name, msg, due })),
    [
      { level: 'debug', name: 'backup:scheduling', msg: 'tick', due: 3 },
      { level: 'info', name: 'backup:system', msg: 'started', due: undefined },
    ],
  )
  assert.match(String(result.lines[0]?.['time']), /^\d{4}-\d\d-\d\dT.*Z$/)
  assert.notEqual(stripVTControlCharacters(result.console), result.console)
  assert.match(stripVTControlCharacters(result.console), /DEBUG.*backup:scheduling.*tick.*\n.*INFO.*started/)
})

test('by default: backup.log alone, from info up; levels count for each place', async () => {
  const result = await logged((log) => {
    log.debug('not written')
    log.warn('written')
  })
  assert.deepEqual([result.lines.map(({ msg }) => msg), result.console], [['written'], ''])
  const levels = await logged(
    (log) => {
      log.info('low')
      log.error('high')
    },
    { logger: { transports: [{ type: 'file', level: 'error' }, { type: 'console' }] } },
  )
  assert.deepEqual(
    levels.lines.map(({ msg }) => msg),
    ['high'],
  )
  assert.match(levels.console, /low[\s\S]*high/)
  assert.equal((await logged((log) => log.error('x'), { logger: { level: 'silent' } })).text, '')
  assert.match(
    (await logged((log) => log.info('readable', { files: 3 }), { logger: { format: 'pretty' } })).text,
    /INFO.*readable.*"files":3/,
  )
  assert.match((await logged((log) => log.info('both'), { withConsole: true })).console, /both/)
})

test('planted secrets reach neither file, console nor DEBUG', async () => {
  const planted = 'hunter2-PLANTED'
  const write = (log: Awaited<ReturnType<typeof openLog>>) => {
    log.error(`can't reach postgresql://u:${planted}@h/d`, {
      smtpUrl: `smtp://u:${planted}@h`,
      deep: [{ deeper: { password: planted, note: `a ${planted}` } }],
    })
    log.warn('failed', {
      error: new BackupError('DATABASE_UNAVAILABLE', `pg ${planted}`, {
        context: { database: planted },
        cause: new Error(`inner ${planted}`),
      }),
      env: { BACKUP_ENCRYPTION_KEY: planted },
    })
    log.info(planted)
  }
  for (const format of ['json', 'pretty'] as const) {
    const result = await logged(write, {
      secrets: [planted],
      debug: 'backup*',
      logger: { level: 'info', format, transports: [{ type: 'file' }, { type: 'console' }] },
    })
    assert.ok(!`${result.text}${result.console}`.includes('hunter2'), result.text)
    assert.ok(result.text.includes('DATABASE_UNAVAILABLE') && result.text.includes('redacted'))
  }
  // Without knowing the value, names and forms still hide it.
  const unknown = await logged((log) =>
    log.error(`at postgresql://u:${planted}@h/d`, {
      webhookSecret: planted,
      error: new Error(`passphrase:${planted}`),
    }),
  )
  assert.ok(!unknown.text.includes('hunter2'), unknown.text)
})

test('DEBUG=backup:* shows debug lines of the rooms on standard error, whatever the level; a name takes out', async () => {
  const write = (log: Awaited<ReturnType<typeof openLog>>) => {
    log.child('scheduling').debug('tick', { due: 1 })
    log.child('queue').debug('poll')
  }
  const all = await logged(write, { debug: 'backup:*' })
  assert.match(all.console, /^backup:scheduling tick \{"due":1\} \+\d+ms\nbackup:queue poll \+\d+ms\n$/)
  assert.equal(all.text, '')
  assert.match((await logged(write, { debug: 'other backup:*,-backup:queue' })).console, /^backup:scheduling [^\n]*\n$/)
  assert.equal((await logged(write, { debug: '' })).console, '')
  // A console that shows debug lines anyway does not show them twice.
  assert.equal(
    (
      await logged(write, { debug: 'backup:*', logger: { level: 'debug', transports: [{ type: 'console' }] } })
    ).console.split('poll').length,
    2,
  )
})

test('names are chosen as the debug package chooses them', () => {
  const debug = createRequire(import.meta.url)('debug') as {
    enable(text: string): void
    enabled(name: string): boolean
    disable(): void
  }
  const random = seededRandom(11)
  const pick = <T>(all: readonly T[]) => all[Math.floor(random() * all.length)]!
  const word = () =>
    Array.from({ length: 1 + Math.floor(random() * 4) }, () => pick(['a', 'b', ':', 'ab', '*', '**'])).join('')
  let chosen = 0
  for (let i = 0; i < 20_000; i += 1) {
    const namespaces = Array.from(
      { length: 1 + Math.floor(random() * 3) },
      () => `${random() < 0.25 ? '-' : ''}${word()}`,
    ).join(pick([',', ' ', ', ']))
    const name = word().replaceAll('*', 'c')
    debug.enable(namespaces)
    assert.equal(debugNames(namespaces)(name), debug.enabled(name), `${namespaces} and ${name}`)
    if (debug.enabled(name)) chosen += 1
  }
  debug.disable()
  assert.ok(chosen > 1000 && chosen < 19_000, String(chosen))
})

test('a hostile name forges no line and no member; nothing that is logged throws', async () => {
  const circular: Record<string, unknown> = {}
  circular['self'] = circular
  const trap = Object.defineProperty({}, 'x', {
    enumerable: true,
    get: () => {
      throw new Error('trap')
    },
  })
  const result = await logged((log) => {
    log.warn('file "a\n{"level":"info","msg":"forged"}\u001b[2J\u202e\r" skipped', {
      msg: 'other',
      level: 'fatal',
      name: 'x',
      path: 'b\nc',
    })
    log.warn('odd', {
      circular,
      big: 2n ** 70n,
      bytes: Buffer.from('hunter2'),
      nothing: undefined,
      f: () => 1,
      wide: 'w'.repeat(5_000_000),
    })
    log.warn('trap', trap as Record<string, unknown>)
    log.warn('last')
  })
  assert.deepEqual(
    result.lines.map(({ level }) => level),
    ['warn', 'warn', 'warn'],
  )
  assert.ok(!result.text.includes('\u001b') && !String(result.lines[0]?.['msg']).includes('\n'))
  assert.deepEqual(
    [result.lines[0]?.['msg_'], result.lines[0]?.['name'], result.lines.at(-1)?.['msg']],
    ['other', 'backup:system', 'last'],
  )
  assert.ok(result.text.length < 30_000, String(result.text.length))
})

test("a missing folder or a broken console fails nothing; the outage is said in the reader's language", async () => {
  const result = await logged((log) => log.warn('kept'), { directory: '/proc/none', locale: 'pt-BR' })
  assert.match(result.console, /^LOG_FALLBACK: O log .* não pode ser gravado/)
  assert.match(result.console, /"msg":"kept"/)
  await logged((log) => log.warn('x'), {
    directory: '/proc/none',
    console: () => {
      throw new Error('EPIPE')
    },
  })
})
