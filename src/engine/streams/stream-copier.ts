/**
 * Brings streams into another repository: each record opened with the first one's keys, and sealed and signed anew
 * under the second's. The hashes go over the source's bytes, so they stay what they were.
 */
import { BackupError, isBackupError } from '../../kernel/backup-error.ts'
import { useFeature } from '../commit/index.ts'
import type { Signer } from '../crypto/index.ts'
import { Feature, isForeign, isUnbelieved, type ObjectProblem, type Repository } from '../repository/index.ts'
import { forked, pathOf } from './extent-walk.ts'
import { comparePositions, extentText } from './position.ts'
import type { BeatDocument, RecordDocument, StreamDocument } from './record-document.ts'
import { extentPrefix, type ListedRecord, listedRecord, STREAMS_FOLDER, streamPrefix } from './record-key.ts'
import { readRecord, readRecordHead, sealRecord } from './record-object.ts'
import { placeOfReach, readBranch } from './stream-directory.ts'
import { type StreamIdentity, streamId, streamNameKey } from './stream-identity.ts'

export interface CopiedStreams {
  /** Records written into the second repository, and their content. */
  readonly records: number
  readonly bytes: number
  /** What could not be brought, and why. */
  readonly problems: readonly ObjectProblem[]
}

export interface CopyStreamsOptions {
  readonly from: Repository
  readonly to: Repository
  /** Of the second repository. */
  readonly signer: Signer
  readonly signal?: AbortSignal
}

/**
 * Of each stream what the second repository lacks. What can't be read is named, and the rest is brought; a stream that
 * holds other bytes there is left as it is.
 */
export async function copyStreams(options: CopyStreamsOptions): Promise<CopiedStreams> {
  return await new StreamCopier(options).run()
}

interface Held {
  readonly key: ListedRecord
  readonly document: StreamDocument
}

class StreamCopier {
  readonly #from: Repository
  readonly #to: Repository
  readonly #signer: Signer
  readonly #call: { readonly signal?: AbortSignal }
  readonly #problems: ObjectProblem[] = []
  #records = 0
  #bytes = 0

  constructor({ from, to, signer, signal }: CopyStreamsOptions) {
    this.#from = from
    this.#to = to
    this.#signer = signer
    this.#call = signal ? { signal } : {}
  }

  async run(): Promise<CopiedStreams> {
    const streams = await this.#streams()
    if (streams.length > 0 && !(await this.#isAnnounced())) return this.#done
    for (const identity of streams) {
      try {
        await this.#bring(identity)
      } catch (error) {
        if (!isBackupError(error, 'STREAM_FORKED')) throw error
        const id = streamId(streamNameKey(this.#from.keys), identity)
        this.#problems.push({ key: `${STREAMS_FOLDER}/${id}`, error })
      }
    }
    return this.#done
  }

  get #done(): CopiedStreams {
    return { records: this.#records, bytes: this.#bytes, problems: this.#problems }
  }

  /** A repository of the first version can not hold streams: its snapshots are copied all the same. */
  async #isAnnounced(): Promise<boolean> {
    try {
      await useFeature(this.#to, Feature.STREAMS, this.#call.signal)
      return true
    } catch (error) {
      if (!isBackupError(error, 'UPGRADE_REQUIRED')) throw error
      this.#problems.push({ key: STREAMS_FOLDER, error })
      return false
    }
  }

  /** As the first record says that can be read of each id; records of a directory name theirs. */
  async #streams(): Promise<StreamIdentity[]> {
    const found = new Map<string, StreamIdentity>()
    const known = new Set<string>()
    for await (const stat of this.#from.store.list(`${STREAMS_FOLDER}/`, this.#call)) {
      const record = listedRecord(stat)
      if (!record || known.has(record.id) || known.has(placeOf(record))) continue
      const document = await this.#believed(record, () => readRecordHead(this.#from, record, this.#call))
      if (!document) continue
      // Of a stream every extent is of the same one.
      known.add(document.kind === 'stream' ? record.id : placeOf(record))
      found.set(JSON.stringify(document.stream), document.stream)
    }
    return [...found.values()]
  }

  /** The branch before its bytes, the beat behind them. */
  async #bring(identity: StreamIdentity): Promise<void> {
    const [here, there] = [
      await readBranch(this.#from, identity, this.#call),
      await readBranch(this.#to, identity, this.#call),
    ]
    if (here.branch && !there.branch) await this.#put(here.branch.document, here.branch.content)
    const id = streamId(streamNameKey(this.#from.keys), identity)
    let isWhole = true
    for await (const { extent, records } of extentsOf(this.#from, id, this.#call))
      isWhole = (await this.#bringExtent(identity, extent, records)) && isWhole
    if (here.beat && isWhole && isFurther(here.beat, there.beat)) await this.#put(here.beat, new Uint8Array(0))
  }

  /** False where something of it can not be read. */
  async #bringExtent(identity: StreamIdentity, extent: bigint, records: readonly ListedRecord[]): Promise<boolean> {
    const before = this.#problems.length
    const thereId = streamId(streamNameKey(this.#to.keys), identity)
    const standing: ListedRecord[] = []
    for await (const stat of this.#to.store.list(extentPrefix(thereId, extent), this.#call)) {
      const record = listedRecord(stat)
      if (record) standing.push(record)
    }
    const there = await this.#path(this.#to, identity, standing)
    const path = await this.#path(this.#from, identity, records)
    for (const { key, document } of [...path, ...(await this.#closing(path.at(-1), records))]) {
      if (isThere(document, there, { id: thereId, extent }) || (await this.#isTwice(document, standing))) continue
      const opened = await this.#believed(key, () => readRecord(this.#from, key, this.#call.signal))
      if (opened) await this.#put(opened.document, opened.content)
    }
    return this.#problems.length === before
  }

  /** Of two records that end an extent the one that nobody reads may be the one which says that nothing more comes. */
  async #closing(end: Held | undefined, records: readonly ListedRecord[]): Promise<Held[]> {
    if (!end || end.document.closed !== null) return []
    for (const key of records.filter((each) => each.to === end.key.to && each.key !== end.key.key)) {
      const document = await this.#believed(key, () => readRecordHead(this.#from, key, this.#call))
      if (document?.kind === 'stream' && document.closed !== null) return [{ key, document }]
    }
    return []
  }

  /** The same record, of which others reach further there. */
  async #isTwice(
    { begin, from, to, prefix, closed }: StreamDocument,
    standing: readonly ListedRecord[],
  ): Promise<boolean> {
    for (const key of standing.filter((each) => each.from === from && each.to === to)) {
      const document = await this.#believed(key, () => readRecordHead(this.#to, key, this.#call))
      if (document?.kind !== 'stream' || document.begin !== begin) continue
      if (document.prefix !== prefix) throw forked(key, to)
      if (closed === null || document.closed !== null) return true
    }
    return false
  }

  /** The records that are read of an extent. Those that say nothing are left out, and others taken for them. */
  async #path(repository: Repository, { kind }: StreamIdentity, records: readonly ListedRecord[]): Promise<Held[]> {
    const documents = new Map<string, StreamDocument>()
    const refused = new Set<string>()
    for (;;) {
      const path = pathOf(
        kind,
        records.filter(({ key }) => !refused.has(key)),
      )
      for (const key of path) {
        if (documents.has(key.key)) continue
        const document = await this.#believed(key, () => readRecordHead(repository, key, this.#call))
        if (document?.kind === 'stream') documents.set(key.key, document)
        else refused.add(key.key)
      }
      const held = path.flatMap((key) => {
        const document = documents.get(key.key)
        return document ? [{ key, document }] : []
      })
      if (held.length === path.length) return held
    }
  }

  async #put(document: RecordDocument, content: Uint8Array): Promise<void> {
    const copiedFrom = { repository: this.#from.keys.repositoryId.toString('hex') }
    const sealed = sealRecord(this.#to, { ...document, copiedFrom }, { content, writer: this.#signer })
    await this.#to.store.put(sealed.key, sealed.bytes, this.#call)
    this.#records += 1
    this.#bytes += content.length
  }

  async #believed<T>({ key }: ListedRecord, reading: () => Promise<T>): Promise<T | undefined> {
    try {
      return await reading()
    } catch (error) {
      if (!(error instanceof BackupError)) throw error
      const problem = { key, error }
      if (!isUnbelieved(error) && !isBackupError(error, 'NOT_FOUND')) throw error
      const isLeft = isForeign(problem) || isBackupError(error, 'NOT_FOUND')
      if (!isLeft && !this.#problems.some((each) => each.key === key)) this.#problems.push(problem)
      return undefined
    }
  }
}

/** Whether all that it counts and says is there. Throws STREAM_FORKED where other bytes are. */
function isThere(
  { begin, to, prefix, closed }: StreamDocument,
  there: readonly Held[],
  stream: { readonly id: string; readonly extent: bigint },
): boolean {
  let at = begin
  for (const { document } of there) {
    if (document.begin !== begin || document.from > at) continue
    if (document.to === to && document.prefix !== prefix) throw forked(stream, to)
    at = Math.max(at, document.to)
    if (document.to === to) return at === to && (closed === null || document.closed !== null)
  }
  // Where those there are cut otherwise, nothing tells that their bytes are the same.
  return false
}

function placeOf({ id, extent }: ListedRecord): string {
  return `${id}/${extentText(extent)}`
}

function isFurther(beat: BeatDocument, than: BeatDocument | undefined): boolean {
  return !than || comparePositions(placeOfReach(beat), placeOfReach(than)) > 0
}

async function* extentsOf(
  { store }: Repository,
  id: string,
  call: { readonly signal?: AbortSignal },
): AsyncGenerator<{ readonly extent: bigint; readonly records: readonly ListedRecord[] }> {
  let group: ListedRecord[] = []
  for await (const stat of store.list(streamPrefix(id), call)) {
    const record = listedRecord(stat)
    if (!record) continue
    const [first] = group
    if (first && first.extent !== record.extent) {
      yield { extent: first.extent, records: group }
      group = []
    }
    group.push(record)
  }
  if (group[0]) yield { extent: group[0].extent, records: group }
}
