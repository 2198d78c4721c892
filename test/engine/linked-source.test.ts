// Goal: what was backed up under a linked path is found under that name, by every way to ask, and with the rescue
// reader; the next backup takes what is unchanged from it. Links with several names and files of mostly holes are kept.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { Inspector, readHistory, restoreSnapshot } from '../../src/engine/index.ts'
import { backup, makeRepository, open } from '../harness/repository.ts'
import { temporaryDirectory } from '../harness/temporary-directory.ts'

const RESCUE = path.resolve(import.meta.dirname, '../../rescue/neonpro-rescue.ts')

test('a path with links in it is found by that name', async () => {
  using temporary = temporaryDirectory()
  const base = fs.realpathSync(temporary.path)
  const at = (name: string) => path.join(base, name)
  fs.mkdirSync(at('releases/4[1/sub'), { recursive: true })
  fs.writeFileSync(at('releases/4[1/sub/app'), 'forty-one')
  fs.symlinkSync('releases/4[1', at('current'))
  const test = await makeRepository(base)
  await backup(test, at('current'))
  const { snapshot, document } = await backup(test, at('current'))
  assert.deepEqual(document.aliases, [{ path: at('current'), real: at('releases/4[1') }])
  assert.equal(document.summary.filesUnmodified, 1)
  await using repository = await open(test)
  const entry = (await readHistory(repository)).snapshots.find(({ name }) => name === snapshot)!
  await using inspector = await Inspector.open(repository)
  for (const typed of [at('current/sub/app'), at('releases/4[1/sub/app'), 'sub/app', 'current/sub/app'])
    assert.equal(await inspector.typeOf(entry, typed), 'file', typed)
  for (const pattern of [
    at('current/s*/app'),
    at('CURRENT/sub/App').replace('CURRENT', 'current'),
    at('current/sub/app'),
    at('releases/4\\[1/s*/app'),
  ]) {
    const found: string[] = []
    for await (const each of inspector.find([entry], pattern)) found.push(each.path)
    assert.deepEqual(found, [at('releases/4[1/sub/app')], pattern)
  }
  const back = async (name: string, options: { subtree?: string; include?: string[] }) => {
    const target = at(name)
    const { issues } = await restoreSnapshot(repository, entry.document, { target, ...options })
    return [issues.length, fs.readdirSync(target, { recursive: true }).some((each) => String(each).endsWith('app'))]
  }
  assert.deepEqual(await back('one', { subtree: at('current') }), [0, true])
  assert.deepEqual(await back('two', { include: [at('current/sub')] }), [0, true])
  assert.deepEqual(await back('three', { include: [at('current/s*/app')] }), [0, true])
  assert.ok(test.kek.kind === 'raw')
  const key = `base64:${test.kek.key.toString('base64')}`
  const rescued = execFileSync(
    process.execPath,
    [RESCUE, '--repo', test.folder, 'dump', snapshot, at('current/sub/app')],
    {
      env: { ...process.env, BACKUP_ENCRYPTION_KEY: key },
    },
  )
  assert.equal(String(rescued), 'forty-one')
})

test('symbolic links of one inode say so in the snapshot', async () => {
  using temporary = temporaryDirectory()
  const base = fs.realpathSync(temporary.path)
  const source = path.join(base, 'source')
  fs.mkdirSync(source)
  fs.symlinkSync('nowhere', path.join(source, 'a'))
  fs.linkSync(path.join(source, 'a'), path.join(source, 'b'))
  const test = await makeRepository(base)
  const { snapshot } = await backup(test, source)
  await using repository = await open(test)
  const entry = (await readHistory(repository)).snapshots.find(({ name }) => name === snapshot)!
  await using inspector = await Inspector.open(repository)
  const seen: Array<readonly [number, string, string | undefined]> = []
  for await (const { links, identity, linkTarget, type } of inspector.entries(entry, source))
    if (type === 'link') seen.push([links, identity, linkTarget])
  assert.deepEqual([seen.length, seen[0]], [2, seen[1]])
  assert.deepEqual([seen[0]![0], seen[0]![2]], [2, 'nowhere'])
})

test('a file of three TiB that is nearly all holes is not read through', async () => {
  using temporary = temporaryDirectory()
  const base = fs.realpathSync(temporary.path)
  const source = path.join(base, 'source')
  fs.mkdirSync(source)
  const file = path.join(source, 'disk.img')
  fs.writeFileSync(file, 'begin')
  const bytes = 3 * 2 ** 40
  fs.truncateSync(file, bytes)
  const descriptor = fs.openSync(file, 'r+')
  fs.writeSync(descriptor, 'middle', 2 * 2 ** 40)
  fs.closeSync(descriptor)
  const test = await makeRepository(base)
  const before = process.cpuUsage().user
  const { document, snapshot } = await backup(test, source)
  assert.ok(process.cpuUsage().user - before < 20_000_000, 'seconds of work')
  assert.deepEqual([document.skippedCount, document.summary.bytesProcessed], [0, bytes])
  await using repository = await open(test)
  const entry = (await readHistory(repository)).snapshots.find(({ name }) => name === snapshot)!
  const target = path.join(base, 'back')
  const { issues } = await restoreSnapshot(repository, entry.document, { target, subtree: source })
  assert.deepEqual(issues, [])
  const back = fs.openSync(path.join(target, 'disk.img'), 'r')
  const at = (position: number) => {
    const buffer = Buffer.alloc(6)
    fs.readSync(back, buffer, 0, 6, position)
    return buffer.toString().replaceAll('\0', '.')
  }
  assert.deepEqual(
    [fs.fstatSync(back).size, at(0), at(2 ** 40), at(2 * 2 ** 40)],
    [bytes, 'begin.', '......', 'middle'],
  )
  fs.closeSync(back)
})
