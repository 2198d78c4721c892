/**
 * What repair gives up is missing for good, and whoever remembers it would take that for a rollback: the record by which
 * an operator accepts one (docs/format/v1.md section 13) names it for every reader, and nothing beyond.
 */
import { isoTime, nowMs } from '../../kernel/clock.ts'
import type { Repository } from '../repository/index.ts'
import {
  acceptedValue,
  type History,
  type MissingSnapshot,
  newestSequences,
  RecordFolder,
  RecordKind,
  readRecords,
  type Suspicions,
} from '../snapshot/index.ts'
import { putRecord } from './records.ts'

const NOTHING: Suspicions = { snapshots: [], records: [], keyring: null, generations: [], entries: [], back: [] }

/** Durable when it resolves. Of several records of this kind every one counts, so a damaged one is no obstacle. */
export async function acceptLost(
  repository: Repository,
  lost: Partial<Suspicions>,
  { by, signal }: { readonly by: string; readonly signal?: AbortSignal },
): Promise<void> {
  const subject = repository.config.repositoryId
  const { entries } = await readRecords(repository, RecordFolder.DECISIONS, signal)
  const former = entries.filter(({ document }) => document.record === RecordKind.ROLLBACK)
  const generation = Math.max(0, ...former.map(({ document }) => document.generation)) + 1
  const value = { ...acceptedValue({ ...NOTHING, ...lost }) }
  const record = { record: RecordKind.ROLLBACK, subject, generation, at: isoTime(nowMs()), by, value }
  await putRecord(repository, record, signal)
}

/** Of a writer. What is more has been planted there, and covers nothing. */
const NUMBERS_MAX = 1000

/**
 * The numbers that `count` snapshots may have had of which only the names are known: of each writer those next above
 * what is known of it. From then on nobody takes one of them again.
 */
export function numbersAbove(
  history: History,
  seen: Readonly<Record<string, number>>,
  count: number,
): MissingSnapshot[] {
  if (count <= 0) return []
  return [...newestSequences(history, seen)].flatMap(([writer, newest]) =>
    Array.from({ length: Math.min(count, NUMBERS_MAX) }, (_, i) => ({ writer, sequence: newest + 1 + i })),
  )
}

/**
 * The highest of `generations` up to which none is missing above `found`; undefined where the next one is not among
 * them. What stands far above may be anybody's: a number that was never reached would cover every later rollback.
 */
export function reachedFrom(found: number, generations: readonly number[]): number | undefined {
  let reached = found
  while (generations.includes(reached + 1)) reached += 1
  return reached > found ? reached : undefined
}
