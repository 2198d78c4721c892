// Goal: nobody is given another source's data as "latest": where several sources have snapshots every command that takes
// the word asks which, naming them, and so does the rescue reader; a source or configuration that nobody knows is said to
// be that, with what is spelled alike. Method: the built program and reader over two sources, one of them partial.
import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { after, before, test } from 'node:test'
import { temporaryDirectory } from '../harness/temporary-directory.ts'
import { CLI, type Ran, runCli } from './run-cli.ts'

const RESCUE = path.join(path.dirname(CLI), '../neonpro-rescue.mjs')
const folder = temporaryDirectory()
const at = (name: string) => `${folder.path}/${name}`
const env = { HOME: folder.path, NEONPRO_REPOSITORY: at('repository'), BACKUP_ENCRYPTION_KEY: `file:${at('key')}` }
const portuguese = { ...env, LC_ALL: 'pt_BR.UTF-8' }
const run = (...args: string[]) => runCli([...args, '--json'], { env, cwd: folder.path })

async function ok(...args: string[]): Promise<Record<string, unknown>> {
  const { status, json, stderr } = await run(...args)
  assert.equal(status, 0, `${args.join(' ')}: ${stderr}`)
  return json!
}

function codeOf({ status, json }: Ran): [number, unknown] {
  return [status, (json?.['error'] as { code?: string } | undefined)?.code]
}

function rescue(...args: string[]) {
  return spawnSync(process.execPath, [RESCUE, ...args, '--repo', at('repository'), '--key-file', at('key')], {
    env: {},
    encoding: 'utf8',
  })
}

before(async () => {
  await ok('key', 'generate', at('key'))
  await ok('init')
  for (const name of ['agenda', 'laudos', 'fotos']) {
    fs.mkdirSync(at(name))
    fs.writeFileSync(at(`${name}/${name}.txt`), `${name} now`)
  }
  await ok('backup', at('agenda'), '--source', 'Clínica São José')
  // Alone it is what "latest" means.
  assert.equal(Array.isArray((await ok('ls', 'latest'))['entries']), true)
  assert.equal(rescue('ls').status, 0)
  await ok('backup', at('laudos'), at('fotos'), '--source', 'laudos')
  fs.rmSync(at('fotos/fotos.txt'))
  assert.equal((await run('backup', at('laudos'), at('fotos'), '--source', 'laudos')).status, 3)
})
after(() => folder[Symbol.dispose]())

/** Each command that takes "latest", and what may follow it. */
const TAKING: ReadonlyArray<readonly string[]> = [
  ['restore', 'latest', '--target', at('back')],
  ['dump', 'latest', 'agenda.txt', '--output', at('dumped')],
  ['ls', 'latest'],
  ['diff', 'latest', 'latest'],
  ['find', '*.txt', '--snapshot', 'latest'],
  ['cat', 'snapshot', 'latest'],
  ['pin', 'latest'],
  ['unpin', 'latest'],
  ['hold', 'add', '--snapshot', 'latest'],
  ['copy', 'latest', '--to', at('second'), '--init'],
  ['forget', 'latest', '--dry-run'],
]

test('"latest" of several sources is refused by every command that takes it, with their names', async () => {
  for (const args of TAKING) {
    const refused = await run(...args)
    assert.deepEqual(codeOf(refused), [2, 'USAGE'], args.join(' '))
    for (const said of ['--source NAME', '"Clínica São José"', '"laudos"'])
      assert.ok(refused.stderr.includes(said), `${args.join(' ')}: ${refused.stderr}`)
  }
  for (const made of ['back', 'dumped', 'second']) assert.equal(fs.existsSync(at(made)), false, made)
  const said = await runCli(['ls', 'latest'], { env: portuguese, cwd: folder.path })
  assert.match(said.stderr, /é o mais novo de uma origem, e 2 têm snapshots aqui/)
})

test('with --source each of them takes the latest of that one', async () => {
  for (const args of TAKING) {
    const answer = await ok(...args, '--source', 'Clínica São José')
    // Else nothing could be forgotten.
    if (args[0] === 'hold') await ok('hold', 'lift', String(answer['id']))
  }
  assert.equal(fs.readFileSync(at('dumped'), 'utf8'), 'agenda now')
  assert.deepEqual(codeOf(await run('cat', 'config', '--source', 'laudos')), [2, 'USAGE'])
  const copied = await ok('copy', '--to', at('third'), '--init', '--source', 'laudos')
  assert.equal((copied['copied'] as unknown[]).length, 2)
})

test('an absolute path says which source is meant; of sources of the same paths the newest is what is meant', async () => {
  assert.equal((await runCli(['dump', 'latest', at('agenda/agenda.txt')], { env })).stdout.toString(), 'agenda now')
  await ok('restore', `latest:${at('agenda')}`, '--target', at('one'))
  assert.equal(fs.readFileSync(at('one/agenda.txt'), 'utf8'), 'agenda now')
  assert.deepEqual(codeOf(await run('dump', 'latest', folder.path, '--output', at('none'))), [2, 'USAGE'])
  const apart = { ...env, NEONPRO_REPOSITORY: at('apart') }
  const there = (...args: string[]) => runCli(args, { env: apart, cwd: folder.path })
  await there('init')
  for (const source of ['one', 'two']) await there('backup', at('agenda'), '--source', source)
  const listed = await there('ls', 'latest')
  assert.equal(listed.status, 0, listed.stderr)
  assert.equal(listed.stderr, '')
  const forgotten = await there('forget', 'latest', '--dry-run')
  assert.match(forgotten.stderr, /taken of the source "two", the last to run of "one", "two"/)
})

test('a source that is none is said to be that, with those that are spelled alike', async () => {
  for (const args of [...TAKING, ['copy', '--to', at('fourth'), '--init']]) {
    const refused = await run(...args, '--source', 'clinica sao jose')
    assert.deepEqual(codeOf(refused), [1, 'SOURCE_NOT_FOUND'], args.join(' '))
    assert.match(refused.stderr, /no source clinica sao jose[\s\S]*Did you mean "Clínica São José"\?/)
  }
  const said = await runCli(['ls', 'latest', '--source', 'laudo'], { env: portuguese, cwd: folder.path })
  assert.match(said.stderr, /Não há origem laudo\.[\s\S]*Quis dizer "laudos"\?/)
  const none = await runCli(['ls', 'latest', '--source', 'q'], { env, cwd: folder.path })
  assert.match(none.stderr, /lists the sources\.\n/)
  assert.match((await run('snapshots', '--source', 'laudo')).stderr, /Did you mean "laudos"\?/)
})

test('the rescue reader asks which source too, and lists what is partial', () => {
  for (const command of ['ls', 'restore']) {
    const refused = rescue(command, 'latest', '--target', at('rescued'))
    assert.equal(refused.status, 2, refused.stderr)
    assert.match(refused.stderr, /--source NAME.*Clínica São José, laudos/)
  }
  assert.equal(fs.existsSync(at('rescued')), false)
  const restored = rescue('restore', 'latest', '--source', 'Clínica São José', '--target', at('rescued'))
  assert.equal(restored.status, 0, restored.stderr)
  assert.equal(fs.readFileSync(at(`rescued/${at('agenda/agenda.txt')}`), 'utf8'), 'agenda now')
  const unknown = rescue('ls', 'latest', '--source', 'q')
  assert.deepEqual([unknown.status, /no source "q".*laudos/.test(unknown.stderr)], [1, true])
  const states = rescue('list')
    .stdout.trim()
    .split('\n')
    .map((line) => line.split(/\s+/)[2])
  assert.deepEqual(states, ['complete', 'complete', 'partial'])
  const listed = execFileSync(process.execPath, [RESCUE, 'list', '--repo', at('repository')], { env: portuguese })
  assert.match(listed.toString(), / parcial /)
})

test('a status says that the newest backup of a source is incomplete, and ends well for its good point', async () => {
  const { status, json } = await run('status')
  const { isGood, sentence } = json!['verdict'] as { isGood: boolean; sentence: string }
  assert.deepEqual([status, isGood], [0, true])
  assert.match(sentence, /the newest backup of laudos is incomplete, the newest good point was made /)
  const said = await runCli(['status'], { env: portuguese, cwd: folder.path })
  assert.match(said.stdout.toString(), /o backup mais novo de laudos está incompleto/)
})

test('a system that makes a repository at a place that was named says where; an unknown configuration names near ones', async () => {
  const named = ['--repo', at('typo'), '--home', at('home')]
  const made = await run('config', 'add', '--name', 'Clínica São José', '--path', at('agenda'), ...named)
  assert.equal(made.status, 0, made.stderr)
  const warnings = made.json?.['warnings'] as Array<{ code: string }>
  assert.ok(warnings.some(({ code }) => code === 'REPOSITORY_MADE'))
  assert.ok(made.stderr.includes(`no repository was at ${at('typo')}`), made.stderr)
  const again = await run('config', 'add', '--name', 'other', '--path', at('laudos'), ...named)
  assert.doesNotMatch(JSON.stringify(again.json), /REPOSITORY_MADE/)
  const missed = await run('run', 'clinica sao jose', ...named)
  assert.deepEqual(codeOf(missed), [1, 'CONFIG_NOT_FOUND'])
  assert.match(missed.stderr, /no configuration clinica sao jose[\s\S]*Did you mean "Clínica São José"\?/)
})
