import type { SystemParts } from '../parts.ts';
export interface UploadedFile {
    readonly path: string;
    readonly bytes: number;
    /** Of the content, hexadecimal. */
    readonly sha256: string;
}
export interface UploadCall {
    readonly signal?: AbortSignal | undefined;
    /** Bytes taken so far. */
    readonly onProgress?: (bytes: number) => void;
}
/**
 * Stores a file below `user/`, sealed, in the place of what had its path. Resolves when it is durable; stopped or failed before, the former file is untouched. A stream
 * is taken in pieces: memory stays at a few MiB. Throws CONFIG_INVALID for a path that is not taken, ABORTED, DISK_FULL, STORAGE_FAILED.
 */
export declare function upload(parts: SystemParts, path: string, content: string | Uint8Array | AsyncIterable<string | Uint8Array>, call?: UploadCall): Promise<UploadedFile>;
