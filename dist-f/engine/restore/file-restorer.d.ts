import type { SystemCalls } from '../../kernel/system-calls.ts';
import type { BlobReader } from '../repository/index.ts';
import { type DirectoryPage } from '../snapshot/index.ts';
import { type ContentLanes } from './content-lanes.ts';
import { type MetadataOptions } from './entry-metadata.ts';
import type { HeldDirectory } from './held-directory.ts';
export interface FileToRestore {
    readonly page: DirectoryPage;
    readonly entry: number;
    readonly source: string;
    readonly held: HeldDirectory;
    readonly isReplacing: boolean;
    /** In its place before anything else happens: other names of it follow. */
    readonly isNow: boolean;
}
export interface FileRestorerParts {
    readonly calls: SystemCalls;
    readonly lanes: ContentLanes;
    readonly metadata: BlobReader;
    readonly metadataOptions: MetadataOptions;
    /** Every piece is read back and compared. */
    readonly isVerified: boolean;
    readonly signal: AbortSignal | undefined;
    readonly onRestored: (file: FileToRestore) => void;
    /** Throws what ends the restore. */
    readonly onFailed: (error: unknown, source: string) => void;
}
export declare class FileRestorer implements AsyncDisposable {
    #private;
    constructor(parts: FileRestorerParts);
    /** Takes a file. It is in its place, or has failed, when `finish` is done; at once with `isNow`. */
    add(file: FileToRestore): Promise<void>;
    finish(): Promise<void>;
    /** Removes what is not finished. */
    [Symbol.asyncDispose](): Promise<void>;
}
