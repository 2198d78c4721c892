/** The hash chain, pure: hash(n) = SHA-256(hash(n − 1) ‖ entry(n)), hash(0) = 32 zero bytes. */
import { createHash } from 'node:crypto'
import { isCanonicalJson } from './canonical-json.ts'

export const HASH_BYTES = 32
export const GENESIS: Buffer = Buffer.alloc(HASH_BYTES)

/** What a check can find. Each has a sentence in docs/audit.md and in the messages of the command line. */
export const AuditFault = {
  /** The entry's bytes are not those that were hashed. */
  EDITED: 'EDITED',
  /** The entry does not follow the one before it. */
  CHAIN_BROKEN: 'CHAIN_BROKEN',
  /** Numbers are missing. */
  REMOVED: 'REMOVED',
  /** An entry stands where none can be: below 1, or behind the head. */
  INSERTED: 'INSERTED',
  /** The newest entries are gone: the head knows more. */
  TAIL_REMOVED: 'TAIL_REMOVED',
  /** There is no head, or it names another hash. */
  HEAD_DIFFERS: 'HEAD_DIFFERS',
  /** No entry of this log: not canonical, of another version or of another tenant. */
  FOREIGN: 'FOREIGN',
  /** The readable copy beside the entry says something else. */
  COPY_DIFFERS: 'COPY_DIFFERS',
  /** A closed segment in the repository has another entry here. */
  SEGMENT_DIFFERS: 'SEGMENT_DIFFERS',
  /** A closed segment in the repository has entries that the log lacks. */
  SEGMENT_AHEAD: 'SEGMENT_AHEAD',
  /** A segment that was closed is not in the repository, or not as it was. */
  SEGMENT_MISSING: 'SEGMENT_MISSING',
  /** The repository has a closed segment that the database does not know. */
  SEGMENT_UNKNOWN: 'SEGMENT_UNKNOWN',
  /** A segment in the repository does not hold together. */
  SEGMENT_DAMAGED: 'SEGMENT_DAMAGED',
} as const
export type AuditFault = (typeof AuditFault)[keyof typeof AuditFault]

export interface AuditProblem {
  /** Null where no single entry is meant. */
  readonly sequence: number | null
  readonly what: AuditFault
}

export function nextHash(previous: Uint8Array, entry: Uint8Array): Buffer {
  return createHash('sha256').update(previous).update(entry).digest()
}

/** True for the canonical bytes of an entry of this version, and of this tenant where one is given. */
export function isEntry(entry: Uint8Array, tenantId?: string): boolean {
  const text = Buffer.from(entry).toString('utf8')
  if (!isCanonicalJson(text)) return false
  const { v, tenant } = (JSON.parse(text) ?? {}) as { v?: unknown; tenant?: unknown }
  return v === 1 && typeof tenant === 'string' && (tenantId === undefined || tenant === tenantId)
}

export interface ChainedEntry {
  readonly sequence: number
  readonly entry: Uint8Array
  readonly hash: Uint8Array
  /** Where it is stored beside the entry. */
  readonly previous?: Uint8Array
}

/**
 * Follows a chain entry by entry and goes on after each problem, so that one change is one finding and not one for
 * every entry after it.
 */
export class ChainWalk {
  readonly problems: AuditProblem[] = []
  readonly #tenantId: string | undefined
  #sequence: number
  #hash: Buffer

  constructor(start: { readonly sequence: number; readonly hash: Uint8Array }, tenantId?: string) {
    this.#sequence = start.sequence
    this.#hash = Buffer.from(start.hash)
    this.#tenantId = tenantId
  }

  /** The last entry that was taken. */
  get head(): { readonly sequence: number; readonly hash: Buffer } {
    return { sequence: this.#sequence, hash: this.#hash }
  }

  /** Entries in the order of their numbers. */
  take({ sequence, entry, hash, previous }: ChainedEntry): void {
    const report = (what: AuditFault) => this.problems.push({ sequence, what })
    if (sequence <= this.#sequence) {
      report(AuditFault.INSERTED)
      return
    }
    const before = previous ?? this.#hash
    if (sequence > this.#sequence + 1) this.problems.push({ sequence: this.#sequence + 1, what: AuditFault.REMOVED })
    else if (Buffer.compare(before, this.#hash) !== 0) report(AuditFault.CHAIN_BROKEN)
    if (Buffer.compare(nextHash(before, entry), hash) !== 0) report(AuditFault.EDITED)
    if (!isEntry(entry, this.#tenantId)) report(AuditFault.FOREIGN)
    this.#sequence = sequence
    this.#hash = Buffer.from(hash)
  }
}
