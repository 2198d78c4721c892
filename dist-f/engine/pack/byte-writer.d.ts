/** A growing byte buffer that is reused: `clear()` keeps the memory, `view()` shows what was written since. */
export declare class ByteWriter {
    #private;
    constructor(capacityBytes?: number);
    get length(): number;
    clear(): void;
    /** Room for `bytes` more; returns the offset at which they begin. The caller fills them through `buffer`. */
    advance(bytes: number): number;
    get buffer(): Buffer;
    u8(value: number): void;
    u32(value: number): void;
    varint(value: number): void;
    bytes(data: Uint8Array): void;
    /** What was written; valid until the next write. */
    view(): Buffer;
    /** A copy that stays. */
    copy(): Buffer;
}
