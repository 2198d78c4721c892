// Goal: whoever follows the advice of an error, word by word, gets out: to a working restore and backup, or to a last
// sentence that is true. Method: the built program on a broken repository; the next command is taken from what the last
// one said, and nothing is typed that was not advised.
import assert from 'node:assert/strict'
import fs from 'node:fs'
import path from 'node:path'
import { type TestContext, test } from 'node:test'
import { temporaryDirectory } from '../harness/temporary-directory.ts'
import { type Ran, runCli } from './run-cli.ts'

const INCOMPLETE = 3
const RESCUE = path.resolve(import.meta.dirname, '../../dist/neonpro-rescue.mjs')

/** A machine with one repository, a copy of it on another disk, and maybe a system that works with it. */
class Place implements Disposable {
  readonly #folder = temporaryDirectory()
  readonly first = this.at('first')
  readonly copy = this.at('copy')
  readonly env = {
    NEONPRO_BACKUP_HOME: this.at('home'),
    BACKUP_ENCRYPTION_KEY: `file:${this.at('key')}`,
    NEONPRO_REPOSITORY: this.first,
  }

  at(name: string): string {
    return path.join(this.#folder.path, name)
  }

  run(...args: string[]): Promise<Ran> {
    return runCli(args, { env: this.env, cwd: this.#folder.path })
  }

  async ok(...args: string[]): Promise<Ran> {
    const ran = await this.run(...args)
    assert.equal(ran.status, 0, `${args.join(' ')}: ${ran.stderr}`)
    return ran
  }

  /** Fails with that code; gives the commands that it names, with what they leave open filled in. */
  async fails(code: string, ...args: string[]): Promise<readonly string[]> {
    const ran = await this.run(...args)
    assert.match(ran.stderr, new RegExp(`^Error ${code}:`, 'm'), `${args.join(' ')}: ${ran.stderr}`)
    return this.advisedBy(ran)
  }

  advisedBy({ stderr }: Ran): readonly string[] {
    return [...stderr.matchAll(/"neonpro-backup ([^"]+)"/g)].map(([, command]) =>
      command!.replace('COPY', this.copy).replace('FOLDER', this.at('back')),
    )
  }

  /** Carries out what was advised. */
  async follow(advised: readonly string[], begin: string, status = 0): Promise<Ran> {
    const command = advised.find((each) => each.startsWith(begin))
    assert.ok(command !== undefined, `"${begin}" is not among the advised: ${advised.join('; ')}`)
    const ran = await this.run(...command.split(' '))
    assert.equal(ran.status, status, `${command}: ${ran.stderr}`)
    return ran
  }

  givesBack(...files: string[]): void {
    const restored = fs.readdirSync(this.at('back'), { recursive: true, encoding: 'utf8' })
    for (const file of files)
      assert.ok(
        restored.some((name) => path.basename(name) === file),
        `${file}: ${restored.join(' ')}`,
      )
    fs.rmSync(this.at('back'), { recursive: true })
  }

  [Symbol.dispose](): void {
    this.#folder[Symbol.dispose]()
  }
}

async function placeWith(t: TestContext, how: 'commands' | 'system'): Promise<Place> {
  const place = new Place()
  t.after(() => place[Symbol.dispose]())
  fs.mkdirSync(place.at('data'))
  fs.writeFileSync(place.at('data/a'), 'a')
  await place.ok('key', 'generate', place.at('key'))
  if (how === 'system') {
    await place.ok('config', 'add', '--name', 'c', '--path', place.at('data'), '--frequency', 'DAILY')
    await place.ok('run', 'c')
  } else {
    await place.ok('init')
    await place.ok('backup', place.at('data'))
  }
  await place.ok('copy', '--init', '--to', place.copy)
  return place
}

const damage = (folder: string) => {
  for (const name of fs.readdirSync(folder)) {
    fs.chmodSync(path.join(folder, name), 0o600)
    fs.appendFileSync(path.join(folder, name), 'x')
  }
}

test('the copy is mounted in the place of the lost disk, then its keyrings are lost: each time a rebuild goes on', async (t) => {
  const place = await placeWith(t, 'system')
  fs.renameSync(place.first, place.at('lost'))
  fs.renameSync(place.copy, place.first)
  const advised = await place.fails('REPOSITORY_MISSING', 'run', 'c')
  // What was refused has learnt nothing of it.
  assert.match((await place.ok('snapshots')).stderr, /Another repository \([0-9a-f]{8}\) stands at/)
  const rebuilt = await place.follow(advised, `system rebuild --repo ${place.first}`)
  assert.match(rebuilt.stderr, /in the place of one that is lost \(.*first \([0-9a-f]{32}\)\)/)
  const enable = place.advisedBy(rebuilt).map((each) => each.replace('NAME', 'c'))
  await place.follow(enable, 'config enable')
  assert.equal((await place.ok('run', 'c', '--json')).json?.['state'], 'COMPLETED')
  damage(path.join(place.first, 'keys'))
  fs.renameSync(place.at('lost'), place.copy)
  const next = await place.fails('REPOSITORY_KEYS_LOST', 'run', 'c')
  await place.follow(next, `restore latest --repo ${place.copy}`)
  place.givesBack('a')
  await place.follow(next, `system rebuild --repo ${place.copy}`)
  const ran = await place.ok('run', 'c', '--repo', place.copy, '--json')
  assert.equal(ran.json?.['state'], 'COMPLETED')
})

test('the configuration is removed, or damaged in every copy: repair makes it again, the rescue reader does without, and nothing is begun anew', async (t) => {
  const place = await placeWith(t, 'commands')
  const config = path.join(place.first, 'config')
  for (const lose of [(folder: string) => fs.rmSync(folder, { recursive: true }), damage]) {
    lose(config)
    for (const more of [[], ['--replace-lost']]) await place.fails('REPOSITORY_EXISTS', 'init', ...more)
    const rescue = ['restore', 'latest', '--repo', place.first, '--target', place.at('back')]
    const rescued = await runCli(rescue, { env: place.env, program: RESCUE })
    assert.equal(rescued.status, 0, rescued.stderr)
    assert.match(rescued.stderr, /config\/: no copy of the configuration can be read/)
    place.givesBack('a')
    const advised = await place.fails('REPOSITORY_CONFIG_LOST', 'status')
    const repaired = await place.follow(advised, `repair --repo ${place.first}`)
    assert.match(repaired.stdout.toString(), /made again from its keyrings/)
    assert.deepEqual(
      fs.readdirSync(config).map((name) => name[0]),
      ['a', 'b', 'c'],
    )
    await place.ok('backup', place.at('data'))
    await place.ok('verify', '--read-data')
  }
})

test('all keyrings are lost: a replica has them, the copy gives the data back, and else there is a last sentence', async (t) => {
  const place = await placeWith(t, 'commands')
  const keys = path.join(place.first, 'keys')
  fs.cpSync(keys, place.at('replica'), { recursive: true })
  damage(keys)
  for (const args of [['snapshots'], ['repair']]) await place.fails('REPOSITORY_KEYS_LOST', ...args)
  // That the configuration is lost as well hides nothing of it.
  fs.rmSync(path.join(place.first, 'config'), { recursive: true })
  const advised = await place.fails('REPOSITORY_KEYS_LOST', 'repair', '--forget-damaged')
  await place.follow(advised, `restore latest --repo ${place.copy}`)
  place.givesBack('a')
  fs.rmSync(keys, { recursive: true })
  fs.cpSync(place.at('replica'), keys, { recursive: true })
  await place.follow(await place.fails('REPOSITORY_CONFIG_LOST', 'snapshots'), `repair --repo ${place.first}`)
  await place.ok('backup', place.at('data'))
  // Neither replica nor copy, neither keyrings nor configuration.
  for (const folder of ['config', 'keys']) fs.rmSync(path.join(place.first, folder), { recursive: true })
  const { stderr } = await place.run('init', '--replace-lost')
  assert.match(stderr, /^Error TARGET_REFUSED: .*\n.*never overwritten: move that folder away/)
  fs.renameSync(place.first, place.at('moved-away'))
  await place.ok('init', '--replace-lost')
})

test('the newest keyring is damaged: the one before it opens, a key of the newest is told so, and given up it is over', async (t) => {
  const place = await placeWith(t, 'commands')
  const second = place.at('second')
  await place.ok('key', 'generate', second)
  await place.ok('key', 'add', second)
  const keys = path.join(place.first, 'keys')
  for (const name of fs.readdirSync(keys).filter((each) => each.startsWith('00000002')))
    fs.appendFileSync(path.join(keys, name), 'x')
  const { stderr } = await place.run('snapshots', '--key-file', second)
  assert.match(
    stderr,
    /^Error KEY_WRONG: .*\n.*The newest keyring \(keys\/00000002-.*\) can not be read: a key that was added/,
  )
  const advised = await place.fails('DAMAGED', 'key', 'rotate')
  const given = await place.follow(advised, 'repair --forget-damaged', INCOMPLETE)
  assert.match(given.stderr, /given up: keys\/00000002-/)
  for (const args of [
    ['key', 'add', second],
    ['backup', place.at('data')],
    ['restore', 'latest', '--target', place.at('back')],
  ])
    await place.ok(...args)
  place.givesBack('a')
})
