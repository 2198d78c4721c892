/**
 * Steps of the growth bench that need the engine itself: `make` an index of simulated blobs, `open` it, `prune` it; or
 * make many `snapshots`. Prints JSON.
 */
import { createHash, randomBytes } from 'node:crypto'
import { ObjectType } from '../src/engine/crypto/index.ts'
import { encodeIndexSegment } from '../src/engine/index/index.ts'
import { backupFiles, ClientState, parseKek, prune, Repository, readHistory } from '../src/engine/index.ts'
import { IndexClass, openIndex } from '../src/engine/snapshot/index.ts'
import { openStore, parseLocation } from '../src/system/compose.ts'

const [step, folder, count] = process.argv.slice(2) as [string, string, string]
const kek = parseKek(process.env['BACKUP_ENCRYPTION_KEY'] ?? '', 'BACKUP_ENCRYPTION_KEY')
const store = openStore(parseLocation(folder))
const BLOBS_A_SEGMENT = 65_536
const BLOBS_A_PACK = 1024
const DAY_MS = 86_400_000

async function make(): Promise<unknown> {
  await using repository = await Repository.create(store, kek, 'bench')
  for (let made = 0; made < Number(count); made += BLOBS_A_SEGMENT) {
    const packs = Array.from({ length: BLOBS_A_SEGMENT / BLOBS_A_PACK }, () => ({
      name: randomBytes(32).toString('hex'),
      bytes: BLOBS_A_PACK * 40_000,
      segments: Uint32Array.from({ length: 128 }, (_, i) => (i % 2 === 0 ? 320_000 : BLOBS_A_PACK / 64)),
      lookupIds: randomBytes(16 * BLOBS_A_PACK),
      blobBytes: Uint32Array.from({ length: BLOBS_A_PACK }, () => 80_000),
    }))
    await repository.writePayload(
      encodeIndexSegment({ idKeyVersion: repository.keys.idKey.version, supersedes: [], packs }),
      { type: ObjectType.INDEX_DATA, folder: 'index/data' },
    )
  }
  return {}
}

async function open(): Promise<unknown> {
  await using repository = await Repository.open(store, [kek])
  const started = performance.now()
  const { index } = await openIndex(repository, IndexClass.DATA)
  const openSeconds = Number(((performance.now() - started) / 1000).toFixed(2))
  const lookups = 1_000_000
  const id = new Uint32Array(4)
  let found = 0
  const before = performance.now()
  for (let i = 0; i < lookups; i += 1) {
    // Half of them are there.
    if (i % 2 === 0) index.table.lookupIdInto((i * 7919) % index.table.count, id)
    else id.fill(Math.imul(i, 0x9e3779b1))
    if (index.table.find(id) >= 0) found += 1
  }
  const lookupMicroseconds = Number((((performance.now() - before) * 1000) / lookups).toFixed(2))
  if (index.table.count < Number(count) || found < lookups / 2)
    throw new Error(`the index holds ${index.table.count} blobs, ${found} were found`)
  return { openSeconds, lookups, lookupMicroseconds }
}

async function pruneAll(): Promise<unknown> {
  await using repository = await Repository.open(store, [kek])
  return await prune(repository)
}

/** One real snapshot, told again with other times. */
async function snapshots(): Promise<unknown> {
  await using repository = await Repository.create(store, kek, 'bench')
  const state = new ClientState(`${folder}-state`, repository.keys.repositoryId)
  const { document } = await backupFiles(repository, {
    paths: [import.meta.dirname],
    source: 'bench',
    program: 'bench',
    state,
  })
  const writer = createHash('sha256').update('bench').digest().subarray(0, 16)
  const signer = repository.keys.writer(writer)
  let previous: string | null = null
  for (let sequence = 1; sequence < Number(count); sequence += 1) {
    const at = new Date(Date.now() - (Number(count) - sequence) * (DAY_MS / 4)).toISOString()
    previous = await repository.writeDocument(
      { ...document, writer: writer.toString('hex'), sequence, previous, seen: {}, startedAt: at, finishedAt: at },
      { type: ObjectType.SNAPSHOT, folder: 'snapshots', signer },
    )
  }
  return { snapshots: (await readHistory(repository)).snapshots.length }
}

const STEPS: Readonly<Record<string, () => Promise<unknown>>> = { make, open, prune: pruneAll, snapshots }
console.log(JSON.stringify(await STEPS[step]!()))
