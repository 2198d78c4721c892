// Goal: files of the application come back byte for byte, sealed, under any name that is taken; what was tampered with
// is found; nothing else is touched. Method: round trips through real folders, streams beside a memory bound, and every
// stored byte changed in turn.
import assert from 'node:assert/strict'
import { createHash, randomBytes } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { Readable } from 'node:stream'
import { test } from 'node:test'
import v8 from 'node:v8'
import vm from 'node:vm'
import fc from 'fast-check'
import { prune } from '../../src/engine/index.ts'
import { type BackupError, isBackupError } from '../../src/kernel/backup-error.ts'
import type { SystemParts } from '../../src/services/index.ts'
import { download, exists, list, remove, upload } from '../../src/services/storage/index.ts'
import { failsWith } from '../harness/refusal.ts'
import { makeRepository, open, type TestRepository, verified } from '../harness/repository.ts'
import { temporaryDirectory } from '../harness/temporary-directory.ts'

const MIB = 1024 * 1024
const sha256 = (bytes: Uint8Array | string) => createHash('sha256').update(bytes).digest('hex')

/** Storage needs nothing of the system but its repository and the log. */
async function stage(base: string): Promise<{ repository: TestRepository; parts: SystemParts; errors: string[] }> {
  const repository = await makeRepository(base)
  const errors: string[] = []
  const parts = {
    repositories: { first: { open: () => open(repository) } },
    log: { error: (message: string) => void errors.push(message) },
    locale: 'en',
  } as unknown as SystemParts
  return { repository, parts, errors }
}

const storedFiles = ({ folder }: TestRepository) =>
  fs
    .readdirSync(path.join(folder, 'user'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name))

v8.setFlagsFromString('--expose-gc')
const collect = vm.runInNewContext('gc') as () => void

test('text, bytes and streams come back as they were; a file is replaced as a whole; an absent one says so', async () => {
  using base = temporaryDirectory()
  const { repository, parts } = await stage(base.path)
  const bytes = randomBytes(3 * MIB + 17)
  assert.deepEqual(await upload(parts, 'docs/olá.txt', 'conteúdo'), {
    path: 'docs/olá.txt',
    bytes: 9,
    sha256: sha256('conteúdo'),
  })
  assert.deepEqual(await upload(parts, 'docs/data.bin', bytes), {
    path: 'docs/data.bin',
    bytes: bytes.length,
    sha256: sha256(bytes),
  })
  await upload(parts, 'empty', new Uint8Array(0))
  await upload(
    parts,
    'whole-frames',
    Readable.from([bytes.subarray(0, MIB), bytes.subarray(0, 1), bytes.subarray(1, MIB)]),
  )
  assert.equal(Buffer.from(await download(parts, 'docs/olá.txt')).toString(), 'conteúdo')
  assert.deepEqual(Buffer.from(await download(parts, 'docs/data.bin')), bytes)
  assert.equal((await download(parts, 'empty')).length, 0)
  assert.deepEqual(
    Buffer.from(await download(parts, 'whole-frames')),
    Buffer.concat([bytes.subarray(0, MIB), bytes.subarray(0, MIB)]),
  )
  assert.deepEqual(
    (await list(parts)).files.map(({ path: name, bytes: size }) => [name, size]),
    [
      ['docs/data.bin', bytes.length],
      ['docs/olá.txt', 9],
      ['empty', 0],
      ['whole-frames', 2 * MIB],
    ],
  )
  assert.deepEqual(
    (await list(parts, 'docs/')).files.map((file) => file.path),
    ['docs/data.bin', 'docs/olá.txt'],
  )
  await upload(parts, 'docs/data.bin', 'shorter')
  assert.equal(Buffer.from(await download(parts, 'docs/data.bin')).toString(), 'shorter')
  assert.equal(storedFiles(repository).length, 8, 'the former content is gone')
  assert.deepEqual([await exists(parts, 'docs/data.bin'), await exists(parts, 'docs')], [true, false])
  assert.deepEqual(
    [await remove(parts, 'docs/data.bin'), await remove(parts, 'docs/data.bin')],
    [{ deleted: true }, { deleted: false }],
  )
  await assert.rejects(download(parts, 'docs/data.bin'), failsWith('FILE_NOT_FOUND', { path: 'docs/data.bin' }))
  assert.equal(storedFiles(repository).length, 6)
})

test('a stream of 50 MB goes in and out in pieces', async () => {
  using base = temporaryDirectory()
  const { parts } = await stage(base.path)
  const piece = randomBytes(64 * 1024)
  const hash = createHash('sha256')
  let inFlight = 0
  // What is held counts, not what the collector has not come to yet.
  const held = () => {
    // Buffers are swept beside the program: the next collection waits until those of the last are.
    collect()
    collect()
    return process.memoryUsage().arrayBuffers
  }
  let seen = 0
  async function* pieces() {
    for (let i = 0; i < 800; i += 1) {
      piece.writeUInt32LE(i)
      hash.update(piece)
      yield piece
      if (i % 50 === 0) inFlight = Math.max(inFlight, held())
    }
  }
  const before = held()
  const stored = await upload(parts, 'big', pieces(), {
    onProgress: (bytes) => {
      seen = bytes
    },
  })
  assert.deepEqual([stored.bytes, seen, stored.sha256], [800 * piece.length, 800 * piece.length, hash.digest('hex')])
  const back = createHash('sha256')
  let chunks = 0
  for await (const chunk of await download(parts, 'big', { stream: true })) {
    back.update(chunk as Uint8Array)
    chunks += 1
    if (chunks % 10 === 0) inFlight = Math.max(inFlight, held())
  }
  assert.equal(back.digest('hex'), stored.sha256)
  assert.ok(inFlight - before < 20 * MIB, `${(inFlight - before) / MIB} MiB`)
})

test('nothing of a file is readable in the store, not even its name; no snapshot, verify or prune is touched by it', async () => {
  using base = temporaryDirectory()
  const { repository, parts } = await stage(base.path)
  await upload(parts, 'patients/canary-name', `canary ${'content '.repeat(1000)}`)
  for (const file of storedFiles(repository))
    assert.ok(
      !file.includes('canary') &&
        !fs.readFileSync(file, 'latin1').includes('canary') &&
        (fs.statSync(file).mode & 0o777) === 0o600,
    )
  {
    await using opened = await open(repository)
    await prune(opened)
  }
  assert.deepEqual(await verified(repository), [])
  assert.equal(Buffer.from(await download(parts, 'patients/canary-name')).length, 8007)
})

test('a byte changed anywhere, a cut, a swap of contents or of names is found', async () => {
  using base = temporaryDirectory()
  const { repository, parts, errors } = await stage(base.path)
  await upload(parts, 'a', 'the first file')
  await upload(parts, 'b', 'another file!!')
  const isDamaged = (error: unknown) =>
    isBackupError(error, 'DAMAGED') && String(error.context['object']).startsWith('user/')
  const files = storedFiles(repository)
  for (const file of files) {
    const whole = fs.readFileSync(file)
    for (let at = 0; at < whole.length; at += 1) {
      const changed = Buffer.from(whole)
      changed[at]! ^= 1 << (at % 8)
      fs.writeFileSync(file, changed)
      const outcomes = await Promise.allSettled([download(parts, 'a'), download(parts, 'b')])
      const bad = outcomes.filter((outcome) => outcome.status === 'rejected')
      assert.equal(bad.length, 1, `${path.basename(file)} at ${at}`)
      // A version or key slot that is not known has an error of its own.
      assert.ok(
        ['DAMAGED', 'FORMAT_TOO_NEW', 'FEATURE_UNSUPPORTED'].includes((bad[0]!.reason as BackupError).code),
        String(bad[0]!.reason),
      )
    }
    fs.writeFileSync(file, whole.subarray(0, -1))
    assert.equal(
      (await Promise.allSettled([download(parts, 'a'), download(parts, 'b')])).filter(
        ({ status }) => status === 'rejected',
      ).length,
      1,
    )
    fs.writeFileSync(file, Buffer.concat([whole, Buffer.from([0])]))
    assert.equal(
      (await Promise.allSettled([download(parts, 'a'), download(parts, 'b')])).filter(
        ({ status }) => status === 'rejected',
      ).length,
      1,
    )
    fs.writeFileSync(file, whole)
  }
  const [names, contents] = [
    files.filter((file) => file.endsWith('/name')),
    files.filter((file) => !file.endsWith('/name')),
  ]
  for (const [one, other] of [names, contents] as Array<[string, string]>) {
    const [first, second] = [fs.readFileSync(one), fs.readFileSync(other)]
    fs.writeFileSync(one, second)
    fs.writeFileSync(other, first)
    await assert.rejects(download(parts, 'a'), isDamaged)
    await assert.rejects(download(parts, 'b'), isDamaged)
    fs.writeFileSync(one, first)
    fs.writeFileSync(other, second)
  }
  fs.appendFileSync(names[0]!, 'x')
  const listed = await list(parts)
  assert.deepEqual(
    [listed.files.length, listed.warnings.map(({ code }) => code), errors.length],
    [1, ['STORED_FILE_DAMAGED'], 1],
  )
  fs.rmSync(contents[1]!)
  const lost = path.dirname(contents[1]!) === path.dirname(names[0]!) ? names[0]! : names[1]!
  assert.ok(fs.existsSync(lost))
  await assert.rejects(Promise.all([download(parts, 'a'), download(parts, 'b')]), isDamaged)
})

test('a stream that fails or is stopped leaves the former file; a path that leaves the prefix is refused in plain words', async () => {
  using base = temporaryDirectory()
  const { repository, parts } = await stage(base.path)
  await upload(parts, 'kept', 'former')
  async function* failing() {
    yield randomBytes(2 * MIB)
    throw new Error('the source broke off')
  }
  await assert.rejects(upload(parts, 'kept', failing()), /broke off/)
  const stop = new AbortController()
  await assert.rejects(
    upload(parts, 'kept', Readable.from([randomBytes(MIB), randomBytes(MIB), randomBytes(MIB)]), {
      signal: stop.signal,
      onProgress: () => stop.abort(),
    }),
    failsWith('ABORTED'),
  )
  assert.equal(Buffer.from(await download(parts, 'kept')).toString(), 'former')
  assert.deepEqual(
    fs.readdirSync(path.join(repository.folder, '.staging')).filter((name) => !/^reserve(-\d+)?$/.test(name)),
    [],
  )
  for (const name of [
    '',
    '/etc/passwd',
    '../x',
    'a/../../x',
    'a//b',
    './a',
    'a/',
    'a\\..\\b',
    'a\0b',
    'a\nb',
    'x'.repeat(1025),
    '\ud800',
  ]) {
    for (const call of [upload(parts, name, 'x'), download(parts, name), exists(parts, name), remove(parts, name)]) {
      await assert.rejects(
        call,
        (error) =>
          isBackupError(error, 'CONFIG_INVALID') &&
          error.context['path'] === 'path' &&
          error.context['why'] !== undefined,
        JSON.stringify(name),
      )
    }
  }
  assert.equal(storedFiles(repository).length, 2)
})

test('what was stored is what a map would hold, whatever the order of calls', async () => {
  const names = fc.constantFrom('a', 'A', 'a/b', 'a/b/c', 'ção', 'x'.repeat(300))
  const command = fc.oneof(
    fc.tuple(fc.constant('upload' as const), names, fc.uint8Array({ maxLength: 64 })),
    fc.tuple(fc.constant('remove' as const), names, fc.constant(new Uint8Array())),
  )
  await fc.assert(
    fc.asyncProperty(fc.array(command, { maxLength: 12 }), async (commands) => {
      using base = temporaryDirectory()
      const { parts } = await stage(base.path)
      const model = new Map<string, Buffer>()
      for (const [what, name, bytes] of commands) {
        if (what === 'upload') {
          await upload(parts, name, bytes)
          model.set(name, Buffer.from(bytes))
        } else assert.equal((await remove(parts, name)).deleted, model.delete(name))
      }
      assert.deepEqual(
        (await list(parts)).files.map((file) => file.path),
        [...model.keys()].sort((a, b) => (a < b ? -1 : 1)),
      )
      for (const [name, bytes] of model) assert.deepEqual(Buffer.from(await download(parts, name)), bytes)
    }),
    { numRuns: 15 },
  )
})

test('who reads a stream while it is replaced gets the old file whole', async () => {
  using base = temporaryDirectory()
  const { parts } = await stage(base.path)
  const bytes = randomBytes(4 * MIB)
  await upload(parts, 'f', bytes)
  const stream = await download(parts, 'f', { stream: true })
  const pieces: Buffer[] = []
  for await (const piece of stream) {
    if (pieces.length === 0) await upload(parts, 'f', 'new')
    pieces.push(piece as Buffer)
  }
  assert.deepEqual(Buffer.concat(pieces), bytes)
  assert.equal(Buffer.from(await download(parts, 'f')).toString(), 'new')
})
