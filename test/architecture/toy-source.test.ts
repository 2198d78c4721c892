// Goal: a kind of source is one descriptor in one file, and one line: configurations, runs, schedules, points and what is
// done with them derive from it. Method: a copy of the sources with a toy source of generated streams in it, taken
// through the command line and the library; what it touched is counted, what it was given is looked at.
import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import fs from 'node:fs'
import path from 'node:path'
import { after, before, test } from 'node:test'
import { sql } from 'kysely'
import { z } from 'zod'
import { openCatalog } from '../../src/catalog/index.ts'
import { schemaPaths } from '../../src/contracts/system/validation.ts'
import { sources } from '../../src/system/compose-sources.ts'
import { type AddedDriver, assertOneFileAndLine, buildWith } from '../harness/built-with.ts'
import { temporaryDirectory } from '../harness/temporary-directory.ts'
import { rows, type ToyServer, toy } from '../harness/toy-source.ts'
import { until } from '../harness/until.ts'

const folder = temporaryDirectory()
const at = (name: string) => path.join(folder.path, name)
const TOKEN = 'PLANTED-5d0f-toy-token'
const ADDED: AddedDriver = {
  harness: 'toy-source.ts',
  file: 'sources/drivers/toy.ts',
  table: 'sources/all.ts',
  line: "export { toy } from './drivers/toy.ts'\n",
}
const env = {
  PATH: process.env['PATH'] ?? '',
  LANG: 'C',
  BACKUP_ENCRYPTION_KEY: `base64:${randomBytes(32).toString('base64')}`,
  NEONPRO_BACKUP_HOME: at('home'),
  NEONPRO_REPOSITORY: at('repository'),
  CLINIC_TOY: TOKEN,
  TOYDB_REGION: 'of its library',
}
const server: ToyServer = { token: TOKEN, tables: { patients: 20_000, visits: 5_000 } }
const serve = (changes: Partial<ToyServer> = {}) =>
  fs.writeFileSync(at('toy/toy.json'), JSON.stringify({ ...server, ...changes }))

interface Call {
  readonly act: string
  readonly program: string
  readonly argv: readonly string[]
  readonly variables: readonly string[]
}
const calls = () =>
  fs
    .readFileSync(at('toy/calls.jsonl'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Call)

before(async () => {
  await buildWith(folder.path, ADDED)
  fs.mkdirSync(at('toy'))
  serve()
})
after(() => folder[Symbol.dispose]())

interface Ran {
  readonly status: number | null
  readonly stdout: string
  readonly stderr: string
  readonly json: Record<string, unknown>
}

function started(program: string, args: readonly string[], more: Record<string, string> = {}): ChildProcess {
  return spawn(process.execPath, [program, ...args], { env: { ...env, ...more }, cwd: folder.path })
}

async function ran(child: ChildProcess, input = ''): Promise<Ran> {
  child.stdin!.end(input)
  let [stdout, stderr] = ['', '']
  child.stdout!.setEncoding('utf8').on('data', (text: string) => (stdout += text))
  child.stderr!.setEncoding('utf8').on('data', (text: string) => (stderr += text))
  const [status] = (await once(child, 'close')) as [number | null]
  assert.ok(!`${stdout}${stderr}`.includes(TOKEN), `${child.spawnargs.join(' ')} shows the token\n${stdout}${stderr}`)
  const last = stdout.trim().split('\n').at(-1) ?? ''
  return { status, stdout, stderr, json: last.startsWith('{') ? (JSON.parse(last) as Record<string, unknown>) : {} }
}

async function command(args: readonly string[], status = 0, more: Record<string, string> = {}): Promise<Ran> {
  const result = await ran(started(at('dist/bin/main.js'), args, more))
  assert.equal(result.status, status, `${args.join(' ')}\n${result.stdout}\n${result.stderr}`)
  return result
}

const ADD = ['config', 'add', '--kind', 'toy', '--set', `place=${at('toy')}`, '--set', 'token=env:CLINIC_TOY']
const bytesAdded = (json: Record<string, unknown>) => (json['stats'] as { bytesAdded: number }).bytesAdded
const codeOf = ({ json }: Ran) => (json['error'] as { code?: string } | undefined)?.code

test('a source is one file and one line', () => assertOneFileAndLine(folder.path, ADDED))

test('a configuration of it: saved, shown without what is secret; what can not be meant is said', async () => {
  await command(['init'])
  const plain = await command([...ADD.slice(0, -1), `token=${'x'.repeat(9)}`, '--name', 'no', '--json'], 2)
  assert.match(plain.stderr, /token=env:NAME/)
  const refused: ReadonlyArray<readonly [args: readonly string[], code: string, status: number]> = [
    [['--kind', 'toy', '--set', `place=${at('toy')}`], 'SOURCE_FAILED', 1],
    [['--kind', 'toy', '--set', 'place=/x', '--set', 'delayMs=soon'], 'CONFIG_INVALID', 2],
    [['--database', 'postgresql://user@localhost/clinic'], 'SOURCE_NOT_AVAILABLE', 2],
  ]
  for (const [args, code, status] of refused)
    assert.equal(
      codeOf(await command(['config', 'add', '--name', 'no', ...args, '--json'], status)),
      code,
      args.join(' '),
    )
  const { json } = await command([...ADD, '--set', 'delayMs=1', '--name', 'tables', '--every', '1d', '--json'])
  const settings = { delayMs: 1, place: at('toy') }
  const shown = json['settings'] as Record<string, unknown>
  assert.deepEqual([json['kind'], shown['source']], ['TOY', { label: `toydb://${at('toy')}`, settings }])
  assert.match((await command(['config', 'list'])).stdout, /tables .*toydb:/)
  await command(['config', 'edit', 'tables', '--set', 'delayMs='])
  const moved = (await command(['config', 'edit', 'tables', '--set', 'place=/elsewhere', '--json'], 2)).json['error']
  const { code, context } = moved as { code: string; context: { path: string } }
  assert.deepEqual([code, context.path], ['CONFIG_INVALID', 'source.token'])
  assert.match((await command(['config', 'show', 'tables'], 0, { LANG: 'pt_BR.UTF-8' })).stdout, /origem \(source\)/)
})

test('points of it: listed, dumped, compared, restored as files and into a source; what no rule keeps goes', async () => {
  const first = (await command(['run', 'tables', '--json'])).json
  assert.equal(first['state'], 'COMPLETED')
  const listed = await command(['ls', 'latest', '/tables'])
  assert.match(listed.stdout, /patients\.csv[\s\S]*visits\.csv/)
  const dumped = await command(['dump', 'latest', '/tables/patients.csv'])
  assert.equal(dumped.stdout, rows('patients', 0, 20_000))
  const { stdout } = await command(['cat', 'snapshot', 'latest'])
  assert.deepEqual([/"sourceKind": *"TOY"/.test(stdout), /"server": *"toy 1"/.test(stdout)], [true, true], stdout)
  serve({ tables: { patients: 20_100, visits: 5_000, notes: 10 } })
  const second = (await command(['run', 'tables', '--json'])).json
  assert.ok(bytesAdded(second) < bytesAdded(first) / 5, 'rows that were appended leave the others as they are')
  const [old, now] = [first, second].map(({ snapshot }) => String(snapshot))
  const difference = await command(['diff', old!, now!])
  assert.match(difference.stdout, /notes\.csv/)
  assert.doesNotMatch(difference.stdout, /visits\.csv/)
  await command(['restore', 'latest', '--target', at('files'), '--verify'])
  assert.equal(fs.readFileSync(at('files/tables/patients.csv'), 'utf8'), rows('patients', 0, 20_100))
  await command(['recover', String(first['id']), '--target', at('recovered')])
  assert.equal(fs.readFileSync(at('recovered/tables/visits.csv'), 'utf8'), rows('visits', 0, 5_000))
  const into = ['recover', String(first['id']), '--into', 'toy', '--set', `place=${at('toy')}`]
  assert.equal(codeOf(await command([...into, '--json'], 1)), 'SOURCE_FAILED')
  assert.equal(codeOf(await command([...into, '--target', at('x'), '--json'], 2)), 'USAGE')
  const back = (await command([...into, '--set', 'token=env:CLINIC_TOY', '--json'])).json
  assert.deepEqual(
    [back['state'], back['target'], back['filesRestored']],
    ['COMPLETED', { kind: 'TOY', label: `toydb://${at('toy')}` }, 3],
  )
  assert.equal(fs.readFileSync(at('toy/restored/tables/patients.csv'), 'utf8'), rows('patients', 0, 20_000))
  await command(['forget', '--keep-last', '1', '--prune'])
  await command(['verify', '--read-data'])
  assert.equal((await command(['dump', now!, '/tables/notes.csv'])).stdout, rows('notes', 0, 10))
})

test('a source that fails or stalls ends as a failure, and never as a point', async () => {
  serve({ trouble: { table: 'visits', afterRows: 2_000, kind: 'FAIL' } })
  await command(['config', 'edit', 'tables', '--retry-attempts', '0'])
  const failed = (await command(['run', 'tables', '--json'], 1)).json['error'] as { code: string; message: string }
  assert.equal(failed.code, 'SOURCE_FAILED')
  assert.match(failed.message, /toylib: connection \[redacted\]@.* lost/)
  serve({ trouble: { table: 'visits', afterRows: 2_000, kind: 'STALL' } })
  await command(['config', 'edit', 'tables', '--timeout', '3'])
  assert.equal(codeOf(await command(['run', 'tables', '--json'], 1)), 'BACKUP_TIMEOUT')
  serve()
  await command(['config', 'edit', 'tables', '--clear', 'performance'])
  const { snapshots } = (await command(['snapshots', '--json'])).json as { snapshots: Array<{ state: string }> }
  assert.equal(snapshots.filter(({ state }) => state === 'complete').length, 1, JSON.stringify(snapshots))
})

test('on schedule: a run that was stopped goes on from its checkpoint', async () => {
  const big = { patients: 150_000, visits: 20_000 }
  serve({ tables: big, trouble: { table: 'visits', afterRows: 10_000, kind: 'WAIT' } })
  {
    await using catalog = await openCatalog({ directory: at('home/database') })
    await sql`update neonpro_backup.due_times set due_at = now(), late_at = now() + interval '1 hour'`.execute(
      catalog.db,
    )
  }
  const heard = calls().length
  const serving = started(at('dist/bin/main.js'), ['serve'])
  const ended = ran(serving)
  const acts = () =>
    calls()
      .slice(heard)
      .map(({ act }) => act)
  await until('one table is read, and the other waits', () =>
    ['read patients', 'met WAIT'].every((act) => acts().includes(act)),
  )
  serving.kill('SIGTERM')
  await ended
  assert.match((await command(['list', 'checkpoints'])).stdout, /checkpoints\//)
  serve({ tables: big })
  const again = started(at('dist/bin/main.js'), ['serve'])
  const over = ran(again)
  const newest = async () => {
    const { runs } = JSON.parse((await command(['runs', '--json'])).stdout) as {
      runs: Array<{ state: string; trigger: string; attempts: number; stats: { bytesAdded: number } | null }>
    }
    return runs[0]!
  }
  const run = await until('the run is done', async () => {
    const found = await newest()
    return found.state === 'COMPLETED' ? found : undefined
  })
  again.kill('SIGTERM')
  await over
  assert.ok(run.trigger !== 'MANUAL')
  assert.ok(run.stats!.bytesAdded < 5_000_000, `what a checkpoint holds is stored once, not ${run.stats!.bytesAdded}`)
  assert.equal((await command(['dump', 'latest', '/tables/patients.csv'])).stdout, rows('patients', 0, 150_000))
  serve()
})

const APPLICATION = `
import { initializeBackupSystem } from './dist/bin/index.js'
import { text } from 'node:stream/consumers'
const { place, token } = JSON.parse(await text(process.stdin))
const must = (result) => {
  if (!result.success) throw new Error(JSON.stringify(result.error))
  return result.data
}
const system = must(await initializeBackupSystem({ provider: 'LOCAL', local: { basePath: 'library' }, home: 'libraryhome' }))
const { manager, recover } = system
const first = must(await manager.createConfig({ name: 'first', kind: 'TOY', source: { place, token } }))
const second = must(await system.setupDatabaseBackup('second', 'toydb://' + token + '@' + place))
must(await manager.updateConfig(second.id, { source: { without: 'visits' } }))
const runs = []
for (const { id } of [first, second]) runs.push(must(await system.waitForRun(must(await system.runBackupNow(id)))))
const points = must(await recover.getRecoveryPoints())
const pointOf = (run) => points.find(({ runId }) => runId === run.id).id
const differences = must(await recover.comparePoints(...runs.map(pointOf)))
const ended = async (asked) => {
  let request = must(asked)
  while (['PENDING', 'RUNNING'].includes(request.state)) {
    await new Promise((resolve) => setTimeout(resolve, 50))
    request = must(await recover.getRecoveryStatus(request.id))
  }
  return request.state
}
const into = { target: { kind: 'TOY', settings: { place, token } } }
const answers = {
  kinds: [first, second].map(({ kind, settings }) => [kind, settings.source]),
  runs: runs.map(({ state }) => state),
  changed: differences.differences.map(({ path }) => path),
  back: await ended(await recover.createRecoveryRequest(runs[1].id, 'FULL_RESTORE', into)),
  refused: [
    await recover.createRecoveryRequest(runs[1].id, 'FULL_RESTORE', { ...into, targetPath: '/x' }),
    await recover.createRecoveryRequest(runs[1].id, 'FULL_RESTORE', {}),
    await recover.createRecoveryRequest(runs[1].id, 'FULL_RESTORE', { target: { kind: 'NONE', settings: {} } }),
    await recover.createRecoveryRequest(runs[1].id, 'FULL_RESTORE', { target: { kind: 'TOY', settings: { place: 7 } } }),
  ].map(({ error }) => error?.code + ' ' + (error?.context.path ?? '')),
  audit: must(await system.exportAudit()).includes(token),
}
await system.shutdown()
console.log(JSON.stringify(answers))
`

test('the library: by kind and by URL, run, compared, written back', async () => {
  fs.writeFileSync(at('application.mjs'), APPLICATION)
  const input = JSON.stringify({ place: at('toy'), token: TOKEN })
  const { status, json, stderr } = await ran(started(at('application.mjs'), []), input)
  assert.equal(status, 0, stderr)
  const source = { label: `toydb://${at('toy')}`, settings: { place: at('toy') } }
  assert.deepEqual(json, {
    kinds: [
      ['TOY', source],
      ['TOY', source],
    ],
    runs: ['COMPLETED', 'COMPLETED'],
    changed: ['/settings.json', '/tables/visits.csv'],
    back: 'COMPLETED',
    refused: [
      'CONFIG_INVALID targetPath',
      'CONFIG_INVALID options.targetPath',
      'SOURCE_NOT_AVAILABLE ',
      'CONFIG_INVALID target.settings.place',
    ],
    audit: false,
  })
})

test('what is secret goes to the process of a run in its message alone, and survives the loss of the database', async () => {
  const children = calls().filter(({ program }) => program.endsWith('engine-child.js'))
  assert.ok(children.length > 5)
  for (const { argv, variables } of children) {
    assert.ok(!argv.join(' ').includes(TOKEN))
    assert.ok(!variables.some((name) => /^(BACKUP_ENCRYPTION|NEONPRO_REPOSITORY)/.test(name)), variables.join())
    assert.ok(variables.includes('TOYDB_REGION'), "its own library's variables are left")
  }
  for (const place of ['home', 'repository', 'libraryhome', 'library'])
    for (const name of fs.readdirSync(at(place), { recursive: true, encoding: 'utf8' })) {
      const file = path.join(at(place), name)
      if (fs.statSync(file).isFile()) assert.ok(!fs.readFileSync(file).includes(TOKEN), file)
    }
  const anew = { NEONPRO_BACKUP_HOME: at('anew') }
  await command(['system', 'rebuild', '--repo', at('repository')], 0, anew)
  assert.match((await command(['config', 'list'], 0, anew)).stdout, /tables .*toydb:/)
  await command(['run', 'tables'], 0, anew)
})

test('the settings of a driver and what is said of them are the same', () => {
  for (const driver of [...sources.drivers, toy]) {
    assert.deepEqual(
      [...new Set(schemaPaths(driver.settings(z)))].sort(),
      Object.keys(driver.texts).sort(),
      driver.kind,
    )
    assert.ok(driver.secrets.every((name) => name in driver.texts))
    assert.equal(driver.capabilities.restoresInto, driver.restore !== undefined)
    for (const { accepted } of Object.values(driver.texts)) assert.ok(accepted.en !== accepted['pt-BR'])
  }
})
