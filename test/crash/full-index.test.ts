// Goal: a disk with no room for an index beside the old one is pruned all the same, and a stop anywhere on the way
// loses nothing. Method: a store that refuses every index segment until a pack is gone; then the same with a crash at
// each call, finished by a prune on a disk with room.
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { forgetSnapshots, prune, readHistory } from '../../src/engine/index.ts'
import { BackupError } from '../../src/kernel/backup-error.ts'
import type { ObjectStore } from '../../src/storage/index.ts'
import { faultyStore } from '../harness/faulty-store.ts'
import {
  backup,
  localStore,
  lookAt,
  makeRepository,
  open,
  restored,
  type TestRepository,
  verified,
} from '../harness/repository.ts'
import { temporaryDirectory } from '../harness/temporary-directory.ts'

/** Full for index segments as long as no pack was deleted; `writes` gives what was put and deleted, in order. */
function fullStore(inner: ObjectStore): { readonly store: ObjectStore; readonly writes: string[] } {
  const writes: string[] = []
  const store = new Proxy(inner, {
    get(target, property: keyof ObjectStore) {
      const value = target[property] as unknown
      if (typeof value !== 'function') return value
      const method = value as (...args: unknown[]) => unknown
      if (property !== 'put' && property !== 'delete') return method.bind(target)
      return async (key: string, ...rest: unknown[]) => {
        const isFull =
          property === 'put' && key.startsWith('index/') && !writes.some((write) => write.startsWith('delete packs/'))
        writes.push(isFull ? `refused ${key}` : `${property} ${key}`)
        if (isFull) throw new BackupError('DISK_FULL', 'planned')
        return await method.call(target, key, ...rest)
      }
    },
  })
  return { store, writes }
}

/** Two snapshots whose packs one index segment names; only the second is kept. */
async function halved(base: string): Promise<{ repository: TestRepository; source: string; snapshot: string }> {
  const source = path.join(base, 'source')
  fs.mkdirSync(source)
  for (let i = 0; i < 8; i += 1) fs.writeFileSync(path.join(source, `scan-${i}`), randomBytes(300_000))
  const repository = await makeRepository(base)
  const first = await backup(repository, source)
  for (let i = 0; i < 4; i += 1) fs.rmSync(path.join(source, `scan-${i}`))
  const { snapshot } = await backup(repository, source)
  await using opened = await open(repository)
  await forgetSnapshots(opened, await readHistory(opened), { names: [first.snapshot], by: 'test' })
  return { repository, source, snapshot }
}

async function whole(
  { repository, source, snapshot }: Awaited<ReturnType<typeof halved>>,
  base: string,
): Promise<void> {
  assert.ok((await verified(repository)).includes(snapshot))
  assert.deepEqual(await restored(repository, base, { snapshot, source }), lookAt(source))
}

test('a prune without room for an index lets the log entry and the packs go first', async () => {
  using folder = temporaryDirectory()
  const made = await halved(folder.path)
  const { store, writes } = fullStore(localStore(made.repository.folder))
  await using opened = await open(made.repository, store)
  const { bytesFreed } = await prune(opened)
  assert.ok(bytesFreed > 1_000_000, `freed ${bytesFreed}`)
  const at = (start: string, nth: 'indexOf' | 'lastIndexOf' = 'indexOf') =>
    writes.map((write) => write.startsWith(start))[nth](true)
  assert.ok(at('refused index/') >= 0)
  assert.ok(
    at('put deletes/', 'lastIndexOf') < at('delete packs/') && at('delete packs/', 'lastIndexOf') < at('put index/'),
    writes.join('\n'),
  )
  await whole(made, folder.path)
})

test('stopped at any call of it, nothing is lost and the next prune ends it', async () => {
  using folder = temporaryDirectory()
  const made = await halved(folder.path)
  const template = path.join(folder.path, 'template')
  fs.cpSync(made.repository.folder, template, { recursive: true, preserveTimestamps: true })
  let stops = 0
  for (let at = 1; ; at += 1) {
    fs.rmSync(made.repository.folder, { recursive: true })
    fs.cpSync(template, made.repository.folder, { recursive: true, preserveTimestamps: true })
    const faulty = faultyStore(fullStore(localStore(made.repository.folder)).store, {
      at,
      mode: at % 2 === 0 ? 'before' : 'after',
    })
    const isDone = await open(made.repository, faulty.store)
      .then((opened) => prune(opened))
      .then(
        () => true,
        () => false,
      )
    if (isDone) break
    faulty.assertFired()
    stops += 1
    await whole(made, folder.path)
    await using opened = await open(made.repository)
    await prune(opened)
    await whole(made, folder.path)
    assert.ok(
      fs
        .readdirSync(path.join(made.repository.folder, 'packs'), { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile()).length <= 8,
    )
  }
  assert.ok(stops > 20, `${stops} stops`)
})
