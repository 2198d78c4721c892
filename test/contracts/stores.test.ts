// Goal: each store keeps the port's promises; the local one keeps its own on modes, sweeping and links besides.
import assert from 'node:assert/strict'
import fs from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { machineTag } from '../../src/kernel/machine.ts'
import { CheckedStore } from '../../src/storage/checked-store.ts'
import type { ByteSource, ObjectStore } from '../../src/storage/index.ts'
import { openStore, parseLocation } from '../../src/system/compose.ts'
import { MemoryStore } from '../harness/memory-store.ts'
import { failsWith } from '../harness/refusal.ts'
import { storeWith } from '../harness/store-with.ts'
import { temporaryDirectory } from '../harness/temporary-directory.ts'
import { toy } from '../harness/toy-provider.ts'
import { ToyAnswer, toyServer } from '../harness/toy-server.ts'
import { objectStoreContract } from './object-store.ts'

objectStoreContract('memory', () => ({ store: new MemoryStore(), dispose: () => {} }))

objectStoreContract('checked', () => ({ store: new CheckedStore(new MemoryStore()), dispose: () => {} }))

objectStoreContract('over the network', async () => {
  const server = await toyServer()
  const { token } = server
  const open = () => toy.open({ place: `${server.host}/bucket`, token })
  return { store: open(), again: open, dispose: () => server[Symbol.asyncDispose]() }
})

objectStoreContract('local', () => {
  const folder = temporaryDirectory()
  const open = () => openStore(parseLocation(path.join(folder.path, 'store')))
  return { store: open(), again: open, dispose: () => folder[Symbol.dispose]() }
})

const MIB = 1024 * 1024

/** 48 MiB in pieces of a quarter; `onPiece` is told how many bytes are out. */
function largeSource(onPiece: (bytes: number) => void): ByteSource {
  return {
    bytes: 48 * MIB,
    async *open() {
      for (let out = MIB / 4; out <= 48 * MIB; out += MIB / 4) {
        onPiece(out)
        yield Buffer.alloc(MIB / 4)
        await new Promise((resolve) => setImmediate(resolve))
      }
    },
  }
}

test('over the network: what passes is never whole in memory, whichever side is slower', async () => {
  const [drawn, taken, on] = [
    { put: 0, get: 0 },
    { put: 0, get: 0 },
    { put: 0, get: 0 },
  ]
  const moved = (what: 'put' | 'get') => {
    on[what] = Math.max(on[what], drawn[what] - taken[what])
  }
  const behind = storeWith(new MemoryStore(), {
    put: async (_, body) => {
      for await (const piece of (body as ByteSource).open()) taken.put += piece.length
    },
    head: (key) => Promise.resolve({ key, bytes: 48 * MIB, modifiedMs: 0 }),
    stream: () =>
      largeSource((out) => {
        drawn.get = out
        moved('get')
      }).open(),
  })
  await using server = await toyServer({ open: () => behind })
  const store = new CheckedStore(toy.open({ place: `${server.host}/bucket`, token: server.token }))
  await store.put(
    'large',
    largeSource((out) => {
      drawn.put = out
      moved('put')
    }),
  )
  for await (const piece of store.stream('large')) {
    taken.get += piece.length
    await new Promise((resolve) => setImmediate(resolve))
  }
  assert.deepEqual(taken, { put: 48 * MIB, get: 48 * MIB })
  assert.ok(on.put < 16 * MIB && on.get < 16 * MIB, JSON.stringify(on))
})

test('a store of another machine is taken at no word: it is the store that fails, whatever it answers', async () => {
  let answer: ToyAnswer = ToyAnswer.RIGHT
  await using server = await toyServer({ answer: () => answer })
  const store = new CheckedStore(toy.open({ place: `${server.host}/bucket`, token: server.token }))
  const content = Buffer.from('0123456789'.repeat(1000))
  await store.put('k/there', content)
  const streamed = (range: object) => async () => {
    for await (const _ of store.stream('k/there', range));
  }
  const reads: Array<() => Promise<unknown>> = [
    () => store.get('k/there', { offset: 10, length: 5000 }),
    streamed({ offset: 10, length: 5000 }),
    streamed({}),
  ]
  const cases: ReadonlyArray<readonly [ToyAnswer, ReadonlyArray<() => Promise<unknown>>]> = [
    [ToyAnswer.SHORT, reads],
    [ToyAnswer.CUT, [...reads, () => store.get('k/there'), () => store.get('k/there', { bytesMax: 20_000 })]],
    [ToyAnswer.LOST, [...reads, () => store.put('k/lost', content), () => store.head('k/there')]],
    [ToyAnswer.REFUSED, [...reads, () => store.put('k/refused', content), () => store.delete('k/there')]],
    [ToyAnswer.NOTHING, [() => store.put('k/nothing', content), () => store.put('k/nothing', source(content))]],
  ]
  for (const [how, calls] of cases) {
    answer = how
    for (const [i, call] of calls.entries()) await assert.rejects(call, failsWith('STORAGE_FAILED'), `${how} ${i}`)
  }
  answer = ToyAnswer.RIGHT
  assert.deepEqual(await keysIn(store), ['k/lost', 'k/there'], 'what was done and not answered is done')
  await assert.rejects(store.get('k/there', { bytesMax: content.length - 1 }), failsWith('DAMAGED'))
  assert.equal((await store.get('k/there', { bytesMax: content.length })).length, content.length)
})

function source(content: Uint8Array): ByteSource {
  return {
    bytes: content.length,
    async *open() {
      await Promise.resolve()
      yield content
    },
  }
}

async function keysIn(store: ObjectStore): Promise<string[]> {
  const keys: string[] = []
  for await (const { key } of store.list('')) keys.push(key)
  return keys
}

test('local: modes are exact whatever the umask, 0600 and 0700 unless the location says otherwise', async () => {
  using folder = temporaryDirectory()
  const before = process.umask(0o077)
  try {
    for (const [query, fileMode, directoryMode] of [
      ['', 0o600, 0o700],
      ['?mode=0640&dir-mode=0750', 0o640, 0o750],
    ] as const) {
      const base = path.join(folder.path, `s${fileMode}`)
      const store = openStore(parseLocation(`file://${base}${query}`))
      await store.put('a/b', Buffer.from('x'))
      fs.writeFileSync(path.join(store.local!.workspace, 'pack'), 'x')
      await store.local!.publish(path.join(store.local!.workspace, 'pack'), 'a/c')
      for (const name of ['a/b', 'a/c']) assert.equal(fs.statSync(path.join(base, name)).mode & 0o777, fileMode)
      assert.equal(fs.statSync(path.join(base, 'a')).mode & 0o777, directoryMode)
    }
  } finally {
    process.umask(before)
  }
  for (const bad of ['?mode=999', '?uid=root', '?colour=1'])
    assert.throws(() => parseLocation(`file:///x${bad}`), failsWith('USAGE'))
  for (const bad of ['file://otherhost/tmp', 'file:///%zz', 'file:///a%2fb', 'file://'])
    assert.throws(() => parseLocation(bad), failsWith('USAGE'), bad)
})

test('local: as root, owner and group are set', {
  skip: process.getuid?.() === 0 ? false : 'only root may give files away',
}, async () => {
  using folder = temporaryDirectory()
  const store = openStore(parseLocation(`file://${folder.path}/s?uid=1234&gid=4321`))
  await store.put('a/b', Buffer.from('x'))
  for (const name of ['a', 'a/b'])
    assert.deepEqual(
      [fs.statSync(`${folder.path}/s/${name}`).uid, fs.statSync(`${folder.path}/s/${name}`).gid],
      [1234, 4321],
    )
})

test('local: prepare sweeps what dead processes of this machine left, and old things; never what may be in use', async () => {
  using folder = temporaryDirectory()
  const store = openStore(parseLocation(folder.path))
  await store.prepare()
  const staged = (name: string, ageMs = 0) => {
    const file = path.join(store.local!.workspace, name)
    fs.writeFileSync(file, 'x')
    fs.utimesSync(file, new Date(), new Date(Date.now() - ageMs))
    return file
  }
  const dead = staged(`pack-${machineTag()}-4194305-abc`)
  const mine = staged(`put-${machineTag()}-${process.pid}-abc`)
  const foreign = staged('put-00000000-4194305-abc')
  const old = staged('put-00000000-4194305-old', 49 * 3600 * 1000)
  await store.prepare()
  assert.deepEqual(
    [dead, mine, foreign, old].map((file) => fs.existsSync(file)),
    [false, true, true, false],
  )
})

test('local: a link in the place of an object is never followed', async () => {
  using folder = temporaryDirectory()
  const store = openStore(parseLocation(path.join(folder.path, 'store')))
  await store.put('a/real', Buffer.from('x'))
  fs.writeFileSync(path.join(folder.path, 'outside'), 'secret')
  fs.symlinkSync(path.join(folder.path, 'outside'), path.join(folder.path, 'store/a/link'))
  assert.equal(await store.head('a/link'), undefined)
  const listed: string[] = []
  for await (const { key } of store.list('a/')) listed.push(key)
  assert.deepEqual(listed, ['a/real'])
  await store.put('a/link', Buffer.from('new'))
  assert.equal(fs.readFileSync(path.join(folder.path, 'outside'), 'utf8'), 'secret')
})
