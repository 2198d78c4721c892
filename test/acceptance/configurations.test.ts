// Goal: configurations on the command line, as an operator uses them: saved, shown, changed, switched, removed;
// refusals in both languages, and no password anywhere.
import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs'
import path from 'node:path'
import { after, before, test } from 'node:test'
import { pacedEngine } from '../harness/engine-children.ts'
import { temporaryDirectory } from '../harness/temporary-directory.ts'
import { type Ran, runCli } from './run-cli.ts'

const folder = temporaryDirectory()
const at = (...parts: string[]) => path.join(folder.path, ...parts)
const SECRET = 'hunter2-PLANTED'
const env = {
  NEONPRO_BACKUP_HOME: at('home'),
  BACKUP_LOCAL_PATH: at('repository'),
  BACKUP_ENCRYPTION_KEY: `file:${at('key')}`,
  TZ: 'UTC',
  CLINIC_URL: `postgresql://user:${SECRET}@localhost:5432/clinic`,
}

const run = (args: readonly string[], more: Record<string, string> = {}): Promise<Ran> =>
  runCli(args, { env: { ...env, ...more }, cwd: folder.path })

async function ok(...args: string[]): Promise<Record<string, unknown>> {
  const ran = await run([...args, '--json'])
  assert.equal(ran.status, 0, `${args.join(' ')}: ${ran.stderr}`)
  return ran.json!
}

const settingsOf = (json: Record<string, unknown>) => json['settings'] as Record<string, unknown>
const codesOf = (json: Record<string, unknown>) => (json['warnings'] as Array<{ code: string }>).map(({ code }) => code)

const CLI = path.resolve(import.meta.dirname, '../../dist/bin/neonpro-backup.js')
/** The commands talk to it: opening the database for each of them would take most of the time. */
const server = { stop: async () => {} }

async function serve(): Promise<void> {
  const child = spawn(process.execPath, [CLI, 'serve'], {
    cwd: folder.path,
    env: { PATH: process.env['PATH'] ?? '', LANG: 'C', ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  server.stop = async () => {
    if (child.exitCode === null && child.signalCode === null && child.kill('SIGTERM')) await once(child, 'exit')
  }
  for await (const piece of child.stdout) if (String(piece).includes('Ready')) return
  assert.fail('serve ended before it was ready')
}

before(async () => {
  fs.mkdirSync(at('documents'))
  fs.writeFileSync(at('documents/a'), 'a')
  assert.equal((await run(['key', 'generate', at('key')])).status, 0)
  await serve()
})
after(async () => {
  await server.stop()
  folder[Symbol.dispose]()
})

test('a configuration from its making to its removal', async () => {
  const made = await ok(
    'config',
    'add',
    '--name',
    'Documents',
    '--path',
    'documents',
    '--frequency',
    'daily',
    '--time',
    '02:00',
    '--timezone',
    'America/Sao_Paulo',
    '--exclude',
    '*.tmp',
    '--retention',
    '{"daily":14}',
    '--min-free-space',
    '1M',
  )
  assert.deepEqual(
    [made['name'], made['enabled'], made['schedulerAlive'], codesOf(made)],
    ['Documents', true, true, []],
  )
  assert.match(String(made['nextRunLocal']), /T02:00:00-03:00$/)
  assert.deepEqual(
    [settingsOf(made)['paths'], settingsOf(made)['alertConfig'], settingsOf(made)['filters']],
    [[at('documents')], { minFreeSpace: 1048576 }, { excludePatterns: ['*.tmp'] }],
  )
  const edited = await ok(
    'config',
    'edit',
    'Documents',
    '--time',
    '03:30',
    '--clear',
    'retention',
    '--rename',
    'Papers',
  )
  assert.deepEqual(
    [edited['name'], edited['generation'], settingsOf(edited)['retention'], codesOf(edited)],
    ['Papers', 2, undefined, ['NO_RETENTION']],
  )
  assert.equal((await ok('config', 'disable', 'Papers'))['nextRunAt'], null)
  assert.match(String((await ok('config', 'enable', 'Papers'))['nextRunLocal']), /T03:30:00-03:00$/)
  const shown = await ok('config', 'show', String(made['id']).slice(0, 8))
  assert.equal(shown['generation'], 4)
  const { configs } = (await ok('config', 'list')) as { configs: Array<{ name: string }> }
  assert.deepEqual(
    configs.map(({ name }) => name),
    ['Papers'],
  )
  const text = (await run(['config', 'list'], { LANG: 'pt_BR.UTF-8' })).stdout.toString()
  assert.match(text, /Papers.* 03:30:00 -03:00/)
  assert.doesNotMatch(text, /NENHUM AGENDADOR/)
  assert.equal((await ok('config', 'remove', 'Papers'))['removed'], true)
  assert.deepEqual((await ok('config', 'list'))['configs'], [])
})

test('with nothing scheduled and nothing backed up it is said, with what to do next, in both languages', async () => {
  const says = async (args: readonly string[], lang: string) =>
    (await run(args, { LANG: lang })).stdout.toString().trim()
  const wanted: ReadonlyArray<readonly [args: readonly string[], english: RegExp, portuguese: RegExp]> = [
    [
      ['schedule'],
      /^Nothing is scheduled\. .*config add .*--frequency DAILY/,
      /^Nada está agendado\. .*config add .*--frequency DAILY/,
    ],
    [
      ['schedule', '--simulate'],
      /^There is no restore point yet, .*neonpro-backup run NAME/,
      /^Ainda não há ponto de restauração; .*neonpro-backup run NOME/,
    ],
  ]
  const look = async () => {
    for (const [args, english, portuguese] of wanted) {
      assert.match(await says(args, 'C'), english)
      assert.match(await says(args, 'pt_BR.UTF-8'), portuguese)
    }
  }
  await look()
  await ok('config', 'add', '--name', 'by hand', '--path', 'documents', '--retention', '30')
  await look()
  await ok('config', 'edit', 'by hand', '--frequency', 'DAILY', '--time', '02:00', '--timezone', 'UTC')
  assert.match(await says(['schedule'], 'C'), /^Next run +Name\n\S+ 02:00:00 \+00:00 +by hand$/)
  await ok('config', 'add', '--name', 'other', '--path', 'documents', '--frequency', 'DAILY')
  const named = await ok('schedule', '--config', 'by hand')
  assert.deepEqual(
    (named['next'] as Array<{ configName: string }>).map(({ configName }) => configName),
    ['by hand'],
  )
  assert.match((await run(['schedule', '--config', 'nobody'], {})).stderr.toString(), /CONFIG_NOT_FOUND/)
  for (const name of ['other', 'by hand']) await ok('config', 'remove', name)
})

test('an option that has no effect in a configuration is said when it is saved and marked where it is shown', async () => {
  const settings = { performance: { maxConcurrentBackups: 3 } }
  fs.writeFileSync(
    at('app.mjs'),
    `
    import { initializeBackupSystem } from ${JSON.stringify(path.resolve(import.meta.dirname, '../../dist/index.js'))}
    const { data: system } = await initializeBackupSystem({})
    const made = await system.setupFileBackup('tuned', ['documents'], ${JSON.stringify({ ...settings, every: '1d', retention: 30 })})
    console.log(JSON.stringify(made))
    await system.shutdown()`,
  )
  const { stdout, stderr } = spawnSync(process.execPath, [at('app.mjs')], {
    cwd: folder.path,
    env: { PATH: process.env['PATH'], ...env },
    encoding: 'utf8',
    timeout: 60_000,
  })
  assert.deepEqual(codesOf(JSON.parse(stdout || '{}') as Record<string, unknown>), ['NOT_YET_ACTIVE'], stderr)
  const shown = await run(['config', 'show', 'tuned'])
  assert.match(
    `${shown.stdout.toString()}${shown.stderr}`,
    /performance\.maxConcurrentBackups has no effect in a configuration: set it for the system/,
  )
  await ok('config', 'remove', 'tuned')
})

test('runs and points are listed by short ids, and an id is taken by its beginning wherever one is asked for', async () => {
  for (const name of ['first', 'second'])
    await ok('config', 'add', '--name', name, '--path', 'documents', '--retention', '30')
  for (const name of ['first', 'second']) await ok('run', name)
  type Listed = { readonly runs: ReadonlyArray<{ id: string; configName: string }>; readonly total: number }
  const list = async (...args: string[]) => (await ok('runs', ...args)) as unknown as Listed
  const names = ({ runs, total }: Listed) => [runs.map(({ configName }) => configName), total]
  assert.deepEqual(names(await list()), [['second', 'first'], 2])
  assert.deepEqual(names(await list('first')), [['first'], 1])
  assert.deepEqual(names(await list('--latest', '1', '--state', 'completed')), [['second'], 2])
  const { points } = (await ok('points', 'second', '--latest', '1')) as unknown as {
    readonly points: ReadonlyArray<{ id: string; runId: string; snapshot: string }>
  }
  const [point] = points
  assert.equal(points.length, 1)
  const text = (await run(['points', 'second'])).stdout.toString()
  const short = [point!.id.slice(0, 8), point!.runId.slice(0, 8), point!.snapshot.slice(0, 12)]
  for (const id of short) assert.match(text, new RegExp(`\\b${id}\\b`))
  assert.equal((await ok('recover', short[1]!, '--target', at('back')))['pointId'], point!.id)
  assert.equal(fs.readFileSync(path.join(at('back'), at('documents/a')), 'utf8'), 'a')
  fs.writeFileSync(at('documents/a'), 'changed')
  const nested = await run(['recover', short[0]!, '--target', at('documents')])
  assert.equal(nested.status, 2)
  assert.ok(
    nested.stderr.includes(`recover ${point!.id}:${at('documents')} --target ${at('documents')}`),
    nested.stderr,
  )
  assert.equal((await run(['recover', `latest:${at('documents')}`, '--target', at('documents')])).status, 2)
  for (const wanted of [short[0]!, 'latest']) {
    fs.writeFileSync(at('documents/a'), 'changed')
    await ok('recover', `${wanted}:${at('documents')}`, '--target', at('documents'), '--source', 'second')
    assert.equal(fs.readFileSync(at('documents/a'), 'utf8'), 'a')
    assert.ok(!fs.existsSync(path.join(at('documents'), at('documents'))))
  }
  assert.match((await run(['runs'])).stdout.toString(), new RegExp(`^${short[1]} .* second .* done `, 'm'))
  await ok('config', 'remove', 'first')
  assert.equal((await ok('points', 'first'))['total'], 1, 'they stay, and go by its name')
  const repo = ['--repo', at('repository')]
  const { id: hold } = await ok('hold', 'add', '--source', 'second', '--reason', 'case 7', ...repo)
  assert.equal((await ok('hold', 'lift', String(hold).slice(0, 6), ...repo))['id'], hold)
  await ok('config', 'remove', 'second')
})

test('files of the application are in no snapshot: verify and copy say so', async () => {
  fs.writeFileSync(
    at('upload.mjs'),
    `
    import { initializeBackupSystem } from ${JSON.stringify(path.resolve(import.meta.dirname, '../../dist/index.js'))}
    const { data: system } = await initializeBackupSystem({})
    for (const name of ['a', 'b']) console.log((await system.storage.upload(name, 'content')).success)
    await system.shutdown()`,
  )
  const { stdout, stderr } = spawnSync(process.execPath, [at('upload.mjs')], {
    cwd: folder.path,
    env: { PATH: process.env['PATH'], ...env },
    encoding: 'utf8',
    timeout: 60_000,
  })
  assert.equal(stdout, 'true\ntrue\n', stderr)
  const repository = { NEONPRO_REPOSITORY: at('repository') }
  assert.match(
    (await run(['verify'], repository)).stdout.toString(),
    /2 files of the application lie below user\/: such files are in no snapshot and were not looked at/,
  )
  assert.equal((await run(['init'], { NEONPRO_REPOSITORY: at('copied') })).status, 0)
  const copied = await run(['copy', '--to', at('copied')], { ...repository, LANG: 'pt_BR.UTF-8' })
  assert.match(
    copied.stdout.toString(),
    /2 arquivos da aplicação ficam em user\/: eles não estão em nenhum snapshot e não foram copiados/,
    copied.stderr,
  )
})

const REFUSED: ReadonlyArray<readonly [args: readonly string[], code: string, status: number, portuguese: RegExp]> = [
  [['--frequency', 'daily', '--time', '25:00'], 'CONFIG_INVALID', 2, /time não é válida.*\n.*"HH:MM" de 00:00 a 23:59/],
  [['--frequency', 'fortnightly'], 'CONFIG_INVALID', 2, /frequency não é válida/],
  [['--cron', '0 0 30 2 *'], 'CONFIG_INVALID', 2, /cron/],
  [['--retention', '-1'], 'CONFIG_INVALID', 2, /retention não é válida: o valor é -1/],
  [['--timezone', 'Brasil'], 'CONFIG_INVALID', 2, /fuso horário/],
  [['--path', 'absent'], 'SOURCE_UNREADABLE', 1, /absent/],
  [['--path', '.'], 'CONFIG_INVALID', 2, /paths/],
]

test("what can not be meant is refused in the reader's language, and nothing is saved", async () => {
  for (const [args, code, status, portuguese] of REFUSED) {
    const command = [
      'config',
      'add',
      '--name',
      'x',
      ...(args.includes('--path') ? [] : ['--path', 'documents']),
      ...args,
    ]
    const ran = await run([...command, '--json'], { LANG: 'pt_BR.UTF-8' })
    assert.deepEqual(
      [ran.status, (ran.json?.['error'] as { code?: string } | undefined)?.code],
      [status, code],
      `${args.join(' ')}: ${ran.stderr}`,
    )
    assert.match(ran.stderr, portuguese)
  }
  const unknown = await run(['config', 'show', 'absent'])
  assert.match(unknown.stderr, /CONFIG_NOT_FOUND/)
  assert.deepEqual((await ok('config', 'list'))['configs'], [])
})

test('an edit that is refused leaves the former configuration as it was', async () => {
  await ok('config', 'add', '--name', 'other', '--path', 'documents', '--every', '1d', '--retention', '30')
  const { warnings: _, ...former } = await ok(
    'config',
    'add',
    '--name',
    'kept',
    '--path',
    'documents',
    '--frequency',
    'DAILY',
    '--time',
    '02:00',
    '--timezone',
    'UTC',
    '--retention',
    '30',
    '--exclude',
    '*.tmp',
  )
  const edits: typeof REFUSED = [
    ...REFUSED,
    [['--rename', 'other'], 'CONFIG_EXISTS', 1, /Já existe uma configuração chamada other/],
    [['--clear', 'paths'], 'CONFIG_INVALID', 2, /paths/],
  ]
  for (const [args, code, status, portuguese] of edits) {
    const ran = await run(['config', 'edit', 'kept', ...args, '--json'], { LANG: 'pt_BR.UTF-8' })
    assert.deepEqual(
      [ran.status, (ran.json?.['error'] as { code?: string } | undefined)?.code],
      [status, code],
      `${args.join(' ')}: ${ran.stderr}`,
    )
    assert.match(ran.stderr, portuguese)
    assert.match(ran.stderr, /^O que fazer: .{8,}/m)
    assert.deepEqual(await ok('config', 'show', 'kept'), former, args.join(' '))
  }
  for (const name of ['kept', 'other']) await ok('config', 'remove', name)
})

test('a wrong key and a placeholder are refused beside the process that serves, as they are without it', async () => {
  assert.equal((await run(['key', 'generate', at('wrong')])).status, 0)
  const served = { NEONPRO_BACKUP_HOME: at('home') }
  const alone = { NEONPRO_BACKUP_HOME: at('other-home'), BACKUP_LOCAL_PATH: at('other-repository') }
  const made = await run(['config', 'add', '--name', 'a', '--path', 'documents', '--retention', '30'], alone)
  assert.equal(made.status, 0, made.stderr)
  for (const system of [served, alone]) {
    for (const [key, status, code, todo] of [
      [`file:${at('wrong')}`, 12, 'KEY_WRONG', /Check BACKUP_ENCRYPTION_KEY/],
      ['your_32_character_encryption_key', 2, 'KEY_PLACEHOLDER', /recovery kit/],
      // No key is given: the file that opened the system is remembered.
      ['', 0, undefined, /^/],
    ] as const) {
      const ran = await run(['config', 'list', '--json'], { ...system, BACKUP_ENCRYPTION_KEY: key })
      assert.deepEqual(
        [ran.status, (ran.json?.['error'] as { code?: string } | undefined)?.code],
        [status, code],
        ran.stderr,
      )
      assert.match(ran.stderr, todo)
    }
  }
})

test('a folder that is closed to the account is refused when it is named, and when a configuration is given it', async () => {
  using own = temporaryDirectory()
  const uid = process.getuid?.() === 0 ? 65534 : undefined
  const place = (name: string) => path.join(own.path, name)
  const user = (...args: readonly string[]) =>
    runCli([...args, '--json'], {
      cwd: own.path,
      env: {
        HOME: own.path,
        NEONPRO_BACKUP_HOME: place('home'),
        BACKUP_LOCAL_PATH: place('repository'),
        BACKUP_ENCRYPTION_KEY: `file:${place('key')}`,
      },
      ...(uid !== undefined && { uid }),
    })
  for (const name of ['open', 'closed']) fs.mkdirSync(place(name))
  fs.chmodSync(place('closed'), 0o000)
  if (uid !== undefined) for (const name of ['.', 'open', 'closed']) fs.chownSync(place(name), uid, uid)
  assert.equal((await user('key', 'generate', place('key'))).status, 0)
  const made = await user('config', 'add', '--name', 'a', '--path', 'open', '--retention', '30')
  assert.equal(made.status, 0, made.stderr)
  for (const args of [
    ['config', 'add', '--name', 'b', '--path', 'closed'],
    ['config', 'edit', 'a', '--path', 'closed'],
  ]) {
    const ran = await user(...args)
    assert.deepEqual(
      [ran.status, (ran.json?.['error'] as { code?: string } | undefined)?.code],
      [1, 'SOURCE_UNREADABLE'],
      ran.stderr,
    )
    assert.ok(
      ran.stderr.includes(`${place('closed')} can not be read (EACCES)`) && /this user may read it/.test(ran.stderr),
      ran.stderr,
    )
  }
  const { configs } = (await user('config', 'list')).json as {
    configs: Array<{ name: string; settings: { paths: string[] } }>
  }
  assert.deepEqual(
    configs.map(({ name, settings }) => [name, settings.paths]),
    [['a', [place('open')]]],
  )
})

test('a configuration that was removed is told as one that is not there, by name and by id, whatever is asked', async () => {
  const { id } = await ok('config', 'add', '--name', 'gone', '--path', 'documents', '--retention', '30')
  await ok('config', 'remove', 'gone')
  for (const name of ['gone', String(id)]) {
    for (const args of [
      ['config', 'show', name],
      ['config', 'edit', name, '--time', '03:00'],
      ['config', 'enable', name],
      ['config', 'remove', name],
      ['run', name],
      ['doctor', name],
      ['schedule', '--simulate', '--config', name],
    ]) {
      const ran = await run([...args, '--json'])
      assert.deepEqual(
        [ran.status, (ran.json?.['error'] as { code?: string } | undefined)?.code],
        [1, 'CONFIG_NOT_FOUND'],
        `${args.join(' ')}: ${ran.stderr}`,
      )
      assert.match(ran.stderr, /What to do: .*config list/)
    }
  }
})

test('a password on the command line is refused; from elsewhere the URL is taken, and no source of its kind is there yet', async () => {
  const add = (database: string) =>
    run(['config', 'add', '--name', 'db', '--database', database, '--every', '1h', '--json'])
  const refused = await add(env.CLINIC_URL)
  assert.deepEqual([refused.status, (refused.json?.['error'] as { code?: string } | undefined)?.code], [2, 'USAGE'])
  assert.match(refused.stderr, /env:NAME/)
  fs.writeFileSync(at('url'), env.CLINIC_URL)
  const taken = [await add('env:CLINIC_URL'), await add('file:url'), await add('postgresql://user@localhost/clinic')]
  for (const ran of taken)
    assert.equal((ran.json?.['error'] as { code?: string } | undefined)?.code, 'SOURCE_NOT_AVAILABLE', ran.stderr)
  for (const { stdout, stderr } of [refused, ...taken]) assert.ok(!`${stdout.toString()}${stderr}`.includes('hunter2'))
  assert.deepEqual((await ok('config', 'list'))['configs'], [])
})

test("show --effective names every value's origin, needs no key, and shows no secret", async () => {
  fs.writeFileSync(at('home/config.json'), '{"retention":{"weekly":8}}')
  fs.writeFileSync(at('.env'), `WEBHOOK_SECRET=${SECRET}\nSMTP_URL=smtp://u:${SECRET}@mail\n`)
  try {
    const ran = await run(['config', 'show', '--effective', '--json'], { BACKUP_ENCRYPTION_KEY: '' })
    assert.equal(ran.status, 0, ran.stderr)
    const origin = (name: string) =>
      (ran.json!['settings'] as Array<{ name: string; origin: { kind: string; file?: string } }>).find(
        (each) => each.name === name,
      )?.origin
    assert.deepEqual(
      [origin('home')?.kind, origin('retention')?.kind, origin('SMTP_URL')?.kind, origin('performance.timeout')?.kind],
      ['ENVIRONMENT', 'CONFIG_FILE', 'ENV_FILE', 'DEFAULT'],
    )
    assert.ok(!`${ran.stdout.toString()}${ran.stderr}`.includes('hunter2'))
  } finally {
    fs.rmSync(at('home/config.json'))
    fs.rmSync(at('.env'))
  }
})

const hasScript = spawnSync('script', ['--version']).status === 0

test('at a terminal of a machine in UTC the time zone is asked for; a script goes on with a warning', {
  skip: hasScript ? false : 'script (bsdutils) is not installed',
}, async () => {
  const command = (name: string) => [
    'config',
    'add',
    '--name',
    name,
    '--path',
    'documents',
    '--frequency',
    'DAILY',
    '--retention',
    '30',
  ]
  assert.deepEqual(codesOf(await ok(...command('quiet'))), ['TIMEZONE_ASSUMED'])
  const line = [process.execPath, CLI, ...command('asked')].map((part) => `'${part}'`).join(' ')
  const { stdout } = spawnSync('script', ['-qec', line, '/dev/null'], {
    cwd: folder.path,
    env: { PATH: process.env['PATH'], ...env },
    input: 'Asia/Tokyo\n',
    encoding: 'utf8',
    timeout: 60_000,
  })
  assert.match(stdout, /This machine is in UTC/)
  assert.equal(settingsOf(await ok('config', 'show', 'asked'))['timezone'], 'Asia/Tokyo')
})

test('doctor of a source looks at the three troubles', async () => {
  await ok('config', 'add', '--name', 'watched', '--path', 'documents', '--every', '1d', '--retention', '30')
  const ran = await run(['doctor', 'watched', '--json'])
  const checks = ran.json!['checks'] as Array<{ message: string; severity: string; remedy: string }>
  const find = (pattern: RegExp) =>
    checks.find(({ message }) => pattern.test(message)) ??
    assert.fail(`${pattern.source} is not among ${JSON.stringify(checks)}`)
  assert.match(find(/has not run yet/).remedy, /neonpro-backup run watched/)
  assert.equal(find(/a scheduler would start/).severity, 'OK')
  for (const pattern of [
    /room at/,
    /can be read by/,
    /local disk/,
    /CPU/,
    /no threshold/,
    /heartbeat/,
    /nobody is told of failures/,
    /apart from the data/,
  ])
    find(pattern)
  assert.equal(ran.status, 0, ran.stderr)
})

test('a recover that is stopped is cancelled: it says so, and no later worker writes over what came since', async () => {
  for (let i = 0; i < 40; i += 1) fs.writeFileSync(at(`documents/stopped${i}`), 'saved')
  await ok('config', 'add', '--name', 'stopped', '--path', 'documents', '--retention', '30')
  await ok('run', 'stopped')
  await server.stop()
  using pace = pacedEngine()
  // By another name only the engine is paced, not the command.
  fs.symlinkSync(CLI, at('program.js'))
  let hasSignalled = false
  const stopped = await runCli(['recover', 'latest', '--source', 'stopped', '--target', at('half')], {
    env: { ...env, ...pace.env, LANG: 'pt_BR.UTF-8' },
    cwd: folder.path,
    program: at('program.js'),
    onStdout: (pid, text) => {
      if (hasSignalled || !text.includes('na fila')) return
      hasSignalled = true
      process.kill(pid, 'SIGINT')
    },
  })
  assert.equal(stopped.status, 130, stopped.stderr)
  assert.match(stopped.stdout.toString(), /A recuperação \S+ foi cancelada: /)
  assert.doesNotMatch(stopped.stderr, /ABORTED|Execute de novo/)
  pace.lift()
  const mine = path.join(at('half'), at('documents/stopped39'))
  fs.mkdirSync(path.dirname(mine), { recursive: true })
  fs.writeFileSync(mine, 'mine, since then')
  await ok('run', 'stopped')
  assert.equal(fs.readFileSync(mine, 'utf8'), 'mine, since then')
})
