import { BackupError, isBackupError } from "../../kernel/backup-error.js";
/** Every document of a folder. One that has another shape than its kind is a problem of its own: it does not keep the others from being read. */
export async function readParsed(repository, { folder, type, parse, previousOf }, signal) {
    const { documents, problems } = await repository.readDocuments(folder, type, { ...(signal && { signal }), ...(previousOf && { previousOf }) });
    const entries = [];
    for (const stored of documents) {
        const { name, key, signer, modifiedMs } = stored;
        try {
            entries.push({ name, key, document: parse(stored), signer, modifiedMs });
        }
        catch (error) {
            if (!isBackupError(error, 'DAMAGED'))
                throw error;
            problems.push({ key, error, modifiedMs });
        }
    }
    return { entries, problems };
}
/** For documents that only the maintenance key may sign. Throws DAMAGED. */
export function byMaintenance(stored) {
    if (isMaintenance(stored.signer))
        return stored.body;
    throw new BackupError('DAMAGED', 'The object is not signed by the maintenance key.', { context: { object: stored.key } });
}
function isMaintenance(signer) {
    return signer === 'f'.repeat(32);
}
/** For documents that name the writer who signs them. Throws DAMAGED. */
export function byItsWriter(document, { signer, key }) {
    if (document.writer === signer)
        return document;
    throw new BackupError('DAMAGED', 'A document is signed by another writer than it names.', { context: { object: key } });
}
