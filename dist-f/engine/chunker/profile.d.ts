/** Chunk sizes in bytes. `normal` is a power of two; the average is a little above it. */
export interface ChunkerProfileSizes {
    readonly minBytes: number;
    readonly normalBytes: number;
    readonly maxBytes: number;
}
export declare const ChunkerProfile: {
    readonly FILES: {
        readonly minBytes: number;
        readonly normalBytes: number;
        readonly maxBytes: number;
    };
    readonly ROWS: {
        readonly minBytes: number;
        readonly normalBytes: number;
        readonly maxBytes: number;
    };
};
/** Constants of one repository, from the 64-byte chunker secret. */
export interface ChunkerConstants {
    readonly window: readonly [number, number, number, number];
    readonly add: number;
    readonly strong: readonly bigint[];
}
export declare function chunkerConstants(secret: Uint8Array): ChunkerConstants;
