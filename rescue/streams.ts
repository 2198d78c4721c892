/** Streams: docs/format/v1.md section 17. What a record is it says itself; the names of folders are not needed. */
import { createHash } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import zlib from 'node:zlib'
import { Cursor, LaterVersion, RescueError } from './bytes.ts'
import { splitSigned } from './keys.ts'
import { openPayload } from './sealed.ts'
import { type Store, sha256 } from './store.ts'
import { words } from './words.ts'

const NAME = /^([0-9a-f]{16})-([0-9a-f]{8})-([0-9a-f]{8})-[0-9a-f]{64}$/
const CONTENT_BYTES_MAX = 16 * 1024 * 1024
const EXTENT_BYTES = 2 ** 24
const SIGNED_BYTES = 84
const STREAM = 11
const WAL_SEGMENT_BYTES = 16 * 1024 * 1024

interface Body {
  readonly kind: string
  readonly stream: { readonly kind: string; readonly system: string; readonly branch: string }
  readonly extent: string
  readonly begin: number
  readonly from: number
  readonly to: number
  readonly prefix: string
  readonly before: { readonly extent: string; readonly to: number } | null
  readonly gap: string | null
  readonly bytes: number
  readonly sha256: string
  readonly codec: string
  readonly facts?: Readonly<Record<string, string | number>>
}

interface Place {
  readonly key: string
  readonly extent: bigint
  readonly from: number
  readonly to: number
}

interface End {
  readonly extent: bigint
  readonly to: number
}

interface Opened {
  readonly body: Body
  readonly content: Buffer
}

export interface StreamFacts {
  readonly id: string
  readonly stream: Body['stream']
  readonly records: number
  readonly from: string
  readonly to: string
}

export class Streams {
  readonly #store: Store
  /** What can't be believed, and holes. */
  readonly faults: string[] = []

  constructor(store: Store) {
    this.#store = store
  }

  /** Records, whether they can be read or not. */
  count(): number {
    return this.#ids().reduce((sum, id) => sum + this.#places(id).length, 0)
  }

  /** Every stream of which a record can be read. */
  list(): StreamFacts[] {
    return this.#ids().flatMap((id) => {
      const places = this.#places(id)
      const first = this.#first(places)
      const [last] = places.filter(({ extent }) => extent === places.at(-1)?.extent)
      if (first?.kind !== 'stream' || !last) return []
      const from = text(places[0]!.extent, Math.min(...extentOf(places, places[0]!.extent).map((each) => each.from)))
      return [{ id, stream: first.stream, records: places.length, from, to: text(last.extent, last.to) }]
    })
  }

  /** Writes the server's own files into a folder. Returns their number. */
  write(begin: string, target: string): number {
    const [id, other] = this.list()
      .map((each) => each.id)
      .filter((each) => each.startsWith(begin))
    if (!id || other)
      throw new RescueError(words(`no single stream begins with ${begin}`, `nenhum fluxo único começa com ${begin}`))
    fs.mkdirSync(target, { recursive: true })
    const places = this.#places(id)
    const { stream } = this.#first(places)!
    const branch = this.#branch(stream)
    const files = new NativeFiles(target, { stream, facts: branch?.body.facts ?? {} })
    if (branch && branch.content.length > 0) files.history(branch.content)
    this.#copy(places, files)
    return files.finish()
  }

  #copy(places: readonly Place[], files: NativeFiles): void {
    let end: End | undefined
    for (const [extent, records] of Map.groupBy(places, (each) => each.extent)) {
      let at: number | undefined
      let hash: ReturnType<typeof createHash> | undefined
      const left = new Set(records)
      for (
        let next = following(left, { at, isCut: files.isCut });
        next;
        next = following(left, { at, isCut: files.isCut })
      ) {
        left.delete(next)
        const record = this.#open(next)
        if (record?.body.kind !== 'stream') continue
        const { body, content } = record
        const isFresh = at === undefined || body.from > at
        if (isFresh) {
          this.#tellHole(body, end, files)
          hash = body.begin === body.from ? createHash('sha256') : undefined
        }
        const fresh = content.subarray(isFresh || !files.isCut ? 0 : at! - body.from)
        // Those after one that differs are held to the bytes that were written, not to its.
        const reached = hash?.copy().update(fresh)
        if (reached && reached.copy().digest('hex') !== body.prefix) {
          this.faults.push(
            words(
              `${next.key}: other bytes than another record's`,
              `${next.key}: bytes diferentes dos de outro registro`,
            ),
          )
          continue
        }
        hash = reached
        files.put(extent, isFresh ? body.from : at!, fresh)
        at = body.to
        end = { extent, to: at }
      }
    }
  }

  #tellHole(body: Body, end: End | undefined, files: NativeFiles): void {
    const { before, gap, begin, from, extent } = body
    const isFollowing =
      begin === from &&
      gap === null &&
      before !== null &&
      (!end || (BigInt(`0x${before.extent}`) === end.extent && before.to === end.to))
    const isStart = begin === from && !end && before === null
    if (isFollowing) return
    files.hole({ extent: BigInt(`0x${extent}`), to: from }, end)
    if (isStart) return
    const at = text(BigInt(`0x${extent}`), from)
    this.faults.push(
      words(`a hole before ${at}${gap ? ` (${gap})` : ''}`, `um buraco antes de ${at}${gap ? ` (${gap})` : ''}`),
    )
  }

  #branch(stream: Body['stream']): Opened | undefined {
    for (const id of this.#ids()) {
      for (const place of this.#places(id).filter(({ to }) => to === 2 ** 32 - 1)) {
        const record = this.#open(place)
        if (record?.body.kind === 'branch' && isSame(record.body.stream, stream)) return record
      }
    }
    return undefined
  }

  #first(places: readonly Place[]): Body | undefined {
    for (const place of places) {
      const body = this.#open(place)?.body
      if (body) return body
    }
    return undefined
  }

  #ids(): string[] {
    return this.#store.names('streams').filter((id) => /^[0-9a-f]{32}$/.test(id))
  }

  #places(id: string): Place[] {
    return this.#store.names(`streams/${id}`).flatMap((name) => {
      const [, extent, down, from] = NAME.exec(name) ?? []
      if (extent === undefined) return []
      const [first, end] = [Number.parseInt(from!, 16), 2 ** 32 - 1 - Number.parseInt(down!, 16)]
      return first < end ? [{ key: `streams/${id}/${name}`, extent: BigInt(`0x${extent}`), from: first, to: end }] : []
    })
  }

  #open(place: Place): Opened | undefined {
    try {
      return this.#opened(place)
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error)
      // What a later version wrote is named, and all else is given back.
      const later = words(`of a later version (${why})`, `de uma versão posterior (${why})`)
      const told = `${place.key}: ${error instanceof LaterVersion ? later : why}`
      if (!this.faults.includes(told)) this.faults.push(told)
      return undefined
    }
  }

  #opened({ key, extent, from, to }: Place): Opened {
    const payload = openPayload(this.#store.read(key), this.#store.keys, STREAM)
    const end = SIGNED_BYTES + new Cursor(payload).u32()
    const parts = splitSigned(payload.subarray(0, end))
    const body = this.#store.keys.check(parts, String(STREAM)) as unknown as Body
    if (!['stream', 'branch', 'beat'].includes(body.kind)) throw new LaterVersion(`${key}: kind ${body.kind}`)
    if (!['none', 'zstd'].includes(body.codec)) throw new LaterVersion(`${key}: codec ${body.codec}`)
    if (body.kind === 'stream' && (BigInt(`0x${body.extent}`) !== extent || body.from !== from || body.to !== to))
      throw new RescueError('a record does not belong to its key')
    if (!(body.bytes >= 0 && body.bytes <= CONTENT_BYTES_MAX)) throw new RescueError('a record is too long')
    const stored = payload.subarray(end)
    const content =
      body.codec === 'none' ? stored : zlib.zstdDecompressSync(stored, { maxOutputLength: Math.max(1, body.bytes) })
    if (content.length !== body.bytes || sha256(content).toString('hex') !== body.sha256)
      throw new RescueError("a record's content is not what it says")
    return { body, content }
  }
}

function isSame(a: Body['stream'], b: Body['stream']): boolean {
  return a.kind === b.kind && a.system === b.system && a.branch === b.branch
}

function extentOf(places: readonly Place[], extent: bigint): Place[] {
  return places.filter((each) => each.extent === extent)
}

function text(extent: bigint, offset: number): string {
  return `${extent.toString(16).padStart(16, '0')}-${offset.toString(16).padStart(8, '0')}`
}

/** The record that goes on from here and reaches furthest; else the first behind the hole, the widest of those. */
function following(
  left: ReadonlySet<Place>,
  { at, isCut }: { readonly at: number | undefined; readonly isCut: boolean },
): Place | undefined {
  const places = [...left].filter(({ to }) => at === undefined || to > at)
  const going = places.filter(({ from }) => at !== undefined && (isCut ? from <= at : from === at))
  if (going.length > 0) return going.reduce((best, each) => (each.to > best.to ? each : best))
  const behind = places.filter(({ from }) => at === undefined || from > at)
  return behind.reduce<Place | undefined>(
    (best, each) => (!best || each.from < best.from || (each.from === best.from && each.to > best.to) ? each : best),
    undefined,
  )
}

/** Files as the server has them: WAL segments, binary logs, one file of an oplog's operations. */
class NativeFiles {
  /** A record may be begun in its middle. */
  readonly isCut: boolean
  readonly #target: string
  readonly #stream: Body['stream']
  readonly #segmentBytes: bigint
  readonly #base: string
  readonly #written = new Set<string>()
  readonly #holed = new Set<string>()
  #ends = new Map<string, bigint>()

  constructor(
    target: string,
    { stream, facts }: { readonly stream: Body['stream']; readonly facts: NonNullable<Body['facts']> },
  ) {
    this.#target = target
    this.#stream = stream
    this.isCut = stream.kind !== 'mongodb-oplog'
    const { walSegmentBytes, binlogName } = facts
    const isSize = [...Array(11).keys()].some((power) => 2 ** (20 + power) === walSegmentBytes)
    this.#segmentBytes = BigInt(isSize ? (walSegmentBytes as number) : WAL_SEGMENT_BYTES)
    const base = typeof binlogName === 'string' ? path.basename(binlogName) : ''
    this.#base = /^[A-Za-z0-9_-]+$/.test(base) ? base : 'binlog'
  }

  history(content: Uint8Array): void {
    fs.writeFileSync(path.join(this.#target, `${this.#timeline()}.history`), content)
  }

  put(extent: bigint, offset: number, bytes: Uint8Array): void {
    for (let done = 0; done < bytes.length; ) {
      const { name, at, room } = this.#place(extent, offset + done)
      const piece = bytes.subarray(done, room === undefined ? undefined : done + room)
      const file = path.join(this.#target, name)
      const handle = fs.openSync(file, this.#written.has(name) ? 'r+' : 'w')
      fs.writeSync(handle, piece, 0, piece.length, Number(at ?? this.#ends.get(name) ?? 0n))
      fs.closeSync(handle)
      this.#written.add(name)
      this.#ends.set(name, (at ?? this.#ends.get(name) ?? 0n) + BigInt(piece.length))
      done += piece.length
    }
  }

  /** Bytes are missing between these places: files that they belong to say so in their names. */
  hole(to: End, from: End | undefined): void {
    for (const end of from ? [from, to] : [to]) {
      const { name, at } = this.#place(end.extent, end.to)
      // An oplog is one file, and may begin anywhere.
      if (at === undefined ? from : at !== 0n) this.#holed.add(name)
    }
  }

  /** PostgreSQL takes no segment that is shorter than the others. */
  finish(): number {
    for (const name of this.#written) {
      const file = path.join(this.#target, name)
      if (this.#stream.kind === 'postgresql-wal') fs.truncateSync(file, Number(this.#segmentBytes))
      if (this.#holed.has(name)) fs.renameSync(file, `${file}.hole`)
    }
    return this.#written.size
  }

  #timeline(): string {
    return Number.parseInt(this.#stream.branch, 10).toString(16).toUpperCase().padStart(8, '0')
  }

  #place(extent: bigint, offset: number): { readonly name: string; readonly at?: bigint; readonly room?: number } {
    if (this.#stream.kind === 'mongodb-oplog') return { name: 'oplog.bson' }
    if (this.#stream.kind === 'mysql-binlog') {
      const number = String(extent >> 32n).padStart(6, '0')
      return { name: `${this.#base}.${number}`, at: (extent & 0xffffffffn) * BigInt(EXTENT_BYTES) + BigInt(offset) }
    }
    const lsn = extent * BigInt(EXTENT_BYTES) + BigInt(offset)
    const segment = lsn / this.#segmentBytes
    const perLog = 0x100000000n / this.#segmentBytes
    const hex = (value: bigint) => value.toString(16).toUpperCase().padStart(8, '0')
    const at = lsn % this.#segmentBytes
    return {
      name: `${this.#timeline()}${hex(segment / perLog)}${hex(segment % perLog)}`,
      at,
      room: Number(this.#segmentBytes - at),
    }
  }
}
