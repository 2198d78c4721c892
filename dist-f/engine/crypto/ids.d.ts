export declare const ID_BYTES = 32;
/** SHA-256 of the blob. */
export declare function blobIdOf(blob: Uint8Array): Buffer;
/** Computes lookup ids under one id key (32 bytes). */
export declare class LookupIds {
    #private;
    constructor(idKey: Uint8Array);
    /** The first 16 bytes of SHA-256(idKey ‖ 32 zero bytes ‖ id), as four words that hold those bytes in little-endian order. The id stands at `offset`. */
    lookupInto(blobIds: Uint8Array, offset: number, out: Uint32Array): void;
}
