/**
 * What an operator decided goes along with a copy (docs/format/v1.md section 13, "Copied records"): pins, holds,
 * configurations with their removals, the control key and the audit log. A record that was brought says so in
 * `copiedFrom`; what was decided at the copy itself is never taken back by a copy.
 */
import { isDeepStrictEqual } from 'node:util'
import { BackupError, isBackupError } from '../../kernel/backup-error.ts'
import type { Kek } from '../crypto/index.ts'
import { type ObjectProblem, type Recipient, type Repository, unwrapKey, wrapKey } from '../repository/index.ts'
import { type RecordDocument, type RecordEntry, RecordKind } from '../snapshot/index.ts'
import { listRecords, putRecord, writeRecord } from './records.ts'

/** The recipient of a control key that every key of the repository opens. */
const REPOSITORY_RECIPIENT = 'repository'
const CONTROL_PLANE_KINDS: readonly string[] = [RecordKind.CONFIGURATION, RecordKind.CONTROL_KEY, RecordKind.AUDIT]
const PROTECTING_KINDS: readonly string[] = [RecordKind.PIN, RecordKind.HOLD]

/** Name in the first repository → name of the copy. */
export type CopyNames = ReadonlyMap<string, string>

export interface CopiedRecords {
  /** Records written into the second repository. */
  readonly brought: number
  /** Records of the first repository that are not followed: somebody decided otherwise at the copy itself. */
  readonly left: number
  /** The second repository is that of another system: it has a control key of its own, and keeps its configurations. */
  readonly isOtherSystem: boolean
  /** Records of either repository that can't be believed. */
  readonly problems: readonly ObjectProblem[]
}

/** What the second repository is to have. */
type Wanted = Pick<RecordDocument, 'record' | 'subject' | 'generation' | 'at' | 'by' | 'value'>

const keyOf = ({ record, subject }: Pick<RecordDocument, 'record' | 'subject'>): string => `${record}/${subject}`

export class RecordCopier {
  readonly #to: Repository
  readonly #origin: string
  readonly #target: string
  readonly #keks: { readonly from: Kek; readonly to: Kek }
  readonly #signal: { readonly signal?: AbortSignal }
  /** Of the first repository, by kind and subject, oldest first. */
  readonly #source: ReadonlyMap<string, readonly RecordEntry[]>
  /** The same of the second; grows with what is written. */
  readonly #there: Map<string, RecordEntry[]>
  readonly #areAllThereKnown: boolean
  readonly #problems: ObjectProblem[]
  readonly #left = new Set<string>()
  #isOtherSystem = false
  #brought = 0

  private constructor(from: Repository, to: Repository, lists: Lists) {
    this.#to = to
    this.#origin = from.keys.repositoryId.toString('hex')
    this.#target = to.keys.repositoryId.toString('hex')
    this.#keks = { from: from.keys.controlPlaneKek, to: to.keys.controlPlaneKek }
    this.#signal = lists.signal
    this.#source = bySubject(lists.source.records)
    this.#there = bySubject(lists.there.records)
    this.#areAllThereKnown = lists.there.problems.length === 0
    this.#problems = [...lists.source.problems, ...lists.there.problems]
  }

  /** Reads the records of both. */
  static async open(from: Repository, to: Repository, signal?: AbortSignal): Promise<RecordCopier> {
    const all = { everyGeneration: true, withLifted: true, ...(signal && { signal }) }
    return new RecordCopier(from, to, {
      source: await listRecords(from, all),
      there: await listRecords(to, all),
      signal: signal ? { signal } : {},
    })
  }

  /** Of everything that is there, so far. */
  get counts(): CopiedRecords {
    return {
      brought: this.#brought,
      left: this.#left.size,
      isOtherSystem: this.#isOtherSystem,
      problems: this.#problems,
    }
  }

  /**
   * Everything that needs no snapshot which is still to come. Protections come first: nothing is let go that they keep.
   * The control key comes before what is sealed under it.
   */
  async bringDecisions(copies: CopyNames): Promise<void> {
    for (const kind of [RecordKind.HOLD, RecordKind.PIN, RecordKind.CONTROL_KEY, RecordKind.CONFIGURATION])
      await this.#bringKind(kind, copies)
  }

  /** Pins and holds on a snapshot that is about to be committed as `copy`. */
  async bringProtectionsOf(snapshot: string, copy: string): Promise<void> {
    const copies = new Map([[snapshot, copy]])
    for (const entries of this.#source.values()) {
      const newest = entries.at(-1)!.document
      if (newest.value !== null && snapshotOf(newest) === snapshot && !this.#isOfTarget(newest))
        await this.#bring(this.#mapped(newest, copies))
    }
  }

  /** The closed stretches of the audit log: the largest part, and nothing that a reader of data waits for. */
  async bringAudit(): Promise<void> {
    await this.#bringKind(RecordKind.AUDIT, new Map())
  }

  async #bringKind(kind: string, copies: CopyNames): Promise<void> {
    for (const entries of this.#source.values()) {
      const newest = entries.at(-1)!.document
      if (newest.record !== kind || this.#isOfTarget(newest) || this.#isOfOtherSystem(entries)) continue
      // What was removed is only known by what it was.
      const whole = entries.findLast(({ document }) => document.value !== null)?.document
      const isRemoval = newest.value === null && kind === RecordKind.CONFIGURATION
      if (isRemoval && whole && !this.#there.has(keyOf(newest))) await this.#bring(this.#mapped(whole, copies))
      await this.#bring(this.#mapped(newest, copies))
    }
  }

  /** Decided in the second repository, and brought from there: it knows what became of it. */
  #isOfTarget({ copiedFrom }: RecordDocument): boolean {
    return copiedFrom?.repository === this.#target
  }

  /** A repository keeps one control plane of a tenant: its key is never superseded by another's. */
  #isOfOtherSystem(entries: readonly RecordEntry[]): boolean {
    const newest = entries.at(-1)!.document
    if (!CONTROL_PLANE_KINDS.includes(newest.record)) return false
    const held = this.#there.get(keyOf({ record: RecordKind.CONTROL_KEY, subject: tenantOf(entries) }))?.at(-1)
    const isOther = held !== undefined && !this.#isBrought(held)
    if (isOther) this.#isOtherSystem = true
    return isOther
  }

  /** As it stands in the second repository; undefined while the snapshot that it is about is not there. */
  #mapped(document: RecordDocument, copies: CopyNames): Wanted | undefined {
    const { record, subject, value } = document
    const snapshot = snapshotOf(document)
    const copy = snapshot === undefined ? undefined : copies.get(snapshot)
    if (snapshot !== undefined && copy === undefined) return undefined
    if (record === RecordKind.PIN) return { ...document, subject: copy ?? subject }
    if (record === RecordKind.HOLD && value !== null && copy !== undefined)
      return { ...document, value: { ...value, snapshot: copy } }
    if (record === RecordKind.CONTROL_KEY && value !== null) return this.#rewrapped(document, value)
    return document
  }

  /** The control plane's master, opened with the first repository's own key and wrapped for the second's. */
  #rewrapped(document: RecordDocument, value: Readonly<Record<string, unknown>>): Wanted | undefined {
    const known = this.#broughtOf(document)
    // Each wrap is drawn anew: one that is there of the same generation is the same key.
    if (known?.document.copiedFrom?.generation === document.generation) return undefined
    const id = String(value['id'])
    const recipients = Array.isArray(value['recipients']) ? (value['recipients'] as Recipient[]) : []
    try {
      for (const recipient of recipients.filter(({ label }) => label === REPOSITORY_RECIPIENT)) {
        const master = unwrapKey(this.#keks.from, recipient, id)
        const wrapOptions = { repositoryId: id, label: REPOSITORY_RECIPIENT, now: document.at }
        if (master)
          return { ...document, value: { ...value, recipients: [wrapKey(this.#keks.to, master, wrapOptions)] } }
      }
      throw new BackupError('DAMAGED', "The repository's own key does not open a control key.")
    } catch (error) {
      if (!isBackupError(error)) throw error
      this.#problems.push({ key: keyOf(document), error })
      return undefined
    }
  }

  async #bring(wanted: Wanted | undefined): Promise<void> {
    if (!wanted || !this.#isDue(wanted)) return
    const { record, subject, generation, at, by, value } = wanted
    const copiedFrom = { repository: this.#origin, generation }
    const newest = this.#there.get(keyOf(wanted))?.at(-1)?.document.generation ?? 0
    // A configuration's generations are counted by its owner, who goes on from them after a rebuild.
    const isCounted = record === RecordKind.CONFIGURATION || record === RecordKind.AUDIT
    const next = Math.max(newest + 1, isCounted ? generation : 0)
    const document: RecordDocument = { kind: 'record', record, subject, generation: next, at, by, value, copiedFrom }
    const name = await this.#write(document)
    if (name === undefined) return
    this.#brought += 1
    this.#there.set(keyOf(wanted), [...(this.#there.get(keyOf(wanted)) ?? []), { name, document }])
  }

  /** What takes something back must not meet a decision of the same moment; what protects may. */
  async #write(document: RecordDocument): Promise<string | undefined> {
    if (document.value !== null) return await putRecord(this.#to, document, this.#signal.signal)
    try {
      return (await writeRecord(this.#to, { ...document, ...this.#signal })).name
    } catch (error) {
      if (!isBackupError(error, 'ALREADY_EXISTS')) throw error
      this.#left.add(keyOf(document))
      return undefined
    }
  }

  #isDue(wanted: Wanted): boolean {
    const newest = this.#there.get(keyOf(wanted))?.at(-1)
    const brought = this.#broughtOf(wanted)
    const known = brought?.document.copiedFrom?.generation ?? 0
    const isSame = known === wanted.generation && isDeepStrictEqual(brought?.document.value, wanted.value)
    if (known > wanted.generation || isSame) return false
    const isNothingToLift = wanted.value === null && (newest === undefined || newest.document.value === null)
    if (isNothingToLift) return false
    const isDecidedThere = newest !== undefined && !this.#isBrought(newest)
    const isProtection = PROTECTING_KINDS.includes(wanted.record) && wanted.value !== null
    const isRefused = (isDecidedThere && !isProtection) || (wanted.value === null && !this.#areAllThereKnown)
    if (isRefused) this.#left.add(keyOf(wanted))
    return !isRefused
  }

  /** The newest of its kind and subject that an earlier copy brought from the same repository. */
  #broughtOf(wanted: Pick<RecordDocument, 'record' | 'subject'>): RecordEntry | undefined {
    return this.#there.get(keyOf(wanted))?.findLast((entry) => this.#isBrought(entry))
  }

  #isBrought({ document }: RecordEntry): boolean {
    return document.copiedFrom?.repository === this.#origin
  }
}

interface Lists {
  readonly source: Awaited<ReturnType<typeof listRecords>>
  readonly there: Awaited<ReturnType<typeof listRecords>>
  readonly signal: { readonly signal?: AbortSignal }
}

/** Oldest first; of equal generations the one that counts, that of the lowest name, comes last. */
function bySubject(entries: readonly RecordEntry[]): Map<string, RecordEntry[]> {
  const found = new Map<string, RecordEntry[]>()
  for (const entry of entries) found.set(keyOf(entry.document), [...(found.get(keyOf(entry.document)) ?? []), entry])
  for (const each of found.values())
    each.sort((a, b) => a.document.generation - b.document.generation || (a.name > b.name ? -1 : 1))
  return found
}

/** The snapshot that a pin or hold is about. */
function snapshotOf({ record, subject, value }: RecordDocument): string | undefined {
  if (record === RecordKind.PIN) return subject
  const snapshot = record === RecordKind.HOLD ? value?.['snapshot'] : undefined
  return typeof snapshot === 'string' ? snapshot : undefined
}

/** Of a record of a control plane. */
function tenantOf(entries: readonly RecordEntry[]): string {
  const { record, subject } = entries[0]!.document
  if (record === RecordKind.CONTROL_KEY) return subject
  if (record === RecordKind.AUDIT) return subject.slice(0, subject.lastIndexOf('/'))
  const whole = entries.findLast(({ document }) => document.value !== null)
  return String(whole?.document.value?.['tenant'] ?? '')
}
