/**
 * Acts that take something away, from their beginning: a command that is killed writes no entry when it ends, so a note
 * in HOME says that it has begun, and whoever writes into the audit log next says it there.
 */
import { randomBytes } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { SINGLE_ACTS, type SingleAct } from '../contracts/system/index.ts'
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
const NOTE = /^[0-9a-f]{16}\.json$/

export interface BegunAct {
  readonly file: string
  readonly action: SingleAct
  readonly at: string
  readonly by: string
}

/** Writes the note, through to the disk; disposed of, it is gone. Where it can't be written, the act goes on without. */
export function noteBegun(home: string, action: SingleAct): Disposable {
  const file = path.join(folderOf(home), `${randomBytes(8).toString('hex')}.json`)
  const note = { action, at: isoTime(nowMs()), by: userName(), ...here(), pid: process.pid, start: processStart() }
  try {
    makeDirectories(folderOf(home), { mode: 0o700, isOwnersOfParent: true })
    replaceOwnedFile(file, JSON.stringify(note))
  } catch {
    // A HOME that is full or closed to this user stops no repair.
  }
  return { [Symbol.dispose]: () => removeNote(file) }
}

/** It has been told, or its act has ended. */
export function removeNote(file: string): void {
  fs.rmSync(file, { force: true })
  try {
    fs.rmdirSync(path.dirname(file))
  } catch {
    // Others are in it, or it never was there.
  }
}

function here(): { readonly host: string; readonly boot: string } {
  return { host: hostName(), boot: bootId() }
}

/** Those of this machine whose process is gone. What is no note is left alone; another machine's are its own to tell. */
export function leftBehind(home: string): BegunAct[] {
  return namesIn(folderOf(home))
    .filter((name) => NOTE.test(name))
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
    const { action, at, by, host, pid, start, boot } = JSON.parse(readTextSync(file, NOTE_BYTES_MAX)) as Record<
      string,
      unknown
    >
    const isAlive = boot === bootId() && isProcessAlive(Number(pid)) && processStart(Number(pid)) === start
    const known = SINGLE_ACTS.find((each) => each === action)
    return known === undefined || isAlive || host !== hostName()
      ? undefined
      : { file, action: known, at: String(at), by: String(by) }
  } catch {
    return undefined
  }
}
