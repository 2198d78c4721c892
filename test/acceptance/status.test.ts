// Goal: "status" is one verdict: its first line says whether all is well, its exit code says it to a script, and every
// fact that it rests on is shown with its age and its zone; with a system, without one, with a process that serves,
// without it. It makes nothing. Method: the built program over real repositories.
import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs'
import { test } from 'node:test'
import { temporaryDirectory } from '../harness/temporary-directory.ts'
import { CLI, type Ran, runCli } from './run-cli.ts'

interface Place extends Disposable {
  readonly at: (name: string) => string
  run(...args: string[]): Promise<Ran>
  ok(...args: string[]): Promise<Ran>
  readonly env: Record<string, string>
}

function place(more: Record<string, string> = {}): Place {
  const folder = temporaryDirectory()
  const at = (name: string) => `${folder.path}/${name}`
  const env = {
    HOME: folder.path,
    TZ: 'America/Sao_Paulo',
    NEONPRO_BACKUP_HOME: at('home'),
    NEONPRO_REPOSITORY: at('repository'),
    BACKUP_ENCRYPTION_KEY: `file:${at('key')}`,
    ...more,
  }
  const run = (...args: string[]) => runCli(args, { env, cwd: folder.path })
  return {
    at,
    env,
    run,
    async ok(...args) {
      const ran = await run(...args)
      assert.equal(ran.status, 0, `${args.join(' ')}: ${ran.stderr}`)
      return ran
    },
    [Symbol.dispose]: () => folder[Symbol.dispose](),
  }
}

const firstLine = (ran: Ran) => ran.stdout.toString().split('\n')[0]!
const reasonsOf = (ran: Ran) =>
  ((ran.json?.['verdict'] as { reasons: Array<{ code: string }> } | undefined)?.reasons ?? []).map(({ code }) => code)
/** A moment on the clock of the machine, with its offset and its age. */
const LOCAL = String.raw`\d{4}-\d\d-\d\d \d\d:\d\d:\d\d -03:00 \((\d+ (second|minute)s? ago|há \d+ (segundo|minuto)s?)\)`

test('where nothing is protected the verdict says so, ends with 1 and makes nothing', async () => {
  using clinic = place()
  const nothing = await clinic.run('status')
  // The runtime's own cache of compiled code is no state.
  assert.deepEqual([nothing.status, fs.readdirSync(clinic.at('')).filter((name) => name !== '.cache')], [1, []])
  assert.match(firstLine(nothing), /^NOT WELL: nothing is protected/)
  const { status, json } = await clinic.run('status', '--json')
  assert.deepEqual([status, (json!['verdict'] as { isGood: boolean }).isGood], [1, false])
  await clinic.ok('key', 'generate', clinic.at('key'))
  await clinic.ok('init')
  const empty = await clinic.run('status', '--json')
  assert.deepEqual([empty.status, reasonsOf(empty)], [1, ['NOTHING_PROTECTED']])
  assert.equal(fs.existsSync(clinic.at('home/database')), false)
})

test('with a repository alone: sources, their newest good point, the last verification, the second copy', async () => {
  for (const [LANG, good, never, noCopy] of [
    [
      'C',
      /^All is well: 1 source is protected, the newest good point was made \d+ \w+ ago\.$/,
      /verification: none/,
      /copy: none/,
    ],
    [
      'pt_BR.UTF-8',
      /^Está tudo bem: 1 origem protegida, o ponto bom mais novo foi feito há \d+ \w+\.$/,
      /verificação: nenhuma/,
      /cópia: nenhuma/,
    ],
  ] as const) {
    using clinic = place({ LANG })
    await clinic.ok('key', 'generate', clinic.at('key'))
    await clinic.ok('init')
    fs.mkdirSync(clinic.at('data'))
    fs.writeFileSync(clinic.at('data/a'), 'a')
    await clinic.ok('backup', clinic.at('data'), '--source', 'consultorio')
    const first = await clinic.ok('status')
    assert.match(firstLine(first), good)
    assert.match(first.stdout.toString(), never)
    assert.match(first.stdout.toString(), noCopy)
    assert.match(first.stdout.toString(), new RegExp(`^consultorio +${LOCAL} +${LOCAL}$`, 'm'))
    await clinic.ok('init', '--repo', clinic.at('copy'))
    await clinic.ok('copy', '--to', clinic.at('copy'))
    await clinic.ok('verify', '--read-data')
    const second = await clinic.ok('status')
    const said = second.stdout.toString()
    assert.match(said, new RegExp(`: ${LOCAL}, (every stored byte: no damage|cada byte guardado: nenhum dano)\\.`))
    assert.match(said, new RegExp(`: ${LOCAL} (at|em) ${clinic.at('copy')}, 1 snapshot, .* ${LOCAL}\\.`))
    const { json } = await clinic.ok('status', '--json')
    assert.equal((json!['secondCopy'] as { snapshots: number }).snapshots, 1)
    assert.deepEqual((json!['lastVerification'] as { problems: number; readShare: number }).problems, 0)
    assert.equal(fs.existsSync(clinic.at('home/database')), false)
    fs.renameSync(clinic.at('repository'), clinic.at('unmounted'))
    const away = await clinic.run('status')
    const age = new RegExp(`: ${LOCAL} (at|em) ${clinic.at('copy')}, 1 snapshot, .*(last read|pela última vez)`)
    assert.match(away.stdout.toString(), age, 'the copy may be all that is left')
    assert.match(away.stdout.toString(), /(no damage|nenhum dano)\./)
    for (const id of fs.readdirSync(clinic.at('home/repositories')))
      fs.rmSync(clinic.at(`home/repositories/${id}/second-copy.json`), { force: true })
    assert.match((await clinic.run('status')).stdout.toString(), /: (not known, since|não se sabe, pois)/)
  }
})

test('damage that was found is not well', async () => {
  using clinic = place()
  await clinic.ok('key', 'generate', clinic.at('key'))
  await clinic.ok('init')
  fs.mkdirSync(clinic.at('data'))
  fs.writeFileSync(clinic.at('data/a'), 'a')
  await clinic.ok('backup', clinic.at('data'), '--source', 'whole')
  await clinic.ok('verify', '--read-data')
  for (const entry of fs.readdirSync(clinic.at('repository/packs'), { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue
    const file = `${entry.parentPath}/${entry.name}`
    const bytes = fs.readFileSync(file)
    bytes[Math.floor(bytes.length / 2)]! ^= 1
    fs.writeFileSync(file, bytes)
  }
  assert.equal((await clinic.run('verify', '--read-data')).status, 1)
  const damaged = await clinic.run('status', '--json')
  assert.deepEqual([damaged.status, reasonsOf(damaged)], [1, ['DAMAGE_FOUND']])
})

test('doctor misses a repository whose disk is away, named or remembered, though nobody is told of failures', async () => {
  using clinic = place()
  fs.mkdirSync(clinic.at('data'))
  await clinic.ok('key', 'generate', clinic.at('key'))
  await clinic.ok('config', 'add', '--name', 'clinic', '--path', clinic.at('data'), '--retention', '30')
  const before = await clinic.ok('doctor')
  assert.match(before.stdout.toString(), /^ok +the repository/m)
  assert.match(before.stdout.toString(), /^ADVICE/m)
  assert.match(
    before.stdout.toString(),
    /^ok +the database .*\n^ok +a scheduler runs.*\n^ok +no alarm is open\n^ok +the clock/m,
  )
  const { NEONPRO_REPOSITORY: repository } = clinic.env
  fs.renameSync(repository!, clinic.at('away'))
  for (const remembers of [false, true]) {
    if (remembers) delete clinic.env['NEONPRO_REPOSITORY']
    const away = await clinic.run('doctor')
    assert.equal(away.status, 1, away.stdout.toString())
    assert.match(away.stdout.toString(), /REPOSITORY_MISSING/)
    assert.doesNotMatch(away.stdout.toString(), /neonpro-backup init/)
  }
  fs.renameSync(clinic.at('away'), repository!)
  for (const name of fs.readdirSync(clinic.at('home/database'), { recursive: true, encoding: 'utf8' }))
    if (fs.statSync(clinic.at(`home/database/${name}`)).isFile())
      fs.writeFileSync(clinic.at(`home/database/${name}`), 'x')
  const damaged = await clinic.run('doctor')
  assert.equal(damaged.status, 1)
  assert.match(damaged.stdout.toString(), /^MISSING +the database .*: .*rebuild/m)
  assert.match(damaged.stdout.toString(), /^ok +the repository/m, 'which needs no database')
})

const canMount =
  process.getuid?.() === 0 &&
  spawnSync('sh', ['-c', 'd=$(mktemp -d) && mount -t tmpfs tmpfs $d && umount $d && rmdir $d']).status === 0

test('a repository on a read-only disk: the refusal names the mount, and doctor finds it, with nothing left behind', {
  skip: canMount ? false : 'mounting a tmpfs needs root',
}, async () => {
  using clinic = place()
  const disk = clinic.at('disk')
  clinic.env['NEONPRO_REPOSITORY'] = `${disk}/repository`
  for (const name of ['data', 'disk']) fs.mkdirSync(clinic.at(name))
  const mount = (...args: string[]) => assert.equal(spawnSync('mount', [...args, disk]).status, 0)
  mount('-t', 'tmpfs', 'usb-stick')
  using _mounted = { [Symbol.dispose]: () => void spawnSync('umount', ['-l', disk]) }
  await clinic.ok('key', 'generate', clinic.at('key'))
  await clinic.ok('init')
  const whole = () => fs.readdirSync(`${disk}/repository`, { recursive: true }).sort()
  await clinic.ok('backup', clinic.at('data'))
  const before = whole()
  const writable = async () => {
    const { checks } = (await clinic.run('doctor', '--json')).json as {
      checks: Array<{ id: string; severity: string; message: string; remedy: string | null }>
    }
    return checks.find(({ id }) => id === 'REPOSITORY_WRITABLE')
  }
  assert.equal((await writable())?.severity, 'OK')
  assert.deepEqual(whole(), before)
  mount('-o', 'remount,ro')
  const mounted = new RegExp(`read-only \\(usb-stick on ${disk} \\(tmpfs\\)\\)`)
  const refused = await clinic.run('backup', clinic.at('data'), '--json')
  const { code, message, guidance } = refused.json!['error'] as { code: string; message: string; guidance: string }
  assert.equal(code, 'FILE_SYSTEM_READ_ONLY')
  assert.match(message, mounted)
  assert.ok(guidance.includes(`mount -o remount,rw ${disk}`), guidance)
  const found = await writable()
  assert.equal(found?.severity, 'MISSING')
  assert.match(found.message, /can not be written/)
  assert.match(found.remedy ?? '', mounted)
  await clinic.ok('restore', 'latest', '--target', clinic.at('back'))
  const into = await clinic.run('restore', 'latest', '--target', `${disk}/back`)
  assert.match(into.stderr, /TARGET_REFUSED.*\n?.*usb-stick on/)
})

test('a system: well after a good run, not after a failed one; without a process that serves, and with one', async () => {
  using clinic = place()
  fs.mkdirSync(clinic.at('data'))
  fs.writeFileSync(clinic.at('data/a'), 'a')
  await clinic.ok('key', 'generate', clinic.at('key'))
  await clinic.ok('config', 'add', '--name', 'clinic', '--path', clinic.at('data'), '--retention', '30')
  await clinic.ok('backup', clinic.at('data'))
  const waiting = await clinic.run('status')
  assert.match(
    firstLine(waiting),
    /^NOT WELL: nothing is protected by itself, no configuration has a good restore point/,
  )
  assert.deepEqual(reasonsOf(await clinic.run('status', '--json')), ['NOTHING_PROTECTED'])
  await clinic.ok('run', 'clinic')
  const well = await clinic.ok('status')
  assert.match(firstLine(well), /^All is well: 1 configuration is protected/)
  assert.match(well.stdout.toString(), new RegExp(`^clinic +done \\S+ \\S+ -03:00 +${LOCAL} +by hand only$`, 'm'))
  assert.match(well.stdout.toString(), /Second copy: none is known/)
  await clinic.ok('copy', '--init', '--to', clinic.at('copy'))
  fs.renameSync(clinic.at('repository'), clinic.at('unmounted'))
  assert.match(
    (await clinic.run('status')).stdout.toString(),
    new RegExp(`Second copy: ${LOCAL} at ${clinic.at('copy')}`),
  )
  fs.renameSync(clinic.at('unmounted'), clinic.at('repository'))
  await clinic.ok('config', 'disable', 'clinic')
  assert.deepEqual(reasonsOf(await clinic.run('status', '--json')), ['ALL_DISABLED'])
  await clinic.ok('config', 'enable', 'clinic')
  const server = spawn(process.execPath, [CLI, 'serve'], {
    cwd: clinic.at(''),
    env: { PATH: process.env['PATH'] ?? '', LANG: 'C', ...clinic.env },
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  for await (const piece of server.stdout) if (String(piece).includes('Ready')) break
  assert.match(firstLine(await clinic.ok('status')), /^All is well/)
  fs.rmSync(clinic.at('data'), { recursive: true })
  assert.equal((await clinic.run('run', 'clinic')).status, 1)
  const failed = await clinic.run('status')
  assert.equal(failed.status, 1)
  assert.match(firstLine(failed), /^NOT WELL: the last run of clinic failed; 1 alarm is open\.$/)
  assert.match(failed.stdout.toString(), /^ALARM HIGH: /m)
  const { status, json } = await runCli(['status', '--json'], {
    env: { ...clinic.env, LANG: 'pt_BR.UTF-8' },
    cwd: clinic.at(''),
  })
  assert.equal(status, 1)
  assert.match(
    String((json!['verdict'] as { sentence: string }).sentence),
    /^ATENÇÃO: a última execução de clinic falhou; 1 alarme aberto\.$/,
    "in the reader's language, whatever the process that serves speaks",
  )
  const gone = once(server, 'exit')
  server.kill('SIGTERM')
  await gone
})
