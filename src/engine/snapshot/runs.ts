/**
 * Scheduled runs count exactly once (docs/format/v1.md section 11): a writer claims its run by create-if-absent of
 * `commits/<runId>` once its snapshot is confirmed. The claim is the only object that is not named by its content.
 */
import { BackupError, isBackupError } from '../../kernel/backup-error.ts'
import { appendAll } from '../../kernel/collect.ts'
import { ObjectType, type Signer } from '../crypto/index.ts'
import { apart, isUnbelieved, type ObjectProblem, type Repository } from '../repository/index.ts'
import { type ClaimDocument, parseClaim, type SnapshotDocument } from './documents.ts'

const FOLDER = 'commits'
const RUN_ID = /^[a-z0-9][a-z0-9._-]{0,127}$/

/** Throws USAGE unless `runId` can be a storage key: 1 to 128 of `a-z 0-9 . _ -`, the first a letter or digit. */
export function checkRunId(runId: string): void {
  if (!RUN_ID.test(runId))
    throw new BackupError(
      'USAGE',
      'A run id is 1 to 128 of a-z, 0-9, dot, underscore and hyphen, and begins with a letter or digit.',
      { context: { runId } },
    )
}

/** Undefined when nobody has claimed the run. Throws DAMAGED. */
export async function readClaim(
  repository: Repository,
  runId: string,
  signal?: AbortSignal,
): Promise<ClaimDocument | undefined> {
  const key = `${FOLDER}/${runId}`
  try {
    const { body, signer } = await repository.readDocument(key, ObjectType.CLAIM, signal)
    const claim = parseClaim(body)
    if (claim.runId !== runId || claim.writer !== signer)
      throw new BackupError('DAMAGED', 'A claim is of another run or writer than it says.', {
        context: { object: key },
      })
    return claim
  } catch (error) {
    if (isBackupError(error, 'NOT_FOUND')) return undefined
    throw error
  }
}

/** Claims a run for a confirmed snapshot. False when it was claimed before: `readClaim` says for which. */
export async function claimRun(
  repository: Repository,
  run: { readonly runId: string; readonly snapshot: string; readonly signer: Signer },
): Promise<boolean> {
  const { runId, snapshot, signer } = run
  const document: ClaimDocument = { kind: 'claim', runId, snapshot, writer: signer.id.toString('hex') }
  const { bytes } = repository.sealDocument(document, { type: ObjectType.CLAIM, signer })
  try {
    await repository.store.put(`${FOLDER}/${runId}`, bytes, { ifAbsent: true })
    return true
  } catch (error) {
    if (isBackupError(error, 'ALREADY_EXISTS')) return false
    throw error
  }
}

interface Candidate {
  readonly name: string
  readonly document: SnapshotDocument
  readonly modifiedMs: number
}

export interface DecidedRuns<T extends Candidate> {
  readonly counting: T[]
  /**
   * Whole, of a run for which another snapshot counts, and nobody has decided it yet: it may count once a claim says
   * so.
   */
  readonly rivals: T[]
  /** Of a run that is claimed for another snapshot, or withdrawn by their own writer: they never count again. */
  readonly superseded: T[]
  /** Claims that can't be believed. */
  readonly problems: ObjectProblem[]
}

/**
 * One snapshot of each run counts. `isForgotten` says of a name whether a forget record covers it; `withdrawn` are
 * names that their writers took back.
 */
export async function decideRuns<T extends Candidate>(
  repository: Repository,
  snapshots: readonly T[],
  facts: {
    readonly isForgotten: (name: string) => boolean
    readonly withdrawn: ReadonlySet<string>
    readonly signal?: AbortSignal
  },
): Promise<DecidedRuns<T>> {
  const runs = Map.groupBy(
    snapshots.filter(({ document }) => document.runId !== undefined),
    ({ document }) => runOf(document)!,
  )
  const decided: DecidedRuns<T> = {
    counting: snapshots.filter(({ document }) => document.runId === undefined),
    rivals: [],
    superseded: [],
    problems: [],
  }
  if (runs.size === 0) return decided
  const claimedAt = await claimTimes(repository, facts.signal)
  for (const rivals of runs.values()) {
    const { runId, copiedFrom } = rivals[0]!.document
    const at = copiedFrom ? undefined : claimedAt.get(runId!)
    // A claim follows its snapshot. A lone snapshot that is older than the claim is the one it names; reading every
    // claim would double the cost of a list.
    const isPlain = rivals.length === 1 && (at === undefined || at >= rivals[0]!.modifiedMs)
    const claim = at === undefined || isPlain ? undefined : await believedClaim(repository, runId!, decided.problems)
    decideOne(rivals, { ...facts, claim, decided })
  }
  return decided
}

/** The snapshot of a scheduled run that counts. */
export function findRun<T extends Candidate>(
  history: { readonly snapshots: readonly T[] },
  runId: string,
): T | undefined {
  return history.snapshots.find(({ document }) => document.runId === runId && document.copiedFrom === undefined)
}

/** Copies compete with copies of the same repository only. */
export function runOf({ runId, copiedFrom }: SnapshotDocument): string | undefined {
  return runId === undefined ? undefined : `${copiedFrom?.repository ?? ''}/${runId}`
}

async function claimTimes(repository: Repository, signal: AbortSignal | undefined): Promise<Map<string, number>> {
  const times = new Map<string, number>()
  for await (const { key, modifiedMs } of repository.objects(`${FOLDER}/`, signal ? { signal } : {}))
    times.set(key.slice(FOLDER.length + 1), modifiedMs)
  return times
}

async function believedClaim(
  repository: Repository,
  runId: string,
  problems: ObjectProblem[],
): Promise<ClaimDocument | undefined> {
  try {
    return await readClaim(repository, runId)
  } catch (error) {
    if (!isUnbelieved(error)) throw error
    problems.push({ key: `${FOLDER}/${runId}`, error })
    return undefined
  }
}

/** Reads every claim: those that can't be believed. */
export async function damagedClaims(
  repository: Repository,
  signal?: AbortSignal,
): Promise<{ problems: ObjectProblem[]; strangers: ObjectProblem[] }> {
  const problems: ObjectProblem[] = []
  for (const runId of (await claimTimes(repository, signal)).keys()) await believedClaim(repository, runId, problems)
  return apart(problems)
}

interface RunFacts<T extends Candidate> {
  readonly isForgotten: (name: string) => boolean
  readonly withdrawn: ReadonlySet<string>
  readonly claim: ClaimDocument | undefined
  readonly decided: DecidedRuns<T>
}

function decideOne<T extends Candidate>(
  rivals: readonly T[],
  { isForgotten, withdrawn, claim, decided }: RunFacts<T>,
): void {
  const claimed = claim && rivals.find(({ name }) => name === claim.snapshot)
  if (!claimed && claim && isForgotten(claim.snapshot)) {
    appendAll(decided.superseded, rivals)
    return
  }
  const standing = rivals.filter(({ name }) => !withdrawn.has(name))
  const counting = claimed ?? lowest(standing.length > 0 ? standing : rivals)
  decided.counting.push(counting)
  for (const each of rivals)
    if (each !== counting) (claimed || withdrawn.has(each.name) ? decided.superseded : decided.rivals).push(each)
}

function lowest<T extends Candidate>(rivals: readonly T[]): T {
  return rivals.reduce((low, each) => (each.name < low.name ? each : low))
}
