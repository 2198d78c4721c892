/** The last step of every commit (docs/format/v1.md section 12): nothing of a snapshot may stand only in condemned packs. */
import { BackupError } from '../../kernel/backup-error.ts'
import { ObjectType, type Signer } from '../crypto/index.ts'
import type { Repository } from '../repository/index.ts'
import { closureIsLive, readDeleteLog, type SnapshotDocument } from '../snapshot/index.ts'

/** Call it after the snapshot's PUT. Throws REPOSITORY_LOCKED, and takes the snapshot back, when data that it relies on was condemned meanwhile. */
export async function confirmSnapshot(repository: Repository, snapshot: { readonly name: string; readonly document: SnapshotDocument; readonly signer: Signer }): Promise<void> {
  const { name, document, signer } = snapshot
  const log = await readDeleteLog(repository)
  if (log.newestGeneration <= document.deleteGeneration) return
  if (!(await closureIsLive(repository, document, log))) {
    // Said before it is done: a gap in the writer's sequence would look like a store that hides a snapshot.
    await repository.writeDocument({ kind: 'retract', snapshot: name, writer: document.writer, sequence: document.sequence ?? 0 }, { type: ObjectType.CONFIRM, folder: 'confirms', signer })
    await repository.store.delete(`snapshots/${name}`)
    throw new BackupError('REPOSITORY_LOCKED', 'Data that this snapshot relied on was condemned while it was made. Run it again.', { context: { snapshot: name } })
  }
  await repository.writeDocument({ kind: 'confirm', snapshot: name, deleteGeneration: log.newestGeneration }, { type: ObjectType.CONFIRM, folder: 'confirms', signer })
}
