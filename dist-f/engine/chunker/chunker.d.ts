import { type ChunkerProfileSizes } from './profile.ts';
export interface Chunker {
    /** Bytes of the next chunk that starts at `offset` of the memory, or 0 when `length` bytes hold no cut and more follow. */
    cut(offset: number, length: number, isFinal: boolean): number;
}
/** A chunker over `memory` under the repository's 64-byte secret. Reads nothing outside the bytes that `cut` is given. */
export declare function createChunker(memory: WebAssembly.Memory, secret: Uint8Array, profile: ChunkerProfileSizes): Chunker;
