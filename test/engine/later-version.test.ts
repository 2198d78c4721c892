// Goal: what is whole and of a later version of the format is never called damage, so that nobody gives it up. Method: a
// repository is written anew with something in it that this version does not know (a codec, a kind of frame, an index, a
// document), sealed and signed as it should be; then every command that judges or deletes, and the rescue reader.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import {
  FrameKind,
  ObjectOpener,
  ObjectSealer,
  ObjectType,
  sealPayload,
  signDocument,
} from '../../src/engine/crypto/index.ts'
import { parseFrameHeader } from '../../src/engine/crypto/sealed-object.ts'
import { decodeIndexSegment, encodeIndexSegment } from '../../src/engine/index/index.ts'
import {
  changeKeyring,
  dropDamage,
  findSnapshot,
  forgetSnapshots,
  prune,
  type Repository,
  readHistory,
  repairRepository,
  restoreSnapshot,
  verifyRepository,
} from '../../src/engine/index.ts'
import { ByteReader } from '../../src/engine/pack/index.ts'
import type { Features } from '../../src/engine/repository/features.ts'
import { publishKeyring } from '../../src/engine/repository/keyring-objects.ts'
import { BlobKind, ContentKind, decodePage } from '../../src/engine/snapshot/directory-page.ts'
import { decodeSplit } from '../../src/engine/snapshot/index.ts'
import { failsWith } from '../harness/refusal.ts'
import { backup, lookAt, makeRepository, open, stateOf, type TestRepository } from '../harness/repository.ts'
import { temporaryDirectory } from '../harness/temporary-directory.ts'

const RESCUE = path.resolve(import.meta.dirname, '../../rescue/neonpro-rescue.ts')
const HEAD_BYTES = 128
const FRAME_HEAD_BYTES = 16

interface Stage {
  readonly base: string
  readonly source: string
  readonly made: TestRepository
  readonly snapshot: string
}

async function makeStage(base: string): Promise<Stage> {
  const source = path.join(base, 'source')
  fs.mkdirSync(source)
  fs.writeFileSync(path.join(source, 'patient.txt'), 'p'.repeat(5000))
  const made = await makeRepository(base)
  const { snapshot } = await backup(made, source)
  return { base, source, made, snapshot }
}

type Change = (plain: Buffer) => { readonly plain?: Buffer; readonly kind?: number }

/** The one data pack with every segment changed, under its new name, and an index that names it. */
async function resealDataPack({ made }: Stage, change: Change, lockClass = 0): Promise<void> {
  await using repository = await open(made)
  const [indexName] = fs.readdirSync(path.join(made.folder, 'index/data')) as [string]
  const indexKey = `index/data/${indexName}`
  const segment = decodeIndexSegment(await repository.readPayload(indexKey, ObjectType.INDEX_DATA))
  const [pack] = segment.packs as [(typeof segment.packs)[number]]
  const file = path.join(made.folder, 'packs', pack.name.slice(0, 2), pack.name)
  const bytes = resealed(repository, fs.readFileSync(file), { change, lockClass })
  const name = createHash('sha256').update(bytes).digest('hex')
  await repository.store.put(`packs/${name.slice(0, 2)}/${name}`, bytes)
  const index = encodeIndexSegment({ ...segment, packs: [{ ...pack, name, bytes: bytes.length }] })
  await repository.writePayload(index, { type: ObjectType.INDEX_DATA, folder: 'index/data' })
  await repository.store.delete(indexKey)
  fs.rmSync(file)
}

function resealed(
  { keys }: Repository,
  pack: Buffer,
  { change, lockClass }: { change: Change; lockClass: number },
): Buffer {
  const expect = { type: ObjectType.PACK_DATA, repositoryId: keys.repositoryId, masterOf: keys.masterOf }
  const opener = new ObjectOpener(pack, expect)
  const sealer = new ObjectSealer(ObjectType.PACK_DATA, { ...keys.scope(), lockClass })
  const pieces: Buffer[] = [sealer.header]
  for (let at = HEAD_BYTES, number = 0; at < pack.length; number += 1) {
    const end = at + FRAME_HEAD_BYTES + parseFrameHeader(pack.subarray(at)).sealedBytes
    const { kind, isFinal, plaintext } = opener.openFrame(pack.subarray(at, end), { number })
    const now = kind === FrameKind.SEGMENT ? change(Buffer.from(plaintext)) : {}
    sealer.sealFrame([now.plain ?? plaintext], {
      kind: (now.kind ?? kind) as FrameKind,
      final: isFinal,
      emit: (piece) => pieces.push(Buffer.from(piece)),
    })
    at = end
  }
  return Buffer.concat(pieces)
}

async function laterIndex({ made }: Stage): Promise<void> {
  await using repository = await open(made)
  const [name] = fs.readdirSync(path.join(made.folder, 'index/data')) as [string]
  const payload = Buffer.from(await repository.readPayload(`index/data/${name}`, ObjectType.INDEX_DATA))
  payload[0] = 2
  await repository.writePayload(payload, { type: ObjectType.INDEX_DATA, folder: 'index/data' })
  await repository.store.delete(`index/data/${name}`)
}

/** Of the writer of the snapshot, so that what is told of its numbers can be seen. */
async function laterDocument({ made }: Stage): Promise<void> {
  await using repository = await open(made)
  using writer = stateOf(made, repository).claimWriter()
  const document = { kind: 'group', writer: writer.id.toString('hex'), members: [] }
  await repository.writeDocument(document, {
    type: ObjectType.SNAPSHOT,
    folder: 'snapshots',
    signer: repository.keys.writer(writer.id),
  })
}

const byMaintenance =
  (kind: string, type: ObjectType, folder: string, prefix = '') =>
  async ({ made }: Stage): Promise<void> => {
    await using repository = await open(made)
    await repository.writeDocument({ kind }, { type, folder, prefix, signer: repository.keys.maintenance })
  }

/** A small object whose one frame is of a kind that comes later. */
const laterFrameIn =
  (folder: string, type: ObjectType, nameOf = (name: string) => name) =>
  async ({ made }: Stage): Promise<void> => {
    await using repository = await open(made)
    const sealer = new ObjectSealer(type, repository.keys.scope())
    const pieces: Buffer[] = [sealer.header]
    sealer.sealFrame([Buffer.from('later')], {
      kind: 3 as FrameKind,
      final: true,
      emit: (piece) => pieces.push(Buffer.from(piece)),
    })
    const bytes = Buffer.concat(pieces)
    await repository.store.put(`${folder}/${nameOf(createHash('sha256').update(bytes).digest('hex'))}`, bytes)
  }

const LATER: Readonly<Record<string, (stage: Stage) => Promise<void>>> = {
  'a codec': (stage) =>
    resealDataPack(stage, (plain) => {
      plain[0] = 2
      return { plain }
    }),
  'a kind of frame': (stage) => resealDataPack(stage, () => ({ kind: 3 })),
  'an index': laterIndex,
  'a snapshot': laterDocument,
  'a record': byMaintenance('decision', ObjectType.RECORD, 'records'),
  'a confirmation': byMaintenance('postponed', ObjectType.CONFIRM, 'confirms'),
  'an entry of the delete log': byMaintenance('expired', ObjectType.DELETE, 'deletes', '0000000000000001-'),
  'a frame of a snapshot': laterFrameIn('snapshots', ObjectType.SNAPSHOT),
  'a frame of a record': laterFrameIn('records', ObjectType.RECORD),
  'a frame of a checkpoint': laterFrameIn('checkpoints', ObjectType.CHECKPOINT),
  'a frame of a claim': laterFrameIn('commits', ObjectType.CLAIM, () => 'nightly'),
}
/** What content holds is read by those alone that read content. */
const OF_CONTENT: ReadonlySet<string> = new Set(['a codec', 'a kind of frame'])
/** A claim decides of its run alone. */
const OF_A_CLAIM = 'a frame of a claim'

function objectsOf({ made }: Stage): string[] {
  return fs
    .readdirSync(made.folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.parentPath.includes('.staging'))
    .map((entry) => path.relative(made.folder, path.join(entry.parentPath, entry.name)))
    .filter((name) => !name.startsWith('sessions/'))
    .sort()
}

/** What each of them says; the repository is opened anew for each. */
async function judged(stage: Stage): Promise<Record<string, string>> {
  const acts: Readonly<Record<string, (repository: Repository) => Promise<unknown>>> = {
    verify: (repository) => verifyRepository(repository, { readShare: 1 }),
    prune: (repository) => prune(repository),
    drop: async (repository) => {
      using writer = stateOf(stage.made, repository).claimWriter()
      return await dropDamage(repository, writer.id)
    },
    repair: (repository) => repairRepository(repository, { forgetDamaged: true }),
    'plain repair': (repository) => repairRepository(repository),
  }
  const said: Record<string, string> = {}
  for (const [name, act] of Object.entries(acts)) {
    await using repository = await open(stage.made)
    said[name] = await act(repository).then(
      () => 'nothing',
      (error: { code?: string }) => String(error.code),
    )
  }
  return said
}

function rescued({ made, source, base }: Stage, ...args: readonly string[]): { status: number | null; said: string } {
  const key = made.kek.kind === 'raw' ? `base64:${Buffer.from(made.kek.key).toString('base64')}` : made.kek.text
  const where = args[0] === 'restore' ? ['latest', source, '--target', path.join(base, 'rescued')] : []
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [RESCUE, args[0]!, '--repo', made.folder, ...where, ...args.slice(1)],
    { env: { ...process.env, BACKUP_ENCRYPTION_KEY: key, LANG: 'C' }, encoding: 'utf8' },
  )
  return { status, said: `${stdout}${stderr}` }
}

for (const [what, write] of Object.entries(LATER))
  test(`${what} of a later version is named as that, and nothing is given up`, async () => {
    using folder = temporaryDirectory()
    const stage = await makeStage(folder.path)
    await write(stage)
    const before = objectsOf(stage)
    const unsupported = 'FEATURE_UNSUPPORTED'
    const isContent = OF_CONTENT.has(what)
    const isIndex = what === 'an index'
    assert.deepEqual(await judged(stage), {
      verify: unsupported,
      prune: isContent || what === OF_A_CLAIM ? 'nothing' : unsupported,
      drop: what === OF_A_CLAIM ? 'nothing' : unsupported,
      repair: isContent || what === OF_A_CLAIM ? 'nothing' : unsupported,
      'plain repair': isIndex ? unsupported : 'nothing',
    })
    assert.deepEqual(objectsOf(stage), before, 'nothing went, nothing was condemned')
    if (isIndex) return
    // A night's backup is made all the same, and what is not understood is no gap.
    await backup(stage.made, stage.source)
    await using repository = await open(stage.made)
    assert.deepEqual((await readHistory(repository, { seen: stateOf(stage.made, repository).heads()! })).rollbacks, [])
  })

test('beside a snapshot of a later kind the others are read, "latest" is refused, and its number is no gap', async () => {
  using folder = temporaryDirectory()
  const stage = await makeStage(folder.path)
  await laterDocument(stage)
  await using repository = await open(stage.made)
  const history = await readHistory(repository)
  assert.deepEqual(
    history.problems.map(({ error }) => error.code),
    ['FEATURE_UNSUPPORTED'],
  )
  assert.equal(findSnapshot(history, stage.snapshot).name, stage.snapshot)
  assert.throws(() => findSnapshot(history, 'latest'), failsWith('FEATURE_UNSUPPORTED'))
  assert.deepEqual(history.rollbacks, [])
})

test('of a file in a later codec restore and rescue say so, give the rest back, and verify calls nothing damaged', async () => {
  using folder = temporaryDirectory()
  const stage = await makeStage(folder.path)
  await LATER['a codec']!(stage)
  fs.writeFileSync(path.join(stage.source, 'later.txt'), 'l'.repeat(3000))
  await backup(stage.made, stage.source)
  {
    await using repository = await open(stage.made)
    const { snapshots } = await readHistory(repository)
    const target = path.join(folder.path, 'back')
    const result = await restoreSnapshot(repository, snapshots.at(-1)!.document, { target, subtree: stage.source })
    assert.deepEqual(
      result.issues.map(({ path: lost, reason }) => `${path.basename(lost)} ${reason}`),
      ['patient.txt FEATURE_UNSUPPORTED'],
    )
    assert.equal(lookAt(target).get('/later.txt'), lookAt(stage.source).get('/later.txt'))
  }
  const restored = rescued(stage, 'restore')
  assert.equal(restored.status, 1)
  assert.match(restored.said, /patient\.txt.*codec 2 is of a later version/)
  assert.equal(fs.readFileSync(path.join(folder.path, 'rescued/later.txt'), 'utf8'), 'l'.repeat(3000))
  const verified = rescued(stage, 'verify')
  assert.equal(verified.status, 1)
  assert.match(verified.said, /not looked into: packs\/.*codec 2/)
  assert.doesNotMatch(verified.said, /damaged:|lost in|DAMAGE$/m)
})

test('without an index that it knows the rescue reader reads the packs themselves', async () => {
  using folder = temporaryDirectory()
  const stage = await makeStage(folder.path)
  await laterIndex(stage)
  const { status, said } = rescued(stage, 'restore')
  assert.equal(status, 0, said)
  assert.match(said, /index segment, version 2, is of a later version/)
  assert.equal(fs.readFileSync(path.join(folder.path, 'rescued/patient.txt'), 'utf8'), 'p'.repeat(5000))
})

test('directories: an unknown kind is of a later version, a known one in the wrong place is damage', () => {
  for (const kind of [0, 4, 255]) {
    assert.throws(() => decodePage(Buffer.from([kind, 0])), failsWith('FEATURE_UNSUPPORTED'))
    assert.throws(() => decodeSplit(Buffer.from([kind, 0])), failsWith('FEATURE_UNSUPPORTED'))
  }
  assert.throws(() => decodePage(Buffer.from([BlobKind.CHUNK_LIST, 0])), failsWith('DAMAGED'))
  assert.throws(() => decodeSplit(Buffer.from([BlobKind.PAGE, 0])), failsWith('DAMAGED'))
  assert.equal(new ByteReader(new Uint8Array(0), 'x').unknown('y').code, 'FEATURE_UNSUPPORTED')
  assert.equal(Math.max(...Object.values(ContentKind)), 3)
})

test('a pack of an unknown lock class is read, and neither removed nor rewritten', async () => {
  using folder = temporaryDirectory()
  const stage = await makeStage(folder.path)
  await resealDataPack(stage, () => ({}), 7)
  await backup(stage.made, stage.source)
  const packsOf = () => objectsOf(stage).filter((name) => name.startsWith('packs/'))
  const before = packsOf()
  await using repository = await open(stage.made)
  const { problems, hits } = await verifyRepository(repository, { readShare: 1 })
  assert.deepEqual([problems, hits], [[], []])
  assert.equal(rescued(stage, 'restore').status, 0)
  const { snapshots } = await readHistory(repository)
  await forgetSnapshots(repository, await readHistory(repository), {
    names: snapshots.map(({ name }) => name),
    by: 'test',
  })
  for (const dryRun of [true, false]) {
    const { packsLeft, packsDeleted } = await prune(repository, { dryRun })
    assert.deepEqual([packsLeft, packsDeleted], [1, before.length - 1], `dry run: ${dryRun}`)
  }
  assert.equal(packsOf().length, 1)
})

const TENANT = '01'.repeat(16)

/** A keyring as a later version may publish it: keys of a tenant, and a master that is kept elsewhere. */
async function laterKeyring({ made }: Stage, features?: Features): Promise<void> {
  await using repository = await open(made)
  const { keys, store } = repository
  const { bundle, recipients, keyringKey } = keys
  await publishKeyring(store, {
    repositoryId: keys.repositoryId.toString('hex'),
    generation: keys.generation + 1,
    previous: keys.name,
    now: '2026-11-25T00:00:00.000Z',
    recipients,
    keyringKey,
    bundle: {
      ...bundle,
      masters: [
        ...bundle.masters,
        { tenant: TENANT, epoch: 1, key: 'aa'.repeat(32), createdAt: '' },
        {
          tenant: '02'.repeat(16),
          epoch: 1,
          shredKeyId: 'bb',
          wrapped: 'cc',
          createdAt: '',
        } as (typeof bundle.masters)[number],
      ],
      idKeys: [...bundle.idKeys, { version: 2, tenant: TENANT, key: 'dd'.repeat(32) }],
    },
    features: features ?? keys.features,
  })
}

test("keys of tenants and keys that are kept elsewhere open nothing, stand in nobody's way, and are published again", async () => {
  using folder = temporaryDirectory()
  const stage = await makeStage(folder.path)
  await laterKeyring(stage)
  await backup(stage.made, stage.source)
  {
    await using repository = await open(stage.made)
    assert.equal(repository.keys.idKey.version, 1, "a tenant's id key is nobody else's")
    await changeKeyring(repository.store, repository.keys, { keks: [], now: '2026-11-26T00:00:00.000Z' })
  }
  await using repository = await open(stage.made)
  const kept = repository.keys.bundle.masters.filter(({ key }) => key === undefined)
  assert.deepEqual(kept, [{ tenant: '02'.repeat(16), epoch: 1, shredKeyId: 'bb', wrapped: 'cc', createdAt: '' }])
  const { problems, hits } = await verifyRepository(repository, { readShare: 1 })
  assert.deepEqual([problems, hits], [[], []])
  assert.equal(rescued(stage, 'restore').status, 0)
})

test('who does not know a feature of a keyring changes no key', async () => {
  using folder = temporaryDirectory()
  const stage = await makeStage(folder.path)
  await laterKeyring(stage, { read: [], write: ['tenant-bundles'], delete: [] })
  await using repository = await open(stage.made)
  const change = changeKeyring(repository.store, repository.keys, { newEpoch: true, keks: [], now: '' })
  await assert.rejects(change, failsWith('FEATURE_UNSUPPORTED'))
})

test('what is of a tenant, or has ids under a key of later versions, is of a later version', async () => {
  using folder = temporaryDirectory()
  const stage = await makeStage(folder.path)
  await laterKeyring(stage)
  {
    await using repository = await open(stage.made)
    const document = signDocument(
      { kind: 'snapshot' },
      { purpose: '5', repositoryId: repository.keys.repositoryId, signer: repository.keys.writer(Buffer.alloc(16, 3)) },
    )
    const bytes = sealPayload(ObjectType.SNAPSHOT, repository.keys.scope(Buffer.from(TENANT, 'hex')), document)
    const key = `snapshots/${createHash('sha256').update(bytes).digest('hex')}`
    await repository.store.put(key, bytes)
    const { problems } = await readHistory(repository)
    assert.deepEqual(
      problems.map(({ error }) => error.code),
      ['FEATURE_UNSUPPORTED'],
    )
    await assert.rejects(prune(repository), failsWith('FEATURE_UNSUPPORTED'))
    await repository.store.delete(key)
    const [name] = fs.readdirSync(path.join(stage.made.folder, 'index/data')) as [string]
    const segment = decodeIndexSegment(await repository.readPayload(`index/data/${name}`, ObjectType.INDEX_DATA))
    const later = encodeIndexSegment({ ...segment, idKeyVersion: 2 })
    await repository.writePayload(later, { type: ObjectType.INDEX_DATA, folder: 'index/data' })
    await repository.store.delete(`index/data/${name}`)
  }
  const before = objectsOf(stage)
  const unsupported = 'FEATURE_UNSUPPORTED'
  assert.deepEqual(await judged(stage), {
    verify: unsupported,
    prune: unsupported,
    drop: unsupported,
    repair: unsupported,
    'plain repair': unsupported,
  })
  assert.deepEqual(objectsOf(stage), before)
})
