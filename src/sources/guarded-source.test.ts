// Goal: a driver that breaks its promises does no harm: what it throws is shown without its secrets, what does not heed
// the signal is not waited for, and what comes too late is closed.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { failsWith } from '../../test/harness/refusal.ts'
import { until } from '../../test/harness/until.ts'
import { BackupError, isBackupError } from '../kernel/backup-error.ts'
import { redactValue } from '../kernel/redaction.ts'
import { Cut, GuardedSource, labelOf, type OpenSource, type SourceDriver, Sources } from './index.ts'
import { sourceFailed } from './source-failure.ts'

const SETTINGS = { place: 'here', password: 'hunter2', keys: { own: 'deep-secret' } }

function guarded(driver: Partial<SourceDriver>, options?: { readonly checkSeconds: number }): GuardedSource {
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
  return new GuardedSource(new Sources([whole]), { kind: 'BAD', settings: SETTINGS }, options)
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

test('what throws before it promises anything, and what a driver says in our words, is held against the secrets', async () => {
  const at = { path: '/a', cut: Cut.FILES }
  const content = () => {
    throw leak()
  }
  const broken = opened({
    async *entries() {
      yield await Promise.resolve({ ...at, content })
    },
  })
  await using source = await guarded({ open: () => Promise.resolve(broken) }).open(never)
  const { value: entry } = await source.entries()[Symbol.asyncIterator]().next()
  await assert.rejects(entry.content(never).next(), failsWith('SOURCE_FAILED', SHOWN))
  const open = () => {
    throw leak()
  }
  await assert.rejects(guarded({ open }).open(never), failsWith('SOURCE_FAILED', SHOWN))
  const whole = sourceFailed('bad:here', 'nobody is at home')
  const own: readonly BackupError[] = [
    sourceFailed('bad:hunter2', 'hunter2 is refused'),
    new BackupError('SOURCE_FAILED', 'refused', { context: { source: 'x', list: ['deep-secret'] } }),
    new BackupError('SOURCE_FAILED', 'refused', { cause: leak() }),
  ]
  const stop = new AbortController()
  const stopped = () => {
    stop.abort()
    return Promise.reject(leak())
  }
  const thrown = [
    ...(await Promise.all(own.map((error) => errorOf(guarded({ check: () => Promise.reject(error) }).check())))),
    await errorOf(guarded({ check: stopped }).check(stop.signal)),
  ]
  for (const error of thrown) {
    const logged = JSON.stringify(redactValue(error))
    assert.ok(isBackupError(error) && !/hunter2|deep-secret/.test(logged), logged)
  }
  assert.equal(await errorOf(guarded({ check: () => Promise.reject(whole) }).check()), whole)
})

const errorOf = async (act: Promise<unknown>): Promise<unknown> =>
  await act.then(
    () => assert.fail('nothing was thrown'),
    (error: unknown) => error,
  )

test('a label says nothing that is secret, and keeps a user who is called like the password', () => {
  const driver = (label: SourceDriver['label']) =>
    new Sources([{ kind: 'A', secrets: ['password', 'url'], label } as Partial<SourceDriver> as SourceDriver])
  const settings = { user: 'postgres', password: 'postgres', url: 'x://u:hunter2@host/d' }
  const shown = (label: SourceDriver['label']) => labelOf(driver(label), 'A', settings)
  assert.equal(
    shown(({ user }) => `a:${String(user)}`),
    'a:postgres',
  )
  assert.equal(
    shown(({ url }) => `a:${new URL(String(url)).host}`),
    'a:host',
  )
  assert.equal(
    shown(({ url }) => `a:${new URL(String(url)).password}`),
    'a:[redacted]',
  )
})

test('a check is not begun when it is stopped already, and given up when it does not answer', async () => {
  const check = () => new Promise<void>(() => {})
  await assert.rejects(guarded({ check }).check(AbortSignal.abort()), failsWith('ABORTED'))
  await assert.rejects(
    guarded({ check }, { checkSeconds: 0.01 }).check(never),
    failsWith('SOURCE_FAILED', { source: 'bad:here', why: 'it did not answer within 0.01 s' }),
  )
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
  for (const kind of ['FILES', 'DATABASE', 'STREAM', 'GROUP', 'small', 'A-B', ''])
    assert.throws(() => new Sources([driver(kind)]), kind)
})
