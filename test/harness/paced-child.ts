/**
 * Loaded into an engine's process before its own code. Work pauses, and tells how far it is, once some milliseconds
 * have passed: here they pass with each look at the clock, so that it pauses at each entry, on whatever machine. And
 * after each word of progress it rests, for as long as the file in NEONPRO_TEST_PACE is there.
 */
import fs from 'node:fs'
import { isMainThread } from 'node:worker_threads'

/** Longer than a child keeps progress to itself (250 ms): the next step is told as well. */
const REST_MS = 500
const STEP_MS = 10
/** Longer than anything works between two pauses (40 ms). */
const LEAP_NS = 50_000_000n

const gate = process.env['NEONPRO_TEST_PACE']
const cell = new Int32Array(new SharedArrayBuffer(4))

function rest(file: string): void {
  for (let waitedMs = 0; waitedMs < REST_MS && fs.existsSync(file); waitedMs += STEP_MS)
    Atomics.wait(cell, 0, 0, STEP_MS)
}

const isProgress = (message: unknown) =>
  typeof message === 'object' && message !== null && 'type' in message && message.type === 'progress'

function leapWithEachLook(): void {
  const ns = process.hrtime.bigint
  let aheadNs = 0n
  process.hrtime.bigint = () => {
    aheadNs += LEAP_NS
    return ns() + aheadNs
  }
}

if (gate !== undefined && isMainThread && process.argv[1]?.includes('engine-child') && process.send) {
  leapWithEachLook()
  const send = process.send.bind(process) as (...args: unknown[]) => boolean
  process.send = (...args: unknown[]) => {
    const isSent = send(...args)
    if (isProgress(args[0])) rest(gate)
    return isSent
  }
}
