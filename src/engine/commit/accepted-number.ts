/**
 * Whether somebody has accepted as missing the number that a writer at work has taken (docs/format/v1.md section 13): a
 * snapshot with it could be removed later, and nobody would miss it.
 */
import { BackupError } from '../../kernel/backup-error.ts'
import { collect } from '../../kernel/collect.ts'
import type { Repository } from '../repository/index.ts'
import { Acceptance, type History, RecordFolder, readRecords } from '../snapshot/index.ts'
import { type PutSnapshot, retractSnapshot, type Writing } from './confirm.ts'

const FOLDER = 'records/'

/** Names of the records that a history was read from. */
export function recordsOf({ allRecords }: History): ReadonlySet<string> {
  return new Set(allRecords.map(({ name }) => name))
}

/** The highest of the writer's numbers that was accepted in records that are not `known`; 0 without one. */
export async function acceptedSince(
  repository: Repository,
  writer: string,
  known: ReadonlySet<string>,
): Promise<number> {
  const fresh = (await collect(repository.objects(FOLDER))).filter(({ key }) => !known.has(key.slice(FOLDER.length)))
  if (fresh.length === 0) return 0
  const { entries } = await readRecords(repository.seenAs(new Map([[FOLDER, fresh]])), RecordFolder.DECISIONS)
  return new Acceptance(entries).newestSequenceOf(writer)
}

/**
 * For snapshots of one writer: takes back those whose numbers were accepted meanwhile, and throws REPOSITORY_LOCKED.
 */
export async function requireOwnNumbers(
  repository: Repository,
  committed: readonly PutSnapshot[],
  { records }: Writing,
): Promise<void> {
  const writer = committed[0]?.document.writer
  if (writer === undefined) return
  const accepted = await acceptedSince(repository, writer, records)
  const taken = committed.filter(({ document }) => (document.sequence ?? 0) <= accepted)
  for (const each of taken) await retractSnapshot(repository, each)
  if (taken.length > 0)
    throw new BackupError(
      'REPOSITORY_LOCKED',
      'The number of a snapshot was given up while it was made. Run it again.',
      {
        context: { snapshot: taken[0]!.name },
      },
    )
}
