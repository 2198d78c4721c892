/** The only place that asks for the time. */
export declare function nowMs(): number;
/** Nanoseconds that never go back; only differences mean something. */
export declare function monotonicNs(): bigint;
export declare function isoTime(ms: number): string;
/** Lets the event loop turn once: signals, timers and finished I/O get their say. */
export declare function turn(): Promise<void>;
