/** Generated streams: seeded, as large as they are asked to be, and counted while they are read. */
import { createHash } from 'node:crypto'
import { type BackupResult, backupStreams, type StreamBackupOptions } from '../../src/engine/index.ts'
import { Cut, type StreamEntry } from '../../src/sources/index.ts'
import type { ObjectStore } from '../../src/storage/index.ts'
import { open, stateOf, type TestRepository } from './repository.ts'
import { seededRandom } from './seeded-random.ts'

export const KIB = 1024
export const MIB = 1024 * KIB

/** Lines like those of a table's dump; the same ones at the beginning, however many there are. */
export function rows(seed: number, count: number): Buffer {
  const random = seededRandom(seed)
  const words = Array.from({ length: 400 }, () => Math.floor(random() * 2 ** 32).toString(36))
  let text = ''
  for (let row = 1; row <= count; row += 1) {
    const some = Array.from({ length: 4 + Math.floor(random() * 8) }, () => words[Math.floor(random() * 400)])
    text += `${row}\t${some.join(' ')}\t${Math.floor(random() * 2 ** 32)}\n`
  }
  return Buffer.from(text)
}

/** Bytes without any order. */
export function noise(seed: number, bytes: number): Buffer {
  const random = seededRandom(seed)
  const out = Buffer.allocUnsafe(Math.ceil(bytes / 4) * 4)
  for (let at = 0; at < out.length; at += 4) out.writeUInt32LE(Math.floor(random() * 2 ** 32), at)
  return out.subarray(0, bytes)
}

/** In pieces of a size. */
export async function* pieces(content: Uint8Array, bytes = 64 * KIB): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < content.length; at += bytes) yield content.subarray(at, at + bytes)
}

export interface MadeEntry extends Partial<Omit<StreamEntry, 'content'>> {
  readonly path: string
  readonly content: Uint8Array | ((signal: AbortSignal) => AsyncIterable<Uint8Array>)
  readonly pieceBytes?: number
}

export async function* entriesOf(made: Iterable<MadeEntry>): AsyncGenerator<StreamEntry> {
  for (const { content, pieceBytes, ...entry } of made)
    yield {
      cut: Cut.FILES,
      ...entry,
      content: (signal) => (typeof content === 'function' ? content(signal) : pieces(content, pieceBytes)),
    }
}

export async function backUpStreams(
  test: TestRepository,
  made: Iterable<MadeEntry> | AsyncIterable<StreamEntry>,
  { store, ...options }: Partial<Omit<StreamBackupOptions, 'entries'>> & { readonly store?: ObjectStore } = {},
): Promise<BackupResult> {
  await using repository = await open(test, store)
  return await backupStreams(repository, {
    source: 'toy',
    sourceKind: 'TOY',
    program: 'test',
    workers: 0,
    packBytes: 256 * KIB,
    state: stateOf(test, repository),
    ...options,
    entries: Symbol.asyncIterator in made ? made : entriesOf(made),
  })
}

export function sha256(content: Uint8Array): string {
  return createHash('sha256').update(content).digest('hex')
}
