/**
 * What an operator has accepted when an honest copy of older storage was put back (docs/format/v1.md section 13): the
 * gaps and generations that were found then, and nothing else. Every record of it counts, none is lifted.
 */
import { hasShape, isCount, isHex, isList, isText, optional, orNull, type Shape } from '../crypto/index.ts'

export const ROLLBACK_RECORD = 'rollback'

export interface MissingSnapshot {
  readonly writer: string
  readonly sequence: number
}

export interface MissingRecord {
  /** `kind/subject`. */
  readonly record: string
  readonly seen: number
  readonly found: number
}

/** Everything in which a repository shows an older state than it had. */
export interface Suspicions {
  readonly snapshots: readonly MissingSnapshot[]
  readonly records: readonly MissingRecord[]
  readonly keyring: { readonly seen: number; readonly found: number } | null
  /** Generations of the delete log that are missing. */
  readonly generations: readonly number[]
  /** Names of entries of the delete log that later ones name and that are missing. */
  readonly entries: readonly string[]
  /** Names of forgotten snapshots whose objects are back. */
  readonly back: readonly string[]
}

interface Span {
  readonly from: number
  readonly to: number
}

export interface AcceptedValue {
  readonly snapshots: ReadonlyArray<Span & { readonly writer: string }>
  readonly records: readonly MissingRecord[]
  readonly keyring: { readonly seen: number; readonly found: number } | null
  readonly generations: readonly Span[]
  readonly entries: readonly string[]
  readonly back: readonly string[]
}

const span = { from: isCount, to: isCount }
const heads = { seen: isCount, found: isCount }
/** The value of such a record. */
export const ACCEPTED: Shape = {
  snapshots: isList(hasShape({ ...span, writer: isHex(16) })),
  records: isList(hasShape({ ...heads, record: isText })),
  keyring: optional(orNull(hasShape(heads))),
  generations: isList(hasShape(span)),
  entries: isList(isHex(32)),
  back: isList(isHex(32)),
}

/** What a record says that accepts all of it. */
export function acceptedValue({ snapshots, records, keyring, generations, entries, back }: Suspicions): AcceptedValue {
  const writers = Map.groupBy(snapshots, ({ writer }) => writer)
  return {
    snapshots: [...writers].flatMap(([writer, missing]) =>
      spansOf(missing.map(({ sequence }) => sequence)).map((each) => ({ writer, ...each })),
    ),
    records,
    keyring,
    generations: spansOf(generations),
    entries,
    back,
  }
}

function spansOf(numbers: readonly number[]): Span[] {
  const spans: Array<{ from: number; to: number }> = []
  for (const each of [...new Set(numbers)].sort((a, b) => a - b)) {
    const last = spans.at(-1)
    if (last && last.to === each - 1) last.to = each
    else spans.push({ from: each, to: each })
  }
  return spans
}

export class Acceptance {
  readonly #values: readonly AcceptedValue[]

  /** Of all records, those of that kind count. */
  constructor(records: ReadonlyArray<{ readonly document: { readonly record: string; readonly value: unknown } }>) {
    this.#values = records
      .filter(({ document }) => document.record === ROLLBACK_RECORD && document.value !== null)
      .map(({ document }) => document.value as unknown as AcceptedValue)
  }

  /** What is left of it when everything that was accepted is taken away. */
  rest(found: Suspicions): Suspicions {
    if (this.#values.length === 0) return found
    return {
      snapshots: found.snapshots.filter(
        ({ writer, sequence }) =>
          !this.#some(({ snapshots }) => snapshots.some((each) => each.writer === writer && isIn(each, sequence))),
      ),
      records: found.records.filter(
        (each) => !this.#some(({ records }) => records.some((one) => isCovered(one, each))),
      ),
      keyring: found.keyring && this.coversKeyring(found.keyring) ? null : found.keyring,
      generations: found.generations.filter(
        (each) => !this.#some(({ generations }) => generations.some((one) => isIn(one, each))),
      ),
      entries: found.entries.filter((each) => !this.#some(({ entries }) => entries.includes(each))),
      back: found.back.filter((each) => !this.#some(({ back }) => back.includes(each))),
    }
  }

  coversKeyring({ seen, found }: { readonly seen: number; readonly found: number }): boolean {
    return this.#some(({ keyring }) => keyring != null && seen <= keyring.seen && found >= keyring.found)
  }

  /** The highest generation of a record that somebody had seen; 0 without one. New ones lie above it. */
  seenOf(record: string): number {
    const accepted = this.#values.flatMap(({ records }) => records.filter((each) => each.record === record))
    return Math.max(0, ...accepted.map(({ seen }) => seen))
  }

  /** The highest number of a writer that was accepted as missing; 0 without one. New ones lie above it. */
  newestSequenceOf(writer: string): number {
    return this.newestSequences.get(writer) ?? 0
  }

  /** The same of every writer of which one was. */
  get newestSequences(): ReadonlyMap<string, number> {
    const newest = new Map<string, number>()
    for (const { writer, to } of this.#values.flatMap(({ snapshots }) => snapshots))
      newest.set(writer, Math.max(newest.get(writer) ?? 0, to))
    return newest
  }

  /** The highest generation of the keyring that was accepted as lost for whoever has `found`; 0 without one. */
  keyringAbove(found: number): number {
    const accepted = this.#values.flatMap(({ keyring }) => (keyring && keyring.found <= found ? [keyring.seen] : []))
    return Math.max(0, ...accepted)
  }

  /** Of the delete log, the highest that was lost; 0 without one. New ones lie above it. */
  get newestDeleteGeneration(): number {
    return Math.max(0, ...this.#values.flatMap(({ generations }) => generations.map(({ to }) => to)))
  }

  #some(is: (value: AcceptedValue) => boolean): boolean {
    return this.#values.some(is)
  }
}

function isIn({ from, to }: Span, value: number): boolean {
  return value >= from && value <= to
}

/** An older one than was found then is a rollback of its own. */
function isCovered(accepted: MissingRecord, found: MissingRecord): boolean {
  return accepted.record === found.record && found.seen <= accepted.seen && found.found >= accepted.found
}
