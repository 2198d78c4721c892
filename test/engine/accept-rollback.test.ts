// Goal: older storage that is put back is suspected, and an operator who knows better goes on: exactly what was found is
// accepted, by every reader, and nothing beyond. Method: copies of a repository's folder at two moments, put back in
// part or whole.
import assert from 'node:assert/strict'
import fs from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { Store } from '../../rescue/store.ts'
import { openWriterSession } from '../../src/engine/commit/index.ts'
import { ObjectType } from '../../src/engine/crypto/index.ts'
import {
  acceptRollback,
  ClientState,
  changeKeyring,
  forgetSnapshots,
  prune,
  RecordKind,
  Repository,
  readHistory,
  repairRepository,
  verifyRepository,
  writeRecord,
} from '../../src/engine/index.ts'
import type { ObjectStat } from '../../src/storage/index.ts'
import { failsWith } from '../harness/refusal.ts'
import {
  backedUpSample,
  backup,
  forget,
  localStore,
  lookAt,
  makeRepository,
  open,
  pruned,
  restored,
  sampleTree,
  type TestRepository,
} from '../harness/repository.ts'
import { seededRandom } from '../harness/seeded-random.ts'
import { stoppingAt } from '../harness/stopping-store.ts'
import { storeWith } from '../harness/store-with.ts'
import { temporaryDirectory } from '../harness/temporary-directory.ts'

interface Stage {
  readonly base: string
  readonly made: TestRepository
  readonly source: string
  readonly old: string
}

const remembered = (made: TestRepository, stateFolder = made.stateFolder, acceptsRollback = false) =>
  Repository.open(localStore(made.folder), [made.kek], {
    memory: (id) => new ClientState(stateFolder, id),
    acceptsRollback,
  })

/** Reads with the client's memory, and adds to it. */
async function look(made: TestRepository, stateFolder = made.stateFolder) {
  await using repository = await remembered(made, stateFolder)
  return await readHistory(repository)
}

/** One of everything that a rollback can take back happens after `old` was copied. */
async function stage(base: string): Promise<Stage> {
  const { source, repository: made, snapshot: first } = await backedUpSample(base, 7)
  const hold = { record: RecordKind.HOLD, subject: 'case', by: 'test' }
  const value = { snapshot: null, source: 'nobody', reason: '', until: null }
  const change = () => fs.writeFileSync(path.join(source, 'changing'), String(Math.random()).repeat(9000))
  change()
  await backup(made, source)
  {
    await using repository = await open(made)
    await writeRecord(repository, { ...hold, value })
  }
  const old = path.join(base, 'old')
  fs.cpSync(made.folder, old, { recursive: true })
  await forget(made, first)
  await pruned(made)
  {
    await using repository = await open(made)
    await writeRecord(repository, { ...hold, value: null })
    await changeKeyring(repository.store, repository.keys, {
      newEpoch: true,
      keks: [made.kek],
      now: '2026-11-23T00:00:00.000Z',
    })
  }
  change()
  await backup(made, source)
  await look(made)
  return { base, made, source, old }
}

function putBack({ made, old }: Stage): void {
  fs.rmSync(made.folder, { recursive: true })
  fs.cpSync(old, made.folder, { recursive: true })
}

test('a whole older copy is suspected by who knows better, and accepted by typed consent goes on above what was seen', async () => {
  using folder = temporaryDirectory()
  const made = await stage(folder.path)
  const other = path.join(folder.path, 'other-state')
  await look(made.made, other)
  putBack(made)
  await assert.rejects(look(made.made), failsWith('ROLLBACK_SUSPECTED'))
  await assert.rejects(backup(made.made, made.source), failsWith('ROLLBACK_SUSPECTED'))
  {
    await using repository = await remembered(made.made, undefined, true)
    const { record, accepted } = await acceptRollback(repository, { by: 'test' })
    assert.ok(record)
    assert.deepEqual(
      [accepted.snapshots.length, accepted.records.length, accepted.keyring, accepted.generations],
      [1, 1, { seen: 2, found: 1 }, [1, 2]],
    )
    assert.deepEqual((await acceptRollback(repository, { by: 'test' })).record, null, 'once is enough')
  }
  // Another client that remembers the same honours it.
  assert.deepEqual((await look(made.made, other)).rollbacks, [])
  const { snapshot, document } = await backup(made.made, made.source)
  assert.equal(document.sequence, 4)
  assert.ok(document.deleteGeneration > 2)
  {
    await using repository = await remembered(made.made)
    const entry = await writeRecord(repository, {
      record: RecordKind.HOLD,
      subject: 'case',
      by: 'test',
      value: null,
    })
    assert.equal(entry.document.generation, 3)
    await changeKeyring(repository.store, repository.keys, {
      newEpoch: true,
      keks: [made.made.kek],
      now: '2026-11-23T00:00:00.000Z',
    })
    await prune(repository)
  }
  {
    await using repository = await remembered(made.made)
    assert.equal(repository.keys.generation, 3)
    const { problems, hits } = await verifyRepository(repository, { readShare: 1 })
    assert.deepEqual([problems, hits], [[], []])
  }
  assert.deepEqual(await restored(made.made, folder.path, { snapshot, source: made.source }), lookAt(made.source))
  // What came after the consent is not covered by it.
  await look(made.made)
  fs.rmSync(path.join(made.made.folder, 'snapshots', snapshot))
  const { rollbacks } = await look(made.made)
  assert.ok(rollbacks.some(({ context }) => context['sequence'] === 4))
})

test('where whoever accepted was stopped, what comes next in the delete log lies above what was lost all the same', async () => {
  for (const goesOn of ['accept', 'prune'] as const) {
    using folder = temporaryDirectory()
    const made = await stage(folder.path)
    putBack(made)
    const stopped = stoppingAt(localStore(made.made.folder), 'deletes/')
    {
      await using repository = await Repository.open(stopped.store, [made.made.kek], {
        memory: (id) => new ClientState(made.made.stateFolder, id),
        acceptsRollback: true,
      })
      void acceptRollback(repository, { by: 'test' }).catch(() => {})
      await stopped.reached
      assert.equal(fs.existsSync(path.join(made.made.folder, 'deletes')), false)
    }
    await using repository = await remembered(made.made)
    if (goesOn === 'accept') await acceptRollback(repository, { by: 'test' })
    else await prune(repository)
    const { deleteLog } = await readHistory(repository)
    assert.ok(deleteLog.entries.length > 0, goesOn)
    assert.ok(deleteLog.entries.every(({ document }) => document.generation > 2, goesOn))
  }
})

test('a client that remembers more than was accepted suspects the rest', async () => {
  using folder = temporaryDirectory()
  const made = await stage(folder.path)
  const other = path.join(folder.path, 'other-state')
  await look(made.made, other)
  // Only this machine knows of one more.
  fs.writeFileSync(path.join(made.source, 'more'), 'more')
  await backup(made.made, made.source)
  await look(made.made)
  putBack(made)
  {
    await using repository = await remembered(made.made, other, true)
    await acceptRollback(repository, { by: 'test' })
  }
  assert.deepEqual((await look(made.made, other)).rollbacks, [])
  const { rollbacks } = await look(made.made)
  assert.deepEqual(
    rollbacks.map(({ context }) => context['sequence']),
    [4],
  )
})

test('a snapshot of a finished forget that is played back is suspected; accepted, it is a leftover', async () => {
  using folder = temporaryDirectory()
  const { made, source, old } = await stage(folder.path)
  const back = fs
    .readdirSync(path.join(old, 'snapshots'))
    .filter((name) => !fs.existsSync(path.join(made.folder, 'snapshots', name)))
  assert.equal(back.length, 1)
  const played = path.join(made.folder, 'snapshots', back[0]!)
  fs.copyFileSync(path.join(old, 'snapshots', back[0]!), played)
  const { rollbacks, snapshots } = await look(made)
  assert.deepEqual(
    rollbacks.map(({ context }) => context['snapshot']),
    back,
  )
  assert.ok(!snapshots.some(({ name }) => name === back[0]))
  const rescue = () =>
    made.kek.kind === 'raw' ? new Store(made.folder, { kind: 'raw', bytes: made.kek.key }) : undefined
  const told = () => {
    const store = rescue()!
    assert.ok(!store.snapshots().some(({ name }) => name === back[0]))
    return store.remarks.some((line) => line.includes('are back'))
  }
  assert.ok(told())
  await assert.rejects(pruned(made), failsWith('ROLLBACK_SUSPECTED'))
  {
    await using repository = await remembered(made, undefined, true)
    await acceptRollback(repository, { by: 'test' })
  }
  assert.ok(!told())
  await pruned(made)
  assert.ok(!fs.existsSync(played))
  await backup(made, source)
  // Once more: it was accepted then, and still is, and nothing else of it.
  fs.copyFileSync(path.join(old, 'snapshots', back[0]!), played)
  assert.deepEqual((await look(made)).rollbacks, [])
})

test('what a forget that was stopped left is a leftover, and the prune that removes it finishes the forget', async () => {
  using folder = temporaryDirectory()
  const { source, repository: made, snapshot } = await backedUpSample(folder.path, 7)
  fs.writeFileSync(path.join(source, 'new'), 'new')
  await backup(made, source)
  const file = path.join(made.folder, 'snapshots', snapshot)
  const saved = fs.readFileSync(file)
  const stopped = stoppingAt(localStore(made.folder), 'records/', 'after')
  {
    await using repository = await open(made, stopped.store)
    void forgetSnapshots(repository, await readHistory(repository), { names: [snapshot], by: 'test' }).catch(() => {})
    await stopped.reached
  }
  const history = await look(made)
  assert.deepEqual([history.leftovers, history.rollbacks], [[snapshot], []])
  await pruned(made)
  assert.ok(!fs.existsSync(file))
  fs.writeFileSync(file, saved)
  const { rollbacks } = await look(made)
  assert.deepEqual(
    rollbacks.map(({ context }) => context['snapshot']),
    [snapshot],
  )
})

test('what repair gives up is honoured by who remembers more, and nothing beyond it', async () => {
  using folder = temporaryDirectory()
  const { source, repository: made } = await backedUpSample(folder.path, 7)
  const stateFolder = path.join(folder.path, 'repairing-state')
  await look(made, stateFolder)
  const { snapshot: name } = await backup(made, source)
  await look(made)
  fs.truncateSync(path.join(made.folder, 'snapshots', name), 40)
  {
    await using repository = await remembered(made, stateFolder)
    await repairRepository(repository, { forgetDamaged: true })
  }
  assert.deepEqual((await look(made)).rollbacks, [], 'the writer remembers the number that only it knew')
  const next = await backup(made, source)
  assert.equal(next.document.sequence, 3, 'no number is taken again')
  assert.deepEqual((await look(made, path.join(folder.path, 'new-state'))).rollbacks, [], 'nor is it a gap for others')
  await look(made)
  fs.rmSync(path.join(made.folder, 'snapshots', next.snapshot))
  const { suspicions } = await look(made)
  assert.deepEqual(suspicions.snapshots, [{ writer: next.document.writer, sequence: 3 }])
})

test('a writer whose next number was accepted as missing takes the one above', async () => {
  using folder = temporaryDirectory()
  const source = path.join(folder.path, 'source')
  sampleTree(source, seededRandom(7))
  const made = await makeRepository(folder.path)
  const other = { ...made, stateFolder: path.join(folder.path, 'other-state') }
  await backup(other, source)
  const { snapshot: lost } = await backup(made, source)
  fs.truncateSync(path.join(made.folder, 'snapshots', lost), 40)
  {
    await using repository = await remembered(made, path.join(folder.path, 'repairing-state'))
    await repairRepository(repository, { forgetDamaged: true })
  }
  const { document, snapshot: name } = await backup(other, source)
  assert.equal(document.sequence, 3)
  await look(other)
  fs.rmSync(path.join(made.folder, 'snapshots', name))
  await assert.rejects(backup(other, source), failsWith('ROLLBACK_SUSPECTED'))
})

test('a keyring that repair gives up is honoured by who has seen it; one that was never reached covers nothing', async () => {
  using folder = temporaryDirectory()
  const { made, source } = await stage(folder.path)
  const newest = fs.readdirSync(path.join(made.folder, 'keys')).filter((name) => name.startsWith('00000002'))
  const keep = path.join(folder.path, 'kept')
  fs.cpSync(made.folder, keep, { recursive: true })
  const giveUp = async () => {
    for (const name of newest) fs.truncateSync(path.join(made.folder, 'keys', name), 40)
    await using repository = await remembered(made, path.join(folder.path, 'repairing-state'))
    await repairRepository(repository, { forgetDamaged: true })
  }
  fs.writeFileSync(path.join(made.folder, `keys/00000009-a-${'0'.repeat(64)}`), 'garbage')
  await giveUp()
  {
    await using repository = await remembered(made)
    assert.equal(repository.keys.generation, 1)
    assert.deepEqual((await readHistory(repository)).rollbacks, [])
  }
  {
    await using repository = await Repository.open(localStore(made.folder), [made.kek])
    await changeKeyring(repository.store, repository.keys, {
      newEpoch: true,
      keks: [made.kek],
      now: '2026-11-24T00:00:00.000Z',
    })
  }
  await backup(made, source)
  {
    await using repository = await remembered(made)
    assert.equal(repository.keys.generation, 3, 'above what was given up')
    await readHistory(repository)
  }
  for (const each of fs.readdirSync(path.join(made.folder, 'keys')))
    if (each.startsWith('00000003')) fs.rmSync(path.join(made.folder, 'keys', each))
  await assert.rejects(look(made), failsWith('ROLLBACK_SUSPECTED'))
})

/** Both copies of the newest keyring are cut; what stands under them was sealed by a backup that this machine knows. */
async function withoutNewestKeyring(base: string): Promise<Stage & { readonly keyrings: readonly string[] }> {
  const staged = await stage(base)
  const at = path.join(staged.made.folder, 'keys')
  for (const name of fs.readdirSync(at)) if (name.startsWith('00000002')) fs.truncateSync(path.join(at, name), 40)
  return { ...staged, keyrings: fs.readdirSync(at) }
}

test('a keyring is given up by the machine that remembers what it sealed, and its snapshot is no rollback', async () => {
  using folder = temporaryDirectory()
  const { made, source, keyrings } = await withoutNewestKeyring(folder.path)
  const sealed = (await look(made)).problems.filter(({ key }) => key.startsWith('snapshots/')).length
  assert.ok(sealed > 0)
  {
    await using repository = await remembered(made)
    const { documentsLost } = await repairRepository(repository, { forgetDamaged: true })
    assert.equal(documentsLost.filter((key) => key.startsWith('keys/')).length, 2)
    assert.equal(documentsLost.filter((key) => key.startsWith('snapshots/')).length, 1)
  }
  assert.equal(fs.readdirSync(path.join(made.folder, 'keys')).length, keyrings.length - 2)
  assert.deepEqual((await look(made)).rollbacks, [])
  const { document } = await backup(made, source)
  assert.equal(document.sequence, 4)
})

test('what forbids giving up is found before the keyrings go, and one that was stopped on the way is run again', async () => {
  using folder = temporaryDirectory()
  const { made, keyrings } = await withoutNewestKeyring(folder.path)
  const keys = path.join(made.folder, 'keys')
  const giveUp = async (store = localStore(made.folder)) => {
    const memory = (id: Buffer) => new ClientState(made.stateFolder, id)
    await using repository = await Repository.open(store, [made.kek], { memory })
    await repairRepository(repository, { forgetDamaged: true })
  }
  const aside = path.join(folder.path, 'aside')
  fs.renameSync(path.join(made.folder, 'snapshots'), aside)
  await assert.rejects(giveUp(), failsWith('ROLLBACK_SUSPECTED'))
  fs.renameSync(aside, path.join(made.folder, 'snapshots'))
  let later: string
  {
    await using repository = await open(made)
    const writer = Buffer.alloc(16, 7)
    later = await repository.writeDocument(
      { kind: 'group', writer: writer.toString('hex'), members: [] },
      { type: ObjectType.SNAPSHOT, folder: 'snapshots', signer: repository.keys.writer(writer) },
    )
  }
  await assert.rejects(giveUp(), failsWith('FEATURE_UNSUPPORTED'))
  fs.rmSync(path.join(made.folder, 'snapshots', later))
  assert.deepEqual(fs.readdirSync(keys), keyrings)
  const inner = localStore(made.folder)
  const failing = storeWith(inner, {
    delete: async (key) => {
      if (key.startsWith('index/')) throw new Error('stopped')
      await inner.delete(key)
    },
  })
  await assert.rejects(giveUp(failing), /stopped/)
  assert.deepEqual(fs.readdirSync(keys), keyrings, 'what was sealed under them is still known as theirs')
  await giveUp()
  assert.equal(fs.readdirSync(keys).length, keyrings.length - 2)
  assert.deepEqual((await look(made)).rollbacks, [])
})

test('numbers that were given up are counted on from, for snapshots and for keyrings', async () => {
  using folder = temporaryDirectory()
  const { source, repository: made } = await backedUpSample(folder.path, 7)
  const repairing = path.join(folder.path, 'repairing-state')
  const rot = async (object: string) => {
    for (const name of fs.readdirSync(path.join(made.folder, path.dirname(object))))
      if (name.startsWith(path.basename(object)))
        fs.truncateSync(path.join(made.folder, path.dirname(object), name), 40)
    await using repository = await remembered(made, repairing)
    await repairRepository(repository, { forgetDamaged: true })
  }
  for (const sequence of [2, 3]) {
    const { snapshot, document } = await backup(made, source)
    assert.equal(document.sequence, sequence)
    await look(made)
    await rot(`snapshots/${snapshot}`)
    assert.deepEqual((await look(made)).rollbacks, [], `number ${sequence}`)
  }
  for (const generation of [2, 3]) {
    {
      // Another machine each time, that remembers nothing.
      await using repository = await Repository.open(localStore(made.folder), [made.kek])
      await changeKeyring(repository.store, repository.keys, {
        newEpoch: true,
        keks: [made.kek],
        now: '2026-11-24T00:00:00.000Z',
      })
    }
    await look(made)
    await rot(`keys/0000000${generation}-`)
    assert.deepEqual((await look(made)).rollbacks, [], `generation ${generation}`)
  }
})

test('a snapshot that is committed while its number is given up gets another one, whoever sees it first', async () => {
  for (const moment of ['before', 'after'] as const) {
    using folder = temporaryDirectory()
    const { source, repository: made } = await backedUpSample(folder.path, 7)
    const { snapshot: rotten } = await backup({ ...made, stateFolder: path.join(folder.path, 'other-state') }, source)
    fs.truncateSync(path.join(made.folder, 'snapshots', rotten), 40)
    const giveUp = async (store = localStore(made.folder)) => {
      await using repository = await Repository.open(store, [made.kek])
      await repairRepository(repository, { forgetDamaged: true })
    }
    let late: Awaited<ReturnType<typeof backup>>
    if (moment === 'before') {
      const stopped = stoppingAt(localStore(made.folder), 'snapshots/')
      const writing = backup(made, source, { store: stopped.store })
      await stopped.reached
      await giveUp()
      stopped.go()
      late = await writing
    } else {
      const stopped = stoppingAt(localStore(made.folder), 'records/')
      const giving = giveUp(stopped.store)
      await stopped.reached
      late = await backup(made, source)
      stopped.go()
      await giving
    }
    const history = await look(made)
    assert.deepEqual([history.rollbacks, history.snapshots.length], [[], 2], moment)
    fs.rmSync(path.join(made.folder, 'snapshots', late.snapshot))
    const { suspicions } = await look(made)
    assert.deepEqual(suspicions.snapshots, [{ writer: late.document.writer, sequence: late.document.sequence }], moment)
  }
})

test('the only snapshot of a writer is given up by its session or its claim, where one of them is left', async () => {
  for (const left of ['session', 'claim'] as const) {
    using folder = temporaryDirectory()
    const source = path.join(folder.path, 'source')
    sampleTree(source, seededRandom(7))
    const made = await makeRepository(folder.path)
    const { snapshot, document } = await backup(made, source, left === 'claim' ? { runId: 'run-1' } : {})
    await look(made)
    if (left === 'session') {
      await using repository = await open(made)
      await openWriterSession(repository, Buffer.from(document.writer, 'hex'))
    }
    fs.truncateSync(path.join(made.folder, 'snapshots', snapshot), 40)
    {
      await using repository = await Repository.open(localStore(made.folder), [made.kek])
      await repairRepository(repository, { forgetDamaged: true })
    }
    assert.deepEqual((await look(made)).rollbacks, [], left)
  }
})

test('keys that another process draws while this one is held up are no rollback, wherever it stood', async () => {
  using folder = temporaryDirectory()
  const source = path.join(folder.path, 'source')
  sampleTree(source, seededRandom(7))
  const made = await makeRepository(folder.path)
  await backup(made, source)
  let rotations = 0
  /** All that raises what this machine remembers, and a snapshot that only the newest keys open. */
  const rotate = async () => {
    rotations += 1
    const now = '2026-11-23T00:00:00.000Z'
    {
      await using repository = await remembered(made)
      await changeKeyring(repository.store, repository.keys, { newEpoch: true, keks: [made.kek], now })
    }
    await backup(made, source)
    await look(made)
  }
  const heldUp = async (isOpening: boolean) => {
    const local = localStore(made.folder)
    let isDone = !isOpening
    const store = storeWith(local, {
      async *list(asked, options) {
        const listed: ObjectStat[] = []
        for await (const each of local.list(asked, options)) listed.push(each)
        if (asked === 'keys/' && !isDone) {
          isDone = true
          await rotate()
        }
        yield* listed
      },
    })
    await using repository = await Repository.open(store, [made.kek], {
      memory: (id) => new ClientState(made.stateFolder, id),
    })
    if (!isOpening) await rotate()
    const { rollbacks, problems, strangers, snapshots } = await readHistory(repository)
    return [rollbacks, problems, strangers, snapshots.length, repository.keys.generation]
  }
  for (const isOpening of [true, false])
    assert.deepEqual(await heldUp(isOpening), [[], [], [], rotations + 1, rotations + 1], String(isOpening))
  assert.equal(rotations, 2)
})
