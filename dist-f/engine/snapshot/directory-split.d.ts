export interface SplitPage {
    readonly entries: number;
    /** One character a byte. */
    readonly firstName: string;
    readonly id: Uint8Array;
}
/** Where pages end (exclusive entry numbers); the last is `names.length`. One page, possibly empty, for a directory that is not wide. */
export declare function pageEnds(names: readonly string[]): number[];
export declare function encodeSplit(pages: readonly SplitPage[]): Buffer;
/** Decodes an authenticated split. Throws DAMAGED. */
export declare function decodeSplit(blob: Uint8Array): SplitPage[];
