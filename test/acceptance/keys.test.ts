// Goal: a key can be added, proven, rotated, removed and written down; the wrong, weak and misplaced ones are refused
// before anything is done. Method: the built program in processes of its own, one repository for each life.
import assert from 'node:assert/strict'
import { createHash, randomBytes } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { changeKeyring, parseKek, Repository, wrapKey } from '../../src/engine/index.ts'
import { publishKeyring } from '../../src/engine/repository/keyring-objects.ts'
import { isBackupError } from '../../src/kernel/backup-error.ts'
import { localStore } from '../harness/repository.ts'
import { temporaryDirectory } from '../harness/temporary-directory.ts'
import { CLI, type Ran, runCli } from './run-cli.ts'

type Env = Record<string, string>
interface Life {
  readonly at: (name: string) => string
  readonly run: (args: string[], env?: Env) => Promise<Ran>
  readonly ok: (args: string[], env?: Env) => Promise<Ran>
  readonly recipients: (env?: Env) => Promise<Array<{ id: string; label: string; opensWithThisKey: boolean }>>
}

const newKey = () => `base64:${randomBytes(32).toString('base64')}`

async function life(folder: string, key = newKey()): Promise<Life> {
  const at = (name: string) => path.join(folder, name)
  const base: Env = { HOME: folder, BACKUP_ENCRYPTION_KEY: key, NEONPRO_REPOSITORY: at('repo') }
  const run = (args: string[], env: Env = {}) => runCli(args, { env: { ...base, ...env }, cwd: folder })
  const ok = async (args: string[], env: Env = {}) => {
    const ran = await run(args, env)
    assert.equal(ran.status, 0, `${args.join(' ')}: ${ran.stderr}`)
    return ran
  }
  await ok(['init'])
  const recipients = async (env: Env = {}) =>
    (await ok(['key', 'list', '--json'], env)).json!['recipients'] as Awaited<ReturnType<Life['recipients']>>
  return { at, run, ok, recipients }
}

const code = (ran: Ran) => /^Error ([A-Z_]+):/.exec(ran.stderr)?.[1]

test('every form of the key opens what one of them made', async () => {
  using folder = temporaryDirectory()
  const bytes = randomBytes(32)
  const { ok, at } = await life(folder.path, bytes.toString('base64'))
  fs.writeFileSync(at('key'), `hex:${bytes.toString('hex')}\n`, { mode: 0o600 })
  for (const form of [
    bytes.toString('base64url'),
    `base64:${bytes.toString('base64url')}`,
    bytes.toString('hex'),
    `hex:${bytes.toString('hex')}`,
    `file:${at('key')}`,
  ])
    await ok(['snapshots'], { BACKUP_ENCRYPTION_KEY: form })
  await ok(['snapshots', '--key-file', at('key')], { BACKUP_ENCRYPTION_KEY: newKey() })
})

test('"~/" that no shell has expanded is the folder of the user', async () => {
  using folder = temporaryDirectory()
  const { run, ok, at } = await life(folder.path)
  await ok(['key', 'generate', '~/own.key'])
  assert.ok(fs.existsSync(at('own.key')))
  await ok(['init', '--repo=~/other', '--key-file=~/own.key'])
  assert.ok(fs.existsSync(at('other/config')))
  await ok(['snapshots'], { NEONPRO_REPOSITORY: '~/other', BACKUP_ENCRYPTION_KEY: 'file:~/own.key' })
  const literal = await run(['init', '--repo=./~', '--key-file=~/own.key'])
  assert.deepEqual([literal.status, fs.existsSync(at('~/config'))], [0, true], literal.stderr)
})

test('"~name/" is nobody\'s folder here: it is refused by name, in options, arguments, variables and .env', async () => {
  using folder = temporaryDirectory()
  const { run, at } = await life(folder.path)
  const cases: ReadonlyArray<readonly [args: string[], env: Record<string, string>, said: RegExp]> = [
    [['restore', 'latest', '--target=~root/x'], {}, /--target: ~root is the folder of another user.*\.\/~root/],
    [['--home=~root', 'snapshots'], {}, /--home: ~root /],
    [['key', 'generate', '~ana/key'], {}, /file: ~ana /],
    [['backup', at('source'), '~ana/docs'], {}, /path: ~ana /],
    [['snapshots'], { NEONPRO_REPOSITORY: 'file:~ana/r' }, /NEONPRO_REPOSITORY.*~ana is the folder of another/],
    [['snapshots'], { BACKUP_ENCRYPTION_KEY_PREVIOUS: 'file:~ana/k' }, /KEY_PREVIOUS.*~ana is the folder/],
  ]
  for (const [args, env, said] of cases) {
    const ran = await run(args, env)
    assert.equal(ran.status, 2, ran.stderr)
    assert.match(ran.stderr, said)
  }
  fs.writeFileSync(at('.env'), 'BACKUP_LOCAL_PATH=~ana/r\n')
  const ofFile = await runCli(['config', 'list'], { env: { HOME: folder.path }, cwd: folder.path })
  assert.ok(ofFile.stderr.includes(`${at('.env')}: BACKUP_LOCAL_PATH`), ofFile.stderr)
  // What begins with ~ and names no user is what it is called; patterns are looked for in the snapshot.
  for (const args of [
    ['backup', '~$a.docx'],
    ['restore', 'latest', '--target', at('x'), '--include', '~ana/*'],
  ])
    assert.doesNotMatch((await run(args)).stderr, /another user/)
})

test('32 typed characters are a passphrase, and that is said once a run', async () => {
  using folder = temporaryDirectory()
  const { ok } = await life(folder.path, 'Clinica-Sao-Lucas-2026!backup-42')
  const ran = await ok(['key', 'list'])
  assert.equal(ran.stderr.match(/32 typed characters/g)?.length, 1, ran.stderr)
  await ok(['snapshots'], { BACKUP_ENCRYPTION_KEY: 'passphrase:Clinica-Sao-Lucas-2026!backup-42' })
})

const REFUSED: ReadonlyArray<readonly [key: string, code: string]> = [
  ['your_32_character_encryption_key', 'KEY_PLACEHOLDER'],
  ['changeme-changeme-changeme-12345', 'KEY_PLACEHOLDER'],
  ['passphrase:short', 'KEY_WEAK'],
  ['passphrase:senhasenhasenhasenha', 'KEY_WEAK'],
  ['passphrase:1234567890123456', 'KEY_WEAK'],
  ['0123456789abcdef0123456789abcdef', 'KEY_REFUSED'],
  [`base64:${randomBytes(16).toString('base64')}`, 'KEY_REFUSED'],
  ['kms:aws:arn:aws:kms:sa-east-1:1:key/2', 'KEY_REFUSED'],
  ['hello', 'KEY_REFUSED'],
  ['', 'KEY_MISSING'],
]

test('a key that should lock nothing makes no repository; the refusal does not repeat it, in either language', async () => {
  using folder = temporaryDirectory()
  const at = (name: string) => path.join(folder.path, name)
  for (const [key, expected] of REFUSED) {
    const ran = await runCli(['init', '--repo', at('repo')], { env: { HOME: folder.path, BACKUP_ENCRYPTION_KEY: key } })
    assert.deepEqual([ran.status, code(ran)], [2, expected], `${key}: ${ran.stderr}`)
    assert.ok(key.length < 6 || !ran.stderr.includes(key.replace(/^\w+:/, '')), 'the value is not shown')
    assert.ok(!fs.existsSync(at('repo/config')))
    const said = await runCli(['init', '--repo', at('repo')], {
      env: { HOME: folder.path, BACKUP_ENCRYPTION_KEY: key, LANG: 'pt_BR.UTF-8' },
    })
    assert.doesNotMatch(said.stderr, /\b(the|has|digits|needed|forms|taken)\b/, said.stderr)
  }
})

test('a key in a place that is refused: another place is the advice, not another key', async () => {
  using folder = temporaryDirectory()
  const { run, ok, at } = await life(folder.path)
  const home = at('.local/state/neonpro-backup')
  await ok(['key', 'generate', at('own/key')])
  fs.mkdirSync(home, { recursive: true })
  fs.renameSync(at('own/key'), `${home}/key`)
  for (const [args, place] of [
    [['key', 'generate', at('repo/k')], at('repo')],
    [['key', 'generate', `${home}/k`], home],
    [['key', 'recovery-kit', '--to', at('repo')], at('repo')],
    [['key', 'add', at('repo/k')], at('repo')],
    [['snapshots', '--key-file', at('repo/k')], at('repo')],
    [['init', '--repo', at('new'), '--key-file', `${home}/key`], home],
  ] as const) {
    const { stderr } = await run([...args])
    assert.match(stderr, new RegExp(`^Error KEY_REFUSED: .* inside .*${place}`), stderr)
    assert.match(stderr, /What to do: Choose another folder for it/)
    assert.doesNotMatch(stderr, /fingerprint|key generate FILE/)
  }
  const printed = await run(['snapshots', '--password-command', 'false'])
  assert.match(printed.stderr, /KEY_REFUSED.*\nWhat to do: Run the command by itself/)
})

test('a second key opens by itself, keeps its id through changes, is added once, and goes by the beginning of its id', async () => {
  using folder = temporaryDirectory()
  const { at, ok, run, recipients } = await life(folder.path)
  for (const name of ['two', 'three']) {
    await ok(['key', 'generate', at(name)])
    await ok(['key', 'add', at(name), '--label', name])
  }
  assert.equal(code(await run(['key', 'add', at('two')])), 'ALREADY_EXISTS')
  const before = await recipients()
  const [, two, three] = before
  const needsKey = await run(['key', 'remove', three!.id])
  assert.deepEqual(
    [needsKey.status, /"two" is needed to keep it: add it to BACKUP_ENCRYPTION_KEY_PREVIOUS/.test(needsKey.stderr)],
    [2, true],
    needsKey.stderr,
  )
  const removed = await ok(['key', 'remove', three!.id.slice(0, 6), '--json'], {
    BACKUP_ENCRYPTION_KEY_PREVIOUS: `file:${at('two')}`,
  })
  assert.deepEqual([removed.json?.['id'], removed.json?.['epoch']], [three!.id, 2])
  assert.deepEqual(
    (await recipients()).map(({ id }) => id),
    [before[0]!.id, two!.id],
  )
  assert.equal((await run(['snapshots', '--key-file', at('three')])).status, 12)
  await ok(['snapshots', '--key-file', at('two')])
  assert.equal((await ok(['key', 'rotate', '--json'])).json?.['epoch'], 3)
})

test('key remove: without an id, one that nobody has, a beginning that several have, the key in use, and the last one', async () => {
  using folder = temporaryDirectory()
  const key = newKey()
  const { at, run, recipients } = await life(folder.path, key)
  await using repository = await Repository.open(localStore(at('repo')), [parseKek(key, 'key')])
  const { keys, store } = repository
  const repositoryId = keys.repositoryId.toString('hex')
  const now = '2026-11-23T00:00:00.000Z'
  const twins = ['abcd000000000001', 'abcd000000000002'].map((id) =>
    wrapKey(parseKek(newKey(), 'twin'), keys.keyringKey, { repositoryId, label: id, now, id }),
  )
  const held = [...keys.recipients, ...twins]
  const draft = { repositoryId, generation: 2, previous: keys.name, now, keyringKey: keys.keyringKey }
  await publishKeyring(store, { ...draft, recipients: held, bundle: keys.bundle })
  const refusals = [
    [[], 'USAGE', /argument <id> is missing/],
    [['0123'], 'NOT_FOUND', /key list/],
    [['abcd'], 'ID_AMBIGUOUS', /abcd.*001.*abcd.*002/],
    [['abc'], 'NOT_FOUND', /key list/],
    [[keys.openedBy], 'USAGE', /can not remove itself/],
  ] as const
  for (const [args, expected, said] of refusals) {
    const ran = await run(['key', 'remove', ...args])
    assert.equal(code(ran), expected, ran.stderr)
    assert.match(ran.stderr, said)
  }
  assert.deepEqual(
    (await recipients()).map(({ id }) => id),
    held.map(({ id }) => id),
  )
  const last = changeKeyring(store, keys, { remove: keys.openedBy, keks: [parseKek(key, 'key')], now })
  await assert.rejects(last, (error) => isBackupError(error, 'USAGE') && /last recipient/.test(error.message))
})

test('an old key stays until a process with the new one alone has opened everything', async () => {
  using folder = temporaryDirectory()
  const { at, ok, run, recipients } = await life(folder.path)
  await ok(['key', 'generate', at('old')])
  await ok(['key', 'add', at('old'), '--label', 'old'])
  const [mine, old] = await recipients()
  // Opened by a previous key: the one in use does not open anything, so nothing may go.
  const key = fs.readFileSync(at('old'), 'utf8').trim()
  const refused = await run(['key', 'remove', mine!.id], {
    BACKUP_ENCRYPTION_KEY: newKey(),
    BACKUP_ENCRYPTION_KEY_PREVIOUS: key,
  })
  assert.deepEqual([refused.status, code(refused)], [12, 'KEY_UNPROVEN'], refused.stderr)
  assert.deepEqual(
    (await recipients()).map(({ id }) => id),
    [mine!.id, old!.id],
    'nothing was removed',
  )
  await ok(['key', 'remove', old!.id])
  assert.equal((await run(['snapshots', '--key-file', at('old')])).status, 12)
})

test('the recovery kit names all that a rescue needs, and the key only when it is asked to, never as JSON', async () => {
  using folder = temporaryDirectory()
  const key = newKey()
  const { ok, run } = await life(folder.path, key)
  const kit = await ok(['key', 'recovery-kit'])
  const { fingerprint } = (await ok(['key', 'list', '--json'])).json as { fingerprint: string }
  const sha256 = createHash('sha256')
    .update(fs.readFileSync(path.join(path.dirname(CLI), '../neonpro-rescue.mjs')))
    .digest('hex')
  for (const said of [fingerprint, sha256, path.join(folder.path, 'repo'), 'node neonpro-rescue.mjs restore latest'])
    assert.ok(kit.stdout.includes(said), said)
  assert.ok(!kit.stdout.includes(key.slice(7)))
  assert.ok((await ok(['key', 'recovery-kit', '--with-key'])).stdout.includes(key))
  const json = await run(['key', 'recovery-kit', '--with-key', '--json'])
  assert.deepEqual([json.status, json.stdout.includes(key.slice(7))], [2, false])
})

test('a wrong raw key is told by its fingerprint; a wrong passphrase is not', async () => {
  using folder = temporaryDirectory()
  const { run } = await life(folder.path)
  assert.match(
    (await run(['snapshots'], { BACKUP_ENCRYPTION_KEY: newKey() })).stderr,
    /^Error KEY_WRONG: This key \([0-9a-f]{8}\) does not open/,
  )
  assert.match(
    (await run(['snapshots'], { BACKUP_ENCRYPTION_KEY: 'passphrase:cinco cavalos azuis' })).stderr,
    /^Error KEY_WRONG: This key does not open/,
  )
})
