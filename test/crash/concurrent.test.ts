// Goal: two writers and two pruners on one repository, killed at random, break no promise. Method: children say each
// snapshot after it was acknowledged and each one before it is forgotten; they are killed (SIGKILL) and started again
// for a while. Then every acknowledged snapshot that nobody forgot is there and restores to what its writer saw.
import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { prune, readHistory } from '../../src/engine/index.ts'
import { makeRepository, open, restored, type TestRepository, verified } from '../harness/repository.ts'
import { seededRandom, testSeed } from '../harness/seeded-random.ts'
import { temporaryDirectory } from '../harness/temporary-directory.ts'

const DURATION_MS = process.env['NEONPRO_TEST_LONG'] === '1' ? 240_000 : 25_000
const ROLES = ['writer-a', 'writer-b', 'pruner-a', 'pruner-b'] as const

class Model {
  readonly committed = new Map<string, { role: string; digest: string }>()
  readonly forgotten = new Set<string>()
  readonly failures: string[] = []
  prunes = 0

  /** Acknowledged, and forgotten by nobody. */
  kept(): Array<[string, { role: string; digest: string }]> {
    return [...this.committed].filter(([name]) => !this.forgotten.has(name))
  }

  hear(line: string): void {
    const [verb, ...words] = line.split(' ')
    if (verb === 'committed') this.committed.set(words[0]!, { role: words[1]!, digest: words[2]! })
    else if (verb === 'forgetting') this.forgotten.add(words[0]!)
    else if (verb === 'pruned') this.prunes += 1
    else if (verb === 'failed') this.failures.push(line)
  }
}

interface Stage {
  readonly base: string
  readonly key: string
  readonly model: Model
  readonly random: () => number
}

function start(role: string, { base, key, model, random }: Stage): ChildProcess {
  const args = [
    path.join(import.meta.dirname, 'model-child.ts'),
    role,
    base,
    key,
    String(Math.floor(random() * 2 ** 31)),
  ]
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  let rest = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    const lines = (rest + text).split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) model.hear(line)
  })
  return child
}

/** Resolves when the process is gone and all that it said was heard. */
function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve()
  return new Promise((resolve) => {
    child.once('close', () => resolve())
    child.kill('SIGKILL')
  })
}

function isEnough(model: Model, kills: number): boolean {
  return kills >= 5 && model.committed.size > 10 && model.prunes > 3 && model.kept().length > 1
}

async function play(stage: Stage): Promise<number> {
  const children = new Map<string, ChildProcess>(ROLES.map((role) => [role, start(role, stage)]))
  let kills = 0
  const beganMs = performance.now()
  const passedMs = () => performance.now() - beganMs
  // A slow machine is given longer to do as much.
  while (
    (passedMs() < DURATION_MS || (!isEnough(stage.model, kills) && passedMs() < 10 * DURATION_MS)) &&
    stage.model.failures.length === 0
  ) {
    await sleep(300 + Math.floor(stage.random() * 2200))
    const role = ROLES[Math.floor(stage.random() * ROLES.length)]!
    await kill(children.get(role)!)
    kills += 1
    children.set(role, start(role, stage))
  }
  for (const child of children.values()) await kill(child)
  return kills
}

/** What the repository says of a snapshot that it does not list. */
async function whereabouts(repository: TestRepository, name: string): Promise<string> {
  await using opened = await open(repository)
  const { unfinished, unconfirmed, forgotten, allRecords, deleteLog } = await readHistory(opened)
  const forgets = allRecords
    .filter(({ document }) => JSON.stringify(document.value ?? null).includes(name))
    .map(({ document }) => `${document.record} by ${document.by} at ${document.at}`)
  const log = deleteLog.entries.map(
    ({ document }) => `${document.generation} ${document.kind} ${document.packs.length}`,
  )
  return JSON.stringify({
    isStored: fs.existsSync(path.join(repository.folder, 'snapshots', name)),
    isUnfinished: unfinished.some((each) => each.name === name),
    isUnconfirmed: unconfirmed.has(name),
    isForgotten: forgotten.has(name),
    forgets,
    log,
  })
}

test('two writers and two pruners, killed at random, break no promise', async () => {
  using folder = temporaryDirectory()
  const repository = await makeRepository(folder.path)
  const model = new Model()
  const key = repository.kek.kind === 'raw' ? repository.kek.key.toString('hex') : ''
  const kills = await play({ base: folder.path, key, model, random: seededRandom(testSeed()) })
  assert.deepEqual(model.failures, [])
  const present = new Set(await verified(repository))
  const kept = model.kept()
  for (const [name, { role, digest }] of kept) {
    assert.ok(
      present.has(name),
      `snapshot ${name} was acknowledged and is gone: ${await whereabouts(repository, name)}`,
    )
    const tree = await restored(repository, folder.path, {
      snapshot: name,
      source: path.join(folder.path, `source-${role}`),
    })
    assert.equal(
      createHash('sha256')
        .update(JSON.stringify([...tree]))
        .digest('hex'),
      digest,
      `snapshot ${name}`,
    )
  }
  await using opened = await open(repository)
  assert.deepEqual((await readHistory(opened)).rollbacks, [])
  await prune(opened)
  await verified(repository)
  assert.ok(
    isEnough(model, kills),
    `too little happened: ${kills} kills, ${model.committed.size} snapshots, ${model.prunes} prunes`,
  )
  fs.rmSync(folder.path, { recursive: true, force: true })
})
