// Goal: the disk of the system's repository is gone for good; with the copy on another one the system goes on: the copy
// becomes its repository, and nothing starts by itself before somebody has looked. Method: the built program.
import assert from 'node:assert/strict'
import fs from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { temporaryDirectory } from '../harness/temporary-directory.ts'
import { type Ran, runCli } from './run-cli.ts'
import { says, stay } from './staying.ts'

/** `serve` is at work meanwhile. */
async function stayingOwner(home: string, cwd: string, during: (pid: number) => Promise<void>): Promise<void> {
  await using serve = stay(['serve'], { cwd, env: { NEONPRO_BACKUP_HOME: home } })
  await says(serve, /Ready/)
  await during(serve.child.pid!)
  assert.equal(await serve.stop(), 0, serve.said())
}

test('system rebuild --repo COPY lets go of a repository that is lost', async () => {
  using folder = temporaryDirectory()
  const at = (name: string) => path.join(folder.path, name)
  const run = (...args: string[]): Promise<Ran> =>
    runCli([...args, '--json'], { env: { NEONPRO_BACKUP_HOME: at('home') }, cwd: folder.path })
  const ok = async (...args: string[]): Promise<Record<string, unknown>> => {
    const ran = await run(...args)
    assert.equal(ran.status, 0, `${args.join(' ')}: ${ran.stderr}`)
    return ran.json!
  }
  const codeOf = ({ json }: Ran) => (json?.['error'] as { code?: string } | undefined)?.code
  fs.mkdirSync(at('data'))
  fs.writeFileSync(at('data/a'), 'a')
  await ok('key', 'generate', at('key'))
  const repository = ['--repo', at('first'), '--key-file', at('key')]
  await ok(
    'config',
    'add',
    '--name',
    'c',
    '--path',
    at('data'),
    '--frequency',
    'DAILY',
    '--time',
    '02:00',
    ...repository,
  )
  await ok('run', 'c')
  await ok('copy', '--to', at('second'), '--init', '--to-key-file', at('key'), ...repository)
  // What is written down from here on is closed in the first alone.
  await ok('config', 'disable', 'c')
  await ok('config', 'enable', 'c')
  // Nor has the copy what is protected from here on.
  const held = await ok('hold', 'add', '--source', 'c', '--until', '2046-12-31', ...repository)
  const lifted = await ok('hold', 'add', '--everything', ...repository)
  await ok('hold', 'lift', String(lifted['id']), ...repository)
  const pinned = String((await ok('pin', 'latest', ...repository))['snapshot'])
  const unbrought = String((await ok('run', 'c'))['snapshot'])
  await ok('pin', unbrought, ...repository)
  // While the first is there, the system keeps it.
  assert.equal(
    codeOf(await run('system', 'rebuild', '--repo', at('second'), '--key-file', at('key'))),
    'REPOSITORY_OTHER',
  )

  const other = await runCli(
    ['config', 'add', '--name', 'other', '--path', at('data'), '--repo', at('wrong'), '--key-file', at('key')],
    { env: { NEONPRO_BACKUP_HOME: at('other-home') } },
  )
  assert.equal(other.status, 0, other.stderr)
  fs.renameSync(at('first'), at('gone'))
  assert.equal(codeOf(await run('run', 'c')), 'REPOSITORY_MISSING')
  // What is refused changes nothing: the disk comes back, and the system goes on where it was.
  const settled = fs.readFileSync(at('home/settled.json'), 'utf8')
  assert.equal(
    codeOf(await run('system', 'rebuild', '--repo', at('wrong'), '--key-file', at('key'))),
    'DATABASE_NOT_EMPTY',
  )
  assert.equal(fs.readFileSync(at('home/settled.json'), 'utf8'), settled)
  fs.renameSync(at('gone'), at('first'))
  assert.equal((await ok('run', 'c'))['state'], 'COMPLETED')
  assert.equal(((await ok('snapshots', ...repository))['snapshots'] as unknown[]).length, 3, 'in the first')
  fs.renameSync(at('first'), at('gone'))
  const refused = await run('run', 'c', '--repo', at('second'))
  assert.equal(codeOf(refused), 'REPOSITORY_OTHER')
  assert.match(refused.stderr, /system rebuild/, 'the one that is known is gone')
  fs.renameSync(at('gone'), at('first'))
  await stayingOwner(at('home'), folder.path, async (pid) => {
    fs.renameSync(at('first'), at('gone'))
    const beside = await run('system', 'rebuild', '--repo', at('second'), '--key-file', at('key'))
    assert.equal(codeOf(beside), 'OWNER_EXISTS', beside.stderr)
    assert.ok(beside.stderr.includes(String(pid)), beside.stderr)
  })
  const rebuilt = await run('system', 'rebuild', '--repo', at('second'), '--key-file', at('key'))
  assert.equal(rebuilt.status, 0, rebuilt.stderr)
  assert.deepEqual(rebuilt.json?.['configsLeftDisabled'], ['c'])
  assert.match(rebuilt.stderr, /config enable/)
  assert.doesNotMatch(rebuilt.stderr, /Set to/)
  // What still names the lost one is told of, and a command that follows it is not sent to rebuild once more.
  const named = { NEONPRO_BACKUP_HOME: at('home'), NEONPRO_REPOSITORY: at('first') }
  const byName = (...args: string[]) => runCli([...args, '--json'], { env: named, cwd: folder.path })
  const said = await byName('system', 'rebuild', '--repo', at('second'), '--key-file', at('key'))
  assert.match(said.stderr, /Set to \S+first still: environment NEONPRO_REPOSITORY.*\S+second/)
  const misled = await byName('status')
  assert.equal(codeOf(misled), 'REPOSITORY_OTHER')
  assert.doesNotMatch(misled.stderr, /system rebuild/)
  const lost = rebuilt.json?.['lost'] as { locations: string[]; entries: number; from: number; to: number }
  assert.deepEqual(lost.locations, [at('first')])
  assert.ok(lost.entries >= 2 && lost.to - lost.from + 1 === lost.entries, JSON.stringify(lost))
  assert.match(rebuilt.stderr, new RegExp(`${lost.entries} audit entries \\(${lost.from} to ${lost.to}\\)`))
  // What protected is in force in the copy, under its names, before anything there may go.
  const there = (await ok('snapshots', '--repo', at('second')))['snapshots'] as Array<{ snapshot: string }>
  const hold = { record: 'hold', subject: held['id'], snapshot: null, source: 'c' }
  const pin = { record: 'pin', subject: there[0]!.snapshot, snapshot: there[0]!.snapshot, source: null }
  assert.notEqual(pin.subject, pinned)
  assert.deepEqual(rebuilt.json?.['carried'], [hold, pin])
  const left = [{ record: 'pin', subject: unbrought, snapshot: unbrought, source: null }]
  assert.deepEqual(rebuilt.json?.['notCarried'], left)
  assert.match(rebuilt.stderr, new RegExp(`${unbrought.slice(0, 12)}.*it protects nothing here`))
  assert.deepEqual([rebuilt.json?.['holds'], rebuilt.json?.['pins']], [1, 1])
  const { holds } = (await ok('hold', 'list', '--repo', at('second'))) as {
    holds: Array<{ id: string; until: string }>
  }
  assert.deepEqual(
    holds.map(({ id, until }) => [id, until]),
    [[held['id'], held['until']]],
  )
  // One that is lifted there does not come back with the next rebuild.
  await ok('hold', 'lift', String(held['id']), '--repo', at('second'))
  const { carried, notCarried } = await ok('system', 'rebuild', '--repo', at('second'), '--key-file', at('key'))
  assert.deepEqual([carried, notCarried], [[], left])
  // The gap is told, by name, and is no fault; a second rebuild finds none.
  const verified = await run('audit', 'verify')
  assert.equal(verified.status, 0, verified.stderr)
  assert.deepEqual(verified.json?.['closedAnew'], [lost])
  assert.ok(verified.stderr.includes(at('first')), verified.stderr)
  assert.equal((await ok('system', 'rebuild', '--repo', at('second'), '--key-file', at('key')))['lost'], undefined)

  const { repository: now, configs } = (await run('status')).json as {
    readonly repository: string
    readonly configs: ReadonlyArray<{ readonly name: string; readonly enabled: boolean }>
  }
  assert.equal(now, at('second'))
  assert.deepEqual(
    configs.map(({ name, enabled }) => [name, enabled]),
    [['c', false]],
  )
  await ok('config', 'enable', 'c')
  assert.equal((await ok('run', 'c'))['state'], 'COMPLETED')
  await ok('restore', 'latest', '--target', at('target'), '--repo', at('second'))
  const restored = fs.readdirSync(at('target'), { recursive: true, encoding: 'utf8' })
  assert.ok(
    restored.some((name) => path.basename(name) === 'a'),
    restored.join(' '),
  )
  assert.equal(fs.existsSync(at('first')), false, 'none is made in the place of the lost one')
  // The old disk comes back: it is another repository now.
  fs.renameSync(at('gone'), at('first'))
  assert.equal(codeOf(await run('run', 'c', '--repo', at('first'))), 'REPOSITORY_OTHER')
  // The database is lost as well: all of its log is in the copy now, in one chain.
  fs.renameSync(at('home'), at('home-gone'))
  await ok('system', 'rebuild', '--repo', at('second'), '--key-file', at('key'))
  const again = await ok('audit', 'verify')
  assert.deepEqual([again['isIntact'], again['closedAnew']], [true, [lost]])
})
