// Goal: a restore with --delete never removes what it needs itself: the repository, every key file, HOME, the program
// and its Node, the repository it is a copy of; whether they are named directly, through links, or by the target's own
// other name. Method: the built program on real folders; after each refusal the target is as it was.
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { after, before, test } from 'node:test'
import { lookAt } from '../harness/repository.ts'
import { temporaryDirectory } from '../harness/temporary-directory.ts'
import { CLI, type Ran, runCli } from './run-cli.ts'

const folder = temporaryDirectory()
const at = (name: string) => path.join(folder.path, name)
const key = `base64:${randomBytes(32).toString('base64')}`
const env = { HOME: at('user'), NEONPRO_BACKUP_HOME: at('state'), NEONPRO_REPOSITORY: at('repo') }
const withKey = { ...env, BACKUP_ENCRYPTION_KEY: key }

before(async () => {
  for (const name of ['user', 'source']) fs.mkdirSync(at(name))
  fs.writeFileSync(at('source/a'), 'content')
  assert.equal((await runCli(['init'], { env: withKey })).status, 0)
  assert.equal((await runCli(['backup', at('source')], { env: withKey })).status, 0)
})

after(() => folder[Symbol.dispose]())

/** A target that holds more than the snapshot. */
function newTarget(name: string): string {
  fs.mkdirSync(at(name))
  fs.writeFileSync(path.join(at(name), 'extra'), 'not in the snapshot')
  return at(name)
}

const codeOf = ({ stderr }: Ran) => /^Error (\w+)/m.exec(stderr)?.[1]

async function assertRefused(
  target: string,
  named: RegExp,
  options: { readonly env?: Record<string, string>; readonly args?: readonly string[] },
): Promise<void> {
  const sight = () => lookAt(fs.realpathSync(target))
  const before = sight()
  for (const dryRun of [[], ['--dry-run']]) {
    const ran: Ran = await runCli(
      ['restore', `latest:${at('source')}`, '--target', target, '--delete', ...(options.args ?? []), ...dryRun],
      { env: options.env ?? withKey },
    )
    assert.equal(ran.status, 1, ran.stderr)
    assert.match(ran.stderr, /^Error TARGET_REFUSED/m)
    assert.match(ran.stderr, named)
    assert.deepEqual(sight(), before)
  }
}

test('the repository: inside the target, behind a link in the target, or below a target that is a link', async () => {
  const target = newTarget('holds-repository')
  fs.renameSync(at('repo'), path.join(target, 'moved'))
  const moved = { ...withKey, NEONPRO_REPOSITORY: path.join(target, 'moved') }
  await assertRefused(target, /holds the repository/, { env: moved })
  fs.symlinkSync(target, at('other-name'))
  await assertRefused(at('other-name'), /holds the repository/, { env: moved })
  fs.renameSync(path.join(target, 'moved'), at('repo'))
  fs.symlinkSync(at('repo'), path.join(target, 'link'))
  const linked = { ...withKey, NEONPRO_REPOSITORY: path.join(target, 'link') }
  await assertRefused(target, /holds the repository/, { env: linked })
})

test('the key file: by option, by variable, a former one, and through a chain of links', async () => {
  const target = newTarget('holds-key')
  const file = path.join(target, 'clinic.key')
  fs.writeFileSync(file, key, { mode: 0o600 })
  await assertRefused(target, /holds the key file/, { env, args: ['--key-file', file] })
  await assertRefused(target, /holds the key file/, { env: { ...env, BACKUP_ENCRYPTION_KEY: `file:${file}` } })
  const old = path.join(target, 'old.key')
  fs.writeFileSync(old, `base64:${randomBytes(32).toString('base64')}`, { mode: 0o600 })
  fs.renameSync(file, at('apart.key'))
  const former = {
    ...withKey,
    BACKUP_ENCRYPTION_KEY_PREVIOUS: `base64:${randomBytes(32).toString('base64')}, file:${old}`,
  }
  await assertRefused(target, /holds the key file/, { env: former })
  fs.rmSync(old)
  fs.symlinkSync(at('apart.key'), path.join(target, 'step'))
  fs.symlinkSync(path.join(target, 'step'), at('first-step'))
  await assertRefused(target, /holds the key file/, { env, args: ['--key-file', at('first-step')] })
})

test('HOME, the repository that the environment names, and the program with its Node', async () => {
  const target = newTarget('holds-home')
  // What it remembers of the repository is there before.
  await runCli(['snapshots', '--home', path.join(target, 'home')], { env: withKey })
  await assertRefused(target, /holds the state of this machine/, { args: ['--home', path.join(target, 'home')] })
  await assertRefused(path.join(target, 'home'), /state of this machine/, {
    args: ['--home', path.join(target, 'home')],
  })
  const other = newTarget('holds-other')
  fs.cpSync(at('repo'), path.join(other, 'original'), { recursive: true })
  await assertRefused(other, /holds another repository/, {
    env: { ...withKey, NEONPRO_REPOSITORY: path.join(other, 'original') },
    args: ['--repo', at('repo')],
  })
  for (const [inside, named] of [
    [CLI, /holds the running program/],
    [process.execPath, /holds the Node/],
  ] as const) {
    const holder = path.dirname(inside)
    const ran = await runCli(['restore', `latest:${at('source')}`, '--target', holder, '--delete', '--dry-run'], {
      env: withKey,
    })
    assert.equal(ran.status, 1, ran.stderr)
    assert.match(ran.stderr, named)
  }
})

test('a repository or a HOME of another, that nothing here knows, is neither emptied nor removed', async () => {
  const stranger = { ...withKey, NEONPRO_BACKUP_HOME: at('stranger') }
  fs.cpSync(at('repo'), at('second-copy'), { recursive: true })
  await assertRefused(at('second-copy'), /lies in the repository/, { env: stranger })
  const home = newTarget('another-home')
  fs.mkdirSync(path.join(home, 'database'))
  fs.writeFileSync(path.join(home, 'owner.lock'), '')
  await assertRefused(home, /state of a system/, { env: stranger })
  const target = newTarget('holds-both')
  fs.renameSync(home, path.join(target, 'home'))
  fs.renameSync(at('second-copy'), path.join(target, 'copy'))
  const restore = ['restore', `latest:${at('source')}`, '--target', target, '--delete']
  const ran = await runCli(restore, { env: stranger })
  assert.equal(ran.status, 3, ran.stderr)
  assert.deepEqual(fs.readdirSync(target).sort(), ['a', 'copy', 'home'])
  assert.ok(fs.existsSync(path.join(target, 'home/extra')))
})

test('HOME in the target is left as it is and named, as a dry run says; as a target it is refused', async () => {
  const [place, home] = [at('clinic'), at('clinic/home')]
  fs.mkdirSync(place)
  fs.writeFileSync(path.join(place, 'doc'), 'first')
  const own = { ...withKey, NEONPRO_BACKUP_HOME: home }
  const backup = () => runCli(['backup', place, '--source', 'clinic'], { env: own })
  assert.equal((await backup()).status, 0)
  const told = await backup()
  assert.match(told.stderr, /clinic\/home \(HOME\) lies in what is backed up/)
  fs.writeFileSync(path.join(place, 'doc'), 'other')
  for (const excluded of ['home', home])
    assert.doesNotMatch(
      (await runCli(['backup', place, '--source', 'x', '--exclude', excluded], { env: own })).stderr,
      /HOME/,
    )
  const restore = (target: string, ...more: string[]) =>
    runCli(['restore', `latest:${place}`, '--source', 'clinic', '--target', target, '--json', ...more], { env: own })
  const kept = () => lookAt(home)
  const before = kept()
  for (const more of [['--dry-run'], []]) {
    const ran = await restore(place, ...more)
    assert.equal(ran.status, 3, ran.stderr)
    assert.deepEqual(ran.json?.['issues'], [{ path: home, reason: 'NEEDED' }])
    assert.equal(ran.json?.['filesRestored'], 1)
    assert.deepEqual(kept(), before)
    for (const target of [home, path.join(home, 'new')]) {
      const refused = await restore(target, ...more)
      assert.deepEqual([refused.status, codeOf(refused)], [1, 'TARGET_REFUSED'], refused.stderr)
      assert.deepEqual(kept(), before)
    }
  }
  assert.equal(fs.readFileSync(path.join(place, 'doc'), 'utf8'), 'first')
})

test('what a command writes for somebody stands in no repository and in no HOME', async () => {
  for (const [command, ...args] of [
    ['dump', 'latest', `${at('source')}/a`, '--source', 'clinic', '--output'],
    ['audit', 'export', '--output'],
    ['key', 'recovery-kit', '--to'],
    ['key', 'generate'],
  ])
    for (const place of ['repo/packs/out', 'repo/out', 'state/out', 'state/repositories/out']) {
      const ran = await runCli([command!, ...args, at(place), '--json'], { env: withKey })
      const code =
        command === 'key' && (args[0] === 'generate' || place.startsWith('repo')) ? 'KEY_REFUSED' : 'TARGET_REFUSED'
      assert.equal(codeOf(ran), code, `${command} ${args.join(' ')} ${place}: ${ran.stderr}`)
      assert.ok(!fs.existsSync(at(place)))
    }
})

test('"/" is refused by whatever name', async () => {
  fs.symlinkSync('/', at('root-link'))
  for (const target of ['/', at('root-link'), `${at('root-link')}/tmp/..`]) {
    const ran = await runCli(['restore', 'latest', '--target', target, '--delete', '--dry-run'], { env: withKey })
    assert.equal(ran.status, 2, `${target}: ${ran.stderr}`)
  }
})

test('a target apart from all of that is emptied of what the snapshot does not have', async () => {
  const target = newTarget('apart')
  const ran = await runCli(['restore', `latest:${at('source')}`, '--target', target, '--delete'], { env: withKey })
  assert.equal(ran.status, 0, ran.stderr)
  assert.deepEqual(fs.readdirSync(target), ['a'])
})
