// Goal: a driver that breaks its promises does no harm: what it throws is shown without its secrets, what does not heed
// the signal is not waited for, and what comes too late is closed.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { failsWith } from '../../test/harness/refusal.ts'
import { until } from '../../test/harness/until.ts'
import { Cut, GuardedSource, type OpenSource, type SourceDriver, Sources } from './index.ts'

const SETTINGS = { place: 'here', password: 'hunter2', keys: { own: 'deep-secret' } }

function guarded(driver: Partial<SourceDriver>): GuardedSource {
  const whole: SourceDriver = {
    kind: 'BAD',
    settings: (zod) => zod.record(zod.string(), zod.unknown()),
    secrets: ['password', 'keys'],
    texts: {},
    capabilities: { restoresInto: true, pointInTime: false },
    label: ({ place }) => `bad:${String(place)}`,
    check: () => Promise.resolve(),
    open: () => Promise.resolve(opened()),
    ...driver,
  }
  return new GuardedSource(new Sources([whole]), { kind: 'BAD', settings: SETTINGS })
}

function opened(source: Partial<OpenSource> = {}): OpenSource {
  return {
    async *entries() {},
    facts: () => ({}),
    [Symbol.asyncDispose]: () => Promise.resolve(),
    ...source,
  }
}

const never = new AbortController().signal
const leak = () => new Error('password=hunter2, then hunter2@deep-secret.')
const SHOWN = { source: 'bad:here', why: 'password=[redacted], then [redacted]@[redacted]' }

test('what a driver throws is said with its label, and without what is secret in its settings', async () => {
  const rejects = { check: () => Promise.reject(leak()), open: () => Promise.reject(leak()) }
  await assert.rejects(guarded({ check: rejects.check }).check(), failsWith('SOURCE_FAILED', SHOWN))
  await assert.rejects(guarded({ open: rejects.open }).open(never), failsWith('SOURCE_FAILED', SHOWN))
  await assert.rejects(
    guarded({ restore: rejects.check }).restore((async function* () {})(), never),
    failsWith('SOURCE_FAILED', SHOWN),
  )
  await assert.rejects(guarded({}).restore((async function* () {})(), never), failsWith('SOURCE_NOT_AVAILABLE'))
  const broken = opened({
    async *entries() {
      yield await Promise.resolve({
        path: '/a',
        cut: Cut.FILES,
        async *content() {
          yield await Promise.resolve(Buffer.of(1))
          throw leak()
        },
      })
      throw leak()
    },
    facts: () => {
      throw leak()
    },
    [Symbol.asyncDispose]: () => Promise.reject(leak()),
  })
  await using source = await guarded({ open: () => Promise.resolve(broken) }).open(never)
  const entries = source.entries()[Symbol.asyncIterator]()
  const { value: entry } = await entries.next()
  const read = async () => {
    for await (const piece of entry.content(never)) assert.equal(piece.length, 1)
  }
  await assert.rejects(read(), failsWith('SOURCE_FAILED', SHOWN))
  await assert.rejects(entries.next(), failsWith('SOURCE_FAILED', SHOWN))
  await assert.rejects(async () => source.facts(), failsWith('SOURCE_FAILED', SHOWN))
})

test('one that does not heed the signal is not waited for, and what it opens late is closed', async () => {
  const stop = new AbortController()
  const late = Promise.withResolvers<OpenSource>()
  const opening = guarded({
    open: () => {
      stop.abort()
      return late.promise
    },
  }).open(stop.signal)
  await assert.rejects(opening, failsWith('ABORTED'))
  let isClosed = false
  const close = () => {
    isClosed = true
    return Promise.resolve()
  }
  late.resolve(opened({ [Symbol.asyncDispose]: close }))
  await until('it is closed', () => isClosed)
  const stalled = new AbortController()
  const check = () => {
    stalled.abort()
    return new Promise<void>(() => {})
  }
  await assert.rejects(guarded({ check }).check(stalled.signal), failsWith('ABORTED'))
})

test('kinds, schemes and variables of a library are told apart, and no driver takes a word of ours', () => {
  const driver = (kind: string, schemes: string[] = []) => ({ kind, schemes }) as unknown as SourceDriver
  assert.throws(() => new Sources([driver('A'), driver('A')]))
  assert.throws(() => new Sources([driver('A', ['x']), driver('B', ['x'])]))
  const sources = new Sources([{ ...driver('A'), ambient: ['ALIB_'] }, driver('B')])
  assert.deepEqual(
    [['ALIB_HOST'], ['ALIB_HOST', 'B'], ['ALIB_HOST', 'A'], ['HOST']].map(([name, kind]) =>
      sources.isForeign(name!, kind),
    ),
    [true, true, false, false],
  )
  for (const kind of ['FILES', 'DATABASE', 'small', 'A-B', '']) assert.throws(() => new Sources([driver(kind)]), kind)
})
