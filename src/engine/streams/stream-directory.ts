/** What is said of the branches of a system: branch records, and the beats of receivers. */
import { isBackupError } from '../../kernel/backup-error.ts'
import { inOrder } from '../../kernel/in-order.ts'
import type { ObjectStat } from '../../storage/index.ts'
import { isForeign, isUnbelieved, type ObjectProblem, type Repository } from '../repository/index.ts'
import { comparePositions, type Position } from './position.ts'
import type { BeatDocument, BranchDocument, RecordDocument } from './record-document.ts'
import { extentPrefix, listedRecord, streamPrefix } from './record-key.ts'
import { readRecord, readRecordHead } from './record-object.ts'
import { directoryExtent, directoryId, isSameStream, type StreamIdentity, streamNameKey } from './stream-identity.ts'

const RECORDS_AT_ONCE = 16
/**
 * So many of the newest beats say where to look for the end of a stream; that nothing is behind it they do not prove.
 */
const BEATS_READ_MAX = 8
/** In the place of an offset, for branches. */
const BRANCH_TO = 2 ** 32 - 1

interface Branch {
  readonly document: BranchDocument
  /** What the server says of it. */
  readonly content: Uint8Array
}

export interface Witnesses {
  /** That was stored, as a beat says, or a branch whose receiver has seen the bytes before it. */
  readonly stored: readonly Position[]
  /** Where other branches left this one. */
  readonly left: readonly Position[]
  /** Records that can not be read, and that may have said anything. */
  readonly problems: readonly ObjectProblem[]
}

/**
 * How far a stream is known to have come, by whatever says so: every beat, and every branch that left it. It costs a
 * read for each of them; the newest beats alone prove nothing, since a clock may have been wrong.
 */
export async function witnessesOf(
  repository: Repository,
  identity: StreamIdentity,
  options: CallOptions = {},
): Promise<Witnesses> {
  const id = directoryId(streamNameKey(repository.keys), identity)
  const own = directoryExtent(identity.branch)
  const stored: Position[] = []
  const left: Position[] = []
  const problems: ObjectProblem[] = []
  const look = async (stat: ObjectStat): Promise<RecordDocument | undefined> => {
    const parsed = listedRecord(stat)
    if (!parsed || (parsed.extent !== own && parsed.to !== BRANCH_TO)) return undefined
    return await believed(readRecordHead(repository, parsed, options), { key: stat.key, problems })
  }
  const listed = repository.store.list(streamPrefix(id), options)
  for await (const document of inOrder(listed, { widthMax: RECORDS_AT_ONCE }, look)) {
    if (document?.kind === 'beat' && isSameStream(document.stream, identity)) stored.push(placeOfReach(document))
    if (document?.kind !== 'branch' || document.parent?.branch !== identity.branch) continue
    left.push(placeOfReach(document.parent))
    // Whoever has not seen the bytes before it says where it was left, not that they were stored.
    if (document.parent.prefix !== null) stored.push(placeOfReach(document.parent))
  }
  return { stored, left, problems: problems.filter((each) => !isForeign(each)) }
}

export function furthest(positions: readonly Position[]): Position | undefined {
  return positions.reduce<Position | undefined>(
    (best, each) => (best && comparePositions(each, best) <= 0 ? best : each),
    undefined,
  )
}

export interface BranchState {
  readonly branch: Branch | undefined
  /** That which had come furthest, of the newest ones. */
  readonly beat: BeatDocument | undefined
  /** Records that can not be read. */
  readonly problems: readonly ObjectProblem[]
}

interface CallOptions {
  readonly signal?: AbortSignal
}

/** One list, and a read for the branch and for each of the newest beats. */
export async function readBranch(
  repository: Repository,
  identity: StreamIdentity,
  options: CallOptions = {},
): Promise<BranchState> {
  const id = directoryId(streamNameKey(repository.keys), identity)
  const problems: ObjectProblem[] = []
  let branch: Branch | undefined
  let beat: BeatDocument | undefined
  let beats = 0
  for await (const stat of repository.store.list(extentPrefix(id, directoryExtent(identity.branch)), options)) {
    const parsed = listedRecord(stat)
    if (!parsed || (parsed.to === BRANCH_TO && branch)) continue
    if (parsed.to !== BRANCH_TO && beats >= BEATS_READ_MAX) break
    if (parsed.to === BRANCH_TO) {
      const read = await believed(readRecord(repository, parsed, options.signal), { key: stat.key, problems })
      if (read?.document.kind === 'branch') branch = { document: read.document, content: read.content }
      continue
    }
    const document = await believed(readRecordHead(repository, parsed, options), { key: stat.key, problems })
    if (document?.kind !== 'beat') continue
    beats += 1
    if (!beat || comparePositions(placeOfReach(document), placeOfReach(beat)) > 0) beat = document
  }
  return { branch, beat, problems }
}

/** Every branch that another one of the same system left, or that began by itself. */
export async function readBranches(
  repository: Repository,
  system: Omit<StreamIdentity, 'branch'>,
  options: CallOptions = {},
): Promise<readonly BranchDocument[]> {
  const id = directoryId(streamNameKey(repository.keys), system)
  const found: BranchDocument[] = []
  for await (const stat of repository.store.list(streamPrefix(id), options)) {
    const parsed = listedRecord(stat)
    if (parsed?.to !== BRANCH_TO) continue
    const document = await believed(readRecordHead(repository, parsed, options), { key: stat.key, problems: [] })
    if (document?.kind === 'branch' && !found.some(({ stream }) => isSameStream(stream, document.stream)))
      found.push(document)
  }
  return found
}

export function placeOfReach({ extent, to }: { readonly extent: string; readonly to: number }): Position {
  return { extent: BigInt(`0x${extent}`), offset: to }
}

/** Undefined for what can not be believed, or is gone since it was listed. */
async function believed<T extends RecordDocument | { readonly document: RecordDocument }>(
  reading: Promise<T>,
  { key, problems }: { readonly key: string; readonly problems: ObjectProblem[] },
): Promise<T | undefined> {
  try {
    return await reading
  } catch (error) {
    if (isBackupError(error, 'NOT_FOUND')) return undefined
    if (!isUnbelieved(error)) throw error
    problems.push({ key, error })
    return undefined
  }
}
