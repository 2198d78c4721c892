/** Resolves after `ms`. Throws ABORTED when `signal` is aborted first. Keeps the process alive unless `unref`. */
export declare function sleep(ms: number, options?: {
    readonly signal?: AbortSignal | undefined;
    readonly unref?: boolean;
}): Promise<void>;
/** A wait that can be cut short: a call of `wake` ends the wait under way, or the next one. */
export declare class Waker {
    #private;
    wake(): void;
    /** Resolves after `ms`, when woken, or when `signal` is aborted: never rejects. */
    wait(ms: number, options?: {
        readonly signal?: AbortSignal | undefined;
    }): Promise<void>;
}
