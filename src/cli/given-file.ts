/**
 * Files that the command line names: regular ones, `<(…)` of a shell, or a pipe that somebody is going to write into.
 * Opening such a pipe must not hold the process: Ctrl-C ends the waiting, and the user is told what is waited for.
 */
import fs from 'node:fs'
import { addAbortSignal } from 'node:stream'
import { throwIfAborted } from '../kernel/abort.ts'
import { systemCode } from '../kernel/backup-error.ts'
import { sleep } from '../kernel/timer.ts'
import type { CommandContext } from './command.ts'

const PIECE_BYTES = 64 * 1024
const LOOK_MS = 20
/** A writer that is starting beside this needs no word. */
const SILENT_LOOKS = 25

type Told = Pick<CommandContext, 'signal' | 't' | 'warn'>

/** Whole; `-` is standard input. Throws what the system says, ABORTED. */
export async function readGiven(file: string, context: Told): Promise<Buffer> {
  const pieces: Buffer[] = []
  for await (const piece of file === '-' ? standardInput(context) : piecesOf(file, context)) pieces.push(piece)
  return Buffer.concat(pieces)
}

export async function* standardInput({ signal }: Pick<Told, 'signal'>): AsyncGenerator<Buffer> {
  try {
    for await (const piece of addAbortSignal(signal, process.stdin)) yield piece as Buffer
  } catch (error) {
    throwIfAborted(signal)
    throw error
  }
}

/** The bytes in order, each piece a copy. Throws what the system says, ABORTED. */
export async function* piecesOf(file: string, context: Told): AsyncGenerator<Buffer> {
  const descriptor = fs.openSync(file, fs.constants.O_RDONLY | fs.constants.O_NONBLOCK)
  try {
    const isAwaited = fs.fstatSync(descriptor).isFIFO() && !isOfShell(descriptor)
    const piece = Buffer.alloc(PIECE_BYTES)
    for (let looks = 0, hasBegun = false; ; looks += 1) {
      throwIfAborted(context.signal)
      const got = readNow(descriptor, piece)
      if (got !== undefined && got > 0) {
        hasBegun = true
        yield Buffer.from(piece.subarray(0, got))
        continue
      }
      // Without a writer a pipe is at its end; one with a name may be waited for.
      if (got === 0 && (hasBegun || !isAwaited)) return
      if (looks === SILENT_LOOKS && !hasBegun) context.warn(context.t('file.waiting', { path: file }))
      await sleep(LOOK_MS, { signal: context.signal })
    }
  } finally {
    fs.closeSync(descriptor)
  }
}

/** Of `<(…)`: it has no name, and its writer was there before this process. */
function isOfShell(descriptor: number): boolean {
  try {
    return fs.readlinkSync(`/proc/self/fd/${descriptor}`).startsWith('pipe:')
  } catch {
    return false
  }
}

/** Undefined where there is a writer and nothing to read yet. */
function readNow(descriptor: number, into: Buffer): number | undefined {
  try {
    return fs.readSync(descriptor, into)
  } catch (error) {
    if (systemCode(error) === 'EAGAIN') return undefined
    throw error
  }
}
