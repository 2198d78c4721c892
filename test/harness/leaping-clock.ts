/** Longer than anything works between two pauses (40 ms). */
const LEAP_NS = 50_000_000n

/**
 * From now on each look at this process's clock finds it further on: what tells something now and then tells it each
 * time.
 */
export function leapWithEachLook(): void {
  const ns = process.hrtime.bigint
  let aheadNs = 0n
  process.hrtime.bigint = () => {
    aheadNs += LEAP_NS
    return ns() + aheadNs
  }
}
