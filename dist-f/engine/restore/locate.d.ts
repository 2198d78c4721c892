import type { BlobReader } from '../repository/index.ts';
import { type DirectoryPage, type SnapshotDocument } from '../snapshot/index.ts';
export interface LocatedEntry {
    readonly page: DirectoryPage;
    readonly entry: number;
}
/** Where a typed path lies. The root of the tree has no entry. */
export interface ResolvedPath {
    readonly path: string;
    readonly found: LocatedEntry | undefined;
}
/**
 * What somebody means by a path: as it stands when it is absolute; else below one of the backup's own paths, or beside it, or below "/".
 * Throws NOT_FOUND.
 */
export declare function resolvePath(reader: BlobReader, document: SnapshotDocument, typed: string): Promise<ResolvedPath>;
/** The blob of a directory entry whose inside is known. */
export declare function directoryOf({ page, entry }: LocatedEntry): Uint8Array | undefined;
/** The directory at a typed path. Throws NOT_FOUND, and USAGE for what is no directory. */
export declare function locateDirectory(reader: BlobReader, document: SnapshotDocument, typed: string): Promise<ResolvedPath & {
    readonly id: Uint8Array;
}>;
