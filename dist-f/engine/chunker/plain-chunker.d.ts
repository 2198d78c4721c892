/** The chunker in plain TypeScript: slow, obvious, and the oracle of the WebAssembly one. */
import { type ChunkerProfileSizes } from './profile.ts';
export interface PlainChunker {
    cut(bytes: Uint8Array, isFinal: boolean): number;
}
export declare function createPlainChunker(secret: Uint8Array, profile: ChunkerProfileSizes): PlainChunker;
