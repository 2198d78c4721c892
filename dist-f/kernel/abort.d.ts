/** Throws ABORTED when `signal` has been aborted. */
export declare function throwIfAborted(signal: AbortSignal | undefined): void;
