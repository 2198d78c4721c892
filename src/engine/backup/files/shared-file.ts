/**
 * A big file that all lanes cut together. They take turns: with the lock held a lane reads the next stretch and finds
 * its cuts, then it releases the lock and hashes, compresses and stores the chunks. The cuts are exactly those of one
 * sequential pass, because every turn begins at the last cut.
 */
import { BackupError } from '../../../kernel/backup-error.ts'
import { SystemCallError } from '../../../kernel/system-calls.ts'
import type { Lane } from '../session/lane.ts'
import { ARENA_BYTES } from '../session/lane.ts'

const LOCK = 0
const TURN = 1
const DONE = 2
const POSITION_LOW = 3
const POSITION_HIGH = 4
/** errno of a read that failed; 0 while none has. */
const ERROR = 5
/** Not 0 while the worker is wanted for something else. */
const PAUSED = 6
const CONTROL_WORDS = 8
const ID_BYTES = 32
/** 4 bytes of length and 32 of id. */
export const CHUNK_RECORD_BYTES = 4 + ID_BYTES
/** Half of the arena stays untouched, in each lane; what lies behind a turn's last cut is read again by the next. */
const TURN_BYTES = ARENA_BYTES / 2
const CUTS_MAX = Math.ceil(TURN_BYTES / 16384) + 1

/** Plain data for any lane: `from`–`to` is one stretch of data (holes lie between stretches). */
export interface SharedStretch {
  readonly control: SharedArrayBuffer
  readonly descriptor: number
  readonly from: number
  /** Exclusive. The end of the last stretch is where the file ended when it was listed. */
  readonly to: number
}

export interface Turn {
  readonly turn: number
  /** CHUNK_RECORD_BYTES each. */
  readonly chunks: Uint8Array
  /** Bytes of file this turn covered. */
  readonly bytes: number
}

export function shareStretch(descriptor: number, from: number, to: number): SharedStretch {
  const control = new SharedArrayBuffer(CONTROL_WORDS * 4)
  const words = new Uint32Array(control)
  setPosition(words, from)
  return { control, descriptor, from, to }
}

/** A lane that dies with the lock held would stop the other one for ever. */
const LOCK_WAITS_MAX = 12_000
const LOCK_WAIT_MS = 50

/**
 * Throws a SystemCallError when the file could not be read to the end of the stretch. Ask when no lane takes turns any
 * more.
 */
export function throwIfUnread({ control }: SharedStretch): void {
  const errno = new Uint32Array(control)[ERROR]!
  if (errno !== 0) throw new SystemCallError('read', errno)
}

/**
 * Takes the next turn; undefined when the stretch is finished, or when reading has failed in any lane. Blocks while
 * another lane reads.
 */
export function takeTurn(lane: Lane, stretch: SharedStretch): Turn | undefined {
  const words = new Uint32Array(stretch.control)
  const signed = new Int32Array(stretch.control)
  const cuts = new Uint32Array(CUTS_MAX)
  lock(signed)
  let count = 0
  let turn = 0
  try {
    if (words[DONE] !== 0) return undefined
    const position = positionOf(words)
    turn = words[TURN]!
    words[TURN] = turn + 1
    count = readStretch(lane, stretch, { position, cuts, words })
  } catch (error) {
    words[DONE] = 1
    const errno = errnoOf(error)
    if (errno === undefined) throw error
    words[ERROR] = errno
    return undefined
  } finally {
    unlock(signed)
  }
  return { turn, ...storeChunks(lane, cuts, count) }
}

/** Lets no lane take another turn. */
export function endStretch(stretch: SharedStretch): void {
  const signed = new Int32Array(stretch.control)
  lock(signed)
  new Uint32Array(stretch.control)[DONE] = 1
  unlock(signed)
}

/** The worker takes no turns meanwhile. */
export function pauseStretch({ control }: SharedStretch, isPaused: boolean): void {
  Atomics.store(new Int32Array(control), PAUSED, isPaused ? 1 : 0)
}

export function isPaused({ control }: SharedStretch): boolean {
  return Atomics.load(new Int32Array(control), PAUSED) !== 0
}

function readStretch(
  lane: Lane,
  stretch: SharedStretch,
  state: { position: number; cuts: Uint32Array; words: Uint32Array },
): number {
  const { position, cuts, words } = state
  const wanted = Math.min(TURN_BYTES, stretch.to - position)
  const length = lane.read(stretch.descriptor, position, { bytes: wanted })
  const isFinal = length < wanted || position + length >= stretch.to
  const count = lane.cuts(length, isFinal, cuts)
  setPosition(words, position + (count === 0 ? 0 : cuts[count - 1]!))
  if (isFinal) words[DONE] = 1
  return count
}

function storeChunks(lane: Lane, cuts: Uint32Array, count: number): { chunks: Uint8Array; bytes: number } {
  const chunks = new Uint8Array(count * CHUNK_RECORD_BYTES)
  const view = new DataView(chunks.buffer)
  let from = 0
  for (let i = 0; i < count; i += 1) {
    const bytes = cuts[i]! - from
    view.setUint32(i * CHUNK_RECORD_BYTES, bytes, true)
    chunks.set(lane.store(from, bytes), i * CHUNK_RECORD_BYTES + 4)
    from += bytes
  }
  return { chunks, bytes: from }
}

/** What the disk said, as node gives it; undefined for every other failure. */
function errnoOf(error: unknown): number | undefined {
  const { errno, syscall } = error as { errno?: unknown; syscall?: unknown }
  return syscall === 'read' && typeof errno === 'number' ? Math.abs(errno) : undefined
}

function lock(control: Int32Array): void {
  for (let waits = 0; Atomics.compareExchange(control, LOCK, 0, 1) !== 0; waits += 1) {
    if (waits === LOCK_WAITS_MAX)
      throw new BackupError('WORKER_LOST', 'The other lane does not let go of a file.', { context: { cause: 'lock' } })
    Atomics.wait(control, LOCK, 1, LOCK_WAIT_MS)
  }
}

function unlock(control: Int32Array): void {
  Atomics.store(control, LOCK, 0)
  Atomics.notify(control, LOCK, 1)
}

function positionOf(words: Uint32Array): number {
  return words[POSITION_HIGH]! * 2 ** 32 + words[POSITION_LOW]!
}

function setPosition(words: Uint32Array, position: number): void {
  words[POSITION_LOW] = position % 2 ** 32
  words[POSITION_HIGH] = Math.floor(position / 2 ** 32)
}
