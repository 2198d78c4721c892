// Goal: a `serve` that ran with a wrong clock leaves nothing that waits for years once the clock is right: the next run
// is due within its period, no point of before is let go, and it is said. Method: the built program as a process whose
// clock the loader sets 400 days ahead, then the same with the machine's own; and `run` beside a `serve` that comes.
import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import fs from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { readOwner } from '../../src/catalog/index.ts'
import { rawKey } from '../harness/repository.ts'
import { temporaryDirectory } from '../harness/temporary-directory.ts'
import { until } from '../harness/until.ts'
import { CLI, runCli } from './run-cli.ts'

const DAY_MS = 86_400_000
const LIBRARY = ['/usr/lib/x86_64-linux-gnu', '/usr/lib/aarch64-linux-gnu']
  .map((folder) => path.join(folder, 'faketime/libfaketimeMT.so.1'))
  .find((file) => fs.existsSync(file))
const noFakeTime = LIBRARY === undefined && 'faketime is not installed (apt-get install faketime)'

function clinic(base: string): Readonly<Record<string, string>> {
  fs.mkdirSync(path.join(base, 'data'))
  fs.writeFileSync(path.join(base, 'data/a'), 'a')
  const kek = rawKey()
  return {
    PATH: process.env['PATH'] ?? '',
    LANG: 'C',
    HOME: base,
    NEONPRO_BACKUP_HOME: path.join(base, 'home'),
    BACKUP_ENCRYPTION_KEY: kek.kind === 'raw' ? `base64:${kek.key.toString('base64')}` : kek.text,
  }
}

type Json = Record<string, unknown>

async function answered(env: Readonly<Record<string, string>>, ...args: string[]): Promise<Json> {
  const { status, json, stderr } = await runCli([...args, '--json'], { env })
  assert.ok(json && status <= 1, `${args.join(' ')}: ${status} ${stderr}`)
  return json
}

class Serve implements AsyncDisposable {
  readonly #child: ChildProcess
  text = ''

  constructor(env: Readonly<Record<string, string>>) {
    this.#child = spawn(process.execPath, [CLI, 'serve'], { env, stdio: ['ignore', 'pipe', 'pipe'] })
    for (const stream of [this.#child.stdout!, this.#child.stderr!])
      stream.setEncoding('utf8').on('data', (piece: string) => {
        this.text += piece
      })
  }

  async ready(): Promise<void> {
    await until('serve is ready', () => {
      assert.equal(this.#child.exitCode, null, this.text)
      return this.text.includes(String(this.#child.pid))
    })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode !== null) return
    this.#child.kill('SIGTERM')
    await once(this.#child, 'exit')
  }
}

test('ahead by 400 days, then right: the next run is due in time, the points stay, and the doubt is said', {
  skip: noFakeTime,
}, async () => {
  using folder = temporaryDirectory()
  const env = clinic(folder.path)
  const add = ['config', 'add', '--name', 'c', '--path', path.join(folder.path, 'data'), '--retention', '30']
  await answered(env, ...add, '--frequency', 'HOURLY')
  await answered(env, 'run', 'c')
  const idsOf = async () => ((await answered(env, 'points')) as { points: Json[] }).points.map(({ id }) => String(id))
  const before = await idsOf()
  assert.equal(before.length, 1)
  {
    const ahead = { LD_PRELOAD: LIBRARY!, FAKETIME: '+400d', FAKETIME_DONT_FAKE_MONOTONIC: '1' }
    await using serve = new Serve({ ...env, ...ahead })
    await serve.ready()
    await until('it has made the run that it took for late', async () => (await idsOf()).length > 1)
  }
  await using serve = new Serve(env)
  await serve.ready()
  const next = await until('the next run is due in time', async () => {
    const { configs } = (await answered(env, 'config', 'list')) as { configs: Json[] }
    const atMs = Date.parse(String(configs[0]?.['nextRunAt']))
    return atMs < Date.now() + DAY_MS ? atMs : undefined
  })
  assert.ok(next > Date.now() - DAY_MS)
  assert.ok((await idsOf()).includes(before[0]!), 'the point of before is there')
  const { stdout } = await runCli(['status'], { env })
  assert.match(stdout.toString(), /clock/i)
})

test('a "serve" that comes while "run" has the database lets it end, and is the owner from then on', async () => {
  using folder = temporaryDirectory()
  const env = clinic(folder.path)
  fs.writeFileSync(path.join(folder.path, 'data/big'), randomBytes(48 * 1024 * 1024))
  const add = ['config', 'add', '--name', 'c', '--path', path.join(folder.path, 'data'), '--retention', '30']
  await answered(env, ...add)
  const running = runCli(['run', 'c', '--json'], { env })
  const lock = path.join(env['NEONPRO_BACKUP_HOME']!, 'owner.lock')
  const owner = await until('the run has the database', () => readOwner(lock))
  await using came = new Serve(env)
  const ran = await running
  assert.equal(ran.status, 0, ran.stderr)
  assert.equal(ran.json?.['state'], 'COMPLETED')
  await came.ready()
  assert.notEqual(readOwner(lock)?.pid, owner.pid)
  const status = await answered(env, 'status')
  assert.equal(JSON.stringify(status).includes('NO_WORKER'), false, 'somebody works now')
  const again = await answered(env, 'run', 'c')
  assert.equal(again['state'], 'COMPLETED')
})
