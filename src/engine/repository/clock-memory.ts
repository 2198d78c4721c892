/**
 * What this machine remembers of its own clock between commands and systems, in the state folder: an age lets go of
 * nothing while the clock is in doubt.
 */
import os from 'node:os'
import path from 'node:path'
import { nowMs } from '../../kernel/clock.ts'
import { type ClockReading, type ClockRecord, judgeClock } from '../../kernel/clock-trust.ts'
import { makeDirectories } from '../../kernel/directories.ts'
import { bootId } from '../../kernel/machine.ts'
import { replaceOwnedFile } from '../../kernel/owned-file.ts'
import { readTextSync } from '../../kernel/regular-file.ts'

const FILE = 'clock.json'
const BYTES_MAX = 4096
/** Between two notes of a clock that nothing is wrong with. */
const NOTE_MS = 60_000

/**
 * Looks at the clock and remembers it. `newestMs` is the newest time known from elsewhere: it counts where this machine
 * remembers none. A state folder that can't be written makes no clock wrong.
 */
export function lookAtClock(stateDirectory: string, newestMs?: number): ClockRecord {
  const former = remembered(stateDirectory)
  const record = judgeClock(former, reading(), newestMs)
  const isNews =
    former === undefined ||
    former.doubt?.reason !== record.doubt?.reason ||
    former.boot !== record.boot ||
    record.uptimeMs - former.uptimeMs >= NOTE_MS
  if (isNews) remember(stateDirectory, record)
  return record
}

/** An operator says that the clock is right now. */
export function acceptClock(stateDirectory: string): void {
  remember(stateDirectory, reading())
}

/** Takes what one state folder remembers of the clock into another: a doubt that either has stays in force. */
export function mergeClock(from: string, to: string): void {
  const [moved, there] = [remembered(from), remembered(to)]
  if (moved && (there === undefined || isAhead(moved, there))) remember(to, moved)
}

/** A doubt counts before any time; of two alike, the later one. */
function isAhead(one: ClockRecord, other: ClockRecord): boolean {
  const [doubts, othersDoubts] = [one.doubt !== undefined, other.doubt !== undefined]
  return doubts === othersDoubts ? one.wallMs > other.wallMs : doubts
}

/** The uptime counts what the machine slept through, too. */
function reading(): ClockReading {
  return { wallMs: nowMs(), uptimeMs: os.uptime() * 1000, boot: bootId() }
}

function remembered(stateDirectory: string): ClockRecord | undefined {
  try {
    const record = JSON.parse(readTextSync(path.join(stateDirectory, FILE), BYTES_MAX)) as Partial<ClockRecord>
    const isWhole = typeof record.wallMs === 'number' && typeof record.uptimeMs === 'number'
    return isWhole && typeof record.boot === 'string' ? (record as ClockRecord) : undefined
  } catch {
    return undefined
  }
}

function remember(stateDirectory: string, record: ClockRecord): void {
  try {
    makeDirectories(stateDirectory, { mode: 0o700, isOwnersOfParent: true })
    replaceOwnedFile(path.join(stateDirectory, FILE), JSON.stringify(record))
  } catch {
    // A read-only home: the clock is then held against what the repository knows, each time anew.
  }
}
