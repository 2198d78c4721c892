/** Writes pins and holds. */
import { BackupError, isBackupError } from '../../kernel/backup-error.ts'
import type { Repository } from '../repository/index.ts'
import { forgottenBy, type RecordEntry, RecordKind } from '../snapshot/index.ts'
import { listRecords, type RecordChange, writeRecord } from './records.ts'

/**
 * Writes a pin or hold. Durable when it resolves. A forget that ran at the same time may have looked before the record
 * was there: nobody is told then that the snapshot is kept, and the record is lifted again, but never with it a
 * protection that somebody else was told of before. Throws SNAPSHOT_NOT_FOUND then, and as `writeRecord` does.
 */
export async function protect(
  repository: Repository,
  change: Omit<RecordChange, 'generation'>,
  snapshot: string | null,
): Promise<RecordEntry> {
  const entry = await writeRecord(repository, change)
  if (snapshot === null || (await isThere(repository, snapshot))) return entry
  await takeBack(repository, change, entry.document.generation)
  throw new BackupError('SNAPSHOT_NOT_FOUND', 'The snapshot was forgotten meanwhile.', { context: { snapshot } })
}

async function isThere(repository: Repository, snapshot: string): Promise<boolean> {
  const { records } = await listRecords(repository, { record: RecordKind.FORGET })
  const isForgotten = records.some(({ document }) => forgottenBy(document).some(({ name }) => name === snapshot))
  return !isForgotten && (await repository.store.head(`snapshots/${snapshot}`)) !== undefined
}

/** Only what this call has brought: neither what was in force before it nor what came after. */
async function takeBack(
  repository: Repository,
  change: Omit<RecordChange, 'generation'>,
  generation: number,
): Promise<void> {
  const { records } = await listRecords(repository, {
    record: change.record,
    subject: change.subject,
    everyGeneration: true,
    withLifted: true,
  })
  const former = records.filter(({ document }) => document.generation < generation).at(-1)
  if (former && former.document.value !== null) return
  await writeRecord(repository, { ...change, value: null, generation: generation + 1 }).catch((error: unknown) => {
    if (!isBackupError(error, 'ALREADY_EXISTS')) throw error
  })
}
