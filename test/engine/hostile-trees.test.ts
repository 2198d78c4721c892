// Goal: hostile trees come back exactly, and what can't be read is named. Method: back up, restore, compare by an
// independent walker.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { readHistory, restoreSnapshot } from '../../src/engine/index.ts'
import { systemCalls } from '../../src/kernel/system-calls.ts'
import { backup, lookAt, makeRepository, open, restored } from '../harness/repository.ts'
import { temporaryDirectory } from '../harness/temporary-directory.ts'

const isRoot = process.getuid?.() === 0

function bytesPath(folder: string, name: Buffer): Buffer {
  return Buffer.concat([Buffer.from(`${folder}/`), name])
}

function hostileTree(folder: string): void {
  fs.mkdirSync(folder)
  for (const name of [
    Buffer.from([0x62, 0xff, 0xfe]),
    Buffer.from('new\nline'),
    Buffer.from('é'),
    Buffer.from('é'),
    Buffer.from('CASE'),
    Buffer.from('case'),
    Buffer.alloc(255, 'n'),
    Buffer.from(' '),
    Buffer.from('-rf'),
    Buffer.from('...'),
  ]) {
    fs.writeFileSync(bytesPath(folder, name), name)
  }
  const calls = systemCalls()!
  for (const [name, seconds] of [
    ['before-1970', -1_000_000_000],
    ['after-2100', 5_000_000_000],
  ] as const) {
    fs.writeFileSync(path.join(folder, name), name)
    const descriptor = fs.openSync(path.join(folder, name), 'r')
    calls.futimens(descriptor, { seconds, nanoseconds: 123_456_789 })
    fs.closeSync(descriptor)
  }
  fs.symlinkSync(Buffer.from([0x2f, 0xff]) as unknown as string, path.join(folder, 'link-to-bytes'))
  fs.symlinkSync('/etc/passwd', path.join(folder, 'link-outside'))
  fs.writeFileSync(path.join(folder, 'suid'), 'x')
  fs.chmodSync(path.join(folder, 'suid'), 0o4755)
  fs.mkdirSync(path.join(folder, 'closed'), { mode: 0o500 })
  fs.writeFileSync(path.join(folder, 'empty'), '')
  execFileSync('mkfifo', [path.join(folder, 'fifo')])
  for (let i = 0; i < 50; i += 1) fs.linkSync(path.join(folder, 'suid'), path.join(folder, `hard-${i}`))
  if (isRoot) execFileSync('mknod', [path.join(folder, 'device'), 'c', '1', '3'])
}

test('a hostile tree comes back exactly', async () => {
  using folder = temporaryDirectory()
  const source = path.join(folder.path, 'source')
  hostileTree(source)
  const repository = await makeRepository(folder.path)
  const { snapshot, document } = await backup(repository, source)
  assert.equal(document.skippedCount, 0)
  assert.deepEqual(await restored(repository, folder.path, { snapshot, source }), lookAt(source))
})

test('hard links stay one file, attributes and holes are kept', async () => {
  using folder = temporaryDirectory()
  const source = path.join(folder.path, 'source')
  fs.mkdirSync(source)
  fs.writeFileSync(path.join(source, 'one'), 'shared')
  fs.linkSync(path.join(source, 'one'), path.join(source, 'two'))
  const sparse = fs.openSync(path.join(source, 'sparse'), 'w')
  fs.writeSync(sparse, 'end', 10 * 1024 ** 3)
  const descriptor = fs.openSync(path.join(source, 'one'), 'r')
  const calls = systemCalls()!
  calls.fsetxattr(descriptor, 'user.note', Buffer.from('a\0b'))
  const repository = await makeRepository(folder.path)
  const { document } = await backup(repository, source)
  await using opened = await open(repository)
  const target = path.join(folder.path, 'target')
  await restoreSnapshot(opened, document, { target, subtree: source, verify: true })
  const [one, two, holes] = ['one', 'two', 'sparse'].map((name) => fs.statSync(path.join(target, name)))
  assert.equal(one!.ino, two!.ino)
  assert.equal(holes!.size, 10 * 1024 ** 3 + 3)
  assert.ok(holes!.blocks * 512 < 1024 * 1024, 'the hole takes no room')
  const copy = fs.openSync(path.join(target, 'one'), 'r')
  assert.deepEqual(calls.fgetxattr(copy, 'user.note'), Buffer.from('a\0b'))
  for (const each of [sparse, descriptor, copy]) fs.closeSync(each)
})

test('paths beyond 4,096 bytes and 20,000 entries in one directory come back', async () => {
  using folder = temporaryDirectory()
  const source = path.join(folder.path, 'source')
  fs.mkdirSync(path.join(source, 'wide'), { recursive: true })
  for (let i = 0; i < 20_000; i += 1) fs.writeFileSync(path.join(source, 'wide', `entry-${i}`), '')
  const calls = systemCalls()!
  let at = fs.openSync(source, 'r')
  for (let depth = 0; depth < 30; depth += 1) {
    calls.mkdirat(at, 'd'.repeat(200), 0o755)
    const next = calls.openat(at, 'd'.repeat(200), fs.constants.O_RDONLY | fs.constants.O_DIRECTORY)
    fs.closeSync(at)
    at = next
  }
  fs.closeSync(calls.openat(at, 'deep', fs.constants.O_CREAT | fs.constants.O_WRONLY, 0o600))
  fs.closeSync(at)
  const repository = await makeRepository(folder.path)
  const { document } = await backup(repository, source)
  assert.equal(document.skippedCount, 0)
  assert.equal(document.summary.filesNew, 20_001)
  fs.writeFileSync(path.join(source, 'wide', 'entry-10000x'), '')
  const second = await backup(repository, source)
  assert.equal(second.document.summary.filesUnmodified, 20_001)
  await using opened = await open(repository)
  const result = await restoreSnapshot(opened, second.document, {
    target: path.join(folder.path, 'target'),
    subtree: source,
  })
  assert.equal(result.issueCount, 0)
  assert.equal(result.filesRestored, 20_002)
})

test('a restore never leaves its target through a link that stands there', async () => {
  using folder = temporaryDirectory()
  const source = path.join(folder.path, 'source')
  fs.mkdirSync(path.join(source, 'inner'), { recursive: true })
  fs.writeFileSync(path.join(source, 'inner/file'), 'content')
  const repository = await makeRepository(folder.path)
  const { document } = await backup(repository, source)
  const outside = path.join(folder.path, 'outside')
  const target = path.join(folder.path, 'target')
  fs.mkdirSync(outside)
  fs.mkdirSync(target)
  fs.symlinkSync(outside, path.join(target, 'inner'))
  await using opened = await open(repository)
  await restoreSnapshot(opened, document, { target, subtree: source })
  assert.deepEqual(fs.readdirSync(outside), [], 'nothing was written behind the link')
  assert.equal(fs.readFileSync(path.join(target, 'inner/file'), 'utf8'), 'content')
})

test('overwrite modes and delete do what they say', async () => {
  using folder = temporaryDirectory()
  const source = path.join(folder.path, 'source')
  fs.mkdirSync(source)
  fs.writeFileSync(path.join(source, 'file'), 'from the backup')
  const repository = await makeRepository(folder.path)
  await backup(repository, source)
  const target = path.join(folder.path, 'target')
  await using opened = await open(repository)
  const { document } = (await readHistory(opened)).snapshots[0]!
  const put = (text: string, name = 'file') => fs.writeFileSync(path.join(target, name), text)
  const read = () => fs.readFileSync(path.join(target, 'file'), 'utf8')
  fs.mkdirSync(target)
  put('newer')
  await restoreSnapshot(opened, document, { target, subtree: source, overwrite: 'never' })
  assert.equal(read(), 'newer')
  await restoreSnapshot(opened, document, { target, subtree: source, overwrite: 'if-newer' })
  assert.equal(read(), 'newer')
  await restoreSnapshot(opened, document, { target, subtree: source, dryRun: true, overwrite: 'always' })
  assert.equal(read(), 'newer')
  await restoreSnapshot(opened, document, { target, subtree: source })
  assert.equal(read(), 'from the backup')
  const again = await restoreSnapshot(opened, document, { target, subtree: source })
  assert.equal(again.filesUnchanged, 1)
  put('stranger', 'extra')
  const deleted = await restoreSnapshot(opened, document, { target, subtree: source, delete: true })
  assert.equal(deleted.deleted, 1)
  assert.deepEqual(fs.readdirSync(target), ['file'])
  await assert.rejects(restoreSnapshot(opened, document, { target: '/', delete: true }), /not allowed/)
})
