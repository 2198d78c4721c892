// Goal: two writers and two pruners on one repository, killed at random, break no promise.
// Method: children say each snapshot after it was acknowledged and each one before it is forgotten; they are killed (SIGKILL) and started again for a
// while. Then every acknowledged snapshot that nobody forgot is there and restores to what its writer saw.
import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { prune, readHistory } from '../../src/engine/index.ts'
import { makeRepository, open, restored, verified } from '../harness/repository.ts'
import { seededRandom, testSeed } from '../harness/seeded-random.ts'
import { temporaryDirectory } from '../harness/temporary-directory.ts'

const DURATION_MS = process.env['NEONPRO_TEST_LONG'] === '1' ? 240_000 : 25_000
const ROLES = ['writer-a', 'writer-b', 'pruner-a', 'pruner-b'] as const

class Model {
  readonly committed = new Map<string, { role: string; digest: string }>()
  readonly forgotten = new Set<string>()
  readonly failures: string[] = []
  prunes = 0

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
  const args = [path.join(import.meta.dirname, 'model-child.ts'), role, base, key, String(Math.floor(random() * 2 ** 31))]
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

async function play(stage: Stage): Promise<number> {
  const children = new Map<string, ChildProcess>(ROLES.map((role) => [role, start(role, stage)]))
  let kills = 0
  const endMs = performance.now() + DURATION_MS
  while (performance.now() < endMs && stage.model.failures.length === 0) {
    await sleep(300 + Math.floor(stage.random() * 2200))
    const role = ROLES[Math.floor(stage.random() * ROLES.length)]!
    await kill(children.get(role)!)
    kills += 1
    children.set(role, start(role, stage))
  }
  for (const child of children.values()) await kill(child)
  return kills
}

test('two writers and two pruners, killed at random, break no promise', async () => {
  using folder = temporaryDirectory()
  const repository = await makeRepository(folder.path)
  const model = new Model()
  const key = repository.kek.kind === 'raw' ? repository.kek.key.toString('hex') : ''
  const kills = await play({ base: folder.path, key, model, random: seededRandom(testSeed()) })
  assert.deepEqual(model.failures, [])
  const present = new Set(await verified(repository))
  const kept = [...model.committed].filter(([name]) => !model.forgotten.has(name))
  for (const [name, { role, digest }] of kept) {
    assert.ok(present.has(name), `snapshot ${name} was acknowledged and is gone`)
    const tree = await restored(repository, folder.path, { snapshot: name, source: path.join(folder.path, `source-${role}`) })
    assert.equal(createHash('sha256').update(JSON.stringify([...tree])).digest('hex'), digest, `snapshot ${name}`)
  }
  await using opened = await open(repository)
  assert.deepEqual((await readHistory(opened)).rollbacks, [])
  await prune(opened)
  await verified(repository)
  assert.ok(kills >= 5 && model.committed.size > 10 && model.prunes > 3 && kept.length > 1, `too little happened: ${kills} kills, ${model.committed.size} snapshots, ${model.prunes} prunes`)
  fs.rmSync(folder.path, { recursive: true, force: true })
})
