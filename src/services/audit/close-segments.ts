/**
 * Closes stretches of the log: what is in the repository, signed, survives the database and whoever can write to it. A
 * stretch is given its number and its bounds in the database first, so that a repetition after a crash, or by a second
 * process, writes the same record again.
 */

import type { DatabaseTransaction } from '../../catalog/index.ts'
import { putRecord, type Repository } from '../../engine/index.ts'
import { isoTime, nowMs } from '../../kernel/clock.ts'
import { recordControlKey } from '../control-key/index.ts'
import { type SystemParts, withRepository } from '../parts.ts'
import { GENESIS } from './chain.ts'
import { readEntries, readHead } from './entries.ts'
import { segmentSubject, segmentValue } from './segment-record.ts'

/** Of one record: what a reader of the history has to read is bounded. */
const SEGMENT_ENTRIES_MAX = 2000
const SEGMENT_BYTES_MAX = 512 * 1024
/** In `audit_segments.record` until the record is in the repository. */
const PENDING = ''

type AuditParts = Pick<SystemParts, 'catalog' | 'tenantId' | 'repositories'>

export interface CloseOptions {
  readonly signal?: AbortSignal
  /** Close only when the oldest open entry is at least this old; default 0: close whatever is open. */
  readonly olderThanMs?: number
  /** An open repository, where the caller has one. */
  readonly repository?: Repository
}

/**
 * Writes every entry that no segment holds yet into the repository. Answers how many entries were closed; opens no
 * repository when there are none. Throws what opening and writing throw: nothing is lost, the next call goes on.
 */
export async function closeAuditSegments(parts: AuditParts, options: CloseOptions = {}): Promise<number> {
  const { signal } = options
  if (!(await isDue(parts, options.olderThanMs ?? 0))) return 0
  if (options.repository) return await closeInto(parts, options.repository, signal)
  await using repository = await parts.repositories.first.open(signal)
  return await closeInto(parts, repository, signal)
}

async function isDue({ catalog, tenantId }: AuditParts, olderThanMs: number): Promise<boolean> {
  const pending = await catalog.db
    .selectFrom('audit_segments')
    .select('number')
    .where('tenant_id', '=', tenantId)
    .where('record', '=', PENDING)
    .limit(1)
    .executeTakeFirst()
  if (pending) return true
  const last = await lastSegment(catalog.db, tenantId)
  const oldest = await catalog.db
    .selectFrom('audit_entries')
    .select('at')
    .where('tenant_id', '=', tenantId)
    .where('sequence', '=', last.to + 1)
    .executeTakeFirst()
  return oldest !== undefined && oldest.at.getTime() <= nowMs() - olderThanMs
}

async function closeInto(parts: AuditParts, repository: Repository, signal: AbortSignal | undefined): Promise<number> {
  await recordControlKey(withRepository(parts, parts.repositories.first), repository, signal)
  let closed = 0
  for (const segment of await pendingSegments(parts))
    closed += await writeSegment(parts, repository, { segment, signal })
  for (;;) {
    const segment = await parts.catalog.transaction((tx) => reserve(tx, parts.tenantId))
    if (!segment) return closed
    closed += await writeSegment(parts, repository, { segment, signal })
  }
}

interface Bounds {
  readonly number: number
  readonly from: number
  readonly to: number
}

async function pendingSegments({ catalog, tenantId }: AuditParts): Promise<Bounds[]> {
  return await catalog.db
    .selectFrom('audit_segments')
    .select(['number', 'from_sequence as from', 'to_sequence as to'])
    .where('tenant_id', '=', tenantId)
    .where('record', '=', PENDING)
    .orderBy('number')
    .execute()
}

async function lastSegment(
  db: SystemParts['catalog']['db'] | DatabaseTransaction,
  tenantId: string,
): Promise<{ readonly number: number; readonly to: number }> {
  const last = await db
    .selectFrom('audit_segments')
    .select(['number', 'to_sequence as to'])
    .where('tenant_id', '=', tenantId)
    .orderBy('number', 'desc')
    .limit(1)
    .executeTakeFirst()
  return last ?? { number: 0, to: 0 }
}

/** Takes the next stretch. The head's lock lets one process at a time do so. */
async function reserve(tx: DatabaseTransaction, tenantId: string): Promise<Bounds | undefined> {
  await tx.selectFrom('audit_heads').select('sequence').where('tenant_id', '=', tenantId).forUpdate().execute()
  const last = await lastSegment(tx, tenantId)
  const head = await readHead(tx, tenantId)
  if (!head || head.sequence <= last.to) return undefined
  let bytes = 0
  let end: { readonly sequence: number; readonly hash: Buffer } | undefined
  for await (const { sequence, hash, entry } of readEntries(tx, {
    tenantId,
    after: last.to,
    to: last.to + SEGMENT_ENTRIES_MAX,
  })) {
    bytes += entry.length
    if (end && bytes > SEGMENT_BYTES_MAX) break
    end = { sequence, hash }
  }
  if (!end) return undefined
  const bounds = { number: last.number + 1, from: last.to + 1, to: end.sequence }
  await tx
    .insertInto('audit_segments')
    .values({
      tenant_id: tenantId,
      number: bounds.number,
      from_sequence: bounds.from,
      to_sequence: bounds.to,
      hash: end.hash,
      record: PENDING,
    })
    .execute()
  return bounds
}

async function writeSegment(
  parts: AuditParts,
  repository: Repository,
  { segment, signal }: { readonly segment: Bounds; readonly signal: AbortSignal | undefined },
): Promise<number> {
  const { catalog, tenantId } = parts
  const rows = []
  for await (const row of readEntries(catalog.db, { tenantId, after: segment.from - 1, to: segment.to })) rows.push(row)
  const value = segmentValue({
    ...segment,
    previous: rows[0]?.previous ?? GENESIS,
    hash: rows.at(-1)?.hash ?? GENESIS,
    entries: rows.map(({ entry }) => entry.toString('utf8')),
  })
  const record = await putRecord(
    repository,
    {
      record: 'audit',
      subject: segmentSubject(tenantId, segment.number),
      generation: 1,
      at: isoTime(nowMs()),
      by: 'system',
      value,
    },
    signal,
  )
  // A second process may have written the same stretch: the first record that is entered counts, the other is a copy.
  await catalog.db
    .updateTable('audit_segments')
    .set({ record, closed_at: new Date(nowMs()) })
    .where('tenant_id', '=', tenantId)
    .where('number', '=', segment.number)
    .where('record', '=', PENDING)
    .execute()
  return rows.length
}
