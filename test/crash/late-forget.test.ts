// Goal: what was pinned or held stays, although a forget had looked just before: of the two, one is refused. Method: a
// forget that sleeps before each of its calls in turn, while somebody pins the snapshot, or holds it; and soon after
// once more, while a prune runs and somebody else protects the same snapshot.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { forgetSnapshots, protect, RecordKind, readHistory } from '../../src/engine/index.ts'
import { isBackupError } from '../../src/kernel/backup-error.ts'
import { freezing } from '../harness/freezing-store.ts'
import {
  localStore,
  lookAt,
  makeRepository,
  open,
  pruned,
  restored,
  saveSources,
  type TestRepository,
} from '../harness/repository.ts'
import { temporaryDirectory } from '../harness/temporary-directory.ts'

const PROTECTIONS = [
  {
    name: 'a pin',
    change: (snapshot: string) => ({ record: RecordKind.PIN, subject: snapshot, by: 'maria', value: { reason: '' } }),
  },
  {
    name: 'a hold',
    change: (snapshot: string) => ({
      record: RecordKind.HOLD,
      subject: 'a1b2c3d4',
      by: 'maria',
      value: { snapshot, source: null, reason: 'court', until: null },
    }),
  },
]

interface Outcome {
  readonly isProtected: boolean
  readonly isForgotten: boolean
  /** False when the forget made fewer calls. */
  readonly wasFrozen: boolean
}

interface Meeting {
  readonly snapshot: string
  readonly change: (typeof PROTECTIONS)[number]['change']
  /** The forget's call before which somebody protects the snapshot. */
  readonly protectedAt: number
  /** The call before which a prune runs. */
  readonly prunedAt: number
}

async function meet(made: TestRepository, { snapshot, change, protectedAt, prunedAt }: Meeting): Promise<Outcome> {
  await using reader = await open(made)
  const history = await readHistory(reader)
  const opening = await callsOfOpening(made)
  const second = freezing(localStore(made.folder), opening + prunedAt, false)
  const first = freezing(second.store, opening + protectedAt, false)
  await using forgetter = await open(made, first.store)
  const forgetting = forgetSnapshots(forgetter, history, { names: [snapshot], by: 'policy' }).then(
    () => true,
    refusedAs('SNAPSHOT_PROTECTED'),
  )
  const sleeps = (asleep: typeof first) => Promise.race([asleep.frozen.then(() => true), forgetting.then(() => false)])
  const wasFrozen = await sleeps(first)
  const isProtected = await protect(reader, change(snapshot), snapshot).then(
    () => true,
    refusedAs('SNAPSHOT_NOT_FOUND'),
  )
  first.wake()
  if (await sleeps(second)) {
    await pruned(made)
    // Whatever the second one is told, the first one's stays.
    await protect(reader, change(snapshot), snapshot).catch(refusedAs('SNAPSHOT_NOT_FOUND'))
  }
  second.wake()
  return { isProtected, isForgotten: await forgetting, wasFrozen }
}

async function callsOfOpening(made: TestRepository): Promise<number> {
  const awake = freezing(localStore(made.folder), Number.POSITIVE_INFINITY, false)
  await using _repository = await open(made, awake.store)
  return awake.calls()
}

function refusedAs(code: 'SNAPSHOT_PROTECTED' | 'SNAPSHOT_NOT_FOUND') {
  return (error: unknown): false => {
    assert.ok(isBackupError(error, code), String(error))
    return false
  }
}

for (const { name, change } of PROTECTIONS) {
  test(`${name} that was acknowledged keeps its snapshot wherever a forget slept`, async () => {
    const seen = { kept: 0, forgotten: 0 }
    for (let at = 1, isOn = true; isOn; at += 1) {
      for (const prunedAt of [at, at + 1, at + 2]) {
        using folder = temporaryDirectory()
        const made = await makeRepository(folder.path)
        const { sources, snapshots } = await saveSources(made, folder.path, [1, 2])
        const [snapshot, source] = [snapshots[0]!, sources[0]!]
        const { isProtected, isForgotten, wasFrozen } = await meet(made, {
          snapshot,
          change,
          protectedAt: at,
          prunedAt,
        })
        isOn = wasFrozen
        assert.ok(!(isProtected && isForgotten), `both were acknowledged when it slept before call ${at}`)
        await using repository = await open(made)
        const { snapshots: left, problems, rollbacks } = await readHistory(repository)
        assert.deepEqual([problems, rollbacks], [[], []])
        if (isForgotten) seen.forgotten += 1
        if (!isProtected) continue
        seen.kept += 1
        assert.ok(
          left.some((each) => each.name === snapshot),
          `slept before call ${at}`,
        )
        await pruned(made)
        assert.deepEqual(await restored(made, folder.path, { snapshot, source }), lookAt(source))
      }
    }
    assert.ok(seen.kept >= 6 && seen.forgotten >= 6, JSON.stringify(seen))
  })
}
