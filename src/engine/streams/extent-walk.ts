/**
 * Reads what records hold of one extent, in the order of the stream and each byte once. Records overlap: several parts
 * and one that folds them, two receivers at once. Which are read is chosen by their keys alone; what they hold is held
 * against the hash that each carries of all bytes before, so that other bytes in the same place are found.
 */
import { createHash, type Hash } from 'node:crypto'
import { BackupError } from '../../kernel/backup-error.ts'
import { isUnreadableHere, type ObjectProblem, type Repository } from '../repository/index.ts'
import { extentText, factsOf, offsetText, type StreamKind } from './position.ts'
import type { Closed, StreamDocument } from './record-document.ts'
import type { ListedRecord } from './record-key.ts'
import { readRecord, readRecordHead } from './record-object.ts'

/** Of the records of an extent that nobody needs so many are looked at. */
const OTHERS_READ_MAX = 16

/** Bytes that follow what was read before, or that begin behind a hole. */
export interface Stretch {
  readonly document: StreamDocument
  readonly from: number
  readonly to: number
  readonly content: Buffer
  /** Nothing that was read reaches this: the beginning of the extent, or behind a hole. */
  readonly isBehindHole: boolean
}

export interface ExtentWalkOptions {
  readonly id: string
  readonly kind: StreamKind
  readonly extent: bigint
  /** In the order of the listing. */
  readonly records: readonly ListedRecord[]
  /** Grows by records that can not be read: strangers', damaged, of a later version, or gone since they were listed. */
  readonly problems: ObjectProblem[]
  readonly signal?: AbortSignal
}

export class ExtentWalk {
  readonly #repository: Repository
  readonly #options: ExtentWalkOptions
  #records: ListedRecord[]
  /** Not read, since what they hold was read from others; those that reach furthest come first. */
  readonly #others: ListedRecord[]
  /** From the beginning that the hash counts from. */
  #content: Buffer[] = []
  #closed: Closed | null = null
  #at: number | undefined
  #hash: Hash | undefined
  #last: StreamDocument | undefined
  /** Those that were read, in order. */
  readonly used: ListedRecord[] = []

  constructor(repository: Repository, options: ExtentWalkOptions) {
    this.#repository = repository
    this.#options = options
    this.#records = [...options.records]
    this.#others = [...options.records]
  }

  /** Up to which all bytes from `begin` on were read; undefined before the first. */
  get reached(): { readonly begin: number; readonly to: number; readonly last: StreamDocument } | undefined {
    return this.#last && { begin: this.#last.begin, to: this.#last.to, last: this.#last }
  }

  /** SHA-256 of those bytes; undefined where those before the first were not there to be read. */
  get prefix(): string | undefined {
    return this.#hash?.copy().digest('hex')
  }

  /** The state of that hash, for whoever goes on. */
  get hash(): Hash | undefined {
    return this.#hash?.copy()
  }

  /** Why nothing more comes in the extent, as any record says that reaches as far. */
  get closed(): Closed | null {
    return this.#closed
  }

  /** Throws STREAM_FORKED where two records hold different bytes of one place. */
  async *stretches(): AsyncGenerator<Stretch> {
    for (let next = this.#next(); next; next = this.#next()) {
      const { key } = next
      const opened = await this.#believed(next, readRecord(this.#repository, next, this.#options.signal))
      this.#records = this.#records.filter((each) => each.key !== key)
      this.#others.splice(
        this.#others.findIndex((each) => each.key === key),
        1,
      )
      if (opened?.document.kind === 'stream') yield this.#taken(next, { ...opened, document: opened.document })
    }
    await this.#lookAtOthers()
  }

  /** Of records that nobody needed some are held against what was read: another receiver may have had other bytes. */
  async #lookAtOthers(): Promise<void> {
    const looked = new Map<number, string>()
    for (const key of this.#others.slice(0, OTHERS_READ_MAX)) {
      const document = await this.#believed(key, readRecordHead(this.#repository, key, this.#options))
      if (document?.kind !== 'stream' || document.begin !== this.#last?.begin) continue
      // Of two with other bytes before the same place one has others than those that were read.
      if ((looked.get(document.to) ?? document.prefix) !== document.prefix) throw forked(this.#options, document.to)
      looked.set(document.to, document.prefix)
      if (document.to === this.#at) this.#closed ??= document.closed
    }
    const other = this.#differing(looked)
    if (other !== undefined) throw forked(this.#options, other)
  }

  /** Of places with the hashes of all bytes before them: one whose bytes are others than those that were read. */
  #differing(prefixes: ReadonlyMap<number, string>): number | undefined {
    if (!this.#hash || !factsOf(this.#options.kind).countsBytes) return undefined
    const content = Buffer.concat(this.#content)
    const hash = createHash('sha256')
    let at = this.#last!.begin
    for (const [to, prefix] of [...prefixes].sort(([a], [b]) => a - b)) {
      hash.update(content.subarray(at - this.#last!.begin, to - this.#last!.begin))
      at = to
      if (hash.copy().digest('hex') !== prefix) return to
    }
    return undefined
  }

  async #believed<T>({ key }: ListedRecord, reading: Promise<T>): Promise<T | undefined> {
    try {
      return await reading
    } catch (error) {
      if (!isUnreadableHere(error)) throw error
      this.#options.problems.push({ key, error })
      return undefined
    }
  }

  #taken(key: ListedRecord, { document, content }: { document: StreamDocument; content: Buffer }): Stretch {
    const isBehindHole = this.#at === undefined || document.from > this.#at
    const from = isBehindHole ? document.from : this.#at!
    const fresh = content.subarray(isBehindHole ? 0 : this.#skipped(document, from))
    if (isBehindHole) this.#hash = document.begin === document.from ? createHash('sha256') : undefined
    // It counts from another place than what was read: nothing can be held against it.
    else if (this.#last?.begin !== document.begin) this.#hash = undefined
    if (isBehindHole || !this.#hash) this.#content = []
    this.#content.push(fresh)
    this.#hash?.update(fresh)
    if (this.#hash && this.prefix !== document.prefix) throw forked(this.#options, document.to)
    this.#at = document.to
    this.#last = document
    this.#closed = document.closed
    this.used.push(key)
    return { document, from, to: document.to, content: fresh, isBehindHole }
  }

  #skipped({ from: first }: StreamDocument, from: number): number {
    return factsOf(this.#options.kind).countsBytes ? from - first : 0
  }

  #next(): ListedRecord | undefined {
    return nextOf(this.#options.kind, this.#records, this.#at)
  }
}

/** The records that are read of an extent where each is what its key says. */
export function pathOf(kind: StreamKind, records: readonly ListedRecord[]): ListedRecord[] {
  const path: ListedRecord[] = []
  for (let next = nextOf(kind, records, undefined); next; next = nextOf(kind, records, next.to)) path.push(next)
  return path
}

/** Of those that go on from `at` the one that reaches furthest; else the first behind the hole. */
function nextOf(kind: StreamKind, records: readonly ListedRecord[], at: number | undefined): ListedRecord | undefined {
  if (at !== undefined) {
    const { countsBytes } = factsOf(kind)
    const going = records.filter(({ from, to }) => to > at && (countsBytes ? from <= at : from === at))
    const best = furthest(going, records)
    if (best) return best
  }
  const behind = records.filter(({ from }) => at === undefined || from > at)
  const first = behind.reduce((least, { from }) => Math.min(least, from), Number.POSITIVE_INFINITY)
  return furthest(
    behind.filter(({ from }) => from === first),
    records,
  )
}

/** Of equal ones that with the lowest key. `all`: what may follow it, where records can not be cut. */
function furthest(candidates: readonly ListedRecord[], all: readonly ListedRecord[]): ListedRecord | undefined {
  if (candidates.length < 2) return candidates[0]
  const reaches = reachesOf(all)
  return candidates.reduce((best, each) => {
    const [a, b] = [reaches.get(best.to) ?? best.to, reaches.get(each.to) ?? each.to]
    return b > a || (b === a && each.to > best.to) ? each : best
  })
}

/** How far records lead, of which each begins where the one before ends: by the place where the first begins. */
function reachesOf(records: readonly ListedRecord[]): ReadonlyMap<number, number> {
  const reaches = new Map<number, number>()
  for (const { from, to } of [...records].sort((a, b) => b.from - a.from))
    reaches.set(from, Math.max(reaches.get(from) ?? 0, reaches.get(to) ?? to))
  return reaches
}

export function forked({ id, extent }: Pick<ExtentWalkOptions, 'id' | 'extent'>, offset: number): BackupError {
  return new BackupError('STREAM_FORKED', 'Two records of a stream hold different bytes of one place.', {
    context: { stream: id, position: `${extentText(extent)}-${offsetText(offset)}` },
  })
}
