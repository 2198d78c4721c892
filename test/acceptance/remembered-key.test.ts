// Goal: the key file that the first command was given is remembered, so that a command from cron, which has no
// environment, means the same key; what is kept is where it lies, never a key.
// Method: the built program with a HOME and nothing else.
import assert from 'node:assert/strict'
import fs from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { temporaryDirectory } from '../harness/temporary-directory.ts'
import { type Ran, runCli } from './run-cli.ts'
import { says, stay } from './staying.ts'

class Clinic implements Disposable {
  readonly #folder = temporaryDirectory()

  constructor() {
    fs.mkdirSync(this.at('data'))
    fs.writeFileSync(this.at('data/a'), 'a')
  }

  at(name: string): string {
    return path.join(this.#folder.path, name)
  }

  /** As cron does it: only where HOME is, which a real one would know by its user. */
  get bare(): { readonly env: Readonly<Record<string, string>>; readonly cwd: string } {
    return { env: { NEONPRO_BACKUP_HOME: this.at('home') }, cwd: this.#folder.path }
  }

  get settled(): string {
    return fs.readFileSync(this.at('home/settled.json'), 'utf8')
  }

  run(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Ran> {
    return runCli([...args, '--json'], { ...this.bare, env: { ...this.bare.env, ...env } })
  }

  async ok(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Ran> {
    const ran = await this.run(args, env)
    assert.equal(ran.status, 0, `${args.join(' ')}: ${ran.stderr}`)
    return ran
  }

  async setUp(key: { readonly args?: readonly string[]; readonly env?: Readonly<Record<string, string>> }) {
    await this.ok(['key', 'generate', this.at('key')])
    const { args = [], env = {} } = key
    await this.ok(['init', '--repo', this.at('repository'), ...args], env)
    const config = ['config', 'add', '--name', 'c', '--path', this.at('data'), '--repo', this.at('repository')]
    await this.ok([...config, ...args], env)
  }

  [Symbol.dispose](): void {
    this.#folder[Symbol.dispose]()
  }
}

function errorOf({ json }: Ran): { code?: string; message?: string; guidance?: string } {
  return (json?.['error'] ?? {}) as { code?: string; message?: string; guidance?: string }
}

for (const [form, given] of [
  ['--key-file', (file: string) => ({ args: ['--key-file', file] })],
  ['BACKUP_ENCRYPTION_KEY=file:', (file: string) => ({ env: { BACKUP_ENCRYPTION_KEY: `file:${file}` } })],
] as const)
  test(`set up with ${form}: run, status, config and serve need no environment`, async () => {
    using clinic = new Clinic()
    await clinic.setUp(given(clinic.at('key')))
    const keyText = fs.readFileSync(clinic.at('key'), 'utf8').trim().replace(/^\w+:/, '')
    assert.equal((JSON.parse(clinic.settled) as { key?: string }).key, `file:${clinic.at('key')}`)
    assert.ok(!clinic.settled.includes(keyText))
    assert.equal((await clinic.ok(['run', 'c'])).json?.['state'], 'COMPLETED')
    await clinic.ok(['config', 'list'])
    await clinic.ok(['snapshots', '--repo', clinic.at('repository')])
    const shown = JSON.stringify((await clinic.ok(['config', 'show', '--effective'])).json)
    assert.match(shown, /"BACKUP_ENCRYPTION_KEY"[^}]*"REMEMBERED"/)
    await using serving = stay(['serve'], clinic.bare)
    await says(serving, /Ready \(pid \d+\)/)
    const status = await clinic.ok(['status'])
    assert.equal((status.json?.['scheduler'] as { alive?: boolean } | undefined)?.alive, true)
    assert.equal(await serving.stop(), 0)
  })

test('a remembered file that is gone: KEY_MISSING names it and the way out; given from elsewhere it is remembered', async () => {
  using clinic = new Clinic()
  await clinic.setUp({ args: ['--key-file', clinic.at('key')] })
  fs.renameSync(clinic.at('key'), clinic.at('moved'))
  for (const args of [['run', 'c'], ['status'], ['snapshots', '--repo', clinic.at('repository')]]) {
    const { code, message, guidance } = errorOf(await clinic.run(args))
    assert.equal(code, 'KEY_MISSING', args.join(' '))
    assert.ok(message?.includes(clinic.at('key')), message)
    assert.match(guidance ?? '', /--key-file FILE.*Put the file back/)
  }
  const { message } = errorOf(await clinic.run(['run', 'c'], { LANG: 'pt_BR.UTF-8' }))
  assert.match(message ?? '', /de que este sistema se lembra, não existe mais\.$/)
  {
    await using serving = stay(['serve'], clinic.bare)
    await says(serving, new RegExp(`${clinic.at('key')}.*is gone`))
  }
  await clinic.run(['run', 'c', '--key-file', clinic.at('moved')])
  assert.equal((await clinic.ok(['run', 'c'])).json?.['state'], 'COMPLETED')
})

test('another key counts for its own command; the remembered one stays while it opens the repository', async () => {
  using clinic = new Clinic()
  await clinic.setUp({ args: ['--key-file', clinic.at('key')] })
  await clinic.ok(['key', 'generate', clinic.at('wrong')])
  const refused = await clinic.run(['config', 'list', '--key-file', clinic.at('wrong')])
  assert.equal(errorOf(refused).code, 'KEY_WRONG')
  await clinic.ok(['key', 'generate', clinic.at('second')])
  const repository = ['--repo', clinic.at('repository')]
  await clinic.ok(['key', 'add', clinic.at('second'), ...repository])
  await clinic.ok(['config', 'list', '--key-file', clinic.at('second')])
  assert.ok(clinic.settled.includes(`file:${clinic.at('key')}`), 'once used is not settled')
  const list = (await clinic.ok(['key', 'list', ...repository])).json?.['recipients'] as Array<{
    id: string
    isInUse?: boolean
  }>
  const first = list[0]!.id
  await clinic.ok(['key', 'remove', first, '--key-file', clinic.at('second'), ...repository])
  await clinic.ok(['config', 'list', '--key-file', clinic.at('second')])
  assert.ok(clinic.settled.includes(`file:${clinic.at('second')}`), 'the first opens it no more')
  await clinic.ok(['config', 'list'])
})

test('a key that was given as a value is kept nowhere', async () => {
  using clinic = new Clinic()
  await clinic.ok(['key', 'generate', clinic.at('key')])
  const value = fs.readFileSync(clinic.at('key'), 'utf8').trim()
  fs.rmSync(clinic.at('key'))
  await clinic.setUp({ env: { BACKUP_ENCRYPTION_KEY: value } })
  assert.deepEqual(Object.keys(JSON.parse(clinic.settled) as object), ['repository'])
  assert.equal(errorOf(await clinic.run(['run', 'c'])).code, 'KEY_MISSING')
})

test('copy: the key that opened the source is tried for the target, made and found', async () => {
  using clinic = new Clinic()
  await clinic.setUp({ args: ['--key-file', clinic.at('key')] })
  await clinic.ok(['run', 'c'])
  const copy = ['copy', '--to', clinic.at('copy'), '--repo', clinic.at('repository')]
  const made = (await clinic.ok([...copy, '--init'])).json?.['copied'] as readonly string[] | undefined
  assert.equal(made?.length, 1)
  assert.equal((await clinic.ok(copy)).json?.['present'], 1)
  await clinic.ok(['key', 'generate', clinic.at('other')])
  await clinic.ok(['init', '--repo', clinic.at('second'), '--key-file', clinic.at('other')])
  const to = ['copy', '--to', clinic.at('second'), '--repo', clinic.at('repository')]
  assert.equal(errorOf(await clinic.run(to)).code, 'KEY_WRONG')
  await clinic.ok([...to, '--to-key-file', clinic.at('other'), '--password-command', `cat ${clinic.at('key')}`])
})

test('a remembered file that is refused is called by its name, in the repository too', async () => {
  using clinic = new Clinic()
  await clinic.setUp({ args: ['--key-file', clinic.at('key')] })
  const repository = ['--repo', clinic.at('repository')]
  fs.chmodSync(clinic.at('key'), 0o644)
  const { code, message } = errorOf(await clinic.run(['snapshots', ...repository]))
  assert.equal(code, 'KEY_REFUSED')
  assert.ok(message?.includes(clinic.at('key')) && !message.includes('BACKUP_ENCRYPTION_KEY'), message)
  fs.chmodSync(clinic.at('key'), 0o600)
  fs.copyFileSync(clinic.at('key'), clinic.at('repository/key'))
  fs.writeFileSync(
    clinic.at('home/settled.json'),
    clinic.settled.replace(clinic.at('key'), clinic.at('repository/key')),
  )
  const inside = errorOf(await clinic.run(['snapshots', ...repository]))
  assert.deepEqual([inside.code, inside.message?.includes(clinic.at('repository/key'))], ['KEY_REFUSED', true])
})

test('single commands mean the repository of HOME, and say so beside; not init, and not in a HOME of another user', async () => {
  using clinic = new Clinic()
  await clinic.setUp({ args: ['--key-file', clinic.at('key')] })
  const repository = clinic.at('repository')
  const backup = await clinic.ok(['backup', clinic.at('data'), '--tag', 'by-hand'])
  assert.equal(backup.stderr.includes(repository), false, 'with --json nothing is said beside')
  const listed = await runCli(['snapshots'], clinic.bare)
  assert.match(
    listed.stderr,
    new RegExp(`^Repository ${repository}, that of the system in ${clinic.at('home')}\\.$`, 'm'),
  )
  assert.doesNotMatch(listed.stdout.toString(), /Repository/)
  assert.match(listed.stdout.toString(), /by-hand/)
  const quiet = await runCli(['ls', 'latest', '--quiet'], clinic.bare)
  assert.deepEqual([quiet.status, quiet.stderr], [0, ''])
  const forgotten = await clinic.ok(['forget', String(backup.json?.['snapshot'])])
  assert.deepEqual((await clinic.ok(['list', 'snapshots'])).json?.['objects'] ?? [], [], JSON.stringify(forgotten.json))
  const entries = (await runCli(['audit', 'export'], clinic.bare)).stdout.toString()
  assert.match(entries, /repository\.forget/, 'it stands in the audit log of the system')
  assert.equal(errorOf(await clinic.run(['init'])).code, 'USAGE')
  const another = { BACKUP_LOCAL_PATH: clinic.at('elsewhere') }
  assert.equal(errorOf(await clinic.run(['snapshots'], another)).code, 'REPOSITORY_OTHER')
  if (process.geteuid?.() !== 0) return
  fs.chownSync(clinic.at('home/settled.json'), 65534, 65534)
  const { code, message } = errorOf(await clinic.run(['backup', clinic.at('data')]))
  assert.equal(code, 'USAGE')
  assert.match(message ?? '', new RegExp(`${clinic.at('home')} belongs to \\w+.*\\(${repository}\\)`))
})
