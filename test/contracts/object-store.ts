/**
 * What every store has to do, as tests. A provider's own test file calls `objectStoreContract` with a way to open it.
 */
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { isBackupError } from '../../src/kernel/backup-error.ts'
import { type ByteSource, type ObjectStore, publishFile, type RangeOptions } from '../../src/storage/index.ts'
import { failsWith } from '../harness/refusal.ts'
import { temporaryDirectory } from '../harness/temporary-directory.ts'

/** Opens a fresh, empty store. `again` opens a second connection to the same objects, where there is such a thing. */
export interface OpenedStore {
  readonly store: ObjectStore
  readonly again?: () => ObjectStore
  readonly dispose: () => void | PromiseLike<void>
}
export type OpenStore = () => OpenedStore | Promise<OpenedStore>

function source(
  pieces: readonly Uint8Array[],
  bytes = pieces.reduce((sum, piece) => sum + piece.length, 0),
): ByteSource {
  return {
    bytes,
    async *open() {
      await Promise.resolve()
      yield* pieces
    },
  }
}

function failing(after: Uint8Array): ByteSource {
  return {
    bytes: after.length * 2,
    async *open() {
      await Promise.resolve()
      yield after
      throw new Error('the source broke')
    },
  }
}

async function keysOf(store: ObjectStore, prefix: string): Promise<string[]> {
  const keys: string[] = []
  for await (const { key } of store.list(prefix)) keys.push(key)
  return keys
}

export function objectStoreContract(name: string, open: OpenStore): void {
  const check = (what: string, run: (opened: OpenedStore) => Promise<void>) =>
    test(`${name}: ${what}`, async () => {
      const opened = await open()
      try {
        await opened.store.prepare()
        await run(opened)
      } finally {
        await opened.store[Symbol.asyncDispose]()
        await opened.dispose()
      }
    })
  puts(check)
  gets(check)
  lists(check)
  others(check)
}

type Check = (what: string, run: (opened: OpenedStore) => Promise<void>) => unknown

function puts(check: Check): void {
  check('objects of many sizes come back, from bytes and from sources', async ({ store }) => {
    for (const bytes of [0, 1, 4095, 4096, 4097, 1024 * 1024 + 1]) {
      const content = randomBytes(bytes)
      await store.put(`a/b${bytes}`, content)
      await store.put(`a/s${bytes}`, source([content.subarray(0, bytes >> 1), content.subarray(bytes >> 1)]))
      assert.deepEqual(Buffer.from(await store.get(`a/b${bytes}`)), content)
      assert.deepEqual(Buffer.from(await store.get(`a/s${bytes}`)), content)
      assert.equal((await store.head(`a/s${bytes}`))?.bytes, bytes)
    }
  })
  check('a source that is short, long or breaks leaves nothing, and what was there stays', async ({ store }) => {
    await store.put('k/old', Buffer.from('old'))
    const bad = [source([Buffer.from('abc')], 5), source([Buffer.from('abcdef')], 3), failing(Buffer.from('abc'))]
    for (const body of bad) {
      await assert.rejects(store.put('k/new', body))
      await assert.rejects(store.put('k/old', body))
    }
    assert.deepEqual(await keysOf(store, ''), ['k/old'])
    assert.equal(Buffer.from(await store.get('k/old')).toString(), 'old')
  })
  check('put replaces; put if absent does not', async ({ store }) => {
    await store.put('k/one', Buffer.from('first'))
    await store.put('k/one', Buffer.from('second'))
    await assert.rejects(store.put('k/one', Buffer.from('third'), { ifAbsent: true }), failsWith('ALREADY_EXISTS'))
    assert.equal(Buffer.from(await store.get('k/one')).toString(), 'second')
    await store.delete('k/one')
    await store.put('k/one', Buffer.from('fourth'), { ifAbsent: true })
  })
  check('of eight that create at once one wins, whole', async ({ store }) => {
    const bodies = Array.from({ length: 8 }, (_, i) => Buffer.alloc(50_000, i))
    const results = await Promise.allSettled(bodies.map((body) => store.put('race/key', body, { ifAbsent: true })))
    assert.equal(results.filter(({ status }) => status === 'fulfilled').length, 1)
    const winner = results.findIndex(({ status }) => status === 'fulfilled')
    assert.deepEqual(Buffer.from(await store.get('race/key')), bodies[winner])
  })
  check('of eight that overwrite at once the object is one of them, never a mix', async ({ store }) => {
    await Promise.all(Array.from({ length: 8 }, (_, i) => store.put('race/over', Buffer.alloc(300_000, i))))
    const found = await store.get('race/over')
    assert.ok(found.length === 300_000 && found.every((byte) => byte === found[0]))
  })
  check(
    'a finished file is published and gone from staging; publishing what is there is success',
    async ({ store }) => {
      using folder = temporaryDirectory()
      const publish = async () => {
        const staged = path.join(store.local?.workspace ?? folder.path, 'pack-test')
        fs.writeFileSync(staged, 'pack')
        await publishFile(store, staged, { key: 'packs/aa/pack' })
        assert.ok(!fs.existsSync(staged))
      }
      await publish()
      await publish()
      assert.equal(Buffer.from(await store.get('packs/aa/pack')).toString(), 'pack')
    },
  )
  check('an aborted put leaves nothing', async ({ store }) => {
    await assert.rejects(
      store.put('k/aborted', Buffer.from('x'), { signal: AbortSignal.abort() }),
      failsWith('ABORTED'),
    )
    assert.equal(await store.head('k/aborted'), undefined)
  })
  check('a call that is stopped on its way fails as stopped, not as the store', async ({ store }) => {
    const stop = new AbortController()
    const body = {
      bytes: 4,
      async *open() {
        yield Buffer.from('ab')
        await Promise.resolve()
        stop.abort()
        yield Buffer.from('cd')
      },
    }
    await assert.rejects(store.put('k/stopped', body, { signal: stop.signal }), failsWith('ABORTED'))
    assert.equal(await store.head('k/stopped'), undefined)
    const late = new AbortController()
    const reading = store.get('k/stopped', { signal: late.signal })
    late.abort()
    await assert.rejects(reading, (error) => isBackupError(error, 'ABORTED') || isBackupError(error, 'NOT_FOUND'))
  })
}

function gets(check: Check): void {
  check('ranges are exact, and a range that is not there is an error', async ({ store }) => {
    await store.put('r/k', Buffer.from('0123456789'))
    const range = async (offset: number, length?: number) =>
      Buffer.from(await store.get('r/k', { offset, ...(length !== undefined && { length }) })).toString()
    assert.deepEqual(
      [await range(0, 3), await range(4, 2), await range(7), await range(0, 0), await range(10, 0)],
      ['012', '45', '789', '', ''],
    )
    for (const [offset, length] of [
      [8, 5],
      [11, 1],
      [20, 0],
    ] as const)
      await assert.rejects(store.get('r/k', { offset, length }), failsWith('STORAGE_FAILED'))
  })
  check('a stream gives what get gives, and may be left or stopped at any piece', async ({ store }) => {
    const content = randomBytes(5 * 1024 * 1024 + 7)
    await store.put('s/k', content)
    const taken = async (range: RangeOptions) => {
      const pieces: Uint8Array[] = []
      for await (const piece of store.stream('s/k', range)) pieces.push(piece)
      return Buffer.concat(pieces)
    }
    assert.ok((await taken({})).equals(content))
    assert.ok((await taken({ offset: 3_000_000 })).equals(content.subarray(3_000_000)))
    assert.ok((await taken({ offset: 5, length: 2_000_001 })).equals(content.subarray(5, 2_000_006)))
    assert.equal((await taken({ offset: 9, length: 0 })).length, 0)
    await assert.rejects(taken({ offset: 5 * 1024 * 1024, length: 8 }), failsWith('STORAGE_FAILED'))
    await assert.rejects(async () => {
      for await (const _ of store.stream('s/none'));
    }, failsWith('NOT_FOUND'))
    for await (const piece of store.stream('s/k')) if (piece.length > 0) break
    const stop = new AbortController()
    await assert.rejects(async () => {
      for await (const _ of store.stream('s/k', { signal: stop.signal })) stop.abort()
    }, failsWith('ABORTED'))
    assert.ok((await taken({ length: 10 })).equals(content.subarray(0, 10)), 'as good as before')
  })
  check('what is missing is NOT_FOUND, and a folder is no object', async ({ store }) => {
    await store.put('d/e/f', Buffer.from('x'))
    await assert.rejects(store.get('d/none'), failsWith('NOT_FOUND'))
    await assert.rejects(store.get('d/none', { offset: 0, length: 1 }), failsWith('NOT_FOUND'))
    assert.equal(await store.head('d/none'), undefined)
    assert.equal(await store.head('d/e'), undefined)
  })
}

function lists(check: Check): void {
  check('lists in byte order by prefix, at once after a write, and nothing unfinished', async ({ store }) => {
    const keys = ['a', 'a-b', 'a.b', 'ab/c', 'abc/d', 'b/1', 'b/10', 'b/2', 'b/a/deep/er']
    for (const key of keys.toReversed()) await store.put(key, Buffer.from(key))
    if (store.local) fs.writeFileSync(path.join(store.local.workspace, 'put-unfinished'), 'x')
    assert.deepEqual(await keysOf(store, ''), [...keys].sort())
    assert.deepEqual(await keysOf(store, 'b/'), ['b/1', 'b/10', 'b/2', 'b/a/deep/er'])
    assert.deepEqual(await keysOf(store, 'b/1'), ['b/1', 'b/10'])
    assert.deepEqual(await keysOf(store, 'ab'), ['ab/c', 'abc/d'])
    assert.deepEqual(await keysOf(store, 'none/'), [])
  })
  check('2,500 keys are listed, also while some are deleted', async ({ store }) => {
    await Promise.all(
      Array.from({ length: 2500 }, (_, i) => store.put(`many/${String(i).padStart(5, '0')}`, Buffer.from([i & 255]))),
    )
    assert.equal((await keysOf(store, 'many/')).length, 2500)
    let seen = 0
    for await (const { key } of store.list('many/')) {
      seen += 1
      if (seen === 10) await store.delete('many/02000')
      assert.ok(key.startsWith('many/'))
    }
    assert.ok(seen >= 2499)
  })
  check('a list can be aborted', async ({ store }) => {
    for (let i = 0; i < 5; i += 1) await store.put(`l/${i}`, Buffer.from('x'))
    await assert.rejects(async () => {
      for await (const _ of store.list('l/', { signal: AbortSignal.abort() }));
    }, failsWith('ABORTED'))
  })
}

function others(check: Check): void {
  check('delete removes one key, twice is success, neighbours stay', async ({ store }) => {
    for (const key of ['n/ab', 'n/abc', 'n/a']) await store.put(key, Buffer.from(key))
    await store.delete('n/ab')
    await store.delete('n/ab')
    await store.delete('n/never')
    assert.deepEqual(await keysOf(store, 'n/'), ['n/a', 'n/abc'])
  })
  check('keys that could leave the store are refused', async ({ store }) => {
    for (const key of [
      '',
      '/a',
      'a/',
      'a//b',
      '../a',
      'a/../b',
      '.hidden',
      'a/.b',
      'A',
      'ã',
      'a b',
      'a\0',
      `${'x/'.repeat(300)}x`,
    ]) {
      await assert.rejects(store.put(key, Buffer.from('x')), failsWith('USAGE'), key)
      await assert.rejects(store.get(key), failsWith('USAGE'), key)
      await assert.rejects(async () => store.delete(key), failsWith('USAGE'), key)
    }
  })
  check('the clock goes with the objects', async ({ store }) => {
    const before = await store.nowMs()
    await store.put('t/k', Buffer.from('x'))
    const { modifiedMs } = (await store.head('t/k'))!
    assert.ok(modifiedMs >= before - 50 && modifiedMs <= (await store.nowMs()) + 50)
  })
  check('a second connection sees what the first wrote', async ({ store, again }) => {
    const other = again?.() ?? store
    await store.put('s/k', Buffer.from('x'))
    assert.equal(Buffer.from(await other.get('s/k')).toString(), 'x')
    assert.deepEqual(await keysOf(other, 's/'), ['s/k'])
  })
  check('closing twice is allowed, calls after it fail', async ({ store }) => {
    await store[Symbol.asyncDispose]()
    await store[Symbol.asyncDispose]()
    await assert.rejects(async () => store.get('a/b'), failsWith('STORAGE_FAILED'))
  })
  check('capacity is sane where it is known', async ({ store }) => {
    const capacity = await store.capacity()
    assert.ok(!capacity || (capacity.bytesFree <= capacity.bytesTotal && capacity.bytesTotal > 0))
  })
}
