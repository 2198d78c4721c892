/** The only place that asks for the time. */
export function nowMs() {
    return Date.now();
}
/** Nanoseconds that never go back; only differences mean something. */
export function monotonicNs() {
    return process.hrtime.bigint();
}
export function isoTime(ms) {
    return new Date(ms).toISOString();
}
/** Lets the event loop turn once: signals, timers and finished I/O get their say. */
export function turn() {
    return new Promise((resolve) => {
        setImmediate(resolve);
    });
}
