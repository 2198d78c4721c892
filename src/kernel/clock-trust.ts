/**
 * Whether the wall clock may be believed for an age: pure. It is held against the last time that was written down and
 * against the machine's uptime, which nobody can set.
 */

export const ClockDoubtReason = { JUMPED: 'JUMPED', BEHIND: 'BEHIND', AHEAD: 'AHEAD' } as const
export type ClockDoubtReason = (typeof ClockDoubtReason)[keyof typeof ClockDoubtReason]

const HOUR_MS = 3_600_000
/** Wall clock and uptime may part by so much between two looks. */
const PART_MS_MAX = HOUR_MS
/** At a first look: what a time service puts right is less. */
const BEHIND_MS_MAX = 5 * 60_000
const AHEAD_MS_MAX = 7 * 24 * HOUR_MS
/** So long both have to agree before a doubt is over. */
const AGREE_MS = 24 * HOUR_MS

export interface ClockReading {
  /** Milliseconds since 1970. */
  readonly wallMs: number
  /** Milliseconds since the machine started. */
  readonly uptimeMs: number
  /** Of the start of the machine: uptimes of different ones tell nothing of each other. */
  readonly boot: string
}

export interface ClockDoubt {
  readonly reason: ClockDoubtReason
  /** Since when both have agreed. */
  readonly since: ClockReading
}

/** What is written down between two looks. */
export interface ClockRecord extends ClockReading {
  readonly doubt?: ClockDoubt
}

/** `newestMs` is the newest time that is known from elsewhere, where nothing was written down yet. */
export function judgeClock(
  former: ClockRecord | undefined,
  reading: ClockReading,
  newestMs: number = reading.wallMs,
): ClockRecord {
  const reason = former ? parted(former, reading) : offFrom(newestMs, reading.wallMs)
  if (reason !== undefined) return { ...reading, doubt: { reason, since: reading } }
  const doubt = former?.doubt
  if (doubt === undefined) return reading
  // After a restart of the machine the agreement begins anew.
  const since = doubt.since.boot === reading.boot ? doubt.since : reading
  return reading.uptimeMs - since.uptimeMs >= AGREE_MS ? reading : { ...reading, doubt: { ...doubt, since } }
}

function parted(former: ClockRecord, { wallMs, uptimeMs, boot }: ClockReading): ClockDoubtReason | undefined {
  if (former.boot === '' || former.boot !== boot) return offFrom(former.wallMs, wallMs)
  const expectedMs = former.wallMs + uptimeMs - former.uptimeMs
  return Math.abs(wallMs - expectedMs) > PART_MS_MAX ? ClockDoubtReason.JUMPED : undefined
}

function offFrom(newestMs: number, wallMs: number): ClockDoubtReason | undefined {
  if (wallMs < newestMs - BEHIND_MS_MAX) return ClockDoubtReason.BEHIND
  return wallMs > newestMs + AHEAD_MS_MAX ? ClockDoubtReason.AHEAD : undefined
}
