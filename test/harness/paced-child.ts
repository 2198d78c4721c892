/**
 * Loaded into an engine's process, or a command's, before its own code. Work pauses, and tells how far it is, once some
 * milliseconds have passed: here they pass with each look at the clock, so that it pauses at each entry, on whatever
 * machine. And after each word of progress it rests, for as long as the file in NEONPRO_TEST_PACE is there.
 */
import fs from 'node:fs'
import { isMainThread } from 'node:worker_threads'
import { leapWithEachLook } from './leaping-clock.ts'

/** Longer than a child keeps progress to itself (250 ms): the next step is told as well. */
const REST_MS = 500
const STEP_MS = 10

const gate = process.env['NEONPRO_TEST_PACE']
const cell = new Int32Array(new SharedArrayBuffer(4))

function rest(file: string): void {
  for (let waitedMs = 0; waitedMs < REST_MS && fs.existsSync(file); waitedMs += STEP_MS)
    Atomics.wait(cell, 0, 0, STEP_MS)
}

const isProgress = (message: unknown) =>
  typeof message === 'object' && message !== null && 'type' in message && message.type === 'progress'

const program = process.argv[1] ?? ''
if (gate !== undefined && isMainThread && program.includes('engine-child') && process.send) {
  leapWithEachLook()
  const send = process.send.bind(process) as (...args: unknown[]) => boolean
  process.send = (...args: unknown[]) => {
    const isSent = send(...args)
    if (isProgress(args[0])) rest(gate)
    return isSent
  }
}

// A command tells its progress on standard error; a signal that comes while it rests is met at its next step.
if (gate !== undefined && isMainThread && program.endsWith('bin/neonpro-backup.js')) {
  leapWithEachLook()
  const write = process.stderr.write.bind(process.stderr) as (...args: unknown[]) => boolean
  process.stderr.write = (...args: unknown[]) => {
    const isWritten = write(...args)
    if (String(args[0]).includes('"event":"progress"')) rest(gate)
    return isWritten
  }
}
