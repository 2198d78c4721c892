// Goal: whoever names a snapshot and says which is meant loses no other one: an option that is taken is carried out or
// refused, a dry run answers as the real run, and a filter that meets nothing is told by name. Method: the built program
// over a small repository.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { after, before, test } from 'node:test'
import { temporaryDirectory } from '../harness/temporary-directory.ts'
import { CLI, type Ran, runCli } from './run-cli.ts'

const folder = temporaryDirectory()
const at = (name: string) => `${folder.path}/${name}`
const env = { HOME: folder.path, NEONPRO_REPOSITORY: at('repository'), BACKUP_ENCRYPTION_KEY: `file:${at('key')}` }
const run = (...args: string[]) => runCli([...args, '--json'], { env, cwd: folder.path })
/** Oldest first. */
const made: Record<'agenda' | 'laudos', string[]> = { agenda: [], laudos: [] }

async function ok(...args: string[]): Promise<Record<string, unknown>> {
  const { status, json, stderr } = await run(...args)
  assert.equal(status, 0, stderr)
  return json!
}

function codeOf({ status, json }: Ran): [number, unknown] {
  return [status, (json?.['error'] as { code?: string } | undefined)?.code]
}

function codesOf(json: Record<string, unknown>): string[] {
  return (json['warnings'] as Array<{ code: string }>).map(({ code }) => code)
}

before(async () => {
  await ok('key', 'generate', at('key'))
  await ok('init')
  for (const [name, tag] of [
    ['agenda', 'noite'],
    ['agenda', 'manual'],
    ['laudos', 'noite'],
  ] as const) {
    fs.mkdirSync(at(name), { recursive: true })
    fs.writeFileSync(at(`${name}/${name}.txt`), `${name} ${tag}`)
    made[name].push(String((await ok('backup', at(name), '--source', name, '--tag', tag))['snapshot']))
  }
})
after(() => folder[Symbol.dispose]())

test('forget by name goes by the filters: "latest" is theirs, another snapshot is refused', async () => {
  const forgotten = async (...args: string[]) => (await ok('forget', ...args, '--dry-run'))['forgotten']
  assert.deepEqual(codeOf(await run('forget', 'latest', '--dry-run')), [2, 'USAGE'])
  assert.deepEqual(await forgotten('latest', '--source', 'laudos'), [made.laudos[0]])
  assert.deepEqual(await forgotten('latest', '--source', 'agenda'), [made.agenda[1]])
  assert.deepEqual(await forgotten('latest', '--source', 'agenda', '--tag', 'noite'), [made.agenda[0]])
  assert.deepEqual(await forgotten('latest', '--path', at('agenda')), [made.agenda[1]])
  assert.deepEqual(await forgotten(made.laudos[0]!, '--source', 'laudos'), [made.laudos[0]])
  const other = [made.laudos[0]!, '--dry-run']
  for (const filter of [
    ['--source', 'agenda'],
    ['--tag', 'manual'],
    ['--host', 'another'],
    ['--path', at('agenda')],
  ])
    assert.deepEqual(codeOf(await run('forget', ...other, ...filter)), [2, 'USAGE'], filter.join(' '))
  assert.deepEqual(codeOf(await run('forget', 'latest', '--tag', 'nosuch')), [1, 'SNAPSHOT_NOT_FOUND'])
})

test('a policy, --latest and --group-by together with names are wrong use, and nothing goes', async () => {
  fs.writeFileSync(at('empty.json'), '{}')
  for (const more of [
    ['--keep-last', '10'],
    ['--keep-daily', '3', '--source', 'agenda'],
    ['--policy', at('empty.json')],
    ['--latest', '1'],
    ['--group-by', 'host'],
  ])
    assert.deepEqual(codeOf(await run('forget', 'latest', ...more)), [2, 'USAGE'], more.join(' '))
  assert.equal(((await ok('snapshots'))['snapshots'] as unknown[]).length, 3)
})

test('find, restore and hold take no option that they ignore', async () => {
  const found = async (...args: string[]) =>
    ((await ok('find', '*.txt', ...args))['found'] as Array<{ snapshot: string }>).map(({ snapshot }) => snapshot)
  assert.deepEqual(await found('--snapshot', 'latest', '--source', 'agenda'), [made.agenda[1]])
  const latest = ['find', '*.txt', '--snapshot', 'latest']
  assert.deepEqual(codeOf(await run(...latest, '--latest', '1')), [2, 'USAGE'])
  assert.deepEqual(codeOf(await run('find', '*.txt', '--snapshot', made.agenda[0]!, '--tag', 'manual')), [2, 'USAGE'])
  for (const command of [['find', '*.txt'], ['stats']])
    assert.deepEqual(codeOf(await run(...command, '--group-by', 'host')), [2, 'USAGE'], command[0])
  const restore = ['restore', made.laudos[0]!, '--target', at('back')]
  assert.deepEqual(codeOf(await run(...restore, '--source', 'agenda')), [2, 'USAGE'])
  assert.equal(fs.existsSync(at('back')), false)
  const hold = await ok('hold', 'add', '--snapshot', 'latest', '--source', 'agenda')
  assert.equal(hold['snapshot'], made.agenda[1])
  assert.deepEqual(codeOf(await run('hold', 'add', '--snapshot', made.laudos[0]!, '--source', 'agenda')), [2, 'USAGE'])
  await ok('hold', 'lift', String(hold['id']))
})

test('a dry run says of a protected snapshot what the real run says', async () => {
  await ok('pin', made.agenda[0]!)
  const dry = await run('forget', made.agenda[0]!, '--dry-run')
  assert.deepEqual(codeOf(dry), [1, 'SNAPSHOT_PROTECTED'])
  assert.deepEqual(codeOf(await run('forget', made.agenda[0]!)), codeOf(dry))
  await ok('unpin', made.agenda[0]!)
})

test('what is named twice counts once', async () => {
  assert.deepEqual(
    (await ok('forget', 'latest', 'latest', made.laudos[0]!, '--source', 'laudos', '--dry-run'))['forgotten'],
    [made.laudos[0]],
  )
  const text = await runCli(['forget', 'latest', 'latest', '--source', 'laudos', '--dry-run'], {
    env,
    cwd: folder.path,
  })
  assert.match(text.stdout.toString(), /1 snapshot would be forgotten/)
  const copied = await ok('copy', 'latest', 'latest', '--source', 'laudos', '--to', at('second'), '--init')
  assert.deepEqual([(copied['copied'] as unknown[]).length, copied['present']], [1, 0])
})

test('a filter that no snapshot meets is told by name', async () => {
  for (const filter of [
    ['--source', 'nosuch'],
    ['--tag', 'nosuch'],
    ['--host', 'nosuch'],
    ['--path', '/nosuch'],
  ])
    for (const command of [['forget', '--keep-last', '1', '--dry-run'], ['snapshots'], ['find', '*.txt'], ['stats']]) {
      const { json, stderr, status } = await run(...command, ...filter)
      assert.deepEqual([status, codesOf(json!)], [0, ['FILTER_UNMATCHED']], `${command.join(' ')} ${filter.join(' ')}`)
      assert.match(stderr, new RegExp(`no snapshot meets ${filter.join(' ')}`))
    }
  // One of them is met, and so is the command.
  assert.deepEqual(codesOf(await ok('snapshots', '--tag', 'noite', '--tag', 'nosuch')), ['FILTER_UNMATCHED'])
  // Each is met, and not together.
  const together = await ok('snapshots', '--source', 'laudos', '--tag', 'manual')
  assert.match(JSON.stringify(together['warnings']), /--source laudos --tag manual/)
  assert.deepEqual(codesOf(await ok('forget', '--keep-last', '9', '--source', 'agenda')), [])
  const text = await runCli(['snapshots', '--tag', 'nosuch'], { env, cwd: folder.path })
  assert.match(text.stdout.toString(), /There are 3 snapshots, and none meets what was asked for/)
})

test('forget takes the policies that configurations take, also from an editor that marks its files as UTF-8', async () => {
  const decided = async (text: string) => {
    fs.writeFileSync(at('policy.json'), text)
    return await run('forget', '--policy', at('policy.json'), '--dry-run')
  }
  for (const text of [
    '{"yearly":"forever"}',
    '\uFEFF{"daily":7,"custom":[{"pattern":"last-of-month","keep":2}]}',
    '30',
  ])
    assert.equal((await decided(text)).status, 0, text)
  for (const text of ['{"yearly":"always"}', '{"dayly":1}', '{"daily":-1}', '{"daily":0}', '[]', 'null', '"x"'])
    assert.deepEqual(codeOf(await decided(text)), [2, 'USAGE'], text)
})

test('no repository is made where a file is, and it is said so', async () => {
  fs.writeFileSync(at('plain'), 'x')
  for (const place of [at('plain'), at('plain/below')]) {
    const refused = await run('init', '--repo', place)
    assert.deepEqual(codeOf(refused), [1, 'TARGET_REFUSED'], place)
    assert.match(refused.stderr, /plain can not be the target\. It is no folder/)
    assert.deepEqual(codeOf(await run('copy', '--init', '--to', place)), [1, 'TARGET_REFUSED'], place)
  }
})

test('the rescue reader says how it is used, and that is no failure', () => {
  const file = path.join(path.dirname(CLI), '../neonpro-rescue.mjs')
  for (const option of ['--help', '-h']) {
    const { status, stdout } = spawnSync(process.execPath, [file, option], { encoding: 'utf8', env: { LANG: 'C' } })
    assert.deepEqual([status, /^usage: neonpro-rescue/.test(stdout)], [0, true], option)
  }
})
