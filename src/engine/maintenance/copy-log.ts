/**
 * Each finished copy leaves a record in the repository that it was made from (docs/format/v1.md section 13): whoever
 * looks there sees how old the second copy is.
 */
import { isBackupError } from '../../kernel/backup-error.ts'
import { deleteIfAllowed } from '../../storage/index.ts'
import type { KnownCopy, Repository } from '../repository/index.ts'
import { folderOfRecord, type History, RecordKind } from '../snapshot/index.ts'
import { listRecords, writeRecord } from './records.ts'

export interface CopyFacts {
  /** Id of the repository that was copied into. */
  readonly repository: string
  /** Where it was, as the one who copied named it. */
  readonly location: string
  /** When the copy was finished. ISO 8601. */
  readonly at: string
  readonly by: string
  /** Snapshots of this repository that are there. */
  readonly snapshots: number
  /** The newest of them by its end; null when there are none. */
  readonly newest: { readonly snapshot: string; readonly finishedAt: string } | null
}

/** The last finished copy into each repository, newest first. */
export function lastCopies({ records }: Pick<History, 'records'>): CopyFacts[] {
  return records
    .filter(({ document }) => document.record === RecordKind.COPY)
    .map(({ document: { subject, at, by, value } }) => {
      const newest = (value?.['newest'] ?? null) as CopyFacts['newest']
      const snapshots = Number(value?.['snapshots'] ?? 0)
      return { repository: subject, location: String(value?.['location'] ?? ''), at, by, snapshots, newest }
    })
    .sort((a, b) => (a.at < b.at ? 1 : -1))
}

/** The last of them all; null where no copy was made. */
export function secondCopyIn(history: Pick<History, 'records'>): KnownCopy | null {
  const [last] = lastCopies(history)
  if (!last) return null
  const { location, at, snapshots, newest } = last
  return { location, at, snapshots, newestAt: newest?.finishedAt ?? null }
}

/**
 * Writes the record and removes those that it supersedes: one a copy would be read by everybody for ever. False when
 * the first repository takes none; the copy is as good.
 */
export async function noteCopy(
  from: Repository,
  copy: Pick<CopyFacts, 'repository' | 'location' | 'by' | 'snapshots' | 'newest'> & { readonly signal?: AbortSignal },
): Promise<boolean> {
  const { repository: subject, location, by, snapshots, newest, signal } = copy
  const record = RecordKind.COPY
  const value = { location, snapshots, newest }
  try {
    const { document } = await writeRecord(from, { record, subject, by, value, ...(signal && { signal }) })
    const { records } = await listRecords(from, { record, subject, everyGeneration: true })
    for (const each of records)
      if (each.document.generation < document.generation)
        await deleteIfAllowed(from.store, `${folderOfRecord(record)}/${each.name}`)
    return true
  } catch (error) {
    if (!isBackupError(error) || signal?.aborted) throw error
    return false
  }
}
