/** True when the bytes are spread so evenly that compressing them is in vain. Samples 4,096 bytes; flat bytes that repeat are missed. */
export declare function looksIncompressible(bytes: Uint8Array): boolean;
