// Goal: what the first command settles is kept; commands that look make nothing; an older HOME is found, used and moved.
// Method: the built program, each time from another folder, as a user who names nothing twice.
import assert from 'node:assert/strict'
import { execFileSync, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import fs from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { temporaryDirectory } from '../harness/temporary-directory.ts'
import { CLI, type Ran, runCli } from './run-cli.ts'

// As root the fixed place is the machine's own: these run as somebody else.
const uid = process.getuid?.() === 0 ? { uid: 65_534 } : {}

class Clinic implements Disposable {
  readonly #folder = temporaryDirectory()
  readonly env: Readonly<Record<string, string>>

  constructor() {
    fs.chmodSync(this.#folder.path, 0o777)
    for (const name of ['user', 'data', 'old', 'elsewhere']) {
      fs.mkdirSync(this.at(name))
      fs.chmodSync(this.at(name), 0o777)
    }
    fs.writeFileSync(this.at('data/a'), 'a')
    this.env = {
      HOME: this.at('user'),
      NEONPRO_BACKUP_HOME: '',
      BACKUP_ENCRYPTION_KEY: `base64:${randomBytes(32).toString('base64')}`,
    }
  }

  at(name: string): string {
    return path.join(this.#folder.path, name)
  }

  /** HOME where nothing is named. */
  get fixed(): string {
    return this.at('user/.local/state/neonpro-backup')
  }

  run(cwd: string, ...args: string[]): Promise<Ran> {
    return runCli([...args, '--json'], { env: this.env, cwd: this.at(cwd), ...uid })
  }

  async ok(cwd: string, ...args: string[]): Promise<Ran> {
    const ran = await this.run(cwd, ...args)
    assert.equal(ran.status, 0, `${args.join(' ')}: ${ran.stderr}`)
    return ran
  }

  add(cwd: string, ...more: string[]): Promise<Ran> {
    return this.ok(cwd, 'config', 'add', '--name', 'c', '--path', this.at('data'), '--retention', '30', ...more)
  }

  [Symbol.dispose](): void {
    this.#folder[Symbol.dispose]()
  }
}

function codeOf({ json }: Ran): string | undefined {
  return (json?.['error'] as { code?: string } | undefined)?.code
}

test('the repository that the first command names is the one of all that follow, from any folder', async () => {
  using clinic = new Clinic()
  await clinic.add('elsewhere', '--repo', clinic.at('repository'))
  const ran = await clinic.ok('data', 'run', 'c')
  assert.equal(ran.json?.['state'], 'COMPLETED')
  const seen = await clinic.ok('old', 'snapshots', '--repo', clinic.at('repository'))
  assert.equal((seen.json?.['snapshots'] as unknown[] | undefined)?.length ?? 1, 1)
  assert.deepEqual(fs.existsSync(path.join(clinic.fixed, 'backups')), false)
  const other = await clinic.run('data', 'run', 'c', '--repo', clinic.at('other'))
  assert.equal(codeOf(other), 'REPOSITORY_OTHER', other.stderr)
  assert.ok(other.stderr.includes(clinic.at('repository')) && other.stderr.includes(clinic.at('other')))
  assert.equal(fs.existsSync(clinic.at('other')), false)
  // Moved to another disk: taken there once it is gone here, and only then.
  fs.cpSync(clinic.at('repository'), clinic.at('moved'), { recursive: true })
  if (uid.uid !== undefined)
    for (const name of ['', ...fs.readdirSync(clinic.at('moved'), { recursive: true, encoding: 'utf8' })])
      fs.chownSync(path.join(clinic.at('moved'), name), uid.uid, uid.uid)
  assert.equal(codeOf(await clinic.run('data', 'run', 'c', '--repo', clinic.at('moved'))), 'REPOSITORY_OTHER')
  fs.rmSync(clinic.at('repository'), { recursive: true })
  await clinic.ok('data', 'run', 'c', '--repo', clinic.at('moved'))
  await clinic.ok('elsewhere', 'run', 'c')
  const rows = await clinic.ok('elsewhere', 'snapshots', '--repo', clinic.at('moved'))
  assert.ok(JSON.stringify(rows.json).length > 10)
})

test('commands that only look make nothing', async () => {
  using clinic = new Clinic()
  for (const args of [['config', 'list'], ['alerts'], ['schedule'], ['run', 'c'], ['audit', 'verify']]) {
    const looked = await clinic.run('elsewhere', ...args)
    assert.equal(codeOf(looked), 'SYSTEM_NOT_FOUND', `${args.join(' ')}: ${looked.stderr}`)
  }
  assert.deepEqual(fs.readdirSync(clinic.at('elsewhere')), [])
  assert.equal(fs.existsSync(clinic.fixed), false)
})

test('a HOME that an earlier version made is used with a warning, and moved; stopped anywhere, the move goes on', async () => {
  using clinic = new Clinic()
  const old = clinic.at('old/neonpro-data')
  await clinic.add('old', '--home', old)
  await clinic.ok('old', 'run', 'c', '--home', old)
  fs.rmSync(path.join(old, 'settled.json'))
  // What single commands remember is at the fixed place already.
  await clinic.ok('elsewhere', 'backup', clinic.at('data'), '--repo', path.join(old, 'backups'))
  assert.ok(fs.existsSync(path.join(clinic.fixed, 'repositories')))
  const used = await clinic.ok('old', 'config', 'list')
  assert.match(used.stderr, /system move-home/)
  const [id] = fs.readdirSync(path.join(old, 'repositories')).filter((name) => /^[0-9a-f]{32}$/.test(name))
  const writersOf = (home: string) =>
    fs
      .readdirSync(path.join(home, 'repositories', id!))
      .filter((name) => /^writer-\d+\.id$/.test(name))
      .map((name) => fs.readFileSync(path.join(home, 'repositories', id!, name), 'utf8'))
  const writers = [...writersOf(old), ...writersOf(clinic.fixed)].sort()
  for (const afterMs of [1200, 1500, 1800, 2100]) {
    const child = spawn(process.execPath, [CLI, 'system', 'move-home'], {
      cwd: clinic.at('old'),
      env: { PATH: process.env['PATH'], ...clinic.env },
      stdio: 'ignore',
      ...(uid.uid !== undefined && { uid: uid.uid, gid: uid.uid }),
    })
    setTimeout(() => child.kill('SIGKILL'), afterMs)
    await once(child, 'exit')
    const listed = await clinic.ok('old', 'config', 'list')
    assert.match(JSON.stringify(listed.json), /"name":"c"/)
  }
  const again = await clinic.run('old', 'system', 'move-home')
  assert.ok(again.status === 0 || codeOf(again) === 'TARGET_REFUSED', again.stderr)
  const moved = await clinic.ok('elsewhere', 'run', 'c')
  assert.doesNotMatch(moved.stderr, /move-home/)
  assert.deepEqual(writersOf(clinic.fixed).sort(), writers)
  assert.equal(fs.existsSync(path.join(old, 'database')), false)
  assert.ok(fs.existsSync(path.join(old, 'backups/config')), 'the repository stays where it is')
  assert.equal(codeOf(await clinic.run('old', 'config', 'list', '--home', old)), 'HOME_MOVED')
  assert.equal(codeOf(await clinic.run('old', 'system', 'move-home')), 'TARGET_REFUSED')
})

test('init names a repository as one, whatever its first name is, and a folder of other files as that', async () => {
  using clinic = new Clinic()
  await clinic.ok('data', 'init', '--repo', clinic.at('repository'))
  fs.mkdirSync(clinic.at('repository/audit/x'), { recursive: true })
  fs.writeFileSync(clinic.at('repository/audit/x/1'), 'a')
  assert.equal(codeOf(await clinic.run('data', 'init', '--repo', clinic.at('repository'))), 'REPOSITORY_EXISTS')
  fs.mkdirSync(clinic.at('old/config'))
  fs.writeFileSync(clinic.at('old/config/app.json'), '{}')
  assert.equal(codeOf(await clinic.run('data', 'init', '--repo', clinic.at('old'))), 'TARGET_REFUSED')
})

test('an empty mount point or a missing folder where a repository was is no place for a new one', async () => {
  using clinic = new Clinic()
  const place = ['--repo', clinic.at('elsewhere/repository')]
  const [repository, away] = [clinic.at('elsewhere/repository'), clinic.at('elsewhere/away')]
  await clinic.ok('data', 'init', ...place)
  await clinic.ok('data', 'backup', clinic.at('data'), ...place)
  fs.renameSync(repository, away)
  for (const remains of ['absent', 'empty']) {
    if (remains === 'empty') {
      fs.mkdirSync(repository)
      fs.chmodSync(repository, 0o777)
    }
    const before = fs.existsSync(repository) ? fs.readdirSync(repository) : undefined
    const tried = [
      ['init'],
      ['backup', clinic.at('data')],
      ['config', 'add', '--name', 'c', '--path', clinic.at('data')],
    ]
    for (const args of tried) {
      const refused = await clinic.run('data', ...args, ...place)
      assert.deepEqual([refused.status, codeOf(refused)], [10, 'REPOSITORY_MISSING'], `${remains}: ${refused.stderr}`)
      assert.match(refused.stderr, /Mount its disk/)
    }
    const doctor = await clinic.run('data', 'doctor', ...place)
    assert.match(JSON.stringify(doctor.json), /REPOSITORY_MISSING/)
    assert.doesNotMatch(JSON.stringify(doctor.json), /neonpro-backup init/)
    const status = (await clinic.run('data', 'status', ...place)).json?.['verdict']
    assert.match(JSON.stringify(status), /REPOSITORY_NOT_WHOLE.*REPOSITORY_MISSING/)
    assert.deepEqual(fs.existsSync(repository) ? fs.readdirSync(repository) : undefined, before, 'nothing was made')
  }
  // What was lost for good is left behind, by a word of its own.
  await clinic.ok('data', 'init', '--replace-lost', ...place)
  fs.rmSync(repository, { recursive: true })
  fs.renameSync(away, repository)
  // The repository of the system: its database would take no other there.
  await clinic.add('data', ...place)
  fs.renameSync(repository, away)
  const own = await clinic.run('data', 'init', '--replace-lost', ...place)
  assert.equal(codeOf(own), 'REPOSITORY_MISSING', own.stderr)
  assert.match(own.stderr, /another place/)
  const doctor = await clinic.run('data', 'doctor')
  assert.match(JSON.stringify(doctor.json), /REPOSITORY_MISSING/)
  // Without a copy either: another place, and the system is told to take it.
  const next = ['--repo', clinic.at('elsewhere/next')]
  await clinic.ok('data', 'init', ...next)
  await clinic.ok('data', 'system', 'rebuild', '--force', ...next)
  assert.equal((await clinic.ok('data', 'run', 'c')).json?.['state'], 'COMPLETED')
  // The database is lost as well as the disk away: what HOME is settled on counts.
  fs.renameSync(clinic.at('elsewhere/next'), away + 2)
  fs.rmSync(path.join(clinic.fixed, 'database'), { recursive: true })
  for (const args of [
    ['--name', 'c'],
    ['--name', 'c', ...next],
  ]) {
    const refused = await clinic.run('data', 'config', 'add', '--path', clinic.at('data'), ...args)
    assert.equal(codeOf(refused), 'REPOSITORY_MISSING', refused.stderr)
  }
})

test('a configuration that is refused leaves neither repository nor database behind', async () => {
  using clinic = new Clinic()
  for (const [args, code] of [
    [['--path', clinic.at('absent')], 'SOURCE_UNREADABLE'],
    [['--path', clinic.at('data'), '--cron', 'never'], 'CONFIG_INVALID'],
  ] as const) {
    const place = ['--repo', clinic.at('elsewhere/repository')]
    const refused = await clinic.run('data', 'config', 'add', '--name', 'c', ...args, ...place)
    assert.equal(codeOf(refused), code, refused.stderr)
  }
  assert.deepEqual(fs.readdirSync(clinic.at('elsewhere')), [])
  assert.equal(fs.existsSync(path.join(clinic.fixed, 'database')), false)
})

test('a place is known by the ways that lead there, and after a mirror was looked into', async () => {
  using clinic = new Clinic()
  const [disk, repository, away] = ['disk', 'disk/repository', 'away'].map((name) => clinic.at(name)) as [
    string,
    string,
    string,
  ]
  fs.mkdirSync(disk)
  fs.chmodSync(disk, 0o777)
  fs.symlinkSync('disk', clinic.at('link'))
  fs.symlinkSync('disk/repository', clinic.at('straight'))
  await clinic.ok('data', 'init', '--repo', repository)
  fs.cpSync(repository, clinic.at('mirror'), { recursive: true })
  if (uid.uid !== undefined) execFileSync('chown', ['-R', String(uid.uid), clinic.at('mirror')])
  await clinic.ok('data', 'snapshots', '--repo', clinic.at('mirror'))
  fs.renameSync(disk, away)
  const refused = async (place: string) => {
    const ran = await clinic.run('data', 'init', '--repo', place)
    assert.equal(codeOf(ran), 'REPOSITORY_MISSING', `${place}: ${ran.stderr}`)
  }
  await refused(repository)
  await refused(clinic.at('straight'))
  await refused(clinic.at('link/repository'))
  fs.mkdirSync(disk)
  fs.chmodSync(disk, 0o777)
  for (const place of ['link/repository', 'straight']) await refused(clinic.at(place))
  assert.deepEqual(fs.readdirSync(disk), [], 'nothing was made')
})

test('another repository at a place where one was met is told', async () => {
  using clinic = new Clinic()
  const at = { ...clinic.env, NEONPRO_REPOSITORY: clinic.at('elsewhere/repository') }
  const run = (home: string, ...args: string[]) =>
    runCli(args, { env: { ...at, NEONPRO_BACKUP_HOME: clinic.at(`user/${home}`) }, ...uid })
  assert.equal((await run('mine', 'init')).status, 0)
  assert.doesNotMatch((await run('mine', 'snapshots')).stderr, /Another repository/)
  fs.renameSync(clinic.at('elsewhere/repository'), clinic.at('elsewhere/away'))
  assert.equal((await run('other', 'init')).status, 0)
  const told = await run('mine', 'snapshots')
  assert.equal(told.status, 0, told.stderr)
  assert.match(told.stderr, /Another repository \([0-9a-f]{8}\) stands at .*is the right disk mounted/)
})
