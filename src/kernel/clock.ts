/** The only place that asks for the time. */
export function nowMs(): number {
  return Date.now()
}

/** Nanoseconds that never go back; only differences mean something. */
export function monotonicNs(): bigint {
  return process.hrtime.bigint()
}

export function isoTime(ms: number): string {
  return new Date(ms).toISOString()
}

/** Lets the event loop turn once: signals, timers and finished I/O get their say. */
export function turn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve)
  })
}
