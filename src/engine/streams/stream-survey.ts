/**
 * Looks at every stream of a repository: whether each record is what its key says, whether records of one place agree,
 * and whether all is there that a record or a beat says was there. What a receiver announced as a gap is no damage.
 */
import { isBackupError } from '../../kernel/backup-error.ts'
import { inOrder } from '../../kernel/in-order.ts'
import { isOfLaterVersion, isStranger, isUnbelieved, type ObjectProblem, type Repository } from '../repository/index.ts'
import { ExtentWalk } from './extent-walk.ts'
import { comparePositions, type Position, positionText, settled } from './position.ts'
import type { BeatDocument, BranchDocument, Reach, RecordDocument, StreamDocument } from './record-document.ts'
import { type ListedRecord, listedRecord, STREAMS_FOLDER } from './record-key.ts'
import { readRecord, readRecordHead } from './record-object.ts'
import { placeOfReach } from './stream-directory.ts'
import { streamId, streamNameKey } from './stream-identity.ts'

const RECORDS_AT_ONCE = 16
const HASH_SHARE = 2 ** 32

export interface StreamFinding {
  /** A record's key, or `streams/` and a stream's id. */
  readonly object: string
  readonly what: string
}

export interface StreamSurvey {
  readonly records: number
  readonly findings: readonly StreamFinding[]
  /** Keys of what nobody of this repository has put there. */
  readonly strangers: readonly string[]
}

export interface SurveyOptions {
  /** Of the records whose content is read too, 0 to 1. Default 0. */
  readonly readShare?: number
  readonly signal?: AbortSignal
}

/**
 * Receivers are at work meanwhile: what looks wrong is looked at once more. Throws FEATURE_UNSUPPORTED for a record of
 * a later version, PERMISSION_DENIED for one that this user may not read.
 */
export async function surveyStreams(repository: Repository, options: SurveyOptions = {}): Promise<StreamSurvey> {
  const first = await new Survey(repository, options).run()
  if (first.findings.length === 0) return first
  const again = await new Survey(repository, options).run()
  const known = new Set(first.findings.map(({ object, what }) => `${object} ${what}`))
  return { ...again, findings: again.findings.filter(({ object, what }) => known.has(`${object} ${what}`)) }
}

interface Read {
  readonly key: ListedRecord
  readonly document: RecordDocument
}

/** What the records of one extent say together. */
interface ExtentSum {
  readonly extent: bigint
  readonly to: number
  /** By the place up to which they count, of bytes that begin in one place. */
  readonly prefixes: ReadonlyMap<string, string>
}

class Survey {
  readonly #repository: Repository
  readonly #options: SurveyOptions
  readonly #findings: StreamFinding[] = []
  readonly #strangers: string[] = []
  readonly #ends = new Map<string, Position>()
  readonly #witnesses: Array<{ readonly id: string; readonly seen: Position }> = []
  #records = 0
  #before: (ExtentSum & { readonly id: string }) | undefined

  constructor(repository: Repository, options: SurveyOptions) {
    this.#repository = repository
    this.#options = options
  }

  async run(): Promise<StreamSurvey> {
    for await (const group of this.#groups()) await this.#look(group)
    for (const { id, seen } of this.#witnesses) {
      const end = this.#ends.get(id)
      if (!end || comparePositions(end, seen) < 0) this.#lost(id, end)
    }
    return { records: this.#records, findings: this.#findings, strangers: this.#strangers }
  }

  /** Records of one extent, in the order of their keys. */
  async *#groups(): AsyncGenerator<readonly ListedRecord[]> {
    let group: ListedRecord[] = []
    for await (const stat of this.#repository.store.list(`${STREAMS_FOLDER}/`, this.#call)) {
      const record = listedRecord(stat)
      if (!record) continue
      const [other] = group
      if (other && (other.id !== record.id || other.extent !== record.extent)) {
        yield group
        group = []
      }
      group.push(record)
    }
    if (group.length > 0) yield group
  }

  async #look(group: readonly ListedRecord[]): Promise<void> {
    const read: Read[] = []
    const look = async (key: ListedRecord): Promise<Read | undefined> => {
      const document = await this.#believed(key, () => readRecordHead(this.#repository, key, this.#call))
      return document && { key, document }
    }
    for await (const each of inOrder(group, { widthMax: RECORDS_AT_ONCE }, look)) if (each) read.push(each)
    this.#records += read.length
    for (const { document } of read) this.#witness(document)
    const stretches = read.flatMap(({ key, document }) => (document.kind === 'stream' ? [{ key, document }] : []))
    if (stretches.length > 0) this.#hold(stretches)
    await this.#readContents(read)
  }

  async #believed<T>({ key }: ListedRecord, reading: () => Promise<T>): Promise<T | undefined> {
    try {
      return await reading()
    } catch (error) {
      if (isBackupError(error, 'NOT_FOUND')) return undefined
      if (!isUnbelieved(error) || !isBackupError(error, 'DAMAGED')) throw error
      const problem: ObjectProblem = { key, error }
      if (isStranger(problem)) this.#strangers.push(key)
      else this.#findings.push({ object: key, what: error.message })
      return undefined
    }
  }

  #witness(document: RecordDocument): void {
    if (document.kind === 'stream') return
    const seen = witnessed(document)
    const nameKey = streamNameKey(this.#repository.keys)
    if (seen) this.#witnesses.push({ id: streamId(nameKey, seen.stream), seen: placeOfReach(seen.reach) })
  }

  #hold(group: ReadonlyArray<{ readonly key: ListedRecord; readonly document: StreamDocument }>): void {
    const [first] = group as [(typeof group)[number]]
    const { id, extent } = first.key
    const prefixes = new Map<string, string>()
    for (const { key, document } of group) {
      const place = `${document.begin}/${document.to}`
      if ((prefixes.get(place) ?? document.prefix) !== document.prefix) this.#forked(key.key)
      prefixes.set(place, document.prefix)
    }
    const before = this.#before?.id === id ? this.#before : undefined
    for (const { key, document } of group) this.#holdAgainstBefore(key, document, before)
    this.#holdTogether(group)
    const to = Math.max(...group.map(({ document }) => document.to))
    this.#before = { id, extent, to, prefixes }
    this.#ends.set(id, { extent, offset: to })
  }

  #holdAgainstBefore({ id, key, extent }: ListedRecord, document: StreamDocument, sum: ExtentSum | undefined): void {
    const { before, stream } = document
    if (!before) return
    const place = placeOfReach(before)
    // Of an extent further back another receiver may have had what came between.
    if (place.extent === extent || (sum && sum.extent > place.extent)) return
    const end = sum && { extent: sum.extent, offset: sum.to }
    if (!end || comparePositions(settled(stream.kind, end), settled(stream.kind, place)) < 0) this.#lost(id, end)
    else if (this.#isOther(before, sum)) this.#forked(key)
  }

  #isOther({ extent, to, prefix }: Reach, sum: ExtentSum): boolean {
    if (BigInt(`0x${extent}`) !== sum.extent) return false
    const known = [...sum.prefixes].filter(([place]) => place.endsWith(`/${to}`))
    return known.length > 0 && !known.some(([, each]) => each === prefix)
  }

  /** Whatever bytes a hash counts have to be in some record. */
  #holdTogether(group: ReadonlyArray<{ readonly key: ListedRecord; readonly document: StreamDocument }>): void {
    const { id, extent } = group[0]!.key
    const spans = group.map(({ document }) => document).sort((a, b) => a.from - b.from)
    const begins = [...new Set(spans.map(({ begin }) => begin))]
    for (const begin of begins) {
      const end = Math.max(...spans.filter((each) => each.begin === begin).map(({ to }) => to))
      let at = begin
      for (const { from, to } of spans) {
        if (from > at && at < end) break
        at = Math.max(at, to)
      }
      if (at < end) this.#lost(id, { extent, offset: at })
    }
    for (const { before } of spans) {
      if (!before || placeOfReach(before).extent !== extent) continue
      const earlier = spans.filter(({ from }) => from < before.to).map(({ to }) => to)
      // What was there when a gap was announced.
      if (!earlier.some((to) => to >= before.to)) this.#lost(id, { extent, offset: Math.max(0, ...earlier) })
    }
  }

  /** Each record whose content is to be read is read once. */
  async #readContents(read: readonly Read[]): Promise<void> {
    const { readShare = 0 } = this.#options
    const chosen = read.filter(({ key }) => Number.parseInt(key.name.slice(0, 8), 16) < readShare * HASH_SHARE)
    const done = readShare >= 1 ? await this.#walk(read) : new Set<string>()
    const look = ({ key }: Read) => this.#believed(key, () => readRecord(this.#repository, key, this.#options.signal))
    const rest = chosen.filter(({ key }) => !done.has(key.key))
    for await (const _ of inOrder(rest, { widthMax: 2 }, look));
  }

  /** In the order of the stream: so the hashes that go over several records are held against what they count. */
  async #walk(read: readonly Read[]): Promise<ReadonlySet<string>> {
    const records = read.flatMap(({ key, document }) => (document.kind === 'stream' ? [{ key, document }] : []))
    const [first] = records
    if (!first) return new Set()
    const { id, extent } = first.key
    const { kind } = first.document.stream
    const problems: ObjectProblem[] = []
    const keys = records.map(({ key }) => key)
    const walk = new ExtentWalk(this.#repository, { id, kind, extent, records: keys, problems, ...this.#call })
    try {
      for await (const _ of walk.stretches());
    } catch (error) {
      if (!isBackupError(error, 'STREAM_FORKED')) throw error
      this.#forked(`${STREAMS_FOLDER}/${id}`)
    }
    // Whoever judges a whole repository stops at what it does not know.
    for (const problem of problems) if (isOfLaterVersion(problem)) throw problem.error
    for (const { key, error } of problems)
      if (error.code !== 'NOT_FOUND') this.#findings.push({ object: key, what: error.message })
    return new Set([...walk.used.map(({ key }) => key), ...problems.map(({ key }) => key)])
  }

  #lost(id: string, end: Position | undefined): void {
    const what = end
      ? `lacks bytes that were stored behind ${positionText(end)}`
      : 'lacks bytes that were stored at its beginning'
    this.#findings.push({ object: `${STREAMS_FOLDER}/${id}`, what })
  }

  #forked(object: string): void {
    this.#findings.push({
      object,
      what: 'holds other bytes than another record of the same place: two servers wrote one log',
    })
  }

  get #call(): { readonly signal?: AbortSignal } {
    return this.#options.signal ? { signal: this.#options.signal } : {}
  }
}

/** How far a stream had come, as a beat or the branch that left it says. */
function witnessed(
  document: BeatDocument | BranchDocument,
): { readonly stream: BeatDocument['stream']; readonly reach: Pick<Reach, 'extent' | 'to'> } | undefined {
  if (document.kind === 'beat') return { stream: document.stream, reach: document }
  const { parent, stream } = document
  // Whoever has not seen the bytes before it says where it was left, not that they were stored.
  return parent?.prefix ? { stream: { ...stream, branch: parent.branch }, reach: parent } : undefined
}
