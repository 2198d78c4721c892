/** Memory for what is read, shared by the packs that one reader opens: what was read is valid until its next read. */
export declare class ReadBuffer {
    #private;
    /** At least that long, and aligned for O_DIRECT. */
    reserve(bytes: number): Buffer;
}
export declare class LocalPack implements Disposable {
    #private;
    /** `isCached`: through the page cache, for what is read again soon. Throws what opening throws, by its system code. */
    constructor(path: string, buffer: ReadBuffer, { isCached }: {
        readonly isCached: boolean;
    });
    get bytes(): number;
    /** Up to `bytes` bytes from `position`; fewer where the file ends. Valid until the next read with the same buffer. */
    read(position: number, bytes: number): Buffer;
    /** The same in the background, into a buffer that nothing else uses meanwhile. The first read of a pack is `read`. */
    readAhead(position: number, bytes: number, into: ReadBuffer): Promise<Buffer>;
    [Symbol.dispose](): void;
}
