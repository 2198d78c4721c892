export interface StagedObject {
    readonly path: string;
    readonly name: string;
    readonly bytes: number;
}
/** Page-aligned memory for direct I/O: a WebAssembly memory starts on a page boundary, which no Buffer promises. */
export declare function alignedBuffer(bytes: number): Buffer;
export declare class StagedFile {
    #private;
    readonly path: string;
    /** `buffer` is page-aligned and a multiple of 4096 long; it belongs to this file until `finish` or `discard`. */
    constructor(directory: string, buffer: Buffer);
    get bytes(): number;
    write(data: Uint8Array): void;
    /** Writes the rest and closes. The file is complete but not yet durable: that is the store's publish. */
    finish(): StagedObject;
    /** Forgets the file; safe at any time. */
    discard(): void;
}
