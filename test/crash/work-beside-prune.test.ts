// Goal: packs and index segments that a prune takes away between a listing and a reading cost nobody anything: restore,
// backup, copy, repair and another prune end well, and all that counts is whole afterwards. Method: each sleeps before
// every third of its calls to the store while a forget and a prune run from beginning to end.
import assert from 'node:assert/strict'
import fs from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import {
  ClientState,
  copySnapshots,
  prune,
  type Repository,
  readHistory,
  repairRepository,
  restoreSnapshot,
  verifyRepository,
} from '../../src/engine/index.ts'
import { isBackupError } from '../../src/kernel/backup-error.ts'
import type { ObjectStore } from '../../src/storage/index.ts'
import { freezing } from '../harness/freezing-store.ts'
import { backup, forget, localStore, makeRepository, open, pruned } from '../harness/repository.ts'
import { callsOfOpening, copyOf, makeStage, type Stage } from '../harness/stage.ts'
import { temporaryDirectory } from '../harness/temporary-directory.ts'

const STEP = 3

type Work = (repository: Repository, stage: Stage, store: ObjectStore) => Promise<unknown>

const sourceOf = ({ base }: Stage) => path.join(base, 'source')

const contentsOf = (folder: string) =>
  fs.readdirSync(folder).map((name) => [name, fs.readFileSync(path.join(folder, name), 'hex')])

const WORKS: Readonly<Record<string, Work>> = {
  restore: async (repository, stage) => {
    const { snapshots } = await readHistory(repository)
    const { document } = snapshots.at(-1)!
    const target = path.join(stage.base, 'back')
    const { issues } = await restoreSnapshot(repository, document, { target, subtree: String(document.paths[0]) })
    assert.deepEqual(issues, [])
    assert.deepEqual(contentsOf(target), contentsOf(sourceOf(stage)))
  },
  backup: async (_, stage, store) => {
    fs.writeFileSync(path.join(sourceOf(stage), 'more'), 'more')
    await backup(stage.made, sourceOf(stage), { store })
  },
  copy: async (repository, stage) => {
    const target = await makeRepository(path.join(stage.base, 'second'))
    await using to = await open(target)
    const { snapshots } = await readHistory(repository)
    const state = new ClientState(target.stateFolder, to.keys.repositoryId)
    await copySnapshots(repository, to, { snapshots: snapshots.slice(-1), state })
    const { problems, hits } = await verifyRepository(to, { readShare: 1 })
    assert.deepEqual([problems, hits], [[], []])
  },
  repair: (repository) => repairRepository(repository),
  prune: (repository) => prune(repository),
}

/** Two that delete at once may refuse each other: whoever is refused has changed nothing. */
const MAY_BE_REFUSED: readonly string[] = ['repair', 'prune']

interface Outcome {
  /** The work came so far as to sleep. */
  readonly wasFrozen: boolean
  readonly endedWell: boolean
}

async function asleep(stage: Stage, name: string, at: number): Promise<Outcome> {
  const work = WORKS[name]!
  const { store, frozen, wake } = freezing(localStore(stage.made.folder), at, false)
  const working = (async () => {
    await using repository = await open(stage.made, store)
    await work(repository, stage, store)
  })()
  working.catch(() => {})
  const wasFrozen = await Promise.race([frozen.then(() => true), working.then(() => false)])
  if (wasFrozen) {
    await forget(stage.made, stage.first)
    await pruned(stage.made)
  }
  wake()
  const endedWell = await working.then(
    () => true,
    (error: unknown) => {
      if (!MAY_BE_REFUSED.includes(name) || !isBackupError(error, 'REPOSITORY_LOCKED')) throw error
      return false
    },
  )
  return { wasFrozen, endedWell }
}

for (const name of Object.keys(WORKS))
  test(`${name}: what a prune beside it takes away costs nothing`, async () => {
    using folder = temporaryDirectory()
    const stage = await makeStage(path.join(folder.path, 'stage'))
    const opening = await callsOfOpening(stage.made)
    let moments = 0
    let refused = 0
    for (let at = opening + 1, isOn = true; isOn; at += STEP) {
      const each = copyOf(stage, path.join(folder.path, String(at)))
      const { wasFrozen, endedWell } = await asleep(each, name, at)
      isOn = wasFrozen
      if (isOn) moments += 1
      if (!endedWell) refused += 1
      await using repository = await open(each.made)
      const { problems, hits } = await verifyRepository(repository, { readShare: 1 })
      assert.deepEqual([problems, hits], [[], []], `asleep before call ${at}`)
      fs.rmSync(each.base, { recursive: true })
    }
    assert.ok(moments > 2, `${moments} moments`)
    assert.ok(refused * 2 < moments, `${refused} of ${moments} were refused`)
  })
