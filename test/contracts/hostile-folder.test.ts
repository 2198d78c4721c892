// Goal: a repository's folder that others can write to costs nobody anything: no link is followed in the place of an
// object or of the staging folder, no pipe or device is waited for, nothing is read that is longer than it may be; and
// what its owner put on another disk is used. Method: a local store on a prepared folder, and repositories on it.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { ClientState, readUserFile, writeUserFile } from '../../src/engine/index.ts'
import { openStore, parseLocation } from '../../src/system/compose.ts'
import { failsWith } from '../harness/refusal.ts'
import { backup, lookAt, makeRepository, open, pruned, restored, sampleTree, verified } from '../harness/repository.ts'
import { seededRandom } from '../harness/seeded-random.ts'
import { temporaryDirectory } from '../harness/temporary-directory.ts'

const MONTH_MS = 30 * 24 * 3600 * 1000

function oldFile(file: string): string {
  fs.mkdirSync(path.dirname(file), { recursive: true })
  fs.writeFileSync(file, 'mine')
  fs.utimesSync(file, new Date(), new Date(Date.now() - MONTH_MS))
  return file
}

test('a link in the place of the staging folder is taken away, and nothing of what it leads to', async () => {
  using folder = temporaryDirectory()
  const root = path.join(folder.path, 'store')
  const files = ['letter.txt', 'put-00000000-1-abc', 'reserve'].map((name) =>
    oldFile(path.join(folder.path, 'victim', name)),
  )
  fs.mkdirSync(root)
  fs.symlinkSync(path.join(folder.path, 'victim'), path.join(root, '.staging'))
  const store = openStore(parseLocation(root))
  await store.prepare()
  await store.put('a/b', Buffer.from('x'))
  await store.local!.reserve('use')
  assert.deepEqual(
    files.map((file) => fs.readFileSync(file, 'utf8')),
    ['mine', 'mine', 'mine'],
  )
  assert.deepEqual(fs.readdirSync(path.join(folder.path, 'victim')).length, 3)
  assert.ok(fs.lstatSync(path.join(root, '.staging')).isDirectory())
})

test('what this program never put into the staging folder is nobody else to sweep', async () => {
  using folder = temporaryDirectory()
  const store = openStore(parseLocation(folder.path))
  await store.prepare()
  const file = oldFile(path.join(store.local!.workspace, 'thesis.doc'))
  await store.prepare()
  assert.ok(fs.existsSync(file))
})

test('folders that their owner put on another disk are used; a link in a circle is not walked', async () => {
  using folder = temporaryDirectory()
  const source = path.join(folder.path, 'source')
  sampleTree(source, seededRandom(9))
  const made = await makeRepository(folder.path)
  await backup(made, source)
  const shard = fs.readdirSync(path.join(made.folder, 'packs'))[0]!
  for (const name of ['snapshots', 'index', `packs/${shard}`]) {
    const elsewhere = path.join(folder.path, 'disk', name)
    fs.mkdirSync(path.dirname(elsewhere), { recursive: true })
    fs.renameSync(path.join(made.folder, name), elsewhere)
    fs.symlinkSync(elsewhere, path.join(made.folder, name))
  }
  for (const [name, to] of [
    ['packs/zz', '..'],
    ['loop', '.'],
    ['up', '/'],
  ] as const)
    fs.symlinkSync(to, path.join(made.folder, name))
  fs.writeFileSync(path.join(source, 'more'), 'more')
  const { snapshot } = await backup(made, source)
  await pruned(made)
  assert.equal((await verified(made)).length, 2)
  assert.deepEqual(await restored(made, folder.path, { snapshot, source }), lookAt(source))
})

test('a pipe, a device, a socket or a link is no object: never waited for, never read', {
  timeout: 20_000,
}, async () => {
  using folder = temporaryDirectory()
  const store = openStore(parseLocation(folder.path))
  await store.put('a/real', Buffer.from('x'))
  execFileSync('mkfifo', [path.join(folder.path, 'a/pipe')])
  fs.symlinkSync('/dev/zero', path.join(folder.path, 'a/device'))
  fs.symlinkSync('loop', path.join(folder.path, 'a/loop'))
  fs.mkdirSync(path.join(folder.path, 'a/folder'))
  for (const key of ['a/pipe', 'a/device', 'a/loop', 'a/folder']) {
    await assert.rejects(store.get(key), failsWith('NOT_FOUND'))
    await assert.rejects(store.get(key, { offset: 0, length: 1 }), failsWith('NOT_FOUND'))
    assert.equal(await store.head(key), undefined)
  }
  await store.delete('a/folder')
  assert.ok(fs.existsSync(path.join(folder.path, 'a/folder')), 'a folder is no object, and is let be')
  const others: string[] = []
  for await (const { key, isOther } of store.list('', { withOthers: true })) if (isOther) others.push(key)
  assert.deepEqual(others, ['a/device', 'a/loop', 'a/pipe'])
})

test('a giant is refused before any of it is read', async () => {
  using folder = temporaryDirectory()
  const store = openStore(parseLocation(folder.path))
  fs.writeFileSync(path.join(folder.path, 'giant'), '')
  fs.truncateSync(path.join(folder.path, 'giant'), 2 ** 40)
  await assert.rejects(store.get('giant', { bytesMax: 1024 }), failsWith('DAMAGED'))
})

test('a folder of the application that leads elsewhere loses nothing there', async () => {
  using folder = temporaryDirectory()
  const made = await makeRepository(folder.path)
  const content = async function* () {
    yield await Promise.resolve(Buffer.from('report'))
  }
  await using repository = await open(made)
  await writeUserFile(repository, 'report.pdf', content())
  const shard = path.join(made.folder, 'user', fs.readdirSync(path.join(made.folder, 'user'))[0]!)
  const id = fs.readdirSync(shard)[0]!
  fs.renameSync(path.join(shard, id), path.join(folder.path, 'victim'))
  fs.symlinkSync(path.join(folder.path, 'victim'), path.join(shard, id))
  const letter = oldFile(path.join(folder.path, 'victim/letter.txt'))
  await writeUserFile(repository, 'report.pdf', content())
  assert.ok(fs.existsSync(letter))
  await using read = await readUserFile(repository, 'report.pdf')
  const pieces: Uint8Array[] = []
  for await (const piece of read.content) pieces.push(Buffer.from(piece))
  assert.equal(Buffer.concat(pieces).toString(), 'report')
})

test('what stands in the place of a remembered state costs the memory and nothing else', { timeout: 20_000 }, () => {
  using folder = temporaryDirectory()
  const id = Buffer.alloc(16, 7)
  const at = (name: string) => path.join(folder.path, id.toString('hex'), name)
  fs.mkdirSync(path.dirname(at('x')), { recursive: true })
  execFileSync('mkfifo', [at('heads.json'), at('writer-0.id'), at('writer-0.lock')])
  const state = new ClientState(folder.path, id)
  assert.equal(state.heads(), undefined)
  using writer = state.claimWriter()
  assert.equal(writer.id.length, 16)
  state.remember({ keyGeneration: 1, deleteGeneration: 0, writers: {} })
  assert.equal(state.heads()?.keyGeneration, 1)
})

test('what the owner of a folder puts in the place of what root writes there does not become theirs', {
  skip: process.getuid?.() === 0 ? false : 'giving files away needs root',
}, async () => {
  using folder = temporaryDirectory()
  const victim = path.join(folder.path, 'victim')
  fs.writeFileSync(victim, 'of root', { mode: 0o644 })
  const root = path.join(folder.path, 'store')
  fs.mkdirSync(root)
  fs.chownSync(root, 54_321, 54_321)
  const store = openStore(parseLocation(root))
  await store.prepare()
  const take = (file: string) => {
    fs.rmSync(file)
    fs.linkSync(victim, file)
  }
  const body = {
    bytes: 1,
    open: async function* () {
      take(
        path.join(store.local!.workspace, fs.readdirSync(store.local!.workspace).find((name) => /^put-/.test(name))!),
      )
      yield await Promise.resolve(Buffer.from('x'))
    },
  }
  await store.put('a/b', body)
  const staged = path.join(store.local!.workspace, 'pack-00000000-1-abc')
  fs.writeFileSync(staged, 'pack')
  take(staged)
  await assert.rejects(store.local!.publish(staged, 'a/c'), failsWith('STORAGE_FAILED'))
  const { uid, mode } = fs.statSync(victim)
  assert.deepEqual([uid, mode & 0o777], [0, 0o644])
})
