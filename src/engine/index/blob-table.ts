/**
 * The set of known blobs, shared by all threads of a process: open addressing over packed arrays in shared memory,
 * never a Map of strings. An entry is 28 bytes (16 of lookup id, segment, offset, length) plus 4 bytes a slot at a load
 * of at most 2/3. The memory is reserved for `capacity` entries but only touched as far as it is used. A spin lock
 * guards insertion: it is held for well under a microsecond.
 */
import { BackupError } from '../../kernel/backup-error.ts'
import { monotonicNs } from '../../kernel/clock.ts'
import { invariant } from '../../kernel/invariant.ts'

const ENTRY_WORDS = 7
const HEADER_WORDS = 16
const LOCK = 0
const COUNT = 1
const SLOT_BITS = 2
const SLOT_BITS_MIN = 12
const SPINS_PER_LOOK = 2 ** 16

/** The segment number of a blob that this run has stored but no index names yet. */
export const SEGMENT_PENDING = 0xffffffff

export interface BlobTableMemory {
  readonly control: SharedArrayBuffer
  readonly entries: SharedArrayBuffer
  readonly slots: SharedArrayBuffer
  readonly capacity: number
}

export interface BlobPlace {
  readonly segment: number
  readonly offset: number
  readonly bytes: number
}

/** Reserves memory for `capacity` entries. */
export function reserveBlobTable(capacity: number): BlobTableMemory {
  const slots = 2 ** slotBitsFor(capacity)
  return {
    control: new SharedArrayBuffer(HEADER_WORDS * 4),
    entries: new SharedArrayBuffer(capacity * ENTRY_WORDS * 4),
    slots: new SharedArrayBuffer(slots * 4),
    capacity,
  }
}

function slotBitsFor(entries: number): number {
  return Math.max(SLOT_BITS_MIN, Math.ceil(Math.log2(Math.max(1, entries) * 1.5)))
}

export class BlobTable {
  readonly memory: BlobTableMemory
  readonly #control: Int32Array
  readonly #entries: Uint32Array
  readonly #slots: Uint32Array
  readonly #lockNsMax: bigint

  /**
   * A lock that is held for longer than `lockMsMax` (default a minute, the longest is held for a second or two) belongs
   * to a thread that is dead: WORKER_LOST.
   */
  constructor(memory: BlobTableMemory, { lockMsMax = 60_000 }: { readonly lockMsMax?: number } = {}) {
    this.#lockNsMax = BigInt(lockMsMax) * 1_000_000n
    this.memory = memory
    this.#control = new Int32Array(memory.control)
    this.#entries = new Uint32Array(memory.entries)
    this.#slots = new Uint32Array(memory.slots)
    if (this.#control[SLOT_BITS] === 0) this.#control[SLOT_BITS] = SLOT_BITS_MIN
  }

  get count(): number {
    return Atomics.load(this.#control, COUNT)
  }

  /** Bytes of memory in use: entries and slots. */
  get bytesUsed(): number {
    return this.count * ENTRY_WORDS * 4 + 2 ** this.#slotBits * 4
  }

  get #slotBits(): number {
    return this.#control[SLOT_BITS]!
  }

  /** Makes room for `entries` more at once, so that loading an index rehashes at most once. */
  expect(entries: number): void {
    const bits = slotBitsFor(this.count + entries)
    if (bits > this.#slotBits) this.#locked(() => this.#rehash(Math.min(bits, Math.log2(this.#slots.length))))
  }

  /** True when the blob was not known: the caller then owns storing it. Safe from any thread. */
  claim(lookupId: Uint32Array, bytes: number): boolean {
    this.#lock()
    try {
      if (this.#find(lookupId) >= 0) return false
      this.#append(lookupId, SEGMENT_PENDING, 0, bytes)
      return true
    } finally {
      this.#unlock()
    }
  }

  has(lookupId: Uint32Array): boolean {
    this.#lock()
    try {
      return this.#find(lookupId) >= 0
    } finally {
      this.#unlock()
    }
  }

  /**
   * Adds a known place. Several places of one blob may stand side by side; `find` gives the first that was added. One
   * thread only.
   */
  insert(lookupId: Uint32Array, segment: number, offset: number, bytes: number): void {
    this.#append(lookupId, segment, offset, bytes)
  }

  /** The entry's number or -1. One thread only, or after all writers are done. */
  find(lookupId: Uint32Array): number {
    return this.#find(lookupId)
  }

  /** All entries of a blob, first added first. */
  findAll(lookupId: Uint32Array): number[] {
    const found: number[] = []
    const mask = 2 ** this.#slotBits - 1
    for (let slot = lookupId[0]! & mask; this.#slots[slot] !== 0; slot = (slot + 1) & mask) {
      const entry = this.#slots[slot]! - 1
      if (this.#equals(entry, lookupId)) found.push(entry)
    }
    return found.sort((a, b) => a - b)
  }

  placeOf(entry: number): BlobPlace {
    const at = entry * ENTRY_WORDS
    return { segment: this.#entries[at + 4]!, offset: this.#entries[at + 5]!, bytes: this.#entries[at + 6]! }
  }

  segmentOf(entry: number): number {
    return this.#entries[entry * ENTRY_WORDS + 4]!
  }

  offsetOf(entry: number): number {
    return this.#entries[entry * ENTRY_WORDS + 5]!
  }

  bytesOf(entry: number): number {
    return this.#entries[entry * ENTRY_WORDS + 6]!
  }

  /** Copies the entry's lookup id into four words. */
  lookupIdInto(entry: number, out: Uint32Array): void {
    const at = entry * ENTRY_WORDS
    for (let i = 0; i < 4; i += 1) out[i] = this.#entries[at + i]!
  }

  #append(lookupId: Uint32Array, segment: number, offset: number, bytes: number): void {
    const entry = this.#control[COUNT]!
    if (entry >= this.memory.capacity)
      throw new BackupError('INDEX_FULL', 'The blob table has no room for more blobs.', {
        context: { capacity: this.memory.capacity },
      })
    if ((entry + 1) * 3 > 2 ** this.#slotBits * 2) this.#rehash(this.#slotBits + 1)
    const entries = this.#entries
    const at = entry * ENTRY_WORDS
    entries[at] = lookupId[0]!
    entries[at + 1] = lookupId[1]!
    entries[at + 2] = lookupId[2]!
    entries[at + 3] = lookupId[3]!
    entries[at + 4] = segment
    entries[at + 5] = offset
    entries[at + 6] = bytes
    this.#control[COUNT] = entry + 1
    this.#place(entry, lookupId[0]!)
  }

  #place(entry: number, hash: number): void {
    const mask = 2 ** this.#slotBits - 1
    const slots = this.#slots
    let slot = hash & mask
    while (slots[slot] !== 0) slot = (slot + 1) & mask
    slots[slot] = entry + 1
  }

  #find(lookupId: Uint32Array): number {
    const mask = 2 ** this.#slotBits - 1
    const slots = this.#slots
    let best = -1
    for (let slot = lookupId[0]! & mask; slots[slot] !== 0; slot = (slot + 1) & mask) {
      const entry = slots[slot]! - 1
      if (this.#equals(entry, lookupId) && (best < 0 || entry < best)) best = entry
    }
    return best
  }

  #equals(entry: number, lookupId: Uint32Array): boolean {
    const entries = this.#entries
    const at = entry * ENTRY_WORDS
    return (
      entries[at] === lookupId[0] &&
      entries[at + 1] === lookupId[1] &&
      entries[at + 2] === lookupId[2] &&
      entries[at + 3] === lookupId[3]
    )
  }

  #rehash(bits: number): void {
    invariant(2 ** bits <= this.#slots.length, 'The slots of the blob table were reserved for its capacity.')
    this.#slots.fill(0, 0, 2 ** bits)
    this.#control[SLOT_BITS] = bits
    const count = this.#control[COUNT]!
    for (let entry = 0; entry < count; entry += 1) this.#place(entry, this.#entries[entry * ENTRY_WORDS]!)
  }

  #locked(run: () => void): void {
    this.#lock()
    try {
      run()
    } finally {
      this.#unlock()
    }
  }

  #lock(): void {
    let endNs = 0n
    for (let spins = 1; Atomics.compareExchange(this.#control, LOCK, 0, 1) !== 0; spins += 1) {
      if (spins % SPINS_PER_LOOK !== 0) continue
      if (endNs === 0n) endNs = monotonicNs() + this.#lockNsMax
      else if (monotonicNs() > endNs)
        throw new BackupError('WORKER_LOST', 'The blob table stays locked: a thread ended while it held it.', {
          context: { cause: 'lock' },
        })
    }
  }

  #unlock(): void {
    Atomics.store(this.#control, LOCK, 0)
  }
}
