export interface SegmentCodec {
    /** Writes one zstd frame into `output`; returns its bytes, or 0 when it does not fit. Default: LARGE. */
    compress(input: Uint8Array, output: Uint8Array, grain?: Grain): number;
    /** Decodes one zstd frame; returns its plain bytes. Cheapest when `output` is larger than they are. Throws DAMAGED when it is malformed or does not fit. */
    decompress(input: Uint8Array, output: Uint8Array): number;
    dispose(): void;
}
export interface SegmentCodecOptions {
    /** 1–9. */
    readonly level: number;
    /** Leaves the low-level handle unused; for tests. */
    readonly portable?: boolean;
}
/** What a segment is made of: many small blobs, or stretches of large files. They are compressed with tables of their own. */
export declare const Grain: {
    readonly SMALL: "small";
    readonly LARGE: "large";
};
export type Grain = (typeof Grain)[keyof typeof Grain];
export type SegmentDecoder = Pick<SegmentCodec, 'decompress' | 'dispose'>;
/** What only reads needs: half the memory and start-up of a codec. */
export declare function createSegmentDecoder(): SegmentDecoder;
export declare function createSegmentCodec(options: SegmentCodecOptions): SegmentCodec;
