import type { ObjectStore } from '../../storage/index.ts';
import type { ObjectProblem, Repository } from './repository.ts';
export interface UserFile {
    readonly path: string;
    readonly bytes: number;
    /** Of the content, hexadecimal. */
    readonly sha256: string;
    /** ISO 8601. */
    readonly modifiedAt: string;
}
interface CallOptions {
    readonly signal?: AbortSignal;
}
/** Stores a file and replaces what had its path. Durable when it resolves; stopped before, the former file is untouched. Memory stays at a few MiB, whatever the size. */
export declare function writeUserFile(repository: Repository, filePath: string, body: AsyncIterable<Uint8Array>, { signal }?: CallOptions): Promise<UserFile>;
/** Dispose of it, read or not. */
export interface OpenedUserFile extends AsyncDisposable {
    readonly file: UserFile;
    /** Every piece is authenticated before it is given; throws DAMAGED in the middle, or at the end when anything is missing. */
    readonly content: AsyncIterable<Uint8Array>;
}
/** Throws FILE_NOT_FOUND and DAMAGED. */
export declare function readUserFile(repository: Repository, filePath: string, { signal }?: CallOptions): Promise<OpenedUserFile>;
/** Whether there is such a file; its name is not opened. */
export declare function hasUserFile(repository: Repository, filePath: string, options?: CallOptions): Promise<boolean>;
/** False when there was none. */
export declare function removeUserFile(repository: Repository, filePath: string, options?: CallOptions): Promise<boolean>;
/** Sorted by path. What can't be believed is returned apart, never dropped in silence. */
export declare function listUserFiles(repository: Repository, options?: CallOptions): Promise<{
    readonly files: readonly UserFile[];
    readonly problems: readonly ObjectProblem[];
}>;
/** How many there are: for those who leave them alone and say so. */
export declare function countUserFiles(store: ObjectStore, options?: CallOptions): Promise<number>;
export {};
