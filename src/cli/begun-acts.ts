/**
 * Acts that take something away, from their beginning: a command that is killed writes no entry when it ends, so a note
 * in HOME says that it has begun, and whoever writes into the audit log next says it there.
 */
import { randomBytes } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { SINGLE_ACTS, type SingleAct } from '../contracts/index.ts'
import { isoTime, nowMs } from '../kernel/clock.ts'
import { makeDirectories } from '../kernel/directories.ts'
import { bootId, hostName, isProcessAlive, processStart, userName } from '../kernel/machine.ts'
import { replaceOwnedFile } from '../kernel/owned-file.ts'
import { readTextSync } from '../kernel/regular-file.ts'

/** What they took away can't be told from the repository's own records alone. */
export const NOTED_ACTS: ReadonlySet<SingleAct> = new Set<SingleAct>([
  'repository.forget',
  'repository.prune',
  'repository.repair',
  'key.remove',
])
const NOTE_BYTES_MAX = 4096
const RESULTS = ['SUCCESS', 'REFUSED', 'FAILED'] as const
/** With the process that is telling it, so that two don't tell it both. */
const NOTE = /^[0-9a-f]{16}\.json(?:\.(\d+))?$/
/** A note of another host name: the container of before, or another machine, which would have told it by then. */
const OTHERS_AGE_MS = 24 * 3600 * 1000

export type ActResult = (typeof RESULTS)[number]

export interface BegunAct {
  readonly file: string
  readonly action: SingleAct
  readonly at: string
  readonly by: string
  /** How it ended, where it came as far as that and only its entry could not be written. */
  readonly result: ActResult | undefined
}

/** What goes on, as its note has it. Disposed of, the note is gone, unless it is kept. */
export interface OpenNote extends Disposable {
  /** Durable before the entry is written: whoever tells it later tells what was so. */
  ended(result: ActResult): void
  /** The entry was not written: the next who writes into the log tells it. */
  keep(): void
}

/**
 * Writes the note, through to the disk; disposed of, it is gone. Where it can't be written, the act goes on without.
 */
export function noteBegun(home: string, action: SingleAct): OpenNote {
  const file = path.join(folderOf(home), `${randomBytes(8).toString('hex')}.json`)
  const note = { action, at: isoTime(nowMs()), by: userName(), ...here(), pid: process.pid, start: processStart() }
  write(file, note)
  let isKept = false
  return {
    ended: (result) => write(file, { ...note, result }),
    keep: () => {
      isKept = true
    },
    [Symbol.dispose]: () => {
      if (!isKept) removeNote(file)
    },
  }
}

function write(file: string, note: object): void {
  try {
    makeDirectories(path.dirname(file), { mode: 0o700, isOwnersOfParent: true })
    replaceOwnedFile(file, JSON.stringify(note))
  } catch {
    // A HOME that is full or closed to this user stops no repair.
  }
}

/** It has been told, or its act has ended. */
export function removeNote(file: string): void {
  try {
    fs.rmSync(file, { force: true })
  } catch {
    // Told twice is better than a command that fails after its work is done.
  }
}

/** Undefined where another process tells it. `release` gives it back untold. */
export function claimNote({ file }: BegunAct): { readonly file: string; release(): void } | undefined {
  const claimed = `${file.replace(/\.\d+$/, '')}.${process.pid}`
  try {
    fs.renameSync(file, claimed)
  } catch {
    return undefined
  }
  return {
    file: claimed,
    release: () => {
      try {
        fs.renameSync(claimed, claimed.replace(/\.\d+$/, ''))
      } catch {
        // It is told by whoever comes when this process is gone.
      }
    },
  }
}

function here(): { readonly host: string; readonly boot: string } {
  return { host: hostName(), boot: bootId() }
}

/** Those whose process is gone, and those of another host name that are old. What is no note is left alone. */
export function leftBehind(home: string): BegunAct[] {
  return namesIn(folderOf(home))
    .filter((name) => {
      const teller = NOTE.exec(name)
      return teller !== null && (teller[1] === undefined || !isProcessAlive(Number(teller[1])))
    })
    .flatMap((name) => {
      const act = readNote(path.join(folderOf(home), name))
      return act === undefined ? [] : [act]
    })
}

function folderOf(home: string): string {
  return path.join(home, 'acts')
}

function namesIn(folder: string): string[] {
  try {
    return fs.readdirSync(folder).sort()
  } catch {
    return []
  }
}

function readNote(file: string): BegunAct | undefined {
  try {
    const { action, at, by, host, pid, start, boot, result } = JSON.parse(readTextSync(file, NOTE_BYTES_MAX)) as Record<
      string,
      unknown
    >
    const known = SINGLE_ACTS.find((each) => each === action)
    const isAlive = boot === bootId() && isProcessAlive(Number(pid)) && processStart(Number(pid)) === start
    const isOver = host === hostName() ? !isAlive : nowMs() - Date.parse(String(at)) > OTHERS_AGE_MS
    if (known === undefined || !isOver) return undefined
    return { file, action: known, at: String(at), by: String(by), result: RESULTS.find((each) => each === result) }
  } catch {
    return undefined
  }
}
