// Goal: a storage provider is one descriptor in one file, and one line: everything else derives from it, and nothing
// outside of the storage layer asks whose a place is. Method: a copy of the sources with a toy provider over the network
// in it, taken through the command line and the library; what it touched is counted, what it was given is looked at.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { after, before, test } from 'node:test'
import { z } from 'zod'
import { schemaPaths } from '../../src/contracts/system/validation.ts'
import { storage } from '../../src/system/compose.ts'
import { SYSTEM_REFERENCE, systemConfigSchema } from '../../src/system/system-config.ts'
import { type AddedDriver, assertOneFileAndLine, buildWith } from '../harness/built-with.ts'
import { temporaryDirectory } from '../harness/temporary-directory.ts'
import { toy } from '../harness/toy-provider.ts'
import { type ToyServer, toyServer } from '../harness/toy-server.ts'

const folder = temporaryDirectory()
const at = (name: string) => path.join(folder.path, name)
const KEY = `base64:${randomBytes(32).toString('base64')}`
const ADDED: AddedDriver = {
  harness: 'toy-provider.ts',
  file: 'storage/providers/toy.ts',
  table: 'storage/all.ts',
  line: "export { toy } from './providers/toy.ts'\n",
}
let server: ToyServer

before(async () => {
  server = await toyServer()
  await buildWith(folder.path, ADDED)
  fs.mkdirSync(at('source/deep'), { recursive: true })
  fs.writeFileSync(at('source/deep/a.bin'), randomBytes(12_000_000))
  fs.writeFileSync(at('source/b.txt'), 'patient files')
})

after(async () => {
  await server[Symbol.asyncDispose]()
  folder[Symbol.dispose]()
})

interface Ran {
  readonly status: number | null
  readonly stdout: string
  readonly stderr: string
  readonly json: Record<string, unknown>
}

async function ran(
  program: string,
  args: readonly string[],
  more: { env?: Record<string, string>; input?: string } = {},
): Promise<Ran> {
  const env = { PATH: process.env['PATH'] ?? '', LANG: 'C', BACKUP_ENCRYPTION_KEY: KEY, ...more.env }
  const child = spawn(process.execPath, [program, ...args], { env, cwd: folder.path })
  child.stdin.end(more.input ?? '')
  let [stdout, stderr] = ['', '']
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text))
  const status = await new Promise<number | null>((resolve) => child.on('close', resolve))
  assert.ok(!`${stdout}${stderr}`.includes(server.token), `${args.join(' ')} shows the token`)
  const last = stdout.trim().split('\n').at(-1) ?? ''
  return { status, stdout, stderr, json: last.startsWith('{') ? (JSON.parse(last) as Record<string, unknown>) : {} }
}

/** The command line, as it is after `home`. */
const cli = (home: string, bucket: string) => {
  const env = {
    NEONPRO_BACKUP_HOME: at(home),
    NEONPRO_REPOSITORY: `toy://${server.host}/${bucket}`,
    TOY_TOKEN: server.token,
    TOYLIB_REGION: 'here',
    AWS_SESSION_TOKEN: 'of another',
  }
  return async (
    args: readonly string[],
    more: { env?: Record<string, string>; input?: string; status?: number } = {},
  ) => {
    const result = await ran(at('dist/bin/main.js'), args, { ...more, env: { ...env, ...more.env } })
    assert.equal(result.status, more.status ?? 0, `${args.join(' ')}\n${result.stdout}\n${result.stderr}`)
    return result
  }
}

function isSame(one: string, other: string): boolean {
  const filesOf = (place: string) =>
    fs
      .readdirSync(place, { recursive: true, encoding: 'utf8' })
      .filter((name) => fs.statSync(path.join(place, name)).isFile())
      .sort()
  const names = filesOf(one)
  assert.deepEqual(filesOf(other), names)
  return names.every((name) => fs.readFileSync(path.join(one, name)).equals(fs.readFileSync(path.join(other, name))))
}

test('a provider is one file and one line', () => assertOneFileAndLine(folder.path, ADDED))

test('single commands: made, backed up, listed, read whole, restored, copied; a TAB finds its snapshots', async () => {
  const command = cli('home', 'one')
  const label = `toy://${server.host}/one`
  assert.equal((await command(['init', '--json'])).json['location'], label)
  const { json } = await command(['backup', at('source'), '--json'])
  const snapshot = String(json['snapshot'])
  assert.match((await command(['snapshots', '--json'])).stdout, new RegExp(snapshot))
  await command(['verify', '--read-data'])
  await command(['restore', 'latest', '--target', at('back'), '--verify'])
  assert.ok(isSame(at('source'), path.join(at('back'), at('source'))))
  assert.ok(callersOf('far-worker-main.js').length > 0, 'a second thread has read from the store')
  const line = ['restore', ''].map((word) => `${word}\0`).join('')
  const tab = await command(['completion', 'zsh', '--suggest'], { input: line })
  assert.match(tab.stdout, new RegExp(`^latest[\\s\\S]*${snapshot.slice(0, 12)}`))
  await command(['copy', '--init', '--to', `toy://${server.host}/two`])
  assert.match((await command(['copy', '--to', label], { status: 2 })).stderr, /the repository itself/)
  await cli('home', 'two')(['verify', '--read-data'])
  await command(['doctor', '--json'])
  for (const each of ['forget', 'prune', 'stats'])
    await command([each, ...(each === 'forget' ? ['--keep-last', '1'] : [])])
})

test('what can not be meant is said: an unknown member, no repository, no key, a token that is refused, a stranger', async () => {
  const command = cli('refused', 'none')
  const [url] = [`toy://${server.host}/none`]
  const unknown = await command(['snapshots', '--repo', `${url}?colour=${server.token}`], { status: 2 })
  assert.match(unknown.stderr, /unknown "colour"; known are: region\./)
  assert.match(
    (await command(['snapshots', '--repo', `${url}?colour=1`], { status: 2, env: { LANG: 'pt_BR' } })).stderr,
    /desconhecido; são conhecidos: region\./,
  )
  await command(['snapshots'], { status: 10 })
  assert.match((await command(['snapshots'], { status: 2, env: { BACKUP_ENCRYPTION_KEY: '' } })).stderr, /key generate/)
  const there = { NEONPRO_REPOSITORY: `toy://${server.host}/one`, BACKUP_ENCRYPTION_KEY: '' }
  assert.doesNotMatch((await command(['snapshots'], { status: 2, env: there })).stderr, /key generate/)
  await command(['snapshots'], { status: 1, env: { TOY_TOKEN: 'another token' } })
  assert.match((await command(['init', '--repo', 's3://bucket'], { status: 2 })).stderr, /SOURCE_NOT_AVAILABLE/)
})

const APPLICATION = `
import { initializeBackupSystem } from './dist/bin/index.js'
import { text } from 'node:stream/consumers'
const [source, target] = process.argv.slice(2)
const [place, token] = JSON.parse(await text(process.stdin))
const must = (result) => {
  if (!result.success) throw new Error(JSON.stringify(result.error))
  return result.data
}
const system = must(await initializeBackupSystem({ provider: 'TOY', toy: { place, token }, home: 'library' }))
const config = must(await system.setupFileBackup('papers', [source]))
const run = must(await system.waitForRun(must(await system.runBackupNow(config.id))))
const asked = must(await system.recover.createRecoveryRequest(run.id, 'FULL_RESTORE', { targetPath: target, verify: true }))
let recovery = asked
while (['PENDING', 'RUNNING'].includes(recovery.state)) {
  await new Promise((resolve) => setTimeout(resolve, 50))
  recovery = must(await system.recover.getRecoveryStatus(asked.id))
}
const { overall } = await system.monitor.performHealthCheck()
console.log(JSON.stringify({ run: run.state, recovery: recovery.state, overall }))
await system.shutdown()
`

test('the library: set up by its own member of the configuration, run, recovered', async () => {
  fs.writeFileSync(at('application.mjs'), APPLICATION)
  const place = `${server.host}/library`
  const input = JSON.stringify([place, server.token])
  const { status, json, stderr } = await ran(at('application.mjs'), [at('source'), at('recovered')], { input })
  assert.equal(status, 0, stderr)
  // Nobody is told of failures here: no more than that is wrong.
  assert.deepEqual(json, { run: 'COMPLETED', recovery: 'COMPLETED', overall: 'DEGRADED' })
  assert.ok(isSame(at('source'), path.join(at('recovered'), at('source'))))
  const settled = fs.readFileSync(at('library/settled.json'), 'utf8')
  assert.deepEqual((JSON.parse(settled) as { repository: string }).repository, `toy://${place}`)
  const written = fs
    .readdirSync(at('library'), { recursive: true, encoding: 'utf8' })
    .filter((name) => fs.statSync(path.join(at('library'), name)).isFile())
  assert.deepEqual(
    written.filter((name) => fs.readFileSync(path.join(at('library'), name)).includes(server.token)),
    [],
    'nothing keeps the token',
  )
})

const callersOf = (program: string) => server.callers.filter((each) => each.program.endsWith(program))

test('that system by the command line: run, shown; its process gets the token by its message alone', async () => {
  const command = cli('library', 'library')
  const label = `toy://${server.host}/library`
  // Its first start has settled the place: nobody names it.
  const unnamed = { NEONPRO_REPOSITORY: '' }
  const status = await command(['status', '--json'], { env: unnamed })
  assert.match(status.stdout, new RegExp(label))
  await command(['run', 'papers'], { env: unnamed })
  const other = { NEONPRO_REPOSITORY: `toy://${server.host}/other` }
  assert.match((await command(['status'], { env: other, status: 2 })).stderr, /REPOSITORY_OTHER/)
  const shown = await command(['config', 'show', '--effective'], { env: unnamed })
  assert.match(shown.stdout, /TOY_TOKEN.*redacted/)
  const children = callersOf('engine-child.js')
  assert.ok(children.length > 0)
  for (const { variables, argv } of children) {
    const own = variables.filter((name) => /^(TOY|AWS|BACKUP_ENCRYPTION|NEONPRO_REPOSITORY)/.test(name))
    assert.ok(
      own.every((name) => name === 'TOYLIB_REGION'),
      own.join(),
    )
    assert.ok(!argv.join(' ').includes(server.token))
  }
  assert.ok(
    children.some(({ variables }) => variables.includes('TOYLIB_REGION')),
    "its own library's variables are left",
  )
  await command(['pin', 'latest', '--reason', 'kept'])
  const noted = await command(['audit', 'export'], { env: unnamed })
  assert.match(noted.stdout, /point\.pin/, 'a single command knows the repository for that of the system')
})

test('the typed configuration, its reference and the documentation say the same of every provider', () => {
  assert.deepEqual([...new Set(schemaPaths(systemConfigSchema))].sort(), Object.keys(SYSTEM_REFERENCE).sort())
  for (const [option, { accepted }] of Object.entries(SYSTEM_REFERENCE))
    assert.ok(accepted.en !== accepted['pt-BR'] && accepted['pt-BR'].length > 3, option)
  for (const provider of [...storage.providers, toy]) {
    assert.deepEqual(
      [...new Set(schemaPaths(provider.settings(z)))].sort(),
      Object.keys(provider.texts).sort(),
      provider.kind,
    )
    assert.ok(provider.secrets.every((name) => name in provider.texts))
    assert.ok(provider.placeVariable in provider.variables)
  }
})
