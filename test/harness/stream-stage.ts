/** Repositories in memory with streams of each kind, what is read of them, and what grows old in them. */
import { useFeature } from '../../src/engine/commit/index.ts'
import { Repository } from '../../src/engine/index.ts'
import { Feature } from '../../src/engine/repository/index.ts'
import {
  binlogPosition,
  Closed,
  EXTENT_BYTES,
  oplogEnd,
  oplogPosition,
  type Position,
  positionText,
  removeRedundant,
  type StreamIdentity,
  StreamKind,
  type StreamPart,
  StreamReader,
  StreamReceiver,
  walPosition,
} from '../../src/engine/streams/index.ts'
import type { ObjectStore } from '../../src/storage/index.ts'
import { type MemoryObjects, MemoryStore } from '../harness/memory-store.ts'
import { rawKey } from '../harness/repository.ts'

export const kek = rawKey()
export const WAL: StreamIdentity = { kind: StreamKind.POSTGRESQL_WAL, system: '7312345678901234567', branch: '1' }
export const BINLOG: StreamIdentity = {
  kind: StreamKind.MYSQL_BINLOG,
  system: 'b5c1a1a0-0000-11ee-8000-000000000001',
  branch: '0',
}
export const OPLOG: StreamIdentity = { kind: StreamKind.MONGODB_OPLOG, system: '5f0000000000000000000001', branch: '0' }
export const WRITERS = [Buffer.alloc(16, 1), Buffer.alloc(16, 2)] as const
/** Near the end of an extent, so that few bytes cross it. */
export const START = (0x16b3n << 24n) + BigInt(EXTENT_BYTES - 5000)

/** A repository that says that there are streams: only the first receiver has to. */
export async function makeObjects(): Promise<MemoryObjects> {
  const objects: MemoryObjects = new Map()
  await using made = await Repository.create(new MemoryStore(objects), kek, 'test')
  await useFeature(made, Feature.STREAMS)
  return objects
}

export function open(store: ObjectStore): Promise<Repository> {
  return Repository.open(store, [kek])
}

export function receive(
  repository: Repository,
  options: Partial<Parameters<typeof StreamReceiver.open>[1]> = {},
): Promise<StreamReceiver> {
  return StreamReceiver.open(repository, { identity: WAL, source: 'clinic', writer: WRITERS[0], ...options })
}

export function randomBytes(random: () => number, bytes: number): Buffer {
  return Buffer.from(Array.from({ length: bytes }, () => Math.floor(random() * 256)))
}

/** Of WAL: `bytes` from `lsn` on. */
export async function take(receiver: StreamReceiver, lsn: bigint, bytes: Uint8Array): Promise<void> {
  await receiver.take({ from: walPosition(lsn), to: walPosition(lsn + BigInt(bytes.length)), bytes })
}

export async function partsOf(
  repository: Repository,
  from: Position,
  to: Position,
  identity = WAL,
): Promise<StreamPart[]> {
  const parts: StreamPart[] = []
  for await (const part of new StreamReader(repository, identity).readRange(from, to)) parts.push(part)
  return parts
}

/** What is there, and what is said of the rest. */
export function told(parts: readonly StreamPart[]): { readonly bytes: Buffer; readonly holes: readonly string[] } {
  return {
    bytes: Buffer.concat(parts.flatMap((part) => (part.kind === 'bytes' ? [part.content] : []))),
    holes: parts.flatMap((part) =>
      part.kind === 'hole'
        ? [
            `${part.why}${part.reason === undefined ? '' : ` ${part.reason}`} ${positionText(part.from)} ${positionText(part.to)}`,
          ]
        : [],
    ),
  }
}

export async function readWal(repository: Repository, from: bigint, to: bigint): Promise<ReturnType<typeof told>> {
  return told(await partsOf(repository, walPosition(from), walPosition(to)))
}

export const recordsIn = (objects: MemoryObjects) =>
  [...objects.keys()].filter((key) => key.startsWith('streams/')).sort()

/** A binary log and some windows of an oplog, in many parts each, which folds hold too; and what they are. */
export async function receiveFolded(repository: Repository, writer: Buffer = WRITERS[0]): Promise<void> {
  const binlog = await receive(repository, { identity: BINLOG, writer })
  for (let at = 0; at < 60; at += 5) {
    const bytes = Buffer.alloc(5, at)
    await binlog.take({ from: binlogPosition(7, BigInt(at)), to: binlogPosition(7, BigInt(at + 5)), bytes })
    await binlog.flush()
    await binlog.beat(1_700_000_000_000 + at * 60_000)
  }
  await binlog.close(Closed.ROTATE)
  const oplog = await receive(repository, { identity: OPLOG, writer })
  let from = oplogPosition(640, 1)
  for (let seconds = 640; seconds < 720; seconds += 5) {
    const to = oplogEnd(seconds, 1)
    if (to.extent > from.extent) from = { extent: to.extent, offset: 0 }
    await oplog.take({ from, to, bytes: Buffer.from(`operation ${seconds};`) })
    await oplog.flush()
    from = to
  }
}

export async function readFolded(repository: Repository): Promise<readonly string[]> {
  const binlog = told(await partsOf(repository, binlogPosition(7, 0n), binlogPosition(7, 60n), BINLOG))
  const oplog = told(await partsOf(repository, oplogPosition(640, 1), oplogEnd(715, 1), OPLOG))
  return [binlog.bytes.toString('hex'), ...binlog.holes, oplog.bytes.toString(), ...oplog.holes]
}

export const DAY_MS = 24 * 3600 * 1000
export const aged = (objects: MemoryObjects, isOld: (key: string) => boolean = () => true): MemoryObjects =>
  new Map(
    [...objects].map(([key, each]) => [key, isOld(key) ? { ...each, modifiedMs: Date.now() - DAY_MS - 1 } : each]),
  )

export async function removed(objects: MemoryObjects, store: ObjectStore = new MemoryStore(objects)): Promise<number> {
  await using repository = await open(store)
  return (await removeRedundant(repository, { nowMs: Date.now() })).records
}
