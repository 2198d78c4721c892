/**
 * Files that the command line names: regular ones, `<(…)` of a shell, or a pipe that somebody is going to write into.
 * Opening such a pipe must not hold the process: Ctrl-C ends the waiting, and the user is told what is waited for.
 */
import fs from 'node:fs'
import net from 'node:net'
import { addAbortSignal } from 'node:stream'
import { throwIfAborted } from '../kernel/abort.ts'
import { BackupError } from '../kernel/backup-error.ts'
import { sleep } from '../kernel/timer.ts'
import type { CommandContext } from './command.ts'

/** A writer that is starting beside this needs no word. */
const SILENT_MS = 500
/** A script has nobody who would see that it waits. */
const UNOPENED_MS_MAX = 60_000

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

/** The bytes in order, each piece a copy. Throws what the system says, ABORTED, USAGE for a pipe that nobody opens. */
export async function* piecesOf(file: string, context: Told): AsyncGenerator<Buffer> {
  const descriptor = fs.openSync(file, fs.constants.O_RDONLY | fs.constants.O_NONBLOCK)
  if (fs.fstatSync(descriptor).isFIFO()) yield* piecesOfPipe(descriptor, { file, context })
  else yield* addAbortSignal(context.signal, fs.createReadStream(file, { fd: descriptor }))
}

/**
 * The kernel says of a pipe that its last writer has left only when one was there: so one that nobody has opened yet is
 * waited for, and one whose writer wrote nothing is at its end.
 */
async function* piecesOfPipe(
  descriptor: number,
  { file, context }: { readonly file: string; readonly context: Told },
): AsyncGenerator<Buffer> {
  const pipe = addAbortSignal(context.signal, new net.Socket({ fd: descriptor, readable: true, writable: false }))
  const arrived = new AbortController()
  const after = (ms: number, act: () => void) =>
    void sleep(ms, { signal: arrived.signal, unref: true }).then(act, () => {})
  after(SILENT_MS, () => context.warn(context.t('file.waiting', { path: file })))
  after(UNOPENED_MS_MAX, () => {
    if (!process.stdin.isTTY && !hasWriter(descriptor)) pipe.destroy(nobodyWrites(file))
  })
  try {
    for await (const piece of pipe) {
      arrived.abort()
      yield piece as Buffer
    }
  } catch (error) {
    throwIfAborted(context.signal)
    throw error
  } finally {
    arrived.abort()
  }
}

function nobodyWrites(file: string): BackupError {
  return new BackupError('USAGE', `Nobody has opened the pipe ${file} to write into it, for a minute.`)
}

function hasWriter(descriptor: number): boolean {
  try {
    return fs.readSync(descriptor, Buffer.alloc(1)) > 0
  } catch {
    return true
  }
}
