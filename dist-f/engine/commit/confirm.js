/** The last step of every commit (docs/format/v1.md section 12): nothing of a snapshot may stand only in condemned packs. */
import { BackupError } from "../../kernel/backup-error.js";
import { ObjectType } from "../crypto/index.js";
import { closureIsLive, readDeleteLog } from "../snapshot/index.js";
/**
 * Call it after the snapshot's PUT. Throws REPOSITORY_LOCKED, and takes the snapshot back, when data that it relies on was condemned meanwhile, or
 * when nobody waited for this writer any more: its session is gone, and a pruner may be removing the snapshot as one that never was good.
 */
export async function confirmSnapshot(repository, snapshot, { session, log }) {
    const { name, document, signer } = snapshot;
    const now = await readDeleteLog(repository);
    if (now.isCoveredBy(log))
        return;
    if (!(await closureIsLive(repository, document, now)))
        await giveUp(repository, snapshot);
    await repository.writeDocument({ kind: 'confirm', snapshot: name, deleteGeneration: now.newestGeneration }, { type: ObjectType.CONFIRM, folder: 'confirms', signer });
    // A pruner removes the session before it looks for the confirmation: one of the two sees what the other did.
    if (!(await repository.store.head(session.key)))
        await giveUp(repository, snapshot);
}
async function giveUp(repository, snapshot) {
    await retractSnapshot(repository, snapshot);
    throw new BackupError('REPOSITORY_LOCKED', 'Data that this snapshot relied on was condemned while it was made. Run it again.', { context: { snapshot: snapshot.name } });
}
/** Takes a writer's own snapshot back. Said before it is done: a gap in the writer's sequence would look like a store that hides a snapshot. */
export async function retractSnapshot(repository, { name, document, signer }) {
    await repository.writeDocument({ kind: 'retract', snapshot: name, writer: document.writer, sequence: document.sequence ?? 0 }, { type: ObjectType.CONFIRM, folder: 'confirms', signer });
    await repository.store.delete(`snapshots/${name}`);
}
