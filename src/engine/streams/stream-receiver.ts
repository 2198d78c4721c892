/**
 * Stores what a server logs, as it comes (docs/format/v1.md section 17). A receiver puts, gets and lists, removes
 * nothing and opens no session: one that runs for months makes no pruner wait. What it has acknowledged is durable in
 * records that rely on nothing else. Stopped anywhere, the next one reads where the stream ends and goes on there.
 */
import { BackupError } from '../../kernel/backup-error.ts'
import { invariant } from '../../kernel/invariant.ts'
import { useFeature } from '../commit/index.ts'
import type { Signer } from '../crypto/index.ts'
import { Feature, isOfLaterVersion, type Repository, requireFeatures } from '../repository/index.ts'
import { type Beginning, OpenExtent } from './open-extent.ts'
import { comparePositions, EXTENT_BYTES, factsOf, type Position, positionText, settled } from './position.ts'
import {
  Closed,
  CONTENT_BYTES_MAX,
  GAP_START,
  type Parent,
  type Reach,
  type RecordDocument,
  type ServerState,
} from './record-document.ts'
import { extentPrefix, listedRecord, type RecordKey } from './record-key.ts'
import { readRecord, readRecordHead, type SealedRecord, sealRecord } from './record-object.ts'
import { furthest, placeOfReach, readBranch, witnessesOf } from './stream-directory.ts'
import type { StreamIdentity } from './stream-identity.ts'
import { requireWhole, type StreamHead, StreamReader } from './stream-reader.ts'

/** New bytes wait no longer than this, by whoever runs the receiver. */
export const FLUSH_MS = 5_000
export const BEAT_MS = 300_000
/** One page of a list reaches a record that holds all of an extent up to it, or the extent's beginning. */
const PARTS_MAX = 720
/** With more a closed extent is written once more, as one record. */
const PARTS_OF_CLOSED_MAX = 8
const MINUTE_MS = 60_000
const UNKNOWN_SERVER: ServerState = { time: null, flush: null }
/** Where the bytes before in the same extent are gone: what follows is a beginning of its own. */
const GAP_LOST = 'lost'

export interface ReceiverOptions {
  readonly identity: StreamIdentity
  /** Name of the source. */
  readonly source: string
  /** 16 bytes. */
  readonly writer: Buffer
  /** Of a branch that is not known yet: stored before any of its bytes. */
  readonly branch?: {
    readonly parent: Parent | null
    readonly facts: Readonly<Record<string, string | number>>
    readonly content: Uint8Array
  }
  /** Goes on though a beat has seen more than is there now: somebody accepts that it is lost. Default false. */
  readonly acceptsRollback?: boolean
  readonly signal?: AbortSignal
}

/** Bytes that follow one another. */
export interface Received {
  readonly from: Position
  /** Of a log whose places count bytes it may lie in a later extent. */
  readonly to: Position
  readonly bytes: Uint8Array
  readonly server?: ServerState
}

export interface ServerFacts {
  readonly system: string
  /** A standby may be behind. */
  readonly isPrimary: boolean
  /** How far it has written. */
  readonly flush: Position
  /** What it keeps for this receiver begins here: all before was acknowledged. */
  readonly acknowledged?: Position
}

/** Calls of it may overlap: each begins when the one before has ended. */
export class StreamReceiver {
  readonly identity: StreamIdentity
  readonly #repository: Repository
  readonly #options: ReceiverOptions
  readonly #signer: Signer
  readonly #reader: StreamReader
  #extent: OpenExtent | undefined
  /** The extent before the one that is not open yet. */
  #ended: { readonly reach: Reach; readonly begin: number } | undefined
  #closed: Closed | null = null
  #gap: string | undefined
  /** Records of the open extent since one that holds all of it. */
  #parts = 0
  #foldsNext = false
  #server: ServerState = UNKNOWN_SERVER
  /** Sealed, and perhaps stored: the same is put until an answer comes. */
  #unanswered: SealedRecord | undefined
  #acknowledged: Position | undefined
  /** What was asked last: the next begins when it has ended, however it ended. */
  #turn: Promise<unknown> = Promise.resolve()
  /** Of the open extent, written by this writer: also before it was started. */
  readonly #own = new Set<string>()
  /** Of the open extent, another receiver's, and held against what came here. */
  readonly #rivals = new Set<string>()

  private constructor(repository: Repository, options: ReceiverOptions) {
    this.#repository = repository
    this.#options = options
    this.identity = options.identity
    this.#signer = repository.keys.writer(options.writer)
    this.#reader = new StreamReader(repository, options.identity)
  }

  /**
   * Reads where the stream ends. The first receiver of a repository announces in its configuration that there are
   * streams. Throws UPGRADE_REQUIRED, ROLLBACK_SUSPECTED where a receiver had come further, STREAM_FORKED where the
   * branch is known with another history or has ended.
   */
  static async open(repository: Repository, options: ReceiverOptions): Promise<StreamReceiver> {
    requireFeatures(repository.config, 'write')
    await useFeature(repository, Feature.STREAMS, options.signal)
    const receiver = new StreamReceiver(repository, options)
    await receiver.#start()
    return receiver
  }

  /** Where the next byte belongs; undefined before the first of a stream, and where another file has to begin. */
  get next(): Position | undefined {
    if (this.#gap !== undefined) return undefined
    const extent = this.#extent
    if (extent) return settled(this.identity.kind, { extent: extent.extent, offset: extent.to })
    return this.#ended && this.#closed !== Closed.ROTATE
      ? settled(this.identity.kind, placeOfReach(this.#ended.reach))
      : undefined
  }

  /** All before is durable, and may be told to the server as such. */
  get acknowledged(): Position | undefined {
    return this.#acknowledged && settled(this.identity.kind, this.#acknowledged)
  }

  get bytesPending(): number {
    return (this.#extent?.pendingBytes ?? 0) + (this.#unanswered?.document.bytes ?? 0)
  }

  /**
   * Takes bytes. Those that came before are held against what is stored, and left out. A full extent is stored before
   * this resolves, the rest by `flush`. Throws STREAM_FORKED; where it throws, `next` says where to go on: bytes from
   * before it may be given again where offsets count bytes, and have to be left out of an oplog.
   */
  async take(received: Received): Promise<void> {
    await this.#inTurn(() => this.#take(received))
  }

  async #take(received: Received): Promise<void> {
    const { from, to, bytes } = received
    const isCounted = !factsOf(this.identity.kind).countsBytes || bytesBetween(from, to) === BigInt(bytes.length)
    invariant(isCounted, 'What a server sends is as long as its places say.')
    this.#server = received.server ?? this.#server
    await this.#settleUnanswered()
    const fresh = await this.#fresh(received)
    if (!fresh) return
    const { countsBytes } = factsOf(this.identity.kind)
    if (!countsBytes) return await this.#append(fresh)
    for (let at = 0, begin = fresh.from; at < fresh.bytes.length; ) {
      const piece = fresh.bytes.subarray(at, at + EXTENT_BYTES - begin.offset)
      const end = { extent: begin.extent, offset: begin.offset + piece.length }
      await this.#append({ from: begin, to: end, bytes: piece })
      at += piece.length
      begin = settled(this.identity.kind, end)
    }
  }

  /** Stores what has come. Throws what the store throws: then the same record is put again by the next call. */
  async flush(): Promise<void> {
    await this.#inTurn(() => this.#flush())
  }

  async #flush(): Promise<void> {
    await this.#settleUnanswered()
    const open = this.#extent
    if (open && (open.pendingBytes > 0 || (this.#foldsNext && open.canFold))) await this.#store(null)
  }

  /** Nothing more comes in this extent: the server goes over to another file, or to another branch. */
  async close(closed: typeof Closed.ROTATE | typeof Closed.SWITCH): Promise<void> {
    await this.#inTurn(async () => {
      await this.#settleUnanswered()
      if (this.#extent) await this.#store(closed)
      this.#closed = closed
    })
  }

  /** The server has not what comes next here: `reason` is 1 to 64 of a-z, 0-9 and "-". */
  async announceGap(reason: string): Promise<void> {
    await this.#inTurn(() => this.#announceGap(reason))
  }

  async #announceGap(reason: string): Promise<void> {
    await this.#flush()
    const open = this.#extent
    if (open) this.#ended = { reach: open.reach, begin: open.beginning.begin }
    this.#extent = undefined
    this.#closed = null
    this.#gap = reason
  }

  /**
   * Holds the server against the stream before anything is taken from it. Throws STREAM_FORKED for another system or
   * one that was put back, ROLLBACK_SUSPECTED where more was acknowledged to it than is here.
   */
  meet({ system, isPrimary, flush, acknowledged }: ServerFacts): void {
    const head = this.acknowledged
    if (system !== this.identity.system) throw this.#forked(flush, { system })
    if (isPrimary && head && comparePositions(settled(this.identity.kind, flush), head) < 0)
      throw this.#forked(head, { flush: positionText(flush) })
    if (acknowledged && (!head || comparePositions(acknowledged, head) > 0))
      throw this.#rolledBack(acknowledged, 'the server')
  }

  /** Says how far it has come. True where another receiver stores the same stream. Throws STREAM_FORKED. */
  async beat(nowMs: number, server?: ServerState): Promise<boolean> {
    return await this.#inTurn(() => this.#beat(nowMs, server ?? this.#server))
  }

  async #beat(nowMs: number, server: ServerState): Promise<boolean> {
    await this.#flush()
    const open = this.#extent
    const at = open ? { reach: open.reach, begin: open.beginning.begin } : this.#ended
    if (!at) return false
    const { reach, begin } = at
    const minute = Math.floor(nowMs / MINUTE_MS)
    await this.#put({ kind: 'beat', ...this.#common(server), ...reach, begin, minute }, new Uint8Array(0))
    return open !== undefined && (await this.#hasRival(open))
  }

  /** Reads the keys again: what is sealed from then on is closed to who was removed, and so is the open extent. */
  async renewKeys(): Promise<void> {
    await this.#inTurn(async () => {
      if (await this.#repository.renewKeys(this.#options.signal)) this.#foldsNext = true
      if (this.#foldsNext) await this.#flush()
    })
  }

  /** One at a time: who reads from the server, who flushes and who beats do not know of each other. */
  async #inTurn<T>(act: () => Promise<T>): Promise<T> {
    const turn = this.#turn.then(act)
    this.#turn = turn.catch(() => {})
    return await turn
  }

  async #start(): Promise<void> {
    const { signal } = this.#options
    const call = signal ? { signal } : {}
    const { branch, problems } = await readBranch(this.#repository, this.identity, call)
    const witnesses = await witnessesOf(this.#repository, this.identity, call)
    const seen = furthest(witnesses.stored)
    const head = await this.#reader.head(seen ? { ...call, seen } : call)
    // What a later version has written may say that the stream ends, or goes on.
    const later = [...problems, ...witnesses.problems, ...this.#reader.problems].find(isOfLaterVersion)
    if (later) throw later.error
    const at = head && { extent: head.extent, offset: head.to }
    if (seen && !this.#options.acceptsRollback && (!at || this.#isBefore(at, seen)))
      throw this.#rolledBack(seen, 'a receiver')
    const asked = this.#options.branch
    if (branch && asked && !Buffer.from(asked.content).equals(branch.content))
      throw this.#forked(at ?? { extent: 0n, offset: 0 }, { history: this.identity.branch })
    if (!branch) {
      const { parent, facts, content } = asked ?? { parent: null, facts: {}, content: new Uint8Array(0) }
      await this.#put({ kind: 'branch', ...this.#common(this.#server), parent, facts }, content)
    }
    if (!head) return
    this.#resume(head)
    // Where it was left at the end of a full extent no record of its own says so.
    if (witnesses.left.some((each) => this.#isSame(each, at!))) this.#closed = Closed.SWITCH
  }

  #isBefore(a: Position, b: Position): boolean {
    return comparePositions(settled(this.identity.kind, a), settled(this.identity.kind, b)) < 0
  }

  #isSame(a: Position, b: Position): boolean {
    return !this.#isBefore(a, b) && !this.#isBefore(b, a)
  }

  #resume(head: StreamHead): void {
    const { extent, to, last, closed } = head
    this.#acknowledged = { extent, offset: to }
    this.#closed = closed
    const resumed = OpenExtent.resume(this.identity.kind, head)
    if (!resumed) this.#gap = GAP_LOST
    else if (closed === null) this.#extent = resumed
    else this.#ended = { reach: resumed.reach, begin: last.begin }
    this.#parts = head.records.length
  }

  /** What of it is new. */
  async #fresh(received: Received): Promise<Received | undefined> {
    const { kind } = this.identity
    const { from, to, bytes } = received
    invariant(comparePositions(from, to) < 0 && bytes.length > 0, 'What a server sends is not empty.')
    if (this.#closed === Closed.SWITCH) throw this.#forked(from, { closed: Closed.SWITCH })
    const start = settled(kind, from)
    const next = this.next ?? this.#endBefore(start)
    const order = next ? comparePositions(start, next) : 0
    const { countsBytes } = factsOf(kind)
    // Between two operations of an oplog there is nothing, however far apart they are.
    invariant(order <= 0 || !countsBytes, 'What a server sends follows what it sent before.')
    if (!next || order >= 0) return { ...received, from: start }
    invariant(countsBytes, 'What comes again of an oplog is left out by whoever reads it.')
    return await this.#heldAgainst(received, next)
  }

  /** Of a file that has ended, for what comes again of it or of an earlier one. */
  #endBefore({ extent }: Position): Position | undefined {
    const end = this.#gap === undefined && this.#ended && placeOfReach(this.#ended.reach)
    return end && extent <= end.extent ? end : undefined
  }

  async #heldAgainst({ from, to, bytes, ...rest }: Received, next: Position): Promise<Received | undefined> {
    if (!this.next && comparePositions(to, next) > 0) throw this.#forked(next, { closed: Closed.ROTATE })
    const end = comparePositions(to, next) < 0 ? to : next
    const knownBytes = Number(bytesBetween(from, end))
    const known = bytes.subarray(0, knownBytes)
    if (!(await this.#isStored(from, known))) throw this.#forked(from, {})
    return knownBytes < bytes.length ? { ...rest, from: next, to, bytes: bytes.subarray(knownBytes) } : undefined
  }

  async #isStored(from: Position, bytes: Uint8Array): Promise<boolean> {
    const { kind } = this.identity
    for (let at = 0, place = settled(kind, from); at < bytes.length; ) {
      const piece = bytes.subarray(at, at + EXTENT_BYTES - place.offset)
      const end = { extent: place.extent, offset: place.offset + piece.length }
      const isHere = this.#extent?.extent === place.extent ? this.#extent.holds(place.offset, piece) : undefined
      if (!(isHere ?? (await this.#isInRecords(place, end, piece)))) return false
      at += piece.length
      place = settled(kind, end)
    }
    return true
  }

  async #isInRecords(from: Position, to: Position, bytes: Uint8Array): Promise<boolean> {
    const { signal } = this.#options
    let at = 0
    for await (const part of this.#reader.readRange(from, to, signal ? { signal } : {})) {
      requireWhole(part)
      if (!part.content.equals(bytes.subarray(at, at + part.content.length))) return false
      at += part.content.length
    }
    return at === bytes.length
  }

  async #append({ from, to, bytes }: Received): Promise<void> {
    if (this.#extent && from.extent > this.#extent.extent) await this.#store(Closed.FULL)
    if (this.#extent && this.#extent.pendingBytes + bytes.length > CONTENT_BYTES_MAX) await this.#flush()
    this.#extent ??= this.#begun(from)
    invariant(to.extent === this.#extent.extent, 'What is taken at once of an oplog lies in one extent.')
    invariant(bytes.length <= CONTENT_BYTES_MAX, 'What is taken at once fits a record.')
    this.#extent.append(bytes, to.offset)
    if (this.#extent.isFull) await this.#store(Closed.FULL)
  }

  #begun({ extent, offset }: Position): OpenExtent {
    const before = this.#ended?.reach ?? null
    const gap = before && this.#gap === undefined ? null : (this.#gap ?? GAP_START)
    const isWhole = gap !== null || offset === 0 || !factsOf(this.identity.kind).countsBytes
    invariant(isWhole, 'An extent begins with its first byte.')
    const beginning: Beginning = { begin: gap === null ? 0 : offset, before, gap }
    this.#ended = undefined
    this.#gap = undefined
    this.#closed = null
    this.#parts = 0
    this.#own.clear()
    this.#rivals.clear()
    return OpenExtent.begin(this.identity.kind, extent, beginning)
  }

  /** A record of what waits, or of the whole extent. Of one that closes it nothing may be left. */
  async #store(closed: Closed | null): Promise<void> {
    const open = this.#extent!
    const isMany = this.#parts >= PARTS_MAX || (closed !== null && this.#parts >= PARTS_OF_CLOSED_MAX)
    // An extent that ends where it was stored to is written once more: its last record says so.
    const mustFold = closed !== null && open.pendingBytes === 0
    const isFold = open.canFold && (isMany || mustFold || this.#foldsNext)
    if (!mustFold || isFold) {
      const { from, content } = open.draft({ isFold })
      const draft = {
        kind: 'stream' as const,
        ...this.#common(this.#server),
        ...open.reach,
        ...open.beginning,
        from,
        closed,
      }
      this.#unanswered = this.#sealed(draft, content)
      open.sealed()
      this.#parts = isFold ? 1 : this.#parts + 1
      this.#foldsNext &&= !isFold
    }
    if (closed !== null) {
      this.#ended = { reach: open.reach, begin: open.beginning.begin }
      this.#extent = undefined
      this.#closed = closed
    }
    await this.#settleUnanswered()
  }

  async #settleUnanswered(): Promise<void> {
    const record = this.#unanswered
    if (!record) return
    await this.#repository.store.put(record.key, record.bytes, this.#call)
    if (this.#unanswered === record) this.#unanswered = undefined
    this.#own.add(record.key)
    if (record.document.kind !== 'stream') return
    const stored = placeOfReach(record.document)
    if (!this.#acknowledged || comparePositions(stored, this.#acknowledged) > 0) this.#acknowledged = stored
  }

  async #put(draft: Parameters<typeof sealRecord>[1], content: Uint8Array): Promise<void> {
    const { key, bytes } = this.#sealed(draft, content)
    await this.#repository.store.put(key, bytes, this.#call)
  }

  #sealed(draft: Parameters<typeof sealRecord>[1], content: Uint8Array): SealedRecord {
    return sealRecord(this.#repository, draft, { content, writer: this.#signer })
  }

  #common(server: ServerState): Pick<RecordDocument, 'stream' | 'source' | 'server'> {
    return { stream: this.identity, source: this.#options.source, server }
  }

  get #call(): { readonly signal?: AbortSignal } {
    return this.#options.signal ? { signal: this.#options.signal } : {}
  }

  /** What another receiver has stored of the open extent is held against what came here. */
  async #hasRival(open: OpenExtent): Promise<boolean> {
    const listed = this.#repository.store.list(extentPrefix(this.#reader.id, open.extent), this.#call)
    let isAny = this.#rivals.size > 0
    for await (const stat of listed) {
      const parsed = listedRecord(stat)
      if (!parsed || this.#own.has(parsed.key) || this.#rivals.has(parsed.key)) continue
      const document = await believed(readRecordHead(this.#repository, parsed, this.#call))
      if (document?.kind !== 'stream') continue
      if (document.writer === this.#options.writer.toString('hex')) this.#own.add(parsed.key)
      else isAny = (await this.#holdAgainst(open, parsed)) || isAny
    }
    return isAny
  }

  /** False where it can not be read. */
  async #holdAgainst(open: OpenExtent, rival: RecordKey): Promise<boolean> {
    const read = await believed(readRecord(this.#repository, rival, this.#options.signal))
    if (!read) return false
    const shared = read.content.subarray(0, Math.max(0, open.to - rival.from))
    if (open.holds(rival.from, shared) === false) throw this.#forked({ ...rival, offset: rival.from }, {})
    // What is further than what came here is looked at again.
    if (rival.to <= open.to) this.#rivals.add(rival.key)
    return true
  }

  #forked(position: Position, context: Readonly<Record<string, string>>): BackupError {
    return new BackupError('STREAM_FORKED', 'What a server sends is not what is stored of its stream.', {
      context: { stream: this.#reader.id, position: positionText(position), ...context },
    })
  }

  #rolledBack(seen: Position, by: string): BackupError {
    const head = this.acknowledged
    return new BackupError('ROLLBACK_SUSPECTED', `${by} has seen more of a stream than is there.`, {
      context: {
        object: `streams/${this.#reader.id}`,
        seen: positionText(seen),
        found: head ? positionText(head) : 'nothing',
      },
    })
  }
}

async function believed<T>(reading: Promise<T>): Promise<T | undefined> {
  return await reading.catch((error: unknown) => {
    if (error instanceof BackupError) return undefined
    throw error
  })
}

function bytesBetween(from: Position, to: Position): bigint {
  return (to.extent - from.extent) * BigInt(EXTENT_BYTES) + BigInt(to.offset - from.offset)
}
