import { ObjectType } from '../crypto/index.ts'
import type { Repository } from '../repository/index.ts'
import type { DeleteEntry } from '../snapshot/index.ts'

/** Adds an entry to the delete log; its key begins with its generation. Returns its name. */
export function writeDeleteEntry(repository: Repository, document: DeleteEntry): Promise<string> {
  const prefix = `${document.generation.toString(16).padStart(16, '0')}-`
  return repository.writeDocument(document, {
    type: ObjectType.DELETE,
    folder: 'deletes',
    signer: repository.keys.maintenance,
    prefix,
  })
}
