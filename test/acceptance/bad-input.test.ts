// Goal: every refusal is one sentence with its exit code, says what to do, shows no stack and no secret, and changes
// nothing. Method: the built program in processes of its own, on real folders.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { after, before, test } from 'node:test'
import { lookAt } from '../harness/repository.ts'
import { temporaryDirectory } from '../harness/temporary-directory.ts'
import { type Ran, runCli } from './run-cli.ts'

const RESCUE = path.resolve(import.meta.dirname, '../../dist/neonpro-rescue.mjs')
const folder = temporaryDirectory()
const at = (name: string) => path.join(folder.path, name)
const key = randomBytes(32).toString('base64')
const env = { HOME: folder.path, BACKUP_ENCRYPTION_KEY: `base64:${key}` }

before(async () => {
  fs.mkdirSync(at('source'))
  fs.writeFileSync(at('source/a'), 'content')
  fs.mkdirSync(at('plain'))
  fs.writeFileSync(at('plain/note'), 'no repository')
  assert.equal((await runCli(['init', '--repo', at('repo')], { env })).status, 0)
  assert.equal(
    (
      await runCli(['init', '--repo', at('other')], {
        env: { ...env, BACKUP_ENCRYPTION_KEY: `base64:${randomBytes(32).toString('base64')}` },
      })
    ).status,
    0,
  )
  assert.equal((await runCli(['backup', at('source'), '--repo', at('repo')], { env })).status, 0)
})

after(() => folder[Symbol.dispose]())

function assertRefusal(ran: Ran, expected: { status: number; code: string }): void {
  assert.equal(ran.status, expected.status, ran.stderr)
  const lines = ran.stderr.trim().split('\n')
  assert.match(lines[0]!, new RegExp(`^Error ${expected.code}: .{8,}`))
  assert.match(lines[1] ?? '', /^What to do: .{8,}/)
  assert.equal(lines.length, 2, `no stack trace: ${ran.stderr}`)
  assert.ok(!ran.stderr.includes(key) && !ran.stdout.includes(key), 'the key is not shown')
}

const withKey = (value: string) => ({ ...env, BACKUP_ENCRYPTION_KEY: value })

const REFUSALS: ReadonlyArray<readonly [string, () => Promise<Ran>, { status: number; code: string }]> = [
  [
    'a wrong key',
    () => runCli(['snapshots', '--repo', at('repo')], { env: withKey(`base64:${randomBytes(32).toString('base64')}`) }),
    { status: 12, code: 'KEY_WRONG' },
  ],
  [
    'a wrong passphrase',
    () => runCli(['snapshots', '--repo', at('repo')], { env: withKey('passphrase:correct horse battery staple') }),
    { status: 12, code: 'KEY_WRONG' },
  ],
  [
    'the placeholder key',
    () => runCli(['snapshots', '--repo', at('repo')], { env: withKey('your_32_character_encryption_key') }),
    { status: 2, code: 'KEY_PLACEHOLDER' },
  ],
  [
    'no key',
    () => runCli(['snapshots', '--repo', at('repo')], { env: { HOME: folder.path } }),
    { status: 2, code: 'KEY_MISSING' },
  ],
  [
    'the key of another repository',
    () => runCli(['snapshots', '--repo', at('other')], { env }),
    { status: 12, code: 'KEY_WRONG' },
  ],
  [
    'a folder that is no repository',
    () => runCli(['snapshots', '--repo', at('plain')], { env }),
    { status: 10, code: 'REPOSITORY_NOT_FOUND' },
  ],
  [
    'a folder that is not there',
    () => runCli(['snapshots', '--repo', at('nowhere')], { env }),
    { status: 10, code: 'REPOSITORY_NOT_FOUND' },
  ],
  [
    'init on a repository',
    () => runCli(['init', '--repo', at('repo')], { env }),
    { status: 1, code: 'REPOSITORY_EXISTS' },
  ],
  [
    'a snapshot that is not there',
    () => runCli(['restore', 'abcdef123456', '--target', at('t'), '--repo', at('repo')], { env }),
    { status: 1, code: 'SNAPSHOT_NOT_FOUND' },
  ],
  [
    'a source that is not there',
    () => runCli(['backup', at('missing'), '--repo', at('repo')], { env }),
    { status: 1, code: 'SOURCE_UNREADABLE' },
  ],
  [
    'an unknown type',
    () => runCli(['backup', at('source'), '--type', 'weekly', '--repo', at('repo')], { env }),
    { status: 2, code: 'USAGE' },
  ],
  [
    'a share that is none',
    () => runCli(['verify', '--read-data', '200%', '--repo', at('repo')], { env }),
    { status: 2, code: 'USAGE' },
  ],
  [
    'a negative retention',
    () => runCli(['forget', '--keep-daily', '-3', '--repo', at('repo')], { env }),
    { status: 2, code: 'USAGE' },
  ],
  ['forget without a policy', () => runCli(['forget', '--repo', at('repo')], { env }), { status: 2, code: 'USAGE' }],
  [
    'an unknown time zone',
    () => runCli(['forget', '--keep-daily', '3', '--timezone', 'Mars/Olympus', '--repo', at('repo')], { env }),
    { status: 2, code: 'USAGE' },
  ],
  [
    'a copy onto itself',
    () => runCli(['copy', '--to', at('repo'), '--repo', at('repo')], { env }),
    { status: 2, code: 'USAGE' },
  ],
  [
    'dump over an existing file',
    () => runCli(['dump', 'latest', at('source/a'), '--output', at('plain/note'), '--repo', at('repo')], { env }),
    { status: 2, code: 'USAGE' },
  ],
  [
    'a key file inside the repository',
    () => runCli(['key', 'generate', at('repo/key'), '--repo', at('repo')], { env }),
    { status: 2, code: 'KEY_REFUSED' },
  ],
  [
    'a source inside the repository',
    () => runCli(['backup', at('repo/packs'), '--repo', at('repo')], { env }),
    { status: 2, code: 'USAGE' },
  ],
]

for (const [what, run, expected] of REFUSALS) {
  test(`${what} is refused with ${expected.code} and ${expected.status}`, async () => {
    const was = lookAt(at('repo'))
    assertRefusal(await run(), expected)
    assert.deepEqual([...lookAt(at('repo')).keys()], [...was.keys()], 'the repository is as it was')
  })
}

test('a newer format version is refused with 1, whatever else it holds', async () => {
  fs.cpSync(at('repo'), at('newer'), { recursive: true })
  const config = at('newer/config')
  for (const name of fs.readdirSync(config)) {
    const file = path.join(config, name)
    const bytes = fs.readFileSync(file)
    const version = bytes.indexOf('"version":"v1-rc2"')
    assert.ok(version > 0)
    bytes.write('"version":"v9-rc2"', version)
    fs.rmSync(file)
    fs.writeFileSync(path.join(config, `${name.slice(0, 2)}${createHash('sha256').update(bytes).digest('hex')}`), bytes)
  }
  assertRefusal(await runCli(['snapshots', '--repo', at('newer')], { env }), { status: 1, code: 'FORMAT_TOO_NEW' })
  const rescue = spawnSync(process.execPath, [RESCUE, 'list', '--repo', at('newer')], { env, encoding: 'utf8' })
  assert.deepEqual(
    [rescue.status, rescue.stderr],
    [1, 'the repository has format v9-rc2, which this program does not know\n'],
  )
})

test('an unknown option is named, with 2', async () => {
  const ran = await runCli(['backup', '--frobnicate', at('source'), '--repo', at('repo')], { env })
  assert.equal(ran.status, 2)
  assert.match(ran.stderr, /--frobnicate/)
})

test('with --json a refusal is one JSON object', async () => {
  const ran = await runCli(['snapshots', '--repo', at('nowhere'), '--json'], { env })
  const error = ran.json?.['error'] as Record<string, unknown>
  assert.equal(error['code'], 'REPOSITORY_NOT_FOUND')
  assert.equal(typeof error['guidance'], 'string')
})

test('messages follow LANG', async () => {
  const ran = await runCli(['snapshots', '--repo', at('nowhere')], { env: { ...env, LANG: 'pt_BR.UTF-8' } })
  assert.match(ran.stderr, /^Erro REPOSITORY_NOT_FOUND: /)
  assert.match(ran.stderr, /\nO que fazer: /)
  const help = await runCli(['backup', '--help'], { env: { ...env, LANG: 'pt_BR.UTF-8' } })
  assert.match(help.stdout.toString(), /faz backup de arquivos e pastas/)
  assert.doesNotMatch(help.stdout.toString(), /may be given again|display help/)
})

test('DEBUG shows the stack', async () => {
  const ran = await runCli(['snapshots', '--repo', at('nowhere')], { env: { ...env, DEBUG: '1' } })
  assert.match(ran.stderr, /\n\s+at /)
})

test('a repository inside its source is left out, and that is said', async () => {
  const ran = await runCli(['backup', folder.path, '--source', 'all', '--repo', at('repo'), '--json'], { env })
  assert.equal(ran.status, 0, ran.stderr)
  assert.match(ran.stderr, /repo lies in what is backed up and is left out/)
  const listed = await runCli(['ls', 'latest', folder.path, '--recursive', '--repo', at('repo')], { env })
  assert.match(listed.stdout.toString(), /plain\/note/)
  assert.doesNotMatch(listed.stdout.toString(), /repo\/config/)
  assert.match(listed.stdout.toString(), /other\/config/)
})

test('a copy inside its source is named when it is made, and left out of each backup, by name too', async () => {
  const [data, repo] = [at('with-copy'), at('copied-repo')]
  const third = path.join(data, 'third')
  fs.mkdirSync(data)
  fs.writeFileSync(path.join(data, 'doc'), 'content')
  const own = { env: { ...env, NEONPRO_REPOSITORY: repo } }
  const backup = (...more: string[]) => runCli(['backup', data, '--json', ...more], own)
  assert.equal((await runCli(['init'], own)).status, 0)
  assert.equal((await backup()).status, 0)
  const copied = await runCli(['copy', '--init', '--to', third], own)
  assert.match(copied.stderr, new RegExp(`The copy ${third} lies in ${data}`))
  for (const more of [['--dry-run'], []]) {
    const ran = await backup(...more)
    assert.deepEqual([ran.status, ran.json?.['filesNew'], ran.json?.['filesUnmodified']], [0, 0, 1], ran.stderr)
    assert.match(
      ran.stderr,
      new RegExp(`The copy ${third} of this repository lies in what is backed up and is left out`),
    )
    assert.doesNotMatch((await backup('--exclude', 'third', ...more)).stderr, /left out/)
  }
  const named = await backup(third, '--source', 'both')
  assert.ok(Number(named.json?.['filesNew']) > 5, 'as a path of its own it is meant')
})

test('a policy in which every rule is 0 forgets nothing', async () => {
  const policy = at('policy.json')
  const own = { ...env, NEONPRO_REPOSITORY: at('repo') }
  assert.equal((await runCli(['backup', at('source')], { env: own })).status, 0)
  const names = fs.readdirSync(at('repo/snapshots')).sort()
  assert.ok(names.length > 1)
  for (const text of ['0', '{ "last": 0, "custom": [{ "pattern": "first-of-month", "keep": 0 }] }']) {
    fs.writeFileSync(policy, text)
    assertRefusal(await runCli(['forget', '--policy', policy], { env: own }), { status: 2, code: 'USAGE' })
  }
  const zeros = ['--keep-last', '0', '--keep-daily', '0']
  assertRefusal(await runCli(['forget', '--prune', ...zeros], { env: own }), { status: 2, code: 'USAGE' })
  assert.deepEqual(fs.readdirSync(at('repo/snapshots')).sort(), names)
})
