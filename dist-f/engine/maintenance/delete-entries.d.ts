import type { Repository } from '../repository/index.ts';
import type { DeleteEntry } from '../snapshot/index.ts';
/** Adds an entry to the delete log; its key begins with its generation. Returns its name. */
export declare function writeDeleteEntry(repository: Repository, document: DeleteEntry): Promise<string>;
