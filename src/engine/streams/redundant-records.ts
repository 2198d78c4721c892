/**
 * Removes records of which every byte stands in another one (docs/format/v1.md section 17, "Removal"): parts that a
 * fold holds, and beats that newer ones outdo. What covers a record is read whole before that record goes, and is
 * itself given up only for what covers it too: so of every byte that was acknowledged one readable record stays,
 * however many do this at once and wherever they are stopped.
 */
import { createHash } from 'node:crypto'
import { isDeepStrictEqual } from 'node:util'
import { throwIfAborted } from '../../kernel/abort.ts'
import { inOrder } from '../../kernel/in-order.ts'
import { isUnreadableHere, type Repository } from '../repository/index.ts'
import { comparePositions } from './position.ts'
import type { BeatDocument, RecordDocument, StreamDocument } from './record-document.ts'
import { type ListedRecord, listedRecord, STREAMS_FOLDER } from './record-key.ts'
import { readRecord, readRecordHead } from './record-object.ts'
import { placeOfReach } from './stream-directory.ts'

/** On the store's clock; whoever has listed before has read by then. */
const AGE_MS_MIN = 24 * 3600 * 1000
const RECORDS_AT_ONCE = 16
/** Of beats that reach as far, besides the one that goes. */
const BEATS_KEPT = 2

export interface RedundantOptions {
  /** The store's clock, milliseconds since 1970. */
  readonly nowMs: number
  /** Removes nothing. Default false. */
  readonly dryRun?: boolean
  readonly signal?: AbortSignal
}

export interface RemovedRecords {
  readonly records: number
  readonly bytes: number
}

interface Dated extends ListedRecord {
  /** Store milliseconds. */
  readonly modifiedMs: number
}

interface Held<T extends RecordDocument> {
  readonly key: Dated
  readonly document: T
}

/** Throws what the store throws, FEATURE_UNSUPPORTED before anything of that extent goes. */
export async function removeRedundant(repository: Repository, options: RedundantOptions): Promise<RemovedRecords> {
  let records = 0
  let bytes = 0
  for await (const group of groupsOf(repository, options)) {
    throwIfAborted(options.signal)
    // What is alone covers nothing, and what is young neither.
    const oldest = Math.min(...group.map(({ modifiedMs }) => modifiedMs))
    if (group.length < 2 || oldest > options.nowMs - AGE_MS_MIN) continue
    for (const { key, bytes: stored } of await redundantOf(repository, group, options)) {
      if (options.dryRun !== true) await repository.store.delete(key, callOf(options))
      records += 1
      bytes += stored
    }
  }
  return { records, bytes }
}

async function* groupsOf(repository: Repository, options: RedundantOptions): AsyncGenerator<readonly Dated[]> {
  let group: Dated[] = []
  for await (const stat of repository.store.list(`${STREAMS_FOLDER}/`, callOf(options))) {
    const record = listedRecord(stat)
    if (!record) continue
    const [first] = group
    if (first && (first.id !== record.id || first.extent !== record.extent)) {
      yield group
      group = []
    }
    group.push({ ...record, modifiedMs: stat.modifiedMs })
  }
  if (group.length > 0) yield group
}

async function redundantOf(
  repository: Repository,
  group: readonly Dated[],
  options: RedundantOptions,
): Promise<readonly Dated[]> {
  const isOld = ({ key }: Held<RecordDocument>) => key.modifiedMs <= options.nowMs - AGE_MS_MIN
  const read: Held<RecordDocument>[] = []
  const look = async (key: Dated): Promise<Held<RecordDocument> | undefined> => {
    const document = await orUnreadable(readRecordHead(repository, key, callOf(options)))
    return document && { key, document }
  }
  for await (const each of inOrder(group, { widthMax: RECORDS_AT_ONCE }, look)) if (each) read.push(each)
  const beats = read.filter((each): each is Held<BeatDocument> => each.document.kind === 'beat')
  const stretches = read.filter((each): each is Held<StreamDocument> => each.document.kind === 'stream')
  return [...outdone(beats, isOld), ...(await covered(repository, stretches, { isOld, options }))]
}

/** A beat goes where two newer ones reach as far: so the one that reaches furthest stays. */
function outdone(beats: readonly Held<BeatDocument>[], isOld: (each: Held<BeatDocument>) => boolean): Dated[] {
  return beats.flatMap(({ key, document }) => {
    const place = placeOfReach(document)
    const newer = beats.filter(
      (each) =>
        isOld(each) &&
        each.document.minute > document.minute &&
        each.document.stream.branch === document.stream.branch &&
        comparePositions(placeOfReach(each.document), place) >= 0,
    )
    return newer.length >= BEATS_KEPT ? [key] : []
  })
}

interface Cover {
  readonly isOld: (each: Held<StreamDocument>) => boolean
  readonly options: RedundantOptions
}

async function covered(
  repository: Repository,
  stretches: readonly Held<StreamDocument>[],
  { isOld, options }: Cover,
): Promise<Dated[]> {
  const gone = new Set<Dated>()
  // The widest first: what it covers needs no other, and covers nothing itself.
  const folds = stretches.filter((each) => each.document.from === each.document.begin && isOld(each)).sort(byWidth)
  for (const fold of folds) {
    if (gone.has(fold.key)) continue
    const inside = stretches.filter((each) => !gone.has(each.key) && isInside(each, fold))
    if (inside.length === 0) continue
    const opened = await orUnreadable(readRecord(repository, fold.key, options.signal))
    if (!opened) continue
    for (const each of sameBytes(inside, { fold, content: opened.content, all: stretches })) gone.add(each.key)
  }
  return [...gone]
}

/** The widest first; of equal ones one that closes its extent, then that with the lower name: never each the other. */
function byWidth(a: Held<StreamDocument>, b: Held<StreamDocument>): number {
  const isClosing = ({ document }: Held<StreamDocument>) => Number(document.closed !== null)
  return (
    b.document.to - a.document.to ||
    a.document.from - b.document.from ||
    isClosing(b) - isClosing(a) ||
    (a.key.name < b.key.name ? -1 : 1)
  )
}

function isInside(each: Held<StreamDocument>, fold: Held<StreamDocument>): boolean {
  const { begin, to, before, gap, closed } = each.document
  const saysNoMore =
    begin === fold.document.begin &&
    gap === fold.document.gap &&
    isDeepStrictEqual(before, fold.document.before) &&
    (closed === null || (closed === fold.document.closed && to === fold.document.to))
  return to <= fold.document.to && byWidth(fold, each) < 0 && saysNoMore
}

interface Fold {
  readonly fold: Held<StreamDocument>
  readonly content: Uint8Array
  readonly all: readonly Held<StreamDocument>[]
}

/** Those whose hash over all bytes before their end is that of the fold's bytes. */
function sameBytes(inside: readonly Held<StreamDocument>[], { fold, content, all }: Fold): Held<StreamDocument>[] {
  const ends = endsOf(fold, all)
  const hash = createHash('sha256')
  let done = 0
  const same: Held<StreamDocument>[] = []
  for (const each of [...inside].sort((a, b) => a.document.to - b.document.to)) {
    const end = ends(each.document)
    if (end === undefined || end < done || end > content.length) continue
    hash.update(content.subarray(done, end))
    done = end
    if (hash.copy().digest('hex') === each.document.prefix) same.push(each)
  }
  return same
}

/** How many of a fold's bytes lie before a record's end; undefined where nothing tells. */
function endsOf(
  { document: { begin, stream } }: Held<StreamDocument>,
  all: readonly Held<StreamDocument>[],
): (document: StreamDocument) => number | undefined {
  if (stream.kind !== 'mongodb-oplog') return ({ to }) => to - begin
  // Places of an oplog count no bytes: they are added up from record to record.
  const ends = new Map([[begin, 0]])
  for (const { document } of [...all].sort((a, b) => a.document.from - b.document.from)) {
    const start = document.begin === begin ? ends.get(document.from) : undefined
    if (start !== undefined && !ends.has(document.to)) ends.set(document.to, start + document.bytes)
  }
  return ({ to }) => ends.get(to)
}

/** What can not be read covers nothing, and stays. */
async function orUnreadable<T>(reading: Promise<T>): Promise<T | undefined> {
  try {
    return await reading
  } catch (error) {
    if (isUnreadableHere(error) && error.code !== 'FEATURE_UNSUPPORTED') return undefined
    throw error
  }
}

function callOf({ signal }: RedundantOptions): { readonly signal?: AbortSignal } {
  return signal ? { signal } : {}
}
