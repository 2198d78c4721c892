/**
 * The last step of every commit (docs/format/v1.md section 12): nothing of a snapshot may stand only in condemned
 * packs.
 */
import { BackupError } from '../../kernel/backup-error.ts'
import { deleteIfAllowed, requireGone } from '../../storage/index.ts'
import { ObjectType, type Signer } from '../crypto/index.ts'
import type { Repository } from '../repository/index.ts'
import { closureIsLive, type DeleteLog, readDeleteLog, type SnapshotDocument } from '../snapshot/index.ts'
import type { WriterSession } from './sessions.ts'

export interface PutSnapshot {
  readonly name: string
  readonly document: SnapshotDocument
  readonly signer: Signer
}

/** What a writer had when it began. */
export interface Writing {
  readonly session: WriterSession
  /** As it was read after the session was opened. */
  readonly log: DeleteLog
  /** Names of the records that were read with it. */
  readonly records: ReadonlySet<string>
}

/**
 * Call it after the snapshot's PUT. Throws REPOSITORY_LOCKED, and takes the snapshot back, when data that it relies on
 * was condemned meanwhile, or when nobody waited for this writer any more: its session is gone, and a pruner may be
 * removing the snapshot as one that never was good.
 */
export async function confirmSnapshot(
  repository: Repository,
  snapshot: PutSnapshot,
  { session, log }: Writing,
): Promise<void> {
  const { name, document, signer } = snapshot
  const now = await readDeleteLog(repository)
  if (now.isCoveredBy(log)) return
  if (!(await closureIsLive(repository, document, now))) await giveUp(repository, snapshot)
  await repository.writeDocument(
    { kind: 'confirm', snapshot: name, deleteGeneration: now.newestGeneration },
    { type: ObjectType.CONFIRM, folder: 'confirms', signer },
  )
  // A pruner removes the session before it looks for the confirmation: one of the two sees what the other did.
  if (!(await repository.store.head(session.key))) await giveUp(repository, snapshot)
}

async function giveUp(repository: Repository, snapshot: PutSnapshot): Promise<never> {
  await retractSnapshot(repository, snapshot)
  throw new BackupError(
    'REPOSITORY_LOCKED',
    'Data that this snapshot relied on was condemned while it was made. Run it again.',
    { context: { snapshot: snapshot.name } },
  )
}

/**
 * Takes a writer's own snapshot back. Said before it is done: a gap in the writer's sequence would look like a store
 * that hides a snapshot.
 */
export async function retractSnapshot(repository: Repository, { name, document, signer }: PutSnapshot): Promise<void> {
  await repository.writeDocument(
    { kind: 'retract', snapshot: name, writer: document.writer, sequence: document.sequence ?? 0 },
    { type: ObjectType.CONFIRM, folder: 'confirms', signer },
  )
  // Where a writer may not delete, a pruner removes it.
  if (await deleteIfAllowed(repository.store, `snapshots/${name}`))
    await requireGone(repository.store, [`snapshots/${name}`])
}
