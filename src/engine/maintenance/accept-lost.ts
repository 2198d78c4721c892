/**
 * What repair gives up is missing for good, and whoever remembers it would take that for a rollback: the record by
 * which an operator accepts one (docs/format/v1.md section 13) names it for every reader, and nothing beyond.
 */
import { BackupError, isBackupError } from '../../kernel/backup-error.ts'
import { isoTime, nowMs } from '../../kernel/clock.ts'
import { ObjectType } from '../crypto/index.ts'
import type { Repository } from '../repository/index.ts'
import {
  acceptedValue,
  type History,
  type MissingSnapshot,
  newestSequences,
  RecordFolder,
  RecordKind,
  readHistory,
  readRecords,
  type Suspicions,
} from '../snapshot/index.ts'
import { putRecord } from './records.ts'

/** What writers sign beside snapshots. */
const SIGNED = [
  ['sessions', ObjectType.SESSION],
  ['confirms', ObjectType.CONFIRM],
  ['checkpoints', ObjectType.CHECKPOINT],
] as const
const MAINTENANCE = 'f'.repeat(32)
const NOTHING: Suspicions = { snapshots: [], records: [], keyring: null, generations: [], entries: [], back: [] }

/**
 * Durable when it resolves, to the record's name. Of several records of this kind every one counts, so a damaged one is
 * no obstacle.
 */
export async function acceptLost(
  repository: Repository,
  lost: Partial<Suspicions>,
  { by, signal }: { readonly by: string; readonly signal?: AbortSignal },
): Promise<string> {
  const subject = repository.config.repositoryId
  const { entries } = await readRecords(repository, RecordFolder.DECISIONS, signal)
  const former = entries.filter(({ document }) => document.record === RecordKind.ROLLBACK)
  const generation = Math.max(0, ...former.map(({ document }) => document.generation)) + 1
  const value = { ...acceptedValue({ ...NOTHING, ...lost }) }
  const record = { record: RecordKind.ROLLBACK, subject, generation, at: isoTime(nowMs()), by, value }
  return putRecord(repository, record, signal)
}

/** Of a writer. What is more has been planted there, and covers nothing. */
const NUMBERS_MAX = 1000
const ATTEMPTS_MAX = 8

/**
 * Accepts the numbers that `count` snapshots may have had of which only the names are known: of each writer those next
 * above what is known of it, or accepted. From then on nobody takes one of them again. A writer at work may have taken
 * one before it could know: it looks again when it has committed, and here one is looked for when the record is there,
 * so that one of the two sees it. Then others are accepted in their place. Throws REPOSITORY_LOCKED when that never
 * ends.
 */
export async function acceptUnknown(
  repository: Repository,
  surveyed: History,
  { count, by, signal }: { readonly count: number; readonly by: string; readonly signal?: AbortSignal },
): Promise<void> {
  if (count <= 0) return
  const reading = signal ? { signal } : {}
  let history = surveyed
  let former: string | undefined
  for (let attempt = 1; attempt <= ATTEMPTS_MAX; attempt += 1) {
    const numbers = await numbersAbove(repository, history, count)
    if (numbers.length === 0) return
    const name = await acceptLost(repository, { snapshots: numbers }, { by, ...reading })
    if (former !== undefined) await repository.store.delete(`records/${former}`)
    history = await readHistory(repository, reading)
    if (!isOneTaken(history, numbers)) return
    former = name
  }
  throw new BackupError('REPOSITORY_LOCKED', 'Others commit faster than it can be said what is given up. Run it again.')
}

async function numbersAbove(repository: Repository, history: History, count: number): Promise<MissingSnapshot[]> {
  const newest = newestSequences(history, repository.memory?.heads()?.writers ?? {})
  for (const writer of await signersOf(repository)) if (!newest.has(writer)) newest.set(writer, 0)
  return [...newest].flatMap(([writer, known]) =>
    Array.from({ length: Math.min(count, NUMBERS_MAX) }, (_, i) => ({ writer, sequence: known + 1 + i })),
  )
}

/** Writers of whom nothing may be left but what they have signed beside their snapshots. */
async function signersOf(repository: Repository): Promise<ReadonlySet<string>> {
  const signers = new Set<string>()
  for (const [folder, type] of SIGNED)
    for (const { signer } of (await repository.readDocuments(folder, type)).documents) signers.add(signer)
  for await (const { key } of repository.objects('commits/')) {
    const claim = await repository.readDocument(key, ObjectType.CLAIM).catch((error: unknown) => {
      // One that can't be believed names nobody.
      if (!isBackupError(error) || error.code === 'ABORTED') throw error
    })
    if (claim) signers.add(claim.signer)
  }
  signers.delete(MAINTENANCE)
  return signers
}

function isOneTaken(history: History, numbers: readonly MissingSnapshot[]): boolean {
  const accepted = new Set(numbers.map(({ writer, sequence }) => `${writer} ${sequence}`))
  return [...history.snapshots, ...history.unfinished, ...history.rivals, ...history.superseded].some(({ document }) =>
    accepted.has(`${document.writer} ${document.sequence ?? 0}`),
  )
}

/**
 * The highest of `generations` up to which none is missing above `found`, but those that were `accepted` as lost
 * before; undefined where the next one is not among them. What stands far above may be anybody's: a number that was
 * never reached would cover every later rollback.
 */
export function reachedFrom(found: number, generations: readonly number[], accepted = 0): number | undefined {
  let reached = found
  while (generations.includes(reached + 1) || reached < accepted) reached += 1
  return generations.some((each) => each > found && each <= reached) ? reached : undefined
}
