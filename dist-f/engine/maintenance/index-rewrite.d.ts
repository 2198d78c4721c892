import type { Repository } from '../repository/index.ts';
import type { IndexClass } from '../snapshot/index.ts';
/** Returns the names of the segments that were removed. */
export declare function rewriteIndex(repository: Repository, indexClass: IndexClass, condemned: ReadonlySet<string>): Promise<string[]>;
