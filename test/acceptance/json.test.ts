// Goal: every command answers with --json what its schema says, no member more and none less, when it goes well, when it
// finds something and when it fails; so do the events of --progress json; and no secret of the environment is in any of
// it. Method: every command of the built program for real, its documents held strictly against the schemas.
import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import type { z } from 'zod'
import { commandTree } from '../../src/cli/command-tree.ts'
import { COMMANDS } from '../../src/cli/commands.ts'
import { ANSWERS, type AnsweredCommand, DETAIL, EVENT, FAILURE } from '../../src/cli/json/index.ts'
import { fileOf, publishedSchemas } from '../../src/cli/json/json-schema.ts'
import { JSON_VERSION } from '../../src/cli/json/version.ts'
import { commandsWithoutRun, ORDINARY, runEveryCommand } from '../harness/every-command.ts'
import { temporaryDirectory } from '../harness/temporary-directory.ts'
import { until } from '../harness/until.ts'
import { CLI, type Ran, runCli } from './run-cli.ts'

/** One of each kind of secret; the addresses lead nowhere. */
const SECRETS = {
  previous: 'UExBTlRFRC1wcmV2aW91cy1rZXktb2YtMzItYnl0ZSE=',
  smtp: 'PLANTED-smtp-password',
  webhookPath: 'PLANTED-webhook-path',
  webhook: 'UExBTlRFRC13ZWJob29rLXNlY3JldA==',
  healthcheck: 'PLANTED-healthcheck-path',
  anon: 'PLANTED-anon-key',
  aws: 'PLANTED-aws-secret',
  awsId: 'PLANTED-aws-id',
  azure: 'PLANTED-azure-key',
} as const
const PLANTED = {
  BACKUP_ENCRYPTION_KEY_PREVIOUS: `base64:${SECRETS.previous}`,
  SMTP_URL: `smtp://user:${SECRETS.smtp}@127.0.0.1:1`,
  ALERT_EMAIL_FROM: 'a@example.org',
  ALERT_EMAIL_TO: 'b@example.org',
  WEBHOOK_URL: `http://127.0.0.1:1/${SECRETS.webhookPath}`,
  WEBHOOK_ALLOW_PRIVATE: '1',
  WEBHOOK_SECRET: `whsec_${SECRETS.webhook}`,
  HEALTHCHECK_URL: `http://127.0.0.1:1/${SECRETS.healthcheck}`,
  SUPABASE_ANON_KEY: SECRETS.anon,
  AWS_ACCESS_KEY_ID: SECRETS.awsId,
  AWS_SECRET_ACCESS_KEY: SECRETS.aws,
  AZURE_STORAGE_KEY: SECRETS.azure,
}

type Answer = Readonly<Record<string, unknown>>

function assertFits(schema: z.ZodType, value: unknown, what: string): void {
  const { success, error } = schema.safeParse(value)
  const issues = error?.issues.map((issue) => JSON.stringify(issue).slice(0, 600)).join('\n')
  assert.ok(success, `${what} is not as its schema says: ${issues}\n${JSON.stringify(value).slice(0, 1500)}`)
}

function assertNoSecret(ran: Pick<Ran, 'stdout' | 'stderr'>, secrets: readonly string[], what: string): void {
  for (const secret of secrets)
    for (const [stream, said] of Object.entries({ stdout: ran.stdout.toString(), stderr: ran.stderr }))
      assert.ok(!said.includes(secret), `${what} shows the secret ${secret} on ${stream}`)
}

/** The one document of a run, valid; what it holds besides its version. */
function answerOf(command: string, ran: Ran): Answer {
  const lines = ran.stdout.toString().trim().split('\n')
  assert.equal(lines.length, 1, `${command} writes more than its object: ${lines.join('\n').slice(0, 500)}`)
  assert.ok(ran.json, `${command} answers no object: ${lines[0]} ${ran.stderr}`)
  const { jsonVersion, ...answer } = ran.json
  assert.equal(jsonVersion, JSON_VERSION, command)
  assert.equal(Object.keys(ran.json)[0], 'jsonVersion', 'the version comes first')
  const schema = 'error' in answer && !('state' in answer) ? FAILURE : ANSWERS[command as AnsweredCommand]
  assert.ok(schema, `${command} has no schema`)
  assertFits(schema, answer, `${command} (${ran.status})`)
  if (schema === FAILURE) assert.notEqual(ran.status, 0, `${command} failed and ends with 0`)
  return answer
}

test('every command of the tree has a schema, and none has one without being there', () => {
  const groups = new Set(COMMANDS.flatMap(({ name }) => (name.includes(' ') ? [name.split(' ')[0]!] : [])))
  const isGroupAlone = (name: string) => groups.has(name) && !COMMANDS.some((command) => command.name === name)
  const names = commandTree(COMMANDS, 'en').root.commands.flatMap((command) => [
    ...(isGroupAlone(command.name()) ? [] : [command.name()]),
    ...command.commands.map((inner) => `${command.name()} ${inner.name()}`),
  ])
  assert.ok(names.length > 45)
  assert.deepEqual(Object.keys(ANSWERS).sort(), names.sort())
})

test('the package holds a JSON Schema of each, which passes over members that come later', () => {
  const schemas = publishedSchemas()
  const wanted = [...Object.keys(ANSWERS).map(fileOf), 'failure', 'progress', 'detail'].sort()
  assert.deepEqual(Object.keys(schemas).sort(), wanted)
  for (const name of wanted) {
    const file = path.resolve(import.meta.dirname, `../../dist/schemas/${name}.json`)
    assert.deepEqual(JSON.parse(fs.readFileSync(file, 'utf8')), JSON.parse(JSON.stringify(schemas[name])), name)
    assert.doesNotMatch(JSON.stringify(schemas[name]), /"additionalProperties":false/, name)
  }
})

test('every command answers as its schema says, and no secret is in what it says', async () => {
  using folder = temporaryDirectory()
  const runs = await runEveryCommand({ place: folder.path, names: ORDINARY, isJson: true, env: PLANTED })
  assert.deepEqual(commandsWithoutRun(runs), [])
  const keys = ['key', 'second.key'].map((file) =>
    fs.readFileSync(path.join(folder.path, file), 'utf8').trim().replace('base64:', ''),
  )
  for (const { command, args, ran } of runs) {
    assertNoSecret(ran, [...Object.values(SECRETS), ...keys], args.join(' '))
    if (command === 'serve') continue
    const answer = answerOf(command, ran)
    assert.ok(!('error' in answer) || 'state' in answer, `${args.join(' ')} failed: ${JSON.stringify(answer)}`)
  }
  const tests = runs.find(({ command }) => command === 'alerts test')?.ran.json?.['tests'] as Array<{ code: string }>
  assert.ok(tests.length >= 3 && tests.every(({ code }) => code === 'DELIVERY_FAILED'), JSON.stringify(tests))
})

/** A repository with what commands find, and a call of the program that holds its answer against the schema. */
function clinic(at: (name: string) => string) {
  const env = { ...PLANTED, BACKUP_ENCRYPTION_KEY: `file:${at('key')}`, NEONPRO_BACKUP_HOME: at('home') }
  return async (status: number, command: AnsweredCommand, ...args: string[]) => {
    const ran = await runCli([...command.split(' '), ...args, '--repo', at('repository'), '--json'], { env })
    assertNoSecret(ran, Object.values(SECRETS), command)
    assert.equal(ran.status, status, `${command} ${args.join(' ')}: ${ran.stdout.toString()} ${ran.stderr}`)
    return { answer: answerOf(command, ran), stderr: ran.stderr }
  }
}

const filesBelow = (folder: string) =>
  fs
    .readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name))

/** The object of that kind which `write` made, by the only file that came. */
async function newFile(folder: string, kind: string, write: () => Promise<unknown>): Promise<string> {
  const before = new Set(filesBelow(folder))
  await write()
  const [made] = filesBelow(folder).filter((file) => !before.has(file) && file.includes(`/${kind}`))
  return made!
}

function damage(file: string): void {
  const bytes = fs.readFileSync(file)
  for (let i = Math.floor(bytes.length / 2); i < bytes.length; i += 1) bytes[i]! ^= 0xff
  fs.chmodSync(file, 0o600)
  fs.writeFileSync(file, bytes)
}

test('what is found is told by members of the schema: skipped, foreign, damaged, lost', async () => {
  using folder = temporaryDirectory()
  const at = (name: string) => path.join(folder.path, name)
  const run = clinic(at)
  fs.mkdirSync(at('data'))
  fs.writeFileSync(at('data/file'), Buffer.alloc(300_000, 'content that is long enough'))
  fs.writeFileSync(at('data/.neonproignore'), '[z-a]\n')
  await run(0, 'key generate', at('key'))
  await run(0, 'init')
  const source = ['--source', 'clinic', '--exclude', '/no/such/place']
  const { answer: plan } = await run(3, 'backup', at('data'), at('absent'), ...source, '--dry-run')
  assert.equal((plan['skipped'] as unknown[]).length, 1)
  const first = await newFile(at('repository'), 'snapshots/', async () => {
    const { answer } = await run(3, 'backup', at('data'), at('absent'), ...source)
    assert.ok((answer['skipped'] as unknown[]).length === 1 && (answer['warnings'] as unknown[]).length > 0)
  })
  fs.writeFileSync(at('data/second'), Buffer.from(Array.from({ length: 200_000 }, (_, i) => (i * 7919) >> 3)))
  await run(0, 'backup', at('data'), ...source)
  await run(0, 'forget', '--keep-within-days', '9', '--prune')
  const { answer: kit } = await run(0, 'key recovery-kit', '--to', at('kit'))
  assert.ok((kit['files'] as unknown[]).length > 1)
  fs.writeFileSync(at('repository/keys/Thumbs.db'), 'x')
  const { answer: verified } = await run(0, 'verify')
  assert.ok((verified['notices'] as Array<{ isStranger?: boolean }>).some(({ isStranger }) => isStranger))
  for (const pack of filesBelow(at('repository/packs'))) damage(pack)
  const { answer: broken } = await run(1, 'verify', '--read-data')
  assert.ok((broken['problems'] as unknown[]).length > 0 && (broken['hits'] as unknown[]).length > 0)
  damage(first)
  const { answer: listed } = await run(1, 'snapshots')
  assert.ok((listed['problems'] as unknown[]).length > 0)
  const { answer: status } = await run(1, 'status')
  assert.equal(status['repositoryError'], 'DAMAGED')
  const { answer: refused } = await run(1, 'forget', '--keep-last', '1')
  assert.equal((refused['error'] as { code: string }).code, 'DAMAGED')
  const { answer: repaired } = await run(3, 'repair', '--read-data', '--forget-damaged')
  assert.ok((repaired['hits'] as unknown[]).length > 0 || (repaired['packsDamaged'] as unknown[]).length > 0)
  await run(0, 'repair', '--accept-rollback').catch(() => run(3, 'repair', '--accept-rollback'))
})

test('--progress json writes one valid event a line, and says what is counted', async () => {
  using folder = temporaryDirectory()
  const at = (name: string) => path.join(folder.path, name)
  const run = clinic(at)
  fs.mkdirSync(at('data'))
  fs.writeFileSync(at('data/file'), Buffer.alloc(2_000_000, 'some content'))
  await run(0, 'key generate', at('key'))
  await run(0, 'init')
  const progress = ['--progress', 'json']
  const calls = {
    backup: ['backup', at('data')],
    verify: ['verify', '--read-data'],
    restore: ['restore', 'latest', '--target', at('target')],
    copy: ['copy', '--init', '--to', at('copy')],
  } as const
  let told = 0
  for (const [kind, [command, ...args]] of Object.entries(calls)) {
    const { stderr } = await run(0, command, ...args, ...progress)
    const events = stderr.split('\n').filter((line) => line.startsWith('{'))
    told += events.length
    for (const line of events) {
      const { jsonVersion, ...event } = JSON.parse(line) as Record<string, unknown>
      assertFits(EVENT, event, `an event of ${command}`)
      assert.deepEqual([jsonVersion, event['kind']], [JSON_VERSION, kind])
    }
  }
  const { stderr } = await run(0, 'backup', at('data'), '-v')
  const details = stderr.split('\n').filter((line) => line.startsWith('{'))
  assert.ok(details.length > 0, stderr)
  for (const line of details) {
    const { jsonVersion, ...event } = JSON.parse(line) as Record<string, unknown>
    assert.equal(jsonVersion, JSON_VERSION)
    assertFits(DETAIL, event, 'an event of -v')
  }
  // What is done in a moment may say nothing: progress.test.ts has each kind.
  assert.ok(told > 0)
})

/** A call of each command that can not go well. */
const FAILING: Readonly<Record<AnsweredCommand, readonly string[]>> = {
  backup: ['.'],
  snapshots: [],
  ls: ['latest'],
  find: ['x'],
  diff: ['a', 'b'],
  dump: ['latest', '/x'],
  restore: ['latest', '--target', 'target'],
  stats: [],
  init: ['--key-file', 'absent'],
  verify: [],
  repair: [],
  forget: ['--keep-last', '1'],
  prune: [],
  copy: ['--to', 'copy'],
  pin: ['latest'],
  unpin: ['latest'],
  'hold add': ['--everything', '--reason', 'x'],
  'hold list': [],
  'hold lift': ['x'],
  'key generate': ['key'],
  'key add': ['absent'],
  'key list': [],
  'key remove': ['abcdef'],
  'key rotate': [],
  'key recovery-kit': [],
  'repository upgrade': [],
  quickstart: ['absent'],
  run: ['x'],
  runs: ['--state', 'x'],
  points: ['--latest', 'x'],
  schedule: [],
  status: [],
  alerts: [],
  'alerts test': [],
  recover: ['x', '--target', 'target'],
  serve: ['--repo', 'ftp://nowhere'],
  worker: ['--repo', 'ftp://nowhere'],
  'service install': ['--root', 'image', '--user', 'Not A Name'],
  'service status': ['--root', 'image'],
  'service remove': ['--root', 'image', '--user', 'Not A Name'],
  'repository add': ['x', '--repo', 'absent'],
  'repository list': [],
  'repository use': ['x', 'y'],
  'repository remove': ['x'],
  'config add': ['--name', 'x'],
  'config list': [],
  'config show': ['x'],
  'config edit': ['x'],
  'config remove': ['x'],
  'config enable': ['x'],
  'config disable': ['x'],
  'audit verify': ['--file', 'absent'],
  'audit export': ['--output', 'audit.jsonl'],
  'system accept-clock': [],
  'system init-db': ['--database', 'env:ABSENT'],
  'system move-home': [],
  'system rebuild': [],
  completion: ['no-shell'],
  list: ['packs'],
  cat: ['config'],
  doctor: [],
}

test('every command fails as the schema of failures says, and tells no secret', async () => {
  using folder = temporaryDirectory()
  const at = (name: string) => path.join(folder.path, name)
  fs.mkdirSync(at('image'))
  const env = {
    ...PLANTED,
    // No address for it: whatever asks the system is refused, and must not say with what.
    HEALTHCHECK_URL: `ftp://127.0.0.1:1/${SECRETS.healthcheck}`,
    BACKUP_ENCRYPTION_KEY: `file:${at('key')}`,
    NEONPRO_BACKUP_HOME: at('home'),
  }
  assert.equal((await runCli(['key', 'generate', at('key')], { env })).status, 0)
  const options = { env, cwd: folder.path }
  for (const [command, args] of Object.entries(FAILING)) {
    const words = command.split(' ')
    const repo = args.includes('--repo') ? [] : ['--repo', at('nowhere')]
    const ran = await runCli([...words, ...args, ...repo, '--json'], options)
    assertNoSecret(ran, Object.values(SECRETS), command)
    assert.notEqual(ran.status, 0, `${command} went well: ${ran.stdout.toString()}`)
    answerOf(command, ran)
  }
  for (const command of ['backup', 'config add', 'alerts'] as const) {
    const ran = await runCli([...command.split(' '), '--no-such-option', '--json'], options)
    assert.equal((answerOf(command, ran)['error'] as { code: string }).code, 'USAGE')
  }
})

async function end(child: ChildProcess): Promise<void> {
  const gone = once(child, 'exit')
  if (child.exitCode === null && child.kill('SIGTERM')) await gone
}

for (const command of ['serve', 'worker'] as const)
  test(`${command} answers when it is told to end`, async () => {
    using folder = temporaryDirectory()
    const at = (name: string) => path.join(folder.path, name)
    const env = { BACKUP_ENCRYPTION_KEY: `file:${at('key')}`, NEONPRO_BACKUP_HOME: at('home') }
    const repo = ['--repo', at('repository')]
    assert.equal((await runCli(['key', 'generate', at('key')], { env })).status, 0)
    const child = spawn(process.execPath, [CLI, command, '--json', ...repo], {
      env: { PATH: process.env['PATH'] ?? '', LANG: 'C', ...env },
      stdio: ['ignore', 'pipe', 'ignore'],
    })
    let said = ''
    child.stdout.setEncoding('utf8').on('data', (piece: string) => (said += piece))
    try {
      await until(`${command} has begun`, () => fs.existsSync(at('home/database')))
    } finally {
      await end(child)
    }
    assert.deepEqual(JSON.parse(said), { jsonVersion: JSON_VERSION, stopped: true })
  })

test('service and HOME: what a dry run and a move answer', async () => {
  using folder = temporaryDirectory()
  const at = (name: string) => path.join(folder.path, name)
  fs.mkdirSync(at('image/etc'), { recursive: true })
  fs.mkdirSync(at('old'))
  fs.writeFileSync(at('old/config.json'), '{}')
  const env = { NEONPRO_BACKUP_HOME: at('old') }
  const calls: ReadonlyArray<readonly [command: AnsweredCommand, args: readonly string[]]> = [
    ['service install', ['--root', at('image'), '--dry-run']],
    ['service status', ['--root', at('image')]],
    ['service remove', ['--root', at('image'), '--dry-run']],
    ['system move-home', ['--to', at('new')]],
  ]
  for (const [command, args] of calls) {
    const ran = await runCli([...command.split(' '), ...args, '--json'], { env, cwd: folder.path })
    assert.ok(!('error' in answerOf(command, ran)), `${command}: ${ran.stdout.toString()}`)
  }
})
