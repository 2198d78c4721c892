// Goal: a repository over a store that has no local files lives its whole life (backup, restore, verify, prune, repair,
// copy, change of keys), and what can't be reached is an error, never damage. Method: objects in memory, reached directly
// and over a network that is slow as the seed says, counted, lost and damaged on demand; results are held against the
// source and against what was taken away.
import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import {
  changeKeyring,
  copySnapshots,
  dropDamage,
  forgetSnapshots,
  prune,
  Repository,
  readHistory,
  repairRepository,
  verifyRepository,
} from '../../src/engine/index.ts'
import { BackupError } from '../../src/kernel/backup-error.ts'
import { machineTag } from '../../src/kernel/machine.ts'
import type { ObjectStore } from '../../src/storage/index.ts'
import {
  backup,
  faults,
  makeStage,
  open,
  Reach,
  restored,
  type Stage,
  stageAt,
  stateFor,
} from '../harness/far-stage.ts'
import { listingLate } from '../harness/lying-store.ts'
import { MemoryStore } from '../harness/memory-store.ts'
import { failsWith } from '../harness/refusal.ts'
import { lookAt, rawKey } from '../harness/repository.ts'
import { storeWith } from '../harness/store-with.ts'
import { temporaryDirectory } from '../harness/temporary-directory.ts'

const packsOf = ({ objects }: Stage) => [...objects.keys()].filter((key) => key.startsWith('packs/'))

function bytesStored({ objects }: Stage): number {
  return [...objects.values()].reduce((sum, { bytes }) => sum + bytes.length, 0)
}

for (const reach of Object.values(Reach)) {
  test(`${reach}: backed up, verified byte by byte, restored; what is forgotten is pruned, and the rest is still whole`, async () => {
    using folder = temporaryDirectory()
    await using stage = await stageAt(reach, folder.path)
    const first = await backup(stage)
    assert.deepEqual(await restored(stage, first), lookAt(stage.source))
    fs.rmSync(path.join(stage.source, 'chunked.bin'))
    fs.writeFileSync(path.join(stage.source, 'a/new.txt'), 'new'.repeat(5000))
    const second = await backup(stage)
    assert.deepEqual(await faults(stage), [])
    const before = bytesStored(stage)
    await using repository = await open(stage)
    await forgetSnapshots(repository, await readHistory(repository), { names: [first], by: 'test' })
    assert.ok((await prune(repository)).packsDeleted > 0, 'no writer is open that could rely on them')
    assert.ok(before - bytesStored(stage) > 250_000, 'the bytes of the file that went')
    assert.deepEqual(await faults(stage), [])
    assert.deepEqual(await restored(stage, second), lookAt(stage.source))
    assert.deepEqual(fs.readdirSync(path.join(stage.base, 'workspace')), [], 'nothing stays in the workspace')
  })
}

for (const reach of Object.values(Reach)) {
  test(`${reach}: a damaged pack is named with what it costs; repair gives up that alone`, async () => {
    using folder = temporaryDirectory()
    await using stage = await stageAt(reach, folder.path)
    await backup(stage)
    const { objects } = stage
    const victim = packsOf(stage).sort((a, b) => objects.get(b)!.bytes.length - objects.get(a)!.bytes.length)[0]!
    const { bytes, modifiedMs } = objects.get(victim)!
    const damaged = Uint8Array.from(bytes)
    damaged[Math.floor(bytes.length / 2)]! ^= 1
    objects.set(victim, { bytes: damaged, modifiedMs })
    const said = await faults(stage)
    assert.ok(
      said.some((each) => each.startsWith(victim)),
      said.join('; '),
    )
    assert.ok(
      said.some((each) => each.startsWith('hit ')),
      said.join('; '),
    )
    {
      await using repository = await open(stage)
      await repairRepository(repository)
      using writer = stateFor(stage, repository).claimWriter()
      const { packs } = await dropDamage(repository, writer.id)
      assert.deepEqual(packs, [victim.slice(-64)])
    }
    const again = await backup(stage)
    assert.deepEqual(await restored(stage, again), lookAt(stage.source), 'the next backup stores it anew')
  })
}

test('a store that does not answer is an error for verify and repair, and costs nothing', async () => {
  using folder = temporaryDirectory()
  const stage = await makeStage(folder.path)
  const snapshot = await backup(stage)
  const keys = [...stage.objects.keys()].sort()
  const away = (inner: ObjectStore) => {
    const reach = (key: string) => {
      if (key.startsWith('packs/'))
        throw new BackupError('STORAGE_FAILED', 'no answer', { context: { cause: 'ETIMEDOUT' } })
    }
    return storeWith(inner, {
      get: async (key, options) => {
        reach(key)
        return await inner.get(key, options)
      },
      async *stream(key, options) {
        reach(key)
        yield* inner.stream(key, options)
      },
    })
  }
  await using repository = await open(stage, away)
  await assert.rejects(verifyRepository(repository, { readShare: 1 }), failsWith('STORAGE_FAILED'))
  using writer = stateFor(stage, repository).claimWriter()
  await assert.rejects(dropDamage(repository, writer.id), failsWith('STORAGE_FAILED'))
  const left = [...stage.objects.keys()].filter((key) => !/^(sessions|deletes)\//.test(key)).sort()
  assert.deepEqual(left, keys)
  assert.deepEqual(await faults(stage), [])
  assert.deepEqual(await restored(stage, snapshot), lookAt(stage.source))
})

for (const reach of Object.values(Reach)) {
  test(`${reach}: copied into another such store, under another key, and given a new recipient there`, async () => {
    using folder = temporaryDirectory()
    await using stage = await stageAt(reach, folder.path)
    await backup(stage)
    const copy = { ...(await makeStage(path.join(folder.path, 'copy'))), source: stage.source }
    const other = rawKey()
    {
      await using from = await open(stage)
      await using to = await open(copy)
      const { snapshots } = await readHistory(from)
      assert.equal((await copySnapshots(from, to, { snapshots, state: stateFor(copy, to) })).copied.length, 1)
      await changeKeyring(to.store, to.keys, {
        add: { kek: other, label: 'other' },
        keks: [copy.kek],
        now: new Date().toISOString(),
      })
    }
    const withOther = { ...copy, kek: other }
    assert.deepEqual(await faults(withOther), [])
    await using repository = await open(withOther)
    const { snapshots } = await readHistory(repository)
    assert.deepEqual(await restored(withOther, snapshots[0]!.name), lookAt(stage.source))
  })
}

test('what is forgotten between two listings of a far store makes no rollback: it is read again', async () => {
  using folder = temporaryDirectory()
  const stage = await makeStage(folder.path)
  const first = await backup(stage)
  fs.writeFileSync(path.join(stage.source, 'a/new.txt'), 'new')
  const second = await backup(stage)
  await using other = await open(stage)
  let lists = 0
  const letGo = async () => {
    await forgetSnapshots(other, await readHistory(other), { names: [first], by: 'test' })
  }
  // The records are listed before the snapshot goes, the snapshots after.
  await using repository = await open(stage, (inner) =>
    storeWith(inner, {
      async *list(prefix, options) {
        if (prefix === 'snapshots/' && ++lists === 1) await letGo()
        yield* inner.list(prefix, options)
      },
    }),
  )
  const { snapshots, rollbacks, problems } = await readHistory(repository)
  assert.deepEqual([snapshots.map(({ name }) => name), rollbacks, problems], [[second], [], []])
  assert.ok(lists >= 3, 'listed again, since the two listings were not equal')
})

test('what dead runs left where packs grow goes with the next run; never what a live one, or anybody else, has there', async () => {
  using folder = temporaryDirectory()
  const stage = await makeStage(folder.path)
  const workspace = path.join(stage.base, 'workspace')
  fs.mkdirSync(workspace)
  const { pid: deadPid } = spawnSync(process.execPath, ['-e', ''])
  const living = spawn(process.execPath, ['-e', 'process.stdin.resume()'], { stdio: ['pipe', 'ignore', 'ignore'] })
  try {
    const put = (name: string, ageMs = 0) => {
      fs.writeFileSync(path.join(workspace, name), 'x')
      fs.utimesSync(path.join(workspace, name), new Date(), new Date(Date.now() - ageMs))
      return name
    }
    const DAYS_3 = 3 * 24 * 3_600_000
    const goes = [`pack-${machineTag()}-${deadPid}-a`, `user-${machineTag()}-${deadPid}-b`]
    for (const name of goes) put(name)
    goes.push(put(`pack-00000000-${deadPid}-old`, DAYS_3))
    const stays = [
      put(`pack-${machineTag()}-${living.pid}-a`, DAYS_3),
      put(`pack-${machineTag()}-${process.pid}-a`),
      put(`pack-00000000-${deadPid}-new`),
      put('notes.txt', DAYS_3),
    ]
    fs.symlinkSync('notes.txt', path.join(workspace, `pack-${machineTag()}-${deadPid}-link`))
    stays.push(`pack-${machineTag()}-${deadPid}-link`)
    // At once: what one has just taken away is nothing to the other.
    await Promise.all([backup(stage), backup(stage)])
    assert.deepEqual(fs.readdirSync(workspace).sort(), stays.sort())
    assert.deepEqual(await faults(stage), [])
  } finally {
    living.kill()
  }
})

test('a store that lists late is refused where a repository is made, and nothing is deleted or called damaged there', async () => {
  using folder = temporaryDirectory()
  const none = new MemoryStore()
  const late = failsWith('STORAGE_LATE')
  await assert.rejects(Repository.create(listingLate(none), rawKey(), 'test'), late)
  await using _made = await Repository.create(none, rawKey(), 'test')
  const stage = await makeStage(folder.path)
  const first = await backup(stage)
  fs.writeFileSync(path.join(stage.source, 'a/new.txt'), 'new')
  await backup(stage)
  const before = [...stage.objects.keys()].filter((key) => !/^(sessions|records)\//.test(key)).sort()
  {
    await using repository = await open(stage, listingLate)
    await assert.rejects(prune(repository), late)
    const history = await readHistory(repository)
    await assert.rejects(forgetSnapshots(repository, history, { names: [first], by: 'test' }), late)
    using writer = stateFor(stage, repository).claimWriter()
    await assert.rejects(dropDamage(repository, writer.id), late)
  }
  const [pack] = packsOf(stage)
  const lacking = (inner: ObjectStore) =>
    storeWith(inner, {
      async *list(prefix, options) {
        for await (const each of inner.list(prefix, options)) if (each.key !== pack) yield each
      },
    })
  await assert.rejects(faults(stage, lacking), late)
  {
    await using repository = await open(stage, lacking)
    using writer = stateFor(stage, repository).claimWriter()
    await assert.rejects(dropDamage(repository, writer.id), late)
  }
  const after = [...stage.objects.keys()].filter((key) => !/^(sessions|records)\//.test(key)).sort()
  assert.deepEqual(after, before)
  assert.deepEqual(await faults(stage), [])
})
