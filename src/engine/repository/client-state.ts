/**
 * What this machine remembers of a repository between runs: who it writes as, and the heads it has seen, so that a
 * store can't show it the past. One writer identity serves one process at a time: a second process takes another.
 */
import { randomBytes } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { makeDirectories } from '../../kernel/directories.ts'
import { makeOwnedFile, replaceOwnedFile } from '../../kernel/owned-file.ts'
import { readTextSync } from '../../kernel/regular-file.ts'
import { isLabel } from '../../storage/index.ts'
import { PLACE_FILE, PLACES_MAX, placesIn, withPlace } from './known-places.ts'
import { type StateLock, sweepAside, takeStateLock } from './state-lock.ts'

const WRITERS_MAX = 64
/** What this program wrote there is far smaller; what is larger is not its own. */
const STATE_BYTES_MAX = 64 * 1024 * 1024
const ID_BYTES_MAX = 4096
const COPY_FILE = 'second-copy.json'
const COPY_BYTES_MAX = 64 * 1024
/** Both far longer than whoever holds it takes. */
const HEADS_LOCK = { waitMs: 2000, strangeAgeMs: 1000 } as const

/** The newest of everything that a client has seen in a repository. */
export interface Heads {
  readonly keyGeneration: number
  readonly deleteGeneration: number
  /** Highest sequence of each writer. */
  readonly writers: Readonly<Record<string, number>>
  /** Newest generation of each record, by `kind/subject`. */
  readonly records?: Readonly<Record<string, number>>
}

export interface Verification {
  /** ISO 8601. */
  readonly at: string
  /** Of the stored bytes that were read, 0 to 1. */
  readonly readShare: number
  readonly problems: number
}

/** The last finished copy into another repository, as its record said. */
export interface KnownCopy {
  readonly location: string
  /** When it was finished. ISO 8601. */
  readonly at: string
  readonly snapshots: number
  /** Of the newest point in it. ISO 8601. */
  readonly newestAt: string | null
}

/** Where heads are kept between runs, so that a store can't show the past. */
export interface HeadMemory {
  heads(): Heads | undefined
  /** Never lowers one. */
  remember(heads: Heads): void
  /** Where the repository was met. */
  notePlace?(place: string): void
  /** The folder that the heads are kept in: no restore writes there. Undefined for heads that are in no folder. */
  readonly folder?: string
}

export interface WriterClaim extends Disposable {
  /** 16 bytes. */
  readonly id: Buffer
}

export class ClientState implements HeadMemory {
  readonly folder: string
  readonly #directory: string

  /** `directory` is the machine's state folder; one folder a repository is made in it. */
  constructor(directory: string, repositoryId: Uint8Array) {
    this.folder = directory
    this.#directory = path.join(directory, Buffer.from(repositoryId).toString('hex'))
  }

  /** The heads seen so far; undefined on a machine that has not met this repository. */
  heads(): Heads | undefined {
    try {
      return JSON.parse(readTextSync(path.join(this.#directory, 'heads.json'), STATE_BYTES_MAX)) as Heads
    } catch {
      return undefined
    }
  }

  /** Remembers heads; never lowers one, also where several processes remember at once. Failing to fails no backup. */
  remember(heads: Heads): void {
    if (isKnown(heads, this.heads())) return
    try {
      makeDirectories(this.#directory, { mode: 0o700, isOwnersOfParent: true })
      // Held for the moment of a read and a rename; where somebody is stuck with it, this goes without.
      using _lock = takeStateLock(path.join(this.#directory, 'heads.lock'), HEADS_LOCK)
      // What another process has remembered meanwhile is read only now.
      const known = this.heads()
      if (!isKnown(heads, known)) this.#writeFile('heads.json', JSON.stringify(merged(heads, known)))
    } catch {
      // A read-only home: rollback is then only found through what snapshots say of each other.
    }
  }

  /** See `repositoryKnownAt`. A store that can't be named is met nowhere. */
  notePlace(place: string): void {
    if (!isLabel(place)) return
    try {
      const known = placesIn(this.#directory)
      if (withPlace(known, place).every((each, i) => each === known[i])) return
      makeDirectories(this.#directory, { mode: 0o700, isOwnersOfParent: true })
      using _lock = takeStateLock(path.join(this.#directory, 'heads.lock'), HEADS_LOCK)
      this.#writeFile(PLACE_FILE, JSON.stringify({ places: withPlace(placesIn(this.#directory), place) }))
    } catch {
      // A read-only home.
    }
  }

  /** When the repository was last verified from this machine, and what that found; undefined: never. */
  verification(): Verification | undefined {
    try {
      return JSON.parse(readTextSync(path.join(this.#directory, 'verification.json'), STATE_BYTES_MAX)) as Verification
    } catch {
      return undefined
    }
  }

  /** Failing to remember is no reason to fail a verification. */
  noteVerification(verification: Verification): void {
    try {
      this.#writeFile('verification.json', JSON.stringify(verification))
    } catch {
      // A read-only home.
    }
  }

  /**
   * What the repository last said of its second copy: where it is away, this still stands. Null: that there is none.
   */
  secondCopy(): KnownCopy | null | undefined {
    try {
      return JSON.parse(readTextSync(path.join(this.#directory, COPY_FILE), COPY_BYTES_MAX)) as KnownCopy | null
    } catch {
      return undefined
    }
  }

  /** Failing to remember fails nothing. */
  noteSecondCopy(copy: KnownCopy | null): void {
    if (JSON.stringify(copy) === JSON.stringify(this.secondCopy())) return
    try {
      this.#writeFile(COPY_FILE, JSON.stringify(copy))
    } catch {
      // A read-only home.
    }
  }

  /** Claims a writer identity until it is disposed of. Where the state folder can't be written, a fresh one. */
  claimWriter(): WriterClaim {
    try {
      makeDirectories(this.#directory, { mode: 0o700, isOwnersOfParent: true })
      sweepAside(this.#directory)
      for (let number = 0; number < WRITERS_MAX; number += 1) {
        const lock = takeStateLock(path.join(this.#directory, `writer-${number}.lock`))
        if (lock) return this.#claimed(number, lock)
      }
    } catch {
      // Nothing can be written there.
    }
    return { id: randomBytes(16), [Symbol.dispose]: () => {} }
  }

  #claimed(number: number, lock: StateLock): WriterClaim {
    try {
      return { id: this.#writerId(number), [Symbol.dispose]: () => lock[Symbol.dispose]() }
    } catch (error) {
      lock[Symbol.dispose]()
      throw error
    }
  }

  #writerId(number: number): Buffer {
    const file = `writer-${number}.id`
    try {
      const id = Buffer.from(readTextSync(path.join(this.#directory, file), ID_BYTES_MAX), 'hex')
      if (id.length === 16) return id
    } catch {
      // The first claim of this number.
    }
    const id = randomBytes(16)
    this.#writeFile(file, id.toString('hex'))
    return id
  }

  #writeFile(name: string, text: string): void {
    makeDirectories(this.#directory, { mode: 0o700, isOwnersOfParent: true })
    replaceOwnedFile(path.join(this.#directory, name), text)
  }
}

function merged(heads: Heads, known: Heads | undefined): Heads {
  return {
    keyGeneration: Math.max(heads.keyGeneration, known?.keyGeneration ?? 0),
    deleteGeneration: Math.max(heads.deleteGeneration, known?.deleteGeneration ?? 0),
    writers: highest(known?.writers, heads.writers),
    records: highest(known?.records, heads.records),
  }
}

/** Nothing in `heads` is news. */
function isKnown(heads: Heads, known: Heads | undefined): boolean {
  return known !== undefined && JSON.stringify(merged(heads, known)) === JSON.stringify(known)
}

function highest(
  a: Readonly<Record<string, number>> | undefined,
  b: Readonly<Record<string, number>> | undefined,
): Record<string, number> {
  const merged: Record<string, number> = { ...a }
  for (const [name, value] of Object.entries(b ?? {})) merged[name] = Math.max(value, merged[name] ?? 0)
  return merged
}

/** Takes the heads that one state folder remembers of a repository into another: none falls. */
export function mergeHeads(from: string, to: string, repositoryId: string): void {
  const id = Buffer.from(repositoryId, 'hex')
  const heads = new ClientState(from, id).heads()
  makeDirectories(path.join(to, repositoryId), { mode: 0o700, isOwnersOfParent: true })
  if (heads) new ClientState(to, id).remember(heads)
}

/**
 * Takes the writers' ids along, under numbers that are free there, and of all else what is newer than what is there.
 */
export function mergeWriters(from: string, to: string, repositoryId: string): void {
  const [source, target] = [from, to].map((folder) => path.join(folder, repositoryId)) as [string, string]
  makeDirectories(target, { mode: 0o700, isOwnersOfParent: true })
  mergePlaces(source, target)
  const known = new Set(writersIn(target))
  for (const writer of writersIn(source).filter((each) => !known.has(each))) {
    let number = 0
    while (fs.existsSync(path.join(target, `writer-${number}.id`))) number += 1
    makeOwnedFile(path.join(target, `writer-${number}.id`), writer)
  }
  for (const name of fs.readdirSync(source).filter((each) => !/^(\.|writer-|heads\.|place\.)/.test(each)))
    if (isNewer(path.join(source, name), path.join(target, name)))
      fs.cpSync(path.join(source, name), path.join(target, name), { recursive: true, preserveTimestamps: true })
}

function mergePlaces(source: string, target: string): void {
  const places = [...new Set([...placesIn(target), ...placesIn(source)])].slice(0, PLACES_MAX)
  if (places.length > 0) replaceOwnedFile(path.join(target, PLACE_FILE), JSON.stringify({ places }))
}

function isNewer(file: string, other: string): boolean {
  const there = fs.statSync(other, { throwIfNoEntry: false })
  return there === undefined || fs.statSync(file).mtimeMs > there.mtimeMs
}

function writersIn(folder: string): string[] {
  return fs
    .readdirSync(folder)
    .filter((name) => /^writer-\d+\.id$/.test(name))
    .map((name) => fs.readFileSync(path.join(folder, name), 'utf8').trim())
}

/** Where packs grow whose store has no folder of its own for them. */
export function workspaceIn(stateDirectory: string): string {
  return path.join(stateDirectory, 'workspace')
}
