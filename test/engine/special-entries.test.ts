// Goal: what is no plain file comes back as it was: sockets, devices, ACLs, capabilities, closed folders, farms of hard
// links, names that only look alike. Method: back up, restore, compare by an independent walker and by the attributes
// themselves. What needs root says so.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import net from 'node:net'
import path from 'node:path'
import { test } from 'node:test'
import { restoreSnapshot } from '../../src/engine/index.ts'
import { systemCalls } from '../../src/kernel/system-calls.ts'
import { backup, lookAt, makeRepository, open, restored } from '../harness/repository.ts'
import { temporaryDirectory } from '../harness/temporary-directory.ts'

const isRoot = process.getuid?.() === 0
const forRoot = { skip: isRoot ? false : 'only root may make devices, owners and capabilities' }
const calls = systemCalls()!

/** Linux, include/uapi/linux/posix_acl_xattr.h: version 2, then tag, permissions and id of each entry. */
function acl(): Buffer {
  const entries = [
    [0x01, 7, -1],
    [0x02, 5, 1234],
    [0x04, 5, -1],
    [0x08, 4, 4321],
    [0x10, 7, -1],
    [0x20, 4, -1],
  ] as const
  const bytes = Buffer.alloc(4 + entries.length * 8)
  bytes.writeUInt32LE(2, 0)
  for (const [i, [tag, permissions, id]] of entries.entries()) {
    bytes.writeUInt16LE(tag, 4 + i * 8)
    bytes.writeUInt16LE(permissions, 6 + i * 8)
    bytes.writeInt32LE(id, 8 + i * 8)
  }
  return bytes
}

/** Linux, include/uapi/linux/capability.h: revision 2, effective; CAP_NET_BIND_SERVICE permitted. */
const CAPABILITY = Buffer.from('0100000200040000000000000000000000000000', 'hex')

function attribute(file: string, name: string, value?: Buffer): Buffer {
  const descriptor = fs.openSync(file, 'r')
  try {
    if (value) calls.fsetxattr(descriptor, name, value)
    return Buffer.from(calls.fgetxattr(descriptor, name))
  } finally {
    fs.closeSync(descriptor)
  }
}

async function listening(file: string): Promise<Disposable> {
  const server = net.createServer()
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(file, resolve)
  })
  return { [Symbol.dispose]: () => void server.close() }
}

test('sockets and pipes come back as what they are, and reading them never blocks', async () => {
  using folder = temporaryDirectory()
  const source = path.join(folder.path, 'source')
  fs.mkdirSync(source)
  using _socket = await listening(path.join(source, 'socket'))
  execFileSync('mkfifo', [path.join(source, 'pipe')])
  const repository = await makeRepository(folder.path)
  const { snapshot, document } = await backup(repository, source)
  assert.equal(document.skippedCount, 0)
  assert.deepEqual(await restored(repository, folder.path, { snapshot, source }), lookAt(source))
})

test('devices, owners, ACLs, default ACLs, capabilities and attributes of folders and links', forRoot, async () => {
  using folder = temporaryDirectory()
  const source = path.join(folder.path, 'source')
  fs.mkdirSync(path.join(source, 'shared'), { recursive: true })
  execFileSync('mknod', [path.join(source, 'block'), 'b', '7', '200'])
  execFileSync('mknod', [path.join(source, 'character'), 'c', '1', '300'])
  fs.writeFileSync(path.join(source, 'program'), 'x', { mode: 0o755 })
  fs.writeFileSync(path.join(source, 'owned'), 'x')
  fs.chownSync(path.join(source, 'owned'), 70_000, 80_000)
  fs.symlinkSync('owned', path.join(source, 'link'))
  fs.lchownSync(path.join(source, 'link'), 1234, 4321)
  attribute(path.join(source, 'program'), 'security.capability', CAPABILITY)
  attribute(path.join(source, 'program'), 'system.posix_acl_access', acl())
  attribute(path.join(source, 'shared'), 'system.posix_acl_default', acl())
  attribute(path.join(source, 'shared'), 'user.label', Buffer.from([0, 255, 10]))
  const before = lookAt(source)
  const repository = await makeRepository(folder.path)
  const { document } = await backup(repository, source)
  assert.deepEqual([document.skippedCount, document.notKeptCount], [0, 0])
  const target = path.join(folder.path, 'target')
  await using opened = await open(repository)
  const { issues } = await restoreSnapshot(opened, document, { target, subtree: source, verify: true })
  assert.deepEqual(issues, [])
  assert.deepEqual(lookAt(target), before)
  for (const [name, key] of [
    ['program', 'security.capability'],
    ['program', 'system.posix_acl_access'],
    ['shared', 'system.posix_acl_default'],
    ['shared', 'user.label'],
  ] as const) {
    assert.deepEqual(attribute(path.join(target, name), key), attribute(path.join(source, name), key), `${name} ${key}`)
  }
})

test('folders that are closed to writing come back with what is in them', async () => {
  using folder = temporaryDirectory()
  const source = path.join(folder.path, 'source')
  for (const [name, mode] of [
    ['read-only', 0o555],
    ['read-only/inner', 0o500],
    ['sticky', 0o1777],
    ['group', 0o2750],
  ] as const) {
    fs.mkdirSync(path.join(source, name), { recursive: true })
    fs.writeFileSync(path.join(source, name, 'file'), name, { mode: 0o400 })
    fs.chmodSync(path.join(source, name), mode)
  }
  const repository = await makeRepository(folder.path)
  const { snapshot } = await backup(repository, source)
  assert.deepEqual(await restored(repository, folder.path, { snapshot, source }), lookAt(source))
})

test('a farm of 3,000 hard links over many folders is one file again, and stored once', async () => {
  using folder = temporaryDirectory()
  const source = path.join(folder.path, 'source')
  fs.mkdirSync(source)
  fs.writeFileSync(path.join(source, 'first'), Buffer.alloc(200_000, 'content'))
  for (let i = 0; i < 3000; i += 1) {
    if (i % 100 === 0) fs.mkdirSync(path.join(source, `d${i / 100}`))
    fs.linkSync(path.join(source, 'first'), path.join(source, `d${Math.floor(i / 100)}`, `link-${i}`))
  }
  const repository = await makeRepository(folder.path)
  const { document } = await backup(repository, source, { workers: 1 })
  assert.ok(document.summary.bytesAdded < 1_000_000, `added ${document.summary.bytesAdded}`)
  const target = path.join(folder.path, 'target')
  await using opened = await open(repository)
  await restoreSnapshot(opened, document, { target, subtree: source })
  const stat = fs.statSync(path.join(target, 'first'))
  assert.equal(stat.nlink, 3001)
  assert.deepEqual(fs.readFileSync(path.join(target, 'd29/link-2999')), Buffer.alloc(200_000, 'content'))
  // A part of the farm is a smaller farm.
  const part = path.join(folder.path, 'part')
  await restoreSnapshot(opened, document, { target: part, subtree: `${source}/d3` })
  assert.equal(fs.statSync(path.join(part, 'link-300')).nlink, 100)
})

test('names that only look alike stay apart', async () => {
  using folder = temporaryDirectory()
  const source = path.join(folder.path, 'source')
  fs.mkdirSync(source)
  const names = [
    '\u00e9',
    'e\u0301',
    'CASE',
    'case',
    'Case',
    'a\u200bb',
    'ab',
    'a ',
    'a',
    '\u2126',
    '\u03a9',
    'new\nline',
    'tab\t',
    '\\n',
    "quote'",
    '"',
    '*',
    '?',
    '~',
    'C:',
    'nul',
    'x'.repeat(255),
  ]
  for (const name of names) fs.writeFileSync(path.join(source, name), name)
  const repository = await makeRepository(folder.path)
  const { snapshot } = await backup(repository, source)
  const back = await restored(repository, folder.path, { snapshot, source })
  assert.equal(back.size, names.length)
  assert.deepEqual(back, lookAt(source))
})

test('times from 1901 to 2446, to the nanosecond', async () => {
  using folder = temporaryDirectory()
  const source = path.join(folder.path, 'source')
  fs.mkdirSync(source)
  const times = [
    [-2_147_483_648, 0],
    [-2_147_483_647, 999_999_999],
    [-1, 1],
    [-1, 999_999_999],
    [0, 0],
    [0, 1],
    [2_147_483_647, 999_999_999],
    [2_147_483_648, 0],
    [4_294_967_296, 5],
    [15_032_385_534, 999_999_999],
  ] as const
  for (const [i, [seconds, nanoseconds]] of times.entries()) {
    fs.writeFileSync(path.join(source, `f${i}`), '')
    const descriptor = fs.openSync(path.join(source, `f${i}`), 'r')
    calls.futimens(descriptor, { seconds, nanoseconds })
    fs.closeSync(descriptor)
    assert.equal(
      fs.statSync(path.join(source, `f${i}`), { bigint: true }).mtimeNs,
      BigInt(seconds) * 1_000_000_000n + BigInt(nanoseconds),
      'this file system keeps such times',
    )
  }
  const repository = await makeRepository(folder.path)
  const { snapshot } = await backup(repository, source)
  assert.deepEqual(await restored(repository, folder.path, { snapshot, source }), lookAt(source))
})
