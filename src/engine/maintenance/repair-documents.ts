/**
 * Small objects that can't be read. What a newer reading replaces goes; a hole in the delete log is closed; snapshots
 * and records are given up only when that is asked for, by a signed record, since somebody may have a good copy of
 * them.
 */
import { isoTime, nowMs } from '../../kernel/clock.ts'
import { ObjectType } from '../crypto/index.ts'
import {
  isForbidden,
  isForeign,
  isObjectKey,
  isOfLaterVersion,
  isOfLostEpoch,
  type ObjectProblem,
  type Repository,
  requireReadable,
} from '../repository/index.ts'
import {
  Acceptance,
  type DamagedEntry,
  type DeleteEntry,
  damagedClaims,
  type History,
  markedOf,
  RecordFolder,
  RecordKind,
  type RecordList,
  readHistory,
  readRecords,
  rollbacksOf,
  type Suspicions,
  UNKNOWN_WRITER,
} from '../snapshot/index.ts'
import { acceptUnknown, reachedFrom } from './accept-lost.ts'
import { writeDeleteEntry } from './delete-entries.ts'
import { putRecord } from './records.ts'

const SESSION_AGE_MS_MAX = 24 * 3600 * 1000
const ANYTHING = {
  snapshot: null,
  source: null,
  until: null,
  reason: 'the record of this hold was damaged: lift it when you have checked what it held',
}

export interface RepairedDocuments {
  /**
   * Keys of objects that could not be read and that nothing needs: claims, confirmations, checkpoints, sessions,
   * delete-log entries that were written anew.
   */
  readonly documentsRemoved: readonly string[]
  /** Keys of snapshots and records that can't be read; given up when `forgetDamaged` was set. */
  readonly documentsLost: readonly string[]
  /** Keys of objects that this repository never sealed. They say nothing, and are left to whoever put them there. */
  readonly foreign: readonly string[]
}

export interface SurveyedDocuments {
  readonly history: History
  readonly audit: RecordList
  readonly claims: Awaited<ReturnType<typeof damagedClaims>>
  /** What has to be accepted where lost keyrings are given up. */
  readonly keyring: Suspicions['keyring']
}

export interface GivingUp {
  readonly forgetDamaged?: boolean
  readonly by?: string
  readonly signal?: AbortSignal
}

/**
 * Changes nothing. Throws ROLLBACK_SUSPECTED, FEATURE_UNSUPPORTED where something is to be given up beside what only a
 * later version knows, and PERMISSION_DENIED where there is something that only this user may not read.
 */
export async function surveyDocuments(
  repository: Repository,
  options: GivingUp & { readonly keyringsLost: readonly { readonly generation: number }[] },
): Promise<SurveyedDocuments> {
  const history = await readHistory(repository, options.signal ? { signal: options.signal } : {})
  const audit = await readRecords(repository, RecordFolder.AUDIT, options.signal)
  const claims = await damagedClaims(repository, options.signal)
  const { suspicions } = history
  const found = repository.keys.generation
  const generations = options.forgetDamaged ? options.keyringsLost.map(({ generation }) => generation) : []
  const accepted = new Acceptance(history.allRecords).keyringAbove(found)
  const seen = reachedFrom(found, generations, accepted)
  const keyring = seen === undefined ? null : { seen, found }
  const isAccepted = keyring !== null && keyring.seen >= (suspicions.keyring?.seen ?? 0)
  const [rollback] = isAccepted ? rollbacksOf({ ...suspicions, keyring: null }) : history.rollbacks
  if (rollback) throw rollback
  const problems = [...history.problems, ...audit.problems]
  // A claim of a later version hinders nobody: none is given up.
  const later = options.forgetDamaged ? problems.find(isOfLaterVersion) : undefined
  if (later) throw later.error
  requireReadable([...problems, ...claims.problems])
  return { history, audit, claims, keyring }
}

/** Only what was surveyed, and whose survey threw nothing. */
export async function repairDocuments(
  repository: Repository,
  { history, audit, claims }: SurveyedDocuments,
  options: GivingUp,
): Promise<RepairedDocuments> {
  const found = [...history.problems, ...audit.problems].filter(({ key }) => isObjectKey(key))
  const isGivenUp = (problem: ObjectProblem) => options.forgetDamaged === true && isOfLostEpoch(problem)
  const bad = found.filter((problem) => !isOfLaterVersion(problem) && (!isForeign(problem) || isGivenUp(problem)))
  const below = (...folders: readonly string[]) =>
    bad.filter(({ key }) => folders.some((folder) => key.startsWith(`${folder}/`)))
  const keysOf = (problems: readonly ObjectProblem[]) => problems.map(({ key }) => key)
  const removable = (problems: readonly ObjectProblem[]) =>
    keysOf(problems.filter((problem) => isGivenUp(problem) || isRemovable(repository, problem)))
  const entries = [...history.deleteLog.damaged, ...(options.forgetDamaged ? history.deleteLog.ofLostEpoch : [])]
  await closeDeleteLog(repository, history, entries)
  const removed = [
    ...removable(below('confirms', 'checkpoints')),
    ...entries.map(({ key }) => key),
    ...(await deadSessions(repository)),
    ...removable(claims.problems.filter((problem) => !isForeign(problem) || isGivenUp(problem))),
  ]
  for (const key of removed) await repository.store.delete(key)
  const lost = keysOf(below('snapshots', 'records', 'audit'))
  if (options.forgetDamaged) await giveUp(repository, history, { keys: lost, by: options.by ?? 'repair' })
  const others = [...[history, audit, claims].flatMap((each) => each.strangers), ...found, ...claims.problems]
  const foreign = new Set(keysOf(others.filter((problem) => isForeign(problem) && !isGivenUp(problem))))
  return { documentsRemoved: removed, documentsLost: lost, foreign: [...foreign] }
}

/**
 * Whether nothing is lost with an object that can't be believed. One that the disk does not give may be read again; and
 * while a newer keyring can't be read, nobody knows what it has sealed.
 */
export function isRemovable({ keys }: Repository, problem: ObjectProblem): boolean {
  return keys.lost.length === 0 && !isUnreadableNow(problem) && !isOfLaterVersion(problem)
}

export function isUnreadableNow({ error }: ObjectProblem): boolean {
  return error.context['cause'] !== undefined
}

/**
 * An entry in the place of each that can't be read. What a lost tombstone condemned stays; what a lost deletion had
 * deleted is condemned again, which is harmless.
 */
async function closeDeleteLog(
  repository: Repository,
  history: History,
  entries: readonly DamagedEntry[],
): Promise<void> {
  for (const { generation, name } of entries) {
    const document: DeleteEntry = {
      kind: 'deleted',
      generation,
      previous: [],
      completes: [],
      packs: [],
      indexes: [],
      kept: [],
      marked: markedOf(history),
      replaces: [name],
      // It may have been one that gave packs up: the next backups read their files again.
      damaged: true,
    }
    await writeDeleteEntry(repository, document)
  }
}

/** A session that can't be read counts as an open writer; one that is older than every deadline does not. */
async function deadSessions(repository: Repository): Promise<string[]> {
  const { problems } = await repository.readDocuments('sessions', ObjectType.SESSION)
  if (problems.length === 0) return []
  const now = await repository.store.nowMs()
  return problems
    .filter((problem) => !isForeign(problem) && !isOfLaterVersion(problem) && !isForbidden(problem))
    .filter(({ modifiedMs }) => modifiedMs !== undefined && now - modifiedMs > SESSION_AGE_MS_MAX)
    .map(({ key }) => key)
}

/** Says what is given up, then removes it. */
async function giveUp(
  repository: Repository,
  history: History,
  { keys, by }: { readonly keys: readonly string[]; readonly by: string },
): Promise<void> {
  const names = keys.filter((key) => key.startsWith('snapshots/')).map((key) => key.slice(-64))
  const { snapshots, records } = history.losses
  await acceptUnknown(repository, history, { count: names.length - snapshots.length, by })
  const count = Math.max(names.length, snapshots.length)
  // Which name had which number is not known any more; that none is missing is what counts.
  const forgotten = Array.from({ length: count }, (_, i) => ({
    name: names[i] ?? '0'.repeat(64),
    writer: snapshots[i]?.writer ?? UNKNOWN_WRITER,
    sequence: snapshots[i]?.sequence ?? 0,
  }))
  const at = isoTime(nowMs())
  const given = keys.filter((key) => key.startsWith('records/')).map((key) => key.slice(-64))
  if (keys.length > 0)
    await putRecord(repository, {
      record: RecordKind.FORGET,
      subject: keys[0]!.slice(-64),
      generation: 1,
      at,
      by,
      value: { snapshots: forgotten, records: given },
    })
  for (const { record, seen } of records) {
    const [kind, subject] = [record.slice(0, record.indexOf('/')), record.slice(record.indexOf('/') + 1)]
    await putRecord(repository, { record: kind, subject, generation: seen + 1, at, by, value: inPlaceOf(kind) })
  }
  for (const key of keys) await repository.store.delete(key)
}

/**
 * Of a lost pin or hold only that it was there is known: nothing that it may have kept goes. Of other kinds their owner
 * has to say again what is so.
 */
function inPlaceOf(kind: string): Readonly<Record<string, unknown>> | null {
  if (kind === RecordKind.HOLD) return ANYTHING
  return kind === RecordKind.PIN ? { reason: ANYTHING.reason } : null
}
