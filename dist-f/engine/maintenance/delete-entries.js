import { ObjectType } from "../crypto/index.js";
/** Adds an entry to the delete log; its key begins with its generation. Returns its name. */
export function writeDeleteEntry(repository, document) {
    const prefix = `${document.generation.toString(16).padStart(16, '0')}-`;
    return repository.writeDocument(document, { type: ObjectType.DELETE, folder: 'deletes', signer: repository.keys.maintenance, prefix });
}
