// Goal: after a power cut at any instant, every snapshot that was acknowledged before it is there and whole. Method:
// record what a backup, a second one, and a forget with prune ask of the disk; for cuts behind every event build the
// disks that POSIX allows (nothing unsynced, everything, random choices), and restore from them.
import assert from 'node:assert/strict'
import fs from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { forgetSnapshots, prune, readHistory } from '../../src/engine/index.ts'
import { afterPowerCut, type DiskEvent, RecordedDisk } from '../harness/recorded-disk.ts'
import {
  backup,
  lookAt,
  makeRepository,
  open,
  restored,
  sampleTree,
  type TestRepository,
  verified,
} from '../harness/repository.ts'
import { seededRandom, testSeed } from '../harness/seeded-random.ts'
import { temporaryDirectory } from '../harness/temporary-directory.ts'

interface Recording {
  readonly base: string
  readonly repository: TestRepository
  readonly source: string
  readonly events: readonly DiskEvent[]
  readonly trees: ReadonlyMap<string, Map<string, string>>
}

/** The base copy is durable; from then on everything is recorded. */
async function record(folder: string): Promise<Recording> {
  const source = path.join(folder, 'source')
  sampleTree(source, seededRandom(13))
  const repository = await makeRepository(folder)
  const base = path.join(folder, 'base')
  const trees = new Map<string, Map<string, string>>()
  const first = await backup(repository, source)
  trees.set(first.snapshot, lookAt(source))
  fs.cpSync(repository.folder, base, { recursive: true, preserveTimestamps: true })
  using disk = new RecordedDisk(repository.folder)
  disk.mark(`+${first.snapshot}`)
  fs.writeFileSync(path.join(source, 'a/new'), 'new '.repeat(5000))
  fs.rmSync(path.join(source, 'chunked.bin'))
  const second = await backup(repository, source)
  trees.set(second.snapshot, lookAt(source))
  disk.mark(`+${second.snapshot}`)
  await using opened = await open(repository)
  disk.mark(`-${first.snapshot}`)
  await forgetSnapshots(opened, await readHistory(opened), { names: [first.snapshot], by: 'test' })
  await prune(opened)
  return { base, repository, source, events: disk.events, trees }
}

function build({ base, events }: Recording, folder: string, cut: { at: number; chance: () => boolean }): void {
  fs.cpSync(base, folder, { recursive: true, preserveTimestamps: true })
  const removed = afterPowerCut(
    events.map((event) =>
      event.kind === 'gone'
        ? { kind: 'name', to: event.name, isFolder: true }
        : event.kind === 'name'
          ? { kind: 'gone', name: event.to }
          : event,
    ),
    cut.at,
    cut.chance,
  )
  for (const name of removed.keys())
    if (!name.startsWith('.staging')) fs.rmSync(path.join(folder, name), { force: true, recursive: true })
  for (const [name, content] of afterPowerCut(events, cut.at, cut.chance)) {
    const file = path.join(folder, name)
    if (content === 'folder') fs.mkdirSync(file, { recursive: true })
    else if (fs.existsSync(path.dirname(file)))
      fs.writeFileSync(file, content === 'garbage' ? Buffer.alloc(100) : content)
  }
}

async function check(recording: Recording, folder: string, cut: number): Promise<void> {
  const repository: TestRepository = {
    ...recording.repository,
    folder,
    stateFolder: path.join(folder, '../state-after'),
  }
  const promised = new Set<string>()
  for (const event of recording.events.slice(0, cut)) {
    if (event.kind !== 'mark') continue
    if (event.text.startsWith('+')) promised.add(event.text.slice(1))
    else promised.delete(event.text.slice(1))
  }
  const present = await verified(repository)
  for (const name of promised) {
    assert.ok(present.includes(name), `snapshot ${name} is gone after a cut behind event ${cut}`)
    assert.deepEqual(
      await restored(repository, path.dirname(folder), { snapshot: name, source: recording.source }),
      recording.trees.get(name),
    )
  }
}

test('a power cut at any instant loses nothing that was acknowledged', async () => {
  using folder = temporaryDirectory()
  const recording = await record(folder.path)
  const random = seededRandom(testSeed())
  const cuts = Array.from({ length: recording.events.length + 1 }, (_, i) => i)
  assert.ok(cuts.length > 60, `only ${cuts.length} events`)
  assert.ok(recording.events.filter(({ kind }) => kind === 'sync-file').length > 8)
  for (const at of cuts) {
    for (const chance of [() => false, () => true, () => random() < 0.5]) {
      using made = temporaryDirectory()
      build(recording, path.join(made.path, 'repository'), { at, chance })
      await check(recording, path.join(made.path, 'repository'), at)
    }
  }
})
