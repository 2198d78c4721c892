/**
 * Reads a stream back: the record that holds a position by one list, and any stretch of it in order, with every hole
 * named. Bytes that were to be there and are not are LOST, never silently left out.
 */
import type { Hash } from 'node:crypto'
import { BackupError } from '../../kernel/backup-error.ts'
import { inOrder } from '../../kernel/in-order.ts'
import type { ObjectStat } from '../../storage/index.ts'
import {
  isForeign,
  isOfLaterVersion,
  isUnreadableHere,
  type ObjectProblem,
  type Repository,
} from '../repository/index.ts'
import { ExtentWalk, forked, type Stretch } from './extent-walk.ts'
import { comparePositions, factsOf, type Position, positionText, settled } from './position.ts'
import { type Closed, CONTENT_BYTES_MAX, type Reach, type StreamDocument } from './record-document.ts'
import {
  extentPrefix,
  type ListedRecord,
  listedRecord,
  parseRecordKey,
  prefixAround,
  prefixesFrom,
  type RecordKey,
  streamPrefix,
} from './record-key.ts'
import { type OpenedRecord, readRecord } from './record-object.ts'
import { furthest, placeOfReach, readBranch, type Witnesses, witnessesOf } from './stream-directory.ts'
import { type StreamIdentity, streamId, streamNameKey } from './stream-identity.ts'

const LISTS_AT_ONCE = 16

export const Hole = {
  /** A receiver said that it could not have these bytes, and why. */
  ANNOUNCED: 'announced',
  /** They were stored, as what follows or a beat says, and are gone. */
  LOST: 'lost',
  /** They are there, and can not be read. */
  DAMAGED: 'damaged',
  /** They may be in a record that only a later version of this program can read. */
  LATER: 'later',
  /** Nothing says that they were ever stored. */
  BEYOND: 'beyond',
} as const
export type Hole = (typeof Hole)[keyof typeof Hole]

export const Standing = { STORED: 'stored', ABSENT: 'absent', UNKNOWN: 'unknown' } as const
export type Standing = (typeof Standing)[keyof typeof Standing]

/** What a stretch is read as: pieces that follow one another, and holes between them. */
export type StreamPart =
  | {
      readonly kind: 'bytes'
      readonly from: Position
      readonly to: Position
      readonly content: Buffer
      readonly document: StreamDocument
    }
  | {
      readonly kind: 'hole'
      readonly from: Position
      readonly to: Position
      readonly why: Hole
      /** Of an announced one. */
      readonly reason?: string
      /** Of a damaged one, and of one of a later version: a record that may have held it. */
      readonly object?: string
    }

/** How far the stream goes here without a hole. */
export interface StreamHead {
  readonly extent: bigint
  /** Where the bytes of that extent begin. */
  readonly begin: number
  readonly to: number
  /** Undefined where what came before in the extent is lost. */
  readonly prefix: string | undefined
  /** The state of that hash. */
  readonly hash: Hash | undefined
  readonly last: StreamDocument
  readonly closed: Closed | null
  /** From `begin` on; undefined where that is more than one record holds. */
  readonly content: readonly Buffer[] | undefined
  /** Records that it was read from. */
  readonly records: readonly ListedRecord[]
}

interface CallOptions {
  readonly signal?: AbortSignal
}

interface HeadOptions extends CallOptions {
  /** How far it is known to have come: it is looked for from there on. Default: as the newest beats say. */
  readonly seen?: Position
}

export class StreamReader {
  readonly identity: StreamIdentity
  readonly id: string
  readonly #repository: Repository
  /** Records that were met and can't be read. */
  readonly problems: ObjectProblem[] = []

  constructor(repository: Repository, identity: StreamIdentity) {
    this.identity = identity
    this.id = streamId(streamNameKey(repository.keys), identity)
    this.#repository = repository
  }

  /** The record that holds a position; of several one that reaches furthest. Undefined where none does. */
  async recordAt(
    { extent, offset }: Position,
    { signal }: CallOptions = {},
  ): Promise<OpenedRecord<StreamDocument> | undefined> {
    const listed = this.#repository.store.list(extentPrefix(this.id, extent), signal ? { signal } : {})
    for await (const { key } of listed) {
      const parsed = parseRecordKey(key)
      if (!parsed || offset < parsed.from || offset >= parsed.to) continue
      const opened = await this.#read(parsed, signal)
      if (opened) return opened
    }
    return undefined
  }

  /**
   * All from `from` on that lies before `to`, in order. What can be cut is cut there; records of an oplog are given
   * whole. Throws STREAM_FORKED where records hold different bytes of one place.
   */
  async *readRange(from: Position, to: Position, options: CallOptions = {}): AsyncGenerator<StreamPart> {
    if (comparePositions(from, to) >= 0) return
    const join = new Joints(this, { from, to })
    for await (const { extent, records } of this.#extents(from, to, options)) {
      const walk = this.#walk(extent, records, options)
      for await (const stretch of walk.stretches()) {
        const start = { extent, offset: stretch.from }
        // Also what begins behind it says what was before.
        if (stretch.isBehindHole) yield* join.before(stretch, extent)
        if (comparePositions(start, to) >= 0) break
        const part = this.#cut(stretch, { extent, from, to })
        if (part) yield part
        join.took(extent, { to: stretch.to, prefix: walk.prefix })
      }
    }
    if (!join.isDone) yield* join.behind(await this.#firstBehind(to, options))
    if (!join.isDone) yield* join.rest(furthest((await this.#witnesses(options)).stored))
  }

  /** Where the stream ends, by what is there; undefined for a stream of which nothing can be read. */
  async head({ seen, ...options }: HeadOptions = {}): Promise<StreamHead | undefined> {
    const begin = seen?.extent ?? (await this.#newestBeat(options))
    const near = begin !== undefined && (await this.#headIn(this.#prefixesFrom(begin), options))
    return near || (await this.#headIn([streamPrefix(this.id)], options))
  }

  /**
   * Whether a position is stored; whether it certainly never was, so that a server may take it for the end of its log;
   * or whether that can not be told: it lies in a hole, or before something that is known to have been. `known`: what
   * others know to have been stored, as the end of a base backup. Throws DAMAGED where a record that may know more can
   * not be read, STREAM_FORKED.
   */
  async standingOf(
    position: Position,
    { known = [], ...options }: CallOptions & { readonly known?: readonly Position[] } = {},
  ): Promise<Standing> {
    if (await this.recordAt(position, options)) return Standing.STORED
    const head = await this.head(options)
    const { stored, left, problems } = await this.#witnesses(options)
    // One that can not be read may have said anything.
    if (problems[0]) throw problems[0].error
    const seen = [...known, ...stored, ...left]
    if (head) seen.push({ extent: head.extent, offset: head.to })
    // Of a stream of which nothing is known nothing can be said.
    if (!head || this.problems.some((problem) => !isForeign(problem))) return Standing.UNKNOWN
    const place = settled(this.identity.kind, position)
    const isBeyond = seen.every((each) => comparePositions(settled(this.identity.kind, each), place) <= 0)
    return isBeyond ? Standing.ABSENT : Standing.UNKNOWN
  }

  async #witnesses(options: CallOptions): Promise<Witnesses> {
    return await witnessesOf(this.#repository, this.identity, options)
  }

  async #newestBeat(options: CallOptions): Promise<bigint | undefined> {
    const { beat } = await readBranch(this.#repository, this.identity, options)
    return beat && placeOfReach(beat).extent
  }

  /** The first record that can be read of the extents behind that of a position. */
  async #firstBehind(position: Position, options: CallOptions): Promise<Behind | undefined> {
    const first = extentBefore(position) + 1n
    const isAny = async (prefix: string): Promise<string | undefined> => {
      for await (const stat of this.#repository.store.list(prefix, options)) if (listedRecord(stat)) return prefix
      return undefined
    }
    const prefixes = this.#prefixesFrom(first)
    for await (const prefix of inOrder(prefixes, { widthMax: LISTS_AT_ONCE }, isAny)) {
      if (prefix === undefined) continue
      for await (const { extent, records } of this.#grouped(this.#repository.store.list(prefix, options)))
        for await (const stretch of this.#walk(extent, records, options).stretches()) return { extent, stretch }
    }
    return undefined
  }

  #prefixesFrom(extent: bigint): string[] {
    return prefixesFrom(this.id, extent, factsOf(this.identity.kind).extentBits)
  }

  async #headIn(prefixes: readonly string[], options: CallOptions): Promise<StreamHead | undefined> {
    const found = new Set<bigint>()
    const extentsOf = (prefix: string) => this.#listed(prefix, options)
    for await (const extents of inOrder(prefixes, { widthMax: LISTS_AT_ONCE }, extentsOf))
      for (const extent of extents) found.add(extent)
    for (const extent of [...found].sort((a, b) => (a < b ? 1 : -1))) {
      const head = await this.#headOf(extent, options)
      if (head) return head
    }
    return undefined
  }

  async #listed(prefix: string, options: CallOptions): Promise<Set<bigint>> {
    const extents = new Set<bigint>()
    for await (const stat of this.#repository.store.list(prefix, options)) {
      const parsed = listedRecord(stat)
      if (parsed) extents.add(parsed.extent)
    }
    return extents
  }

  async #headOf(extent: bigint, options: CallOptions): Promise<StreamHead | undefined> {
    const records: ListedRecord[] = []
    for await (const stat of this.#repository.store.list(extentPrefix(this.id, extent), options)) {
      const parsed = listedRecord(stat)
      if (parsed) records.push(parsed)
    }
    const walk = this.#walk(extent, records, options)
    let content: Buffer[] = []
    let bytes = 0
    for await (const stretch of walk.stretches()) {
      if (stretch.isBehindHole) {
        content = []
        bytes = 0
      }
      bytes += stretch.content.length
      if (bytes > CONTENT_BYTES_MAX) content = []
      else content.push(stretch.content)
    }
    if (!walk.reached) return undefined
    const { prefix, hash, used, closed } = walk
    const isKept = bytes <= CONTENT_BYTES_MAX
    return {
      extent,
      ...walk.reached,
      closed,
      prefix,
      hash,
      records: used,
      content: isKept ? content : undefined,
    }
  }

  /** Keys of each extent that there is, in order. */
  async *#extents(
    from: Position,
    to: Position,
    options: CallOptions,
  ): AsyncGenerator<{ readonly extent: bigint; readonly records: readonly ListedRecord[] }> {
    const first = settled(this.identity.kind, from).extent
    const last = to.extent > first ? extentBefore(to) : to.extent
    const listed = this.#repository.store.list(prefixAround(this.id, first, last), options)
    for await (const each of this.#grouped(listed)) {
      if (each.extent < first) continue
      if (each.extent > last) break
      yield each
    }
  }

  async *#grouped(
    listed: AsyncIterable<ObjectStat>,
  ): AsyncGenerator<{ readonly extent: bigint; readonly records: readonly ListedRecord[] }> {
    let extent = 0n
    let records: ListedRecord[] = []
    for await (const stat of listed) {
      const parsed = listedRecord(stat)
      if (!parsed) continue
      if (parsed.extent !== extent && records.length > 0) yield { extent, records }
      if (parsed.extent !== extent) records = []
      extent = parsed.extent
      records.push(parsed)
    }
    if (records.length > 0) yield { extent, records }
  }

  #walk(extent: bigint, records: readonly ListedRecord[], options: CallOptions): ExtentWalk {
    return new ExtentWalk(this.#repository, {
      id: this.id,
      kind: this.identity.kind,
      extent,
      records,
      problems: this.problems,
      ...options,
    })
  }

  #cut(
    stretch: Stretch,
    { extent, from, to }: { readonly extent: bigint; readonly from: Position; readonly to: Position },
  ): StreamPart | undefined {
    const [first, end] = [
      from.extent === extent ? Math.max(stretch.from, from.offset) : stretch.from,
      to.extent === extent ? Math.min(stretch.to, to.offset) : stretch.to,
    ]
    if (first >= end) return undefined
    const { document, content } = stretch
    if (!factsOf(this.identity.kind).countsBytes)
      return {
        kind: 'bytes',
        from: { extent, offset: stretch.from },
        to: { extent, offset: stretch.to },
        content,
        document,
      }
    return {
      kind: 'bytes',
      from: { extent, offset: first },
      to: { extent, offset: end },
      content: content.subarray(first - stretch.from, end - stretch.from),
      document,
    }
  }

  async #read(key: RecordKey, signal: AbortSignal | undefined): Promise<OpenedRecord<StreamDocument> | undefined> {
    try {
      const { document, content } = await readRecord(this.#repository, key, signal)
      return document.kind === 'stream' ? { key, document, content } : undefined
    } catch (error) {
      if (!isUnreadableHere(error)) throw error
      this.problems.push({ key: key.key, error })
      return undefined
    }
  }
}

/** The last extent of which something is before a position. */
function extentBefore({ extent, offset }: Position): bigint {
  return offset === 0 && extent > 0n ? extent - 1n : extent
}

/** What is first behind a stretch that was asked for. */
interface Behind {
  readonly extent: bigint
  readonly stretch: Stretch
}

interface ExtentEnd {
  readonly extent: bigint
  readonly to: number
  readonly prefix: string | undefined
}

/** What lies between what was read and what comes next. */
class Joints {
  readonly #reader: StreamReader
  /** Nothing is named behind it. */
  readonly #to: Position
  /** Up to which everything was read or named. */
  #at: Position
  /** Of the extent that was read last, and of the one before it. */
  #ends: readonly ExtentEnd[] = []

  constructor(reader: StreamReader, { from, to }: { readonly from: Position; readonly to: Position }) {
    this.#reader = reader
    this.#at = settled(reader.identity.kind, from)
    this.#to = settled(reader.identity.kind, to)
  }

  get isDone(): boolean {
    return comparePositions(this.#at, this.#to) >= 0
  }

  *behind(found: Behind | undefined): Generator<StreamPart> {
    if (found) yield* this.before(found.stretch, found.extent)
  }

  *before({ document }: Stretch, extent: bigint): Generator<StreamPart> {
    const { begin, from, before, gap } = document
    const start = { extent, offset: begin }
    if (before) {
      this.#hold(before, { extent, gap })
      yield* this.#missing(placeOfReach(before))
    }
    if (gap !== null) yield* this.#hole(start, { why: Hole.ANNOUNCED, reason: gap })
    this.#reach(start)
    yield* this.#missing({ extent, offset: from })
  }

  took(extent: bigint, end: Omit<ExtentEnd, 'extent'>): void {
    const before = this.#ends.find((each) => each.extent !== extent)
    this.#ends = [{ extent, ...end }, ...(before ? [before] : [])]
    this.#reach({ extent, offset: end.to })
  }

  /** Behind all that is there. A beat may have seen more. */
  *rest(seen: Position | undefined): Generator<StreamPart> {
    if (seen) yield* this.#missing(seen)
    const later = this.#problem(this.#to, isOfLaterVersion)
    yield* this.#hole(this.#to, later ? { why: Hole.LATER, object: later.key } : { why: Hole.BEYOND })
  }

  /** What a record says of what is before it is held against what was read of that. */
  #hold(before: Reach, { extent, gap }: { readonly extent: bigint; readonly gap: string | null }): void {
    const place = placeOfReach(before)
    const isOther = this.#ends.some(
      (end) =>
        end.extent === place.extent &&
        end.to === place.offset &&
        end.prefix !== undefined &&
        end.prefix !== before.prefix,
    )
    const previous = this.#ends.find((end) => end.extent < extent)
    // Of what one receiver had not, another may have had some.
    const isLonger =
      gap === null && previous && comparePositions({ extent: previous.extent, offset: previous.to }, place) > 0
    if (isOther || isLonger) throw forked({ id: this.#reader.id, extent: place.extent }, place.offset)
  }

  /** It was there: damaged where a record that can not be read may have held it. */
  *#missing(to: Position): Generator<StreamPart> {
    const later = this.#problem(to, isOfLaterVersion)
    const damaged = this.#problem(to, (problem) => !isForeign(problem))
    if (later) yield* this.#hole(to, { why: Hole.LATER, object: later.key })
    else yield* this.#hole(to, damaged ? { why: Hole.DAMAGED, object: damaged.key } : { why: Hole.LOST })
  }

  #problem(to: Position, isIt: (problem: ObjectProblem) => boolean): ObjectProblem | undefined {
    return this.#reader.problems.find((problem) => isIt(problem) && this.#mayHold(problem, to))
  }

  #mayHold({ key }: ObjectProblem, to: Position): boolean {
    const place = parseRecordKey(key)
    if (place?.id !== this.#reader.id) return false
    const { extent } = place
    return (
      comparePositions({ extent, offset: place.from }, to) < 0 &&
      comparePositions({ extent, offset: place.to }, this.#at) > 0
    )
  }

  *#hole(
    to: Position,
    facts: { readonly why: Hole; readonly reason?: string; readonly object?: string },
  ): Generator<StreamPart> {
    const named = settled(this.#reader.identity.kind, to)
    const end = comparePositions(named, this.#to) > 0 ? this.#to : named
    if (comparePositions(this.#at, end) >= 0) return
    yield { kind: 'hole', from: this.#at, to: end, ...facts }
    this.#at = end
  }

  #reach(to: Position): void {
    const end = settled(this.#reader.identity.kind, to)
    if (comparePositions(this.#at, end) < 0) this.#at = end
  }
}

/**
 * For whoever must have every byte. Throws DAMAGED for the first hole, FEATURE_UNSUPPORTED for one of a later version.
 */
export function requireWhole(part: StreamPart): asserts part is Extract<StreamPart, { readonly kind: 'bytes' }> {
  if (part.kind === 'bytes') return
  const { from, to, why, reason, object } = part
  if (why === Hole.LATER)
    throw new BackupError('FEATURE_UNSUPPORTED', 'A stream has a record of a later version.', {
      context: { feature: 'stream record', object },
    })
  throw new BackupError('DAMAGED', 'A stream has a hole.', {
    context: { object: object ?? positionText(from), from: positionText(from), to: positionText(to), why, reason },
  })
}
