/**
 * Gives the memory of buffers back now. The collector sees only the small objects in front of them, and does not hurry. Each is empty afterwards, and so is
 * every view of it: only for buffers of one's own. Pooled and shared memory is left alone.
 */
export declare function release(...buffers: readonly Uint8Array[]): void;
