/** Directory pages (docs/format/v1.md section 10): entries column by column. Encoding is canonical, so an unchanged directory is equal bytes. */
import { EntryColumns } from '../../contracts/index.ts';
import { type ByteWriter } from '../pack/index.ts';
export declare const BlobKind: {
    readonly PAGE: 1;
    readonly SPLIT: 2;
    readonly CHUNK_LIST: 3;
};
export declare const ContentKind: {
    readonly NONE: 0;
    readonly ONE: 1;
    readonly CHUNKS: 2;
    readonly LIST: 3;
};
export declare const ExtraType: {
    readonly LINK_TARGET: 1;
    readonly ATTRIBUTE: 2;
    readonly DEVICE_NUMBER: 3;
    readonly NOT_KEPT: 4;
    readonly CHANGED: 5;
};
export interface Extra {
    readonly entry: number;
    readonly type: number;
    readonly bytes: Uint8Array;
}
/** Encodes kind byte, count, names and columns of the entries `from`–`to` (exclusive). */
export declare function encodeStatSection(columns: EntryColumns, range: {
    readonly from: number;
    readonly to: number;
}, out: ByteWriter): void;
/** Encodes the extras, which must be given in order of entry; sorts those of one entry. */
export declare function encodeExtras(extras: readonly Extra[], out: ByteWriter): void;
/** A decoded page. Names and columns are decoded at once, contents are slices of the blob. */
export declare class DirectoryPage {
    #private;
    readonly columns: EntryColumns;
    readonly statSection: Uint8Array;
    readonly kinds: Uint8Array;
    readonly extras: readonly Extra[];
    constructor(parts: {
        columns: EntryColumns;
        statSection: Uint8Array;
        kinds: Uint8Array;
        contents: Uint8Array;
        contentEnds: Uint32Array;
        extras: readonly Extra[];
    });
    get count(): number;
    contentOf(entry: number): Uint8Array;
    extrasOf(entry: number): Extra[];
    extra(entry: number, type: number): Uint8Array | undefined;
    /** The entry of that name (one character a byte), or -1. */
    find(name: string): number;
}
/** Decodes an authenticated page. Throws DAMAGED for anything that the format does not allow. */
export declare function decodePage(blob: Uint8Array): DirectoryPage;
/** True for a name that may stand in a directory (one character a byte). */
export declare function isNameAllowed(name: string): boolean;
