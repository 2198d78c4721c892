/** A closed stretch of the log as a signed record in the repository (docs/format/v1.md section 13). */
import type { RecordEntry } from '../../engine/index.ts'
import { HASH_BYTES, nextHash } from './chain.ts'

export interface AuditSegment {
  readonly number: number
  readonly from: number
  readonly to: number
  /** Before the first entry. */
  readonly previous: Buffer
  /** Of the last entry. */
  readonly hash: Buffer
  /** Canonical JSON. */
  readonly entries: readonly string[]
}

export interface StoredSegment extends AuditSegment {
  /** Name of the record. */
  readonly record: string
  readonly at: string
}

export const segmentSubject = (tenantId: string, number: number): string => `${tenantId}/${number}`

export function segmentValue(segment: AuditSegment): Record<string, unknown> {
  return {
    from: segment.from,
    to: segment.to,
    previous: segment.previous.toString('hex'),
    hash: segment.hash.toString('hex'),
    entries: segment.entries,
  }
}

export interface SegmentList {
  /** By number; of two with one number the older first. */
  readonly segments: readonly StoredSegment[]
  /** Numbers of records that do not hold together. */
  readonly damaged: readonly number[]
}

/** The tenant's segments among all records. */
export function segmentsOf(records: readonly RecordEntry[], tenantId: string): SegmentList {
  const segments: StoredSegment[] = []
  const damaged: number[] = []
  for (const { name, document } of records) {
    const number =
      document.record === 'audit' && document.subject.startsWith(`${tenantId}/`)
        ? Number(document.subject.slice(tenantId.length + 1))
        : Number.NaN
    if (!Number.isSafeInteger(number)) continue
    const segment = parseSegment(number, document.value)
    if (segment) segments.push({ ...segment, record: name, at: document.at })
    else damaged.push(number)
  }
  segments.sort((a, b) => a.number - b.number || (a.at < b.at ? -1 : a.at > b.at ? 1 : a.record < b.record ? -1 : 1))
  return { segments, damaged }
}

function parseSegment(number: number, value: Readonly<Record<string, unknown>> | null): AuditSegment | undefined {
  const { from, to, previous, hash, entries } = (value ?? {}) as {
    from?: number
    to?: number
    previous?: string
    hash?: string
    entries?: string[]
  }
  if (
    !Number.isSafeInteger(from) ||
    !Number.isSafeInteger(to) ||
    !Array.isArray(entries) ||
    entries.length !== to! - from! + 1
  )
    return undefined
  const segment = {
    number,
    from: from!,
    to: to!,
    previous: Buffer.from(String(previous), 'hex'),
    hash: Buffer.from(String(hash), 'hex'),
    entries: entries.map(String),
  }
  const last = hashesOf(segment).at(-1)
  return segment.previous.length === HASH_BYTES && last?.equals(segment.hash) ? segment : undefined
}

/** The hash of each entry, in order. */
export function hashesOf(segment: Pick<AuditSegment, 'previous' | 'entries'>): Buffer[] {
  let hash = segment.previous
  return segment.entries.map((entry) => {
    hash = nextHash(hash, Buffer.from(entry, 'utf8'))
    return hash
  })
}
