// Goal: a HOME is never put where it is lost with something else, or something else with it; a move that fails leaves
// everything as it was; whoever names a HOME that has gone is told so before anything else. Method: the built program.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { temporaryDirectory } from '../harness/temporary-directory.ts'
import { type Ran, runCli } from './run-cli.ts'

class Place implements Disposable {
  readonly #folder = temporaryDirectory()
  readonly key = this.at('key')

  at(name: string): string {
    return path.join(this.#folder.path, name)
  }

  run(...args: string[]): Promise<Ran> {
    return runCli([...args, '--json'], { env: { XDG_STATE_HOME: this.at('state') }, cwd: this.#folder.path })
  }

  async ok(...args: string[]): Promise<Ran> {
    const ran = await this.run(...args)
    assert.equal(ran.status, 0, `${args.join(' ')}: ${ran.stderr}`)
    return ran
  }

  async refused(code: string, ...args: string[]): Promise<Ran> {
    const ran = await this.run(...args)
    assert.equal((ran.json?.['error'] as { code?: string } | undefined)?.code, code, `${args.join(' ')}: ${ran.stderr}`)
    return ran
  }

  async system(home: string): Promise<void> {
    fs.mkdirSync(this.at('data'))
    fs.writeFileSync(this.at('data/a'), 'a')
    await this.ok('key', 'generate', this.key)
    const named = ['--repo', this.at('repository'), '--home', home, '--key-file', this.key]
    await this.ok('config', 'add', '--name', 'c', '--path', this.at('data'), '--retention', '30', ...named)
  }

  /** Every path with its size and time. */
  tree(name: string): string[] {
    return fs
      .readdirSync(this.at(name), { recursive: true, encoding: 'utf8' })
      .map((each) => {
        const { size, mtimeMs } = fs.lstatSync(path.join(this.at(name), each))
        return `${each} ${size} ${mtimeMs}`
      })
      .sort()
  }

  [Symbol.dispose](): void {
    this.#folder[Symbol.dispose]()
  }
}

test('move-home refuses a repository, what lies around or in something, and every folder that is not empty', async () => {
  using place = new Place()
  const home = place.at('h1')
  await place.system(home)
  for (const folder of ['documents', 'other-home', 'outer/deep']) fs.mkdirSync(place.at(folder), { recursive: true })
  fs.writeFileSync(place.at('documents/letter'), 'dear')
  // A HOME of somebody, but not the one where nothing is named.
  fs.mkdirSync(place.at('other-home/repositories'))
  fs.renameSync(place.at('repository'), place.at('outer/repository'))
  fs.symlinkSync(place.at('outer/repository'), place.at('repository'))
  fs.symlinkSync(place.at('outer/repository/config'), place.at('link'))
  const before = [place.tree('outer'), place.tree('documents')]
  for (const to of [
    'outer/repository',
    'outer/repository/inner',
    'repository',
    'link/inner',
    'outer',
    'documents',
    'other-home',
    'documents/letter',
    'h1',
    'h1/inner',
    '.',
  ]) {
    await place.refused('TARGET_REFUSED', 'system', 'move-home', '--home', home, '--to', place.at(to))
    assert.deepEqual([place.tree('outer'), place.tree('documents')], before, to)
    assert.ok(fs.existsSync(path.join(home, 'database')) && !fs.existsSync(path.join(home, 'moved.json')), to)
  }
  fs.mkdirSync(place.at('empty'))
  await place.ok('system', 'move-home', '--home', home, '--to', place.at('empty'))
  await place.ok('config', 'list', '--home', place.at('empty'))
})

test('a HOME begins neither in a repository nor around one among its own files', async () => {
  using place = new Place()
  await place.ok('key', 'generate', place.key)
  fs.mkdirSync(place.at('data'))
  const key = ['--key-file', place.key]
  await place.ok('init', '--repo', place.at('repository'), ...key)
  const before = place.tree('repository')
  const add = ['config', 'add', '--name', 'c', '--path', place.at('data'), ...key]
  for (const args of [
    [...add, '--repo', place.at('repository'), '--home', place.at('repository/home')],
    [...add, '--repo', place.at('new'), '--home', place.at('repository/home')],
    [...add, '--repo', place.at('new'), '--home', place.at('new/home')],
    [...add, '--repo', place.at('home/database/r'), '--home', place.at('home')],
    ['backup', place.at('data'), '--repo', place.at('repository'), '--home', place.at('repository/data/home'), ...key],
    ['init', '--repo', place.at('new'), '--home', place.at('new/home'), ...key],
    ['init', '--repo', place.at('home/repositories/r'), '--home', place.at('home'), ...key],
  ])
    await place.refused('TARGET_REFUSED', ...args)
  assert.deepEqual(place.tree('repository'), before)
  assert.deepEqual([fs.existsSync(place.at('new')), fs.existsSync(place.at('home'))], [false, false])
})

test('every command tells of a HOME that has gone, without a key, with another repository, and after a second move', async () => {
  using place = new Place()
  const [first, second, third] = ['h1', 'r', 'h5'].map((name) => place.at(name)) as [string, string, string]
  await place.system(first)
  const told = async (now: string) => {
    for (const args of [
      ['run', 'c'],
      ['status'],
      ['config', 'list'],
      ['snapshots', '--repo', place.at('repository')],
      [
        'config',
        'add',
        '--name',
        'd',
        '--path',
        place.at('data'),
        '--repo',
        place.at('repository'),
        '--key-file',
        place.key,
      ],
      ['backup', place.at('data'), '--repo', place.at('repository'), '--key-file', place.key],
      ['system', 'rebuild', '--repo', place.at('repository'), '--key-file', place.key],
    ]) {
      const ran = await place.refused('HOME_MOVED', ...args, '--home', first)
      assert.ok(ran.stderr.includes(now), ran.stderr)
    }
    assert.equal(fs.existsSync(path.join(first, 'database')), false)
  }
  await place.ok('system', 'move-home', '--home', first, '--to', second)
  await told(second)
  await place.ok('system', 'move-home', '--home', second, '--to', third)
  await told(third)
  await place.ok('run', 'c', '--home', third)
  // And back to where it came from.
  await place.ok('system', 'move-home', '--home', third, '--to', first)
  await place.ok('run', 'c', '--home', first)
  await place.refused('HOME_MOVED', 'status', '--home', second)
})

test('onto a disk without room: DISK_FULL names it, and nothing that was begun stays', async (t) => {
  using place = new Place()
  const disk = place.at('disk')
  fs.mkdirSync(disk)
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=8m', 'tmpfs', disk], { stdio: 'ignore' })
  } catch {
    t.diagnostic('NOT RUN: this user may not mount a small disk')
    return t.skip('no small disk')
  }
  try {
    const home = place.at('h1')
    await place.system(home)
    const ran = await place.refused('DISK_FULL', 'system', 'move-home', '--home', home, '--to', path.join(disk, 'h2'))
    assert.ok(ran.stderr.includes(disk), ran.stderr)
    assert.deepEqual(fs.readdirSync(disk), [])
    await place.ok('run', 'c', '--home', home)
    await place.ok('system', 'move-home', '--home', home, '--to', place.at('h3'))
  } finally {
    execFileSync('umount', [disk])
  }
})

test('init and backup refuse a key file in HOME, as the system does', async () => {
  using place = new Place()
  fs.mkdirSync(place.at('data'))
  const key = place.at('home/key')
  await place.ok('key', 'generate', key)
  const named = ['--repo', place.at('repository'), '--home', place.at('home'), '--key-file', key]
  await place.refused('KEY_REFUSED', 'init', ...named)
  await place.refused('KEY_REFUSED', 'backup', place.at('data'), ...named)
  assert.equal(fs.existsSync(place.at('repository')), false)
})
