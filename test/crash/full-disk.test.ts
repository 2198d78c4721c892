// Goal: on a full disk, of bytes or of files, every command says DISK_FULL, loses nothing, and room can be had again.
// Method: a repository on a small tmpfs; it is filled to a different brim for each run, then a backup, a forget with
// prune, a key change. Needs root for mount.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { changeKeyring, forgetSnapshots, prune, readHistory } from '../../src/engine/index.ts'
import { isBackupError } from '../../src/kernel/backup-error.ts'
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
import { seededRandom } from '../harness/seeded-random.ts'
import { temporaryDirectory } from '../harness/temporary-directory.ts'

const MIB = 1024 * 1024

function mount(folder: string, options = 'size=12m'): Disposable | undefined {
  fs.mkdirSync(folder)
  if (spawnSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', folder]).status !== 0) return undefined
  return { [Symbol.dispose]: () => void spawnSync('umount', ['-l', folder]) }
}

function fill(folder: string, bytesLeft: number): void {
  const { bavail, bsize } = fs.statfsSync(folder)
  fs.writeFileSync(path.join(folder, 'ballast'), Buffer.alloc(Math.max(0, bavail * bsize - bytesLeft)))
}

const failsFull = (error: unknown) => {
  assert.ok(isBackupError(error, 'DISK_FULL'), `DISK_FULL was expected: ${String(error)}`)
  const { place, target } = error.context
  assert.deepEqual([place, path.basename(String(target))], ['the repository', 'repository'])
  return true
}

async function whole(
  repository: TestRepository,
  base: string,
  expected: { snapshot: string; source: string; tree: Map<string, string> },
): Promise<void> {
  assert.ok((await verified(repository)).includes(expected.snapshot))
  assert.deepEqual(await restored(repository, base, expected), expected.tree)
}

const canMount =
  process.getuid?.() === 0 &&
  spawnSync('sh', ['-c', 'd=$(mktemp -d) && mount -t tmpfs tmpfs $d && umount $d && rmdir $d']).status === 0

test('a full disk is said, nothing is lost, and room comes back', {
  skip: canMount ? false : 'mounting a tmpfs needs root',
}, async () => {
  using folder = temporaryDirectory()
  using disk = mount(path.join(folder.path, 'disk'))
  assert.ok(disk)
  const base = path.join(folder.path, 'disk')
  const source = path.join(folder.path, 'source')
  sampleTree(source, seededRandom(5))
  const made = await makeRepository(base)
  const repository = { ...made, stateFolder: path.join(folder.path, 'state') }
  const first = await backup(repository, source)
  const kept = { snapshot: first.snapshot, source, tree: lookAt(source) }
  fs.writeFileSync(path.join(source, 'large'), randomBytes(4 * MIB))
  let failures = 0
  for (const bytesLeft of [0, 4096, 16_384, 65_536, 262_144, 700_000, 2 * MIB, 3.5 * MIB]) {
    fill(base, bytesLeft)
    await assert.rejects(backup(repository, source), failsFull)
    failures += 1
    await whole(repository, folder.path, kept)
    fs.rmSync(path.join(base, 'ballast'))
  }
  assert.equal(failures, 8)
  fill(base, 0)
  await using opened = await open(repository)
  await assert.rejects(
    changeKeyring(opened.store, opened.keys, {
      newEpoch: true,
      keks: [repository.kek],
      now: '2026-01-01T00:00:00.000Z',
    }),
    failsFull,
  )
  await whole(repository, folder.path, kept)
  fs.rmSync(path.join(base, 'ballast'))
  const second = await backup(repository, source)
  fs.rmSync(path.join(source, 'large'))
  const third = await backup(repository, source)
  await regain(repository, base, [first.snapshot, second.snapshot])
  await whole(repository, folder.path, { snapshot: third.snapshot, source, tree: lookAt(source) })
})

/** With not a byte left, forget and prune free what the large file took. */
async function regain(repository: TestRepository, base: string, names: readonly string[]): Promise<void> {
  fill(base, 0)
  assert.equal(fs.statfsSync(base).bavail, 0)
  await using opened = await open(repository)
  await forgetSnapshots(opened, await readHistory(opened), { names, by: 'test' })
  const { bytesFreed } = await prune(opened)
  assert.ok(bytesFreed > 3.9 * MIB, `freed ${bytesFreed}`)
  fs.rmSync(path.join(base, 'ballast'))
}

test('where no file can be made, backup says so, and forget with prune frees', {
  skip: canMount ? false : 'mounting a tmpfs needs root',
}, async () => {
  using folder = temporaryDirectory()
  const base = path.join(folder.path, 'disk')
  using disk = mount(base, 'size=64m,nr_inodes=1000')
  assert.ok(disk)
  const source = path.join(folder.path, 'source')
  sampleTree(source, seededRandom(6))
  const made = await makeRepository(base)
  const repository = { ...made, stateFolder: path.join(folder.path, 'state') }
  fs.writeFileSync(path.join(source, 'large'), randomBytes(4 * MIB))
  const first = await backup(repository, source)
  fs.rmSync(path.join(source, 'large'))
  const second = await backup(repository, source)
  const kept = { snapshot: second.snapshot, source, tree: lookAt(source) }
  useFiles(base)
  fs.writeFileSync(path.join(source, 'later'), randomBytes(MIB))
  await assert.rejects(backup(repository, source), failsFull)
  fs.rmSync(path.join(source, 'later'))
  useFiles(base)
  await using opened = await open(repository)
  await forgetSnapshots(opened, await readHistory(opened), { names: [first.snapshot], by: 'test' })
  const { bytesFreed } = await prune(opened)
  // Whole packs; those that others share with it have to wait.
  assert.ok(bytesFreed > 2.5 * MIB, `freed ${bytesFreed}`)
  assert.ok(fs.statfsSync(base).ffree > 0)
  await whole(repository, folder.path, kept)
  fs.rmSync(path.join(base, 'files'), { recursive: true })
  await prune(opened)
  assert.ok(fs.readdirSync(path.join(repository.folder, '.staging')).length > 20, 'room is kept again')
})

/** Makes empty files until no other can be made. */
function useFiles(base: string): void {
  const folder = path.join(base, 'files')
  fs.mkdirSync(folder, { recursive: true })
  while (fs.statfsSync(base).ffree > 0) fs.writeFileSync(path.join(folder, randomBytes(8).toString('hex')), '')
}
