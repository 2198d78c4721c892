/**
 * The audit log from its closed segments: the same bytes under the same numbers, so that the chain goes on as if
 * nothing had been lost.
 */
import { BackupError } from '../../kernel/backup-error.ts'
import {
  appendEntry,
  GENESIS,
  nextHash,
  readEntries,
  readHead,
  type StoredSegment,
  segmentsOf,
} from '../audit/index.ts'
import type { RebuildContext } from './rebuild-context.ts'

export interface RestoredAudit {
  /** Of all segments, canonical. */
  readonly entries: readonly string[]
  readonly appended: number
}

/**
 * Throws DATABASE_NOT_EMPTY when the database has begun a log of its own, DAMAGED when a segment is missing or broken;
 * forced, it takes the entries up to there.
 */
export async function restoreAudit(context: RebuildContext): Promise<RestoredAudit> {
  const {
    parts: { tenantId },
    tx,
  } = context
  const segments = wholeChain(context)
  const known = await compareKnown(context, segments)
  let appended = 0
  for (const segment of segments) {
    appended += await appendSegment(context, segment, known)
    const row = {
      tenant_id: tenantId,
      number: segment.number,
      from_sequence: segment.from,
      to_sequence: segment.to,
      hash: segment.hash,
      record: segment.record,
      closed_at: segment.at,
    }
    await tx
      .insertInto('audit_segments')
      .values(row)
      .onConflict((conflict) => conflict.columns(['tenant_id', 'number']).doNothing())
      .execute()
  }
  return { entries: segments.flatMap((segment) => segment.entries), appended }
}

/** The segments from the first on, each going on where the one before it ended. */
function wholeChain({ parts: { tenantId, log }, auditRecords, isForced }: RebuildContext): StoredSegment[] {
  const { segments, damaged } = segmentsOf(auditRecords, tenantId)
  const chain: StoredSegment[] = []
  for (const segment of segments) {
    const end = chain.at(-1) ?? { number: 0, to: 0, hash: GENESIS }
    if (segment.number === end.number + 1 && segment.from === end.to + 1 && segment.previous.equals(end.hash))
      chain.push(segment)
  }
  const last = chain.at(-1)?.number ?? 0
  const isBroken = damaged.length > 0 || segments.some(({ number }) => number > last)
  if (isBroken && !isForced)
    throw new BackupError('DAMAGED', 'The audit segments in the repository do not follow each other.', {
      context: { object: `audit/${tenantId}/${last + 1}` },
    })
  if (isBroken) log.warn('the audit log ends where a segment is missing', { segment: last + 1 })
  return chain
}

/**
 * What the database has must be the beginning, the whole or a continuation of what the segments say. Answers its last
 * number.
 */
async function compareKnown(
  { parts: { tenantId }, tx }: RebuildContext,
  segments: readonly StoredSegment[],
): Promise<number> {
  const head = await readHead(tx, tenantId)
  if (!head || head.sequence === 0) return 0
  let hash: Buffer = GENESIS
  const entries = segments.flatMap((segment) => segment.entries)
  for await (const row of readEntries(tx, { tenantId, after: 0, to: entries.length })) {
    hash = nextHash(hash, Buffer.from(entries[row.sequence - 1]!, 'utf8'))
    if (!hash.equals(row.hash))
      throw new BackupError('DATABASE_NOT_EMPTY', 'The database has an audit log of its own.', {
        context: { what: 'an audit log' },
      })
  }
  return head.sequence
}

async function appendSegment(
  { parts: { tenantId }, tx }: RebuildContext,
  segment: StoredSegment,
  known: number,
): Promise<number> {
  let appended = 0
  for (const [index, entry] of segment.entries.entries()) {
    if (segment.from + index <= known) continue
    const { sequence, hash } = await appendEntry(tx, tenantId, Buffer.from(entry, 'utf8'))
    appended += 1
    const isLast = index === segment.entries.length - 1
    if (sequence !== segment.from + index || (isLast && !hash.equals(segment.hash)))
      throw new BackupError('DAMAGED', 'The audit log did not become what it was.', {
        context: { object: `audit/${tenantId}/${segment.number}` },
      })
  }
  return appended
}
