// Goal: verifying a share of the bytes at a time works through all of them, the longest unread first, whatever the
// packs hold; a stopped run is not for nothing. Method: a repository of small packs of both kinds, read in shares by
// the engine and by the program, with what each run remembers.
import assert from 'node:assert/strict'
import fs from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { verifyRepository } from '../../src/engine/index.ts'
import { runCli } from '../acceptance/run-cli.ts'
import { failsWith } from '../harness/refusal.ts'
import { backup, makeRepository, open, sampleTree, type TestRepository } from '../harness/repository.ts'
import { seededRandom } from '../harness/seeded-random.ts'
import { temporaryDirectory } from '../harness/temporary-directory.ts'

async function backedUpOften(base: string): Promise<{ made: TestRepository; packs: string[] }> {
  const source = path.join(base, 'source')
  sampleTree(source, seededRandom(81))
  const made = await makeRepository(base)
  for (let i = 0; i < 4; i += 1) {
    fs.writeFileSync(path.join(source, `new-${i}`), `${i}`)
    await backup(made, source)
  }
  const packs = fs
    .readdirSync(path.join(made.folder, 'packs'))
    .flatMap((shard) => fs.readdirSync(path.join(made.folder, 'packs', shard)))
  assert.ok(packs.length >= 8, String(packs.length))
  return { made, packs: packs.sort() }
}

test('runs of a small share read every pack once before any pack twice', async () => {
  using folder = temporaryDirectory()
  const { made, packs } = await backedUpOften(folder.path)
  await using repository = await open(made)
  const lastVerified = new Map<string, number>()
  const read: string[] = []
  for (let run = 1; read.length < packs.length; run += 1) {
    const before = read.length
    await verifyRepository(repository, { readShare: 1e-9, lastVerified, onPackRead: (name) => read.push(name) })
    assert.equal(read.length, before + 1, 'at least one pack a run, and no more than the share')
    lastVerified.set(read.at(-1)!, run)
  }
  assert.deepEqual([...read].sort(), packs)
})

test('what a stopped run has read comes last in the next one', async () => {
  using folder = temporaryDirectory()
  const { made, packs } = await backedUpOften(folder.path)
  await using repository = await open(made)
  const lastVerified = new Map<string, number>()
  const stop = new AbortController()
  const stopped = verifyRepository(repository, {
    readShare: 1,
    lastVerified,
    signal: stop.signal,
    onPackRead: (name) => {
      lastVerified.set(name, 1)
      if (lastVerified.size === 3) stop.abort()
    },
  })
  await assert.rejects(stopped, failsWith('ABORTED'))
  const done = new Set(lastVerified.keys())
  assert.ok(done.size >= 3 && done.size < packs.length)
  const next: string[] = []
  while (next.length < packs.length - done.size) {
    await verifyRepository(repository, {
      readShare: 1e-9,
      lastVerified,
      onPackRead: (name) => {
        next.push(name)
        lastVerified.set(name, 2)
      },
    })
  }
  assert.deepEqual(
    next.filter((name) => done.has(name)),
    [],
  )
})

test('the program remembers from run to run', async () => {
  using folder = temporaryDirectory()
  const { made, packs } = await backedUpOften(folder.path)
  assert.ok(made.kek.kind === 'raw')
  const env = {
    HOME: folder.path,
    BACKUP_ENCRYPTION_KEY: `hex:${made.kek.key.toString('hex')}`,
    NEONPRO_REPOSITORY: made.folder,
  }
  for (const _ of packs)
    assert.equal((await runCli(['verify', '--read-data', '0.001%', '--json'], { env })).json?.['packsRead'], 1)
  const [file] = fs
    .readdirSync(folder.path, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('verified.json'))
  const remembered = (): string[] =>
    Object.keys(JSON.parse(fs.readFileSync(path.join(folder.path, file!), 'utf8')) as object).sort()
  assert.deepEqual(remembered(), packs)
  await runCli(['forget', '--keep-last', '1', '--prune'], { env })
  const left = packs.filter((name) => fs.existsSync(path.join(made.folder, 'packs', name.slice(0, 2), name)))
  assert.ok(left.length < packs.length, 'prune removed packs')
  await runCli(['verify'], { env })
  assert.deepEqual(remembered(), left)
})
