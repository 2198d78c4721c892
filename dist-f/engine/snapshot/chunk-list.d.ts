/** What a file consists of: no chunk, one, a few in its directory page, or a tree of chunk lists that is cut by content (docs/format/v1.md section 10). */
import { type BackupError } from '../../kernel/backup-error.ts';
export declare const HOLE_ID: Uint8Array;
export interface Chunk {
    readonly bytes: number;
    readonly id: Uint8Array;
}
export interface FileContent {
    readonly kind: number;
    /** As it stands in a page. */
    readonly bytes: Uint8Array;
}
export declare function isHole(id: Uint8Array): boolean;
/** Takes a file's chunks in order and says what its content is. Holds one open list a level. */
export declare class ContentBuilder {
    #private;
    /** `storeBlob` stores a chunk list and returns its id. */
    constructor(storeBlob: (blob: Uint8Array) => Uint8Array);
    get bytes(): number;
    add(bytes: number, id: Uint8Array): void;
    finish(): FileContent;
}
/** Decodes an authenticated chunk list. Throws DAMAGED. */
export declare function decodeChunkList(blob: Uint8Array): {
    level: number;
    entries: Chunk[];
};
/** The chunks of a file in order. `readBlob` gives chunk lists by id; `size` is the length of a one-chunk file. Throws DAMAGED. */
export declare function chunksOf(content: FileContent, size: number, readBlob: (id: Uint8Array) => Promise<Uint8Array>): AsyncGenerator<Chunk>;
/**
 * Ids of the chunk lists that a content needs, parents before children, each with its own bytes read through `readBlob`. One that can't be read is an
 * error at the end, after all that can; one that `isLost` is left out with all below it.
 */
export declare function chunkListsOf(content: FileContent, readBlob: (id: Uint8Array) => Promise<Uint8Array>, isLost?: (id: Uint8Array) => boolean): AsyncGenerator<{
    id: Uint8Array;
    chunks: readonly Chunk[];
}>;
/** The error, when it says that something is damaged or missing; others are thrown. */
export declare function damageOf(error: unknown): BackupError;
