// Goal: stopped at any storage call, nothing that was committed is lost and nothing needs unlocking. Method: fail the
// n-th call (before or after it took effect) and everything after it, for n = 1, 2, … until the operation completes (the
// short form leaves some out, chosen by the seed);
// the same with a process that is killed there; both also through calls alone, as over a store without local files, and
// killed in the middle of a request to a server on loopback.
// After each stop verify every byte, restore every committed snapshot, and let the next backup and prune run.
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { dropDamage, prune, readHistory, repairRepository, verifyRepository } from '../../src/engine/index.ts'
import { type FaultPlan, faultyStore } from '../harness/faulty-store.ts'
import {
  backup,
  localStore,
  lookAt,
  open,
  restored,
  stateOf,
  type TestRepository,
  verified,
} from '../harness/repository.ts'
import { seededRandom, testSeed } from '../harness/seeded-random.ts'
import { temporaryDirectory } from '../harness/temporary-directory.ts'
import { toyServer } from '../harness/toy-server.ts'
import { FORMS, loseIndex, OPERATIONS, type Operation, type Prepared, prepare, prepared } from './operations.ts'

const isLong = process.env['NEONPRO_TEST_LONG'] === '1'

interface Stop {
  readonly name: string
  readonly operation: Operation
  /** Where the operation is stopped; returns false when it got to its end. */
  readonly stop: (ready: Prepared, base: string) => Promise<boolean>
}

/** One stop on a copy of the template; returns false when the operation completed before it. */
async function stopOnce(template: string, { name, operation, stop }: Stop): Promise<boolean> {
  using folder = temporaryDirectory()
  fs.cpSync(template, folder.path, { recursive: true, preserveTimestamps: true })
  const ready = prepared(folder.path)
  if (name === 'repair') loseIndex(ready)
  if (!(await stop(ready, folder.path))) return false
  if (name === 'repair') await repairAgain(ready)
  await checkCommitted(ready, operation, folder.path)
  await afterwards(ready, operation, folder.path)
  return true
}

async function repairAgain({ test: repository }: Prepared): Promise<void> {
  await using opened = await open(repository)
  await repairRepository(opened)
}

async function checkCommitted(ready: Prepared, operation: Operation, base: string): Promise<void> {
  const present = await verified(ready.test)
  for (const [age, [name, expected]] of [...ready.committed].entries()) {
    if (!present.includes(name) && operation.mayForget.includes(age)) continue
    assert.ok(present.includes(name), `snapshot ${name} is gone`)
    assert.deepEqual(
      await restored(ready.test, base, { snapshot: name, source: ready.source }),
      expected,
      `snapshot ${name}`,
    )
  }
  await verified(ready.second)
}

/**
 * The next run needs no help: the operation itself where it can be repeated, a backup and a prune succeed, and all is
 * whole.
 */
async function afterwards(ready: Prepared, operation: Operation, base: string): Promise<void> {
  if (operation.on === 'second') {
    await operation.run(ready, localStore(ready.second.folder))
    await using second = await open(ready.second)
    const { snapshots } = await readHistory(second)
    assert.equal(snapshots.length, 2)
    for (const { name, document } of snapshots) {
      assert.deepEqual(
        await restored(ready.second, base, { snapshot: name, source: ready.source }),
        ready.committed.get(document.copiedFrom!.snapshot),
      )
    }
    await verified(ready.second)
  }
  const result = await backup(ready.test, ready.source)
  await using repository = await open(ready.test)
  await prune(repository)
  assert.deepEqual(
    await restored(ready.test, base, { snapshot: result.snapshot, source: ready.source }),
    lookAt(ready.source),
  )
  await verified(ready.test)
}

type Form = keyof typeof FORMS

function throwing(operation: Operation, form: Form, plan: { at: number; mode: 'before' | 'after' }): Stop['stop'] {
  return async (ready) => {
    const faulty = faultyStore(FORMS[form](localStore(ready[operation.on].folder)), plan)
    const done = await operation.run(ready, faulty.store).then(
      () => true,
      (error: unknown) => notPlanned(error, faulty.hasFired()),
    )
    if (done && !faulty.hasFired()) return false
    faulty.assertFired()
    return true
  }
}

function notPlanned(error: unknown, hasFired: boolean): false {
  if (!hasFired) throw error
  return false
}

function killing(name: string, form: Form, plan: KillPlan): Stop['stop'] {
  return (_ready, base) => killed([base, name, form], plan)
}

/** The store is behind a server, in this process: it outlives the one that is killed. */
function killingFar(name: string, operation: Operation, plan: KillPlan): Stop['stop'] {
  return async (ready, base) => {
    await using server = await toyServer({ open: () => localStore(ready[operation.on].folder) })
    return await killed([base, name, `${server.host}/bucket ${server.token}`], plan)
  }
}

type KillPlan = FaultPlan & { readonly mode: 'kill' | 'kill-during' | 'kill-after' }

function killed(how: readonly string[], { at, mode }: KillPlan): Promise<boolean> {
  return new Promise((resolve, reject) => {
    execFile(
      process.execPath,
      [path.join(import.meta.dirname, 'crash-child.ts'), ...how, String(at), mode],
      (error, _stdout, stderr) => {
        if (!error) resolve(false)
        else if (error.signal === 'SIGKILL') resolve(true)
        else reject(new Error(`the child failed before it was killed: ${stderr}`))
      },
    )
  })
}

/** Every operation makes as many: the first stop is among them. */
const CALLS_LEAST = 4

/**
 * Stops at calls until the operation gets to its end; returns at how many. The long form stops at all, the short one at
 * some, chosen by the seed: 1 to `stepMax` further each time.
 */
async function sweep(template: string, stepMax: number, stopAt: (at: number) => Stop): Promise<number> {
  const random = seededRandom(testSeed())
  const step = (max: number) => (isLong ? 1 : 1 + Math.floor(random() * max))
  let stops = 0
  for (let at = step(Math.min(stepMax, CALLS_LEAST)); await stopOnce(template, stopAt(at)); at += step(stepMax))
    stops += 1
  return stops
}

for (const [name, operation] of Object.entries(OPERATIONS)) {
  for (const form of ['files', 'calls'] as const) {
    const over = form === 'files' ? '' : ' over calls alone'
    test(`stopped at storage calls${over}, ${name} loses nothing`, async () => {
      using folder = temporaryDirectory()
      await prepare(folder.path)
      let stops = 0
      for (const mode of ['before', 'after'] as const)
        stops += await sweep(folder.path, form === 'files' ? 3 : 20, (at) => ({
          name,
          operation,
          stop: throwing(operation, form, { at, mode }),
        }))
      assert.ok(stops > (form === 'files' ? 3 : 1), `only ${stops} stops`)
    })

    // A process costs half a second.
    test(`killed at storage calls${over}, ${name} loses nothing`, async () => {
      using folder = temporaryDirectory()
      await prepare(folder.path)
      let kills = 0
      for (const mode of ['kill', 'kill-after'] as const)
        kills += await sweep(folder.path, form === 'files' ? 12 : 40, (at) => ({
          name,
          operation,
          stop: killing(name, form, { at, mode }),
        }))
      assert.ok(kills > 0, `only ${kills} kills`)
    })
  }
}

for (const [name, operation] of Object.entries(OPERATIONS)) {
  test(`killed while it calls over a network, ${name} loses nothing`, async () => {
    using folder = temporaryDirectory()
    await prepare(folder.path)
    const kills = await sweep(folder.path, 100, (at) => ({
      name,
      operation,
      stop: killingFar(name, operation, { at, mode: 'kill-during' }),
    }))
    assert.ok(kills > 0, `only ${kills} kills`)
  })
}

/** Flips a byte in the middle of the largest pack: content that the source still has. */
function damage({ test: repository }: Prepared): void {
  const packs = fs
    .readdirSync(path.join(repository.folder, 'packs'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name))
  const largest = packs.sort((a, b) => fs.statSync(b).size - fs.statSync(a).size)[0]!
  const bytes = fs.readFileSync(largest)
  bytes[bytes.length >> 1]! ^= 1
  fs.writeFileSync(largest, bytes)
}

async function giveUp(repository: TestRepository, store = localStore(repository.folder)): Promise<void> {
  await using opened = await open(repository, store)
  using writer = stateOf(repository, opened).claimWriter()
  await dropDamage(opened, writer.id)
}

/** The first snapshot holds files that the source has no more: only they can be lost. */
async function onlyTheFirstLacks({ test: repository, committed }: Prepared): Promise<void> {
  await using opened = await open(repository)
  const { problems, hits } = await verifyRepository(opened, { readShare: 1 })
  assert.deepEqual(problems, [])
  const [first] = committed.keys()
  for (const { snapshot, paths } of hits)
    assert.ok(snapshot === first && paths.every((each) => each.includes('/b/c/')), `${snapshot} lacks ${paths.join()}`)
}

test('stopped at every storage call, giving up damaged packs loses no more than was damaged, and the next backup heals it', async () => {
  using template = temporaryDirectory()
  await prepare(template.path)
  let stops = 0
  for (const mode of ['before', 'after'] as const) {
    for (let at = 1; ; at += 1) {
      using folder = temporaryDirectory()
      fs.cpSync(template.path, folder.path, { recursive: true, preserveTimestamps: true })
      const ready = prepared(folder.path)
      damage(ready)
      const faulty = faultyStore(localStore(ready.test.folder), { at, mode })
      const done = await giveUp(ready.test, faulty.store).then(
        () => true,
        (error: unknown) => notPlanned(error, faulty.hasFired()),
      )
      if (done && !faulty.hasFired()) break
      stops += 1
      await giveUp(ready.test)
      const next = await backup(ready.test, ready.source)
      await onlyTheFirstLacks(ready)
      const [, [second, expected] = []] = [...ready.committed]
      for (const snapshot of [second!, next.snapshot])
        assert.deepEqual(
          await restored(ready.test, folder.path, { snapshot, source: ready.source }),
          expected,
          `after a stop at call ${at} (${mode})`,
        )
    }
  }
  assert.ok(stops > 10, `only ${stops} stops`)
})
