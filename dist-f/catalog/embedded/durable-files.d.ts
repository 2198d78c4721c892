import type { PGlite } from '@electric-sql/pglite';
import { NodeFS } from '@electric-sql/pglite/nodefs';
export declare class DurableFiles extends NodeFS {
    #private;
    /** How often the write-ahead log was written through. */
    logSyncs: number;
    /** The first error with which the disk refused: what was written before it is in doubt. */
    failure: unknown;
    init(database: PGlite, options: Parameters<NodeFS['init']>[1]): ReturnType<NodeFS['init']>;
}
/** Some file systems can't sync a folder and say EINVAL; they have nothing to sync then. */
export declare function syncFolder(folder: string): void;
/** Writes a whole tree through, file by file, folders after what they hold. Many at once: a journal takes them together. */
export declare function syncTree(folder: string): Promise<void>;
