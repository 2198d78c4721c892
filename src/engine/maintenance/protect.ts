/** Writes pins and holds. */
import { BackupError } from '../../kernel/backup-error.ts'
import type { Repository } from '../repository/index.ts'
import { type RecordEntry, RecordKind } from '../snapshot/index.ts'
import { listRecords, type RecordChange, writeRecord } from './records.ts'

/**
 * Writes a pin or hold. Durable when it resolves. A forget that ran at the same time may have looked before the record was there: what it took can't be kept any
 * more, so the record is lifted again. Throws SNAPSHOT_NOT_FOUND then, and as `writeRecord` does.
 */
export async function protect(repository: Repository, change: Omit<RecordChange, 'generation'>, snapshot: string | null): Promise<RecordEntry> {
  const entry = await writeRecord(repository, change)
  if (snapshot === null || (await isThere(repository, snapshot))) return entry
  await writeRecord(repository, { ...change, value: null })
  throw new BackupError('SNAPSHOT_NOT_FOUND', 'The snapshot was forgotten meanwhile.', { context: { snapshot } })
}

async function isThere(repository: Repository, snapshot: string): Promise<boolean> {
  const { records } = await listRecords(repository, { record: RecordKind.FORGET })
  const isForgotten = records.some(({ document }) => snapshotsIn(document).some(({ name }) => name === snapshot))
  return !isForgotten && (await repository.store.head(`snapshots/${snapshot}`)) !== undefined
}

function snapshotsIn({ value }: RecordEntry['document']): ReadonlyArray<{ readonly name: string }> {
  return (value?.['snapshots'] ?? []) as ReadonlyArray<{ readonly name: string }>
}
