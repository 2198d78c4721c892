// Goal: `serve` can always come back: an owner that does no work, or only took over, makes room, and no call is lost.
// Method: the built program and applications in processes of their own, killed where it hurts.
import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import fs from 'node:fs'
import path from 'node:path'
import readline from 'node:readline'
import { test } from 'node:test'
import { temporaryDirectory } from '../harness/temporary-directory.ts'
import { until } from '../harness/until.ts'
import { CLI, runCli } from './run-cli.ts'

interface Seen {
  readonly calls: number
  readonly failed: readonly unknown[]
}

class Place implements AsyncDisposable {
  readonly #folder = temporaryDirectory()
  readonly #children: ChildProcess[] = []
  readonly env: Readonly<Record<string, string>>

  constructor() {
    fs.mkdirSync(this.at('data'))
    fs.writeFileSync(this.at('data/a'), 'a')
    this.env = {
      PATH: process.env['PATH'] ?? '',
      LANG: 'C',
      HOME: this.at('.'),
      NEONPRO_BACKUP_HOME: this.at('home'),
      BACKUP_ENCRYPTION_KEY: `base64:${randomBytes(32).toString('base64')}`,
    }
  }

  at(name: string): string {
    return path.join(this.#folder.path, name)
  }

  async add(): Promise<void> {
    const args = ['config', 'add', '--name', 'c', '--path', this.at('data'), '--retention', '30']
    const added = await runCli(args, { env: this.env })
    assert.equal(added.status, 0, added.stderr)
  }

  async app(config: object): Promise<{ readonly seen: () => Promise<Seen>; readonly child: ChildProcess }> {
    const child = this.#spawn([path.join(import.meta.dirname, 'owner-yields-child.ts'), JSON.stringify(config)])
    const lines = readline.createInterface({ input: child.stdout! })[Symbol.asyncIterator]()
    const next = async () => JSON.parse(String((await lines.next()).value)) as unknown
    assert.equal(await next(), 'started')
    return {
      child,
      seen: async () => {
        child.stdin!.write('seen\n')
        return (await next()) as Seen
      },
    }
  }

  /** Resolves when it says that it is ready; fails with what it said where it ends before. */
  async serve(): Promise<ChildProcess> {
    const child = this.#spawn([CLI, 'serve'])
    let text = ''
    for (const stream of [child.stdout!, child.stderr!])
      stream.setEncoding('utf8').on('data', (piece: string) => {
        text += piece
      })
    await until('serve is ready', () => {
      assert.equal(child.exitCode, null, text)
      return text.includes(String(child.pid))
    })
    return child
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const child of this.#children) await kill(child)
    this.#folder[Symbol.dispose]()
  }

  #spawn(args: readonly string[]): ChildProcess {
    const child = spawn(process.execPath, args, { env: this.env, cwd: this.at('.'), stdio: ['pipe', 'pipe', 'pipe'] })
    this.#children.push(child)
    return child
  }
}

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const gone = once(child, 'exit')
  child.kill('SIGKILL')
  await gone
}

async function goesOn(app: { readonly seen: () => Promise<Seen> }): Promise<void> {
  const { calls } = await app.seen()
  await until('the application goes on', async () => (await app.seen()).calls > calls + 3)
}

test('applications that do no work give the database to serve, again and again, and lose no call', async () => {
  await using place = new Place()
  await place.add()
  const config = { scheduler: false }
  const apps = [await place.app(config), await place.app(config)]
  for (let round = 0; round < 2; round += 1) {
    const serving = await place.serve()
    for (const app of apps) await goesOn(app)
    const second = await runCli(['serve'], { env: place.env })
    assert.equal(second.status, 11, second.stderr)
    assert.ok(second.stderr.includes(String(serving.pid)), second.stderr)
    await kill(serving)
    // One of them takes over.
    for (const app of apps) await goesOn(app)
  }
  const dying = await place.serve()
  await kill(dying)
  await kill(apps[0]!.child)
  await goesOn(apps[1]!)
  await place.serve()
  await goesOn(apps[1]!)
  assert.deepEqual((await apps[1]!.seen()).failed, [])
})

test('an application that works keeps what it was started with, and gives back what it only took over', async () => {
  await using place = new Place()
  await place.add()
  const first = await place.serve()
  const app = await place.app({})
  await kill(first)
  await goesOn(app)
  const again = await place.serve()
  await goesOn(app)
  assert.deepEqual((await app.seen()).failed, [])
  await kill(again)
  await kill(app.child)
  const keeper = await place.app({})
  const refused = await runCli(['serve'], { env: place.env })
  assert.equal(refused.status, 11, refused.stderr)
  assert.ok(refused.stderr.includes(String(keeper.child.pid)), refused.stderr)
})
