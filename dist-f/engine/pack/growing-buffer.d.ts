/** Few sizes, so that buffers are rarely outgrown: what is not touched takes no memory, what is outgrown takes it until it is collected. */
export declare function roomFor(bytes: number): number;
/** Memory that is used again and again; what was in it is gone when it is reserved next. */
export declare class GrowingBuffer {
    #private;
    /** At least that long. */
    reserve(bytes: number): Buffer;
    release(): void;
}
