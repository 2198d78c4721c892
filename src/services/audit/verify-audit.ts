/**
 * Checks the whole log: the chain in the database from its first entry to its head, and every entry that a closed
 * segment in the repository holds. Whoever can write to the database can make a chain that is whole again; the segments
 * are signed and lie elsewhere, so they tell.
 */
import type { AuditVerdict, LostRepository } from '../../contracts/system/index.ts'
import { RecordFolder, readRecords } from '../../engine/index.ts'
import { appendAll } from '../../kernel/collect.ts'
import type { SystemParts } from '../parts.ts'
import { canonicalJson } from './canonical-json.ts'
import { AuditFault, type AuditProblem, ChainWalk, GENESIS } from './chain.ts'
import { type AuditHead, readEntries, readHead, type StoredEntry } from './entries.ts'
import { lostIn } from './lost-repository.ts'
import { hashesOf, type SegmentList, type StoredSegment, segmentsOf } from './segment-record.ts'

type AuditParts = Pick<SystemParts, 'catalog' | 'tenantId' | 'repositories'>

/** Throws what opening the repository throws: a log that can't be compared is not called intact. */
export async function verifyAudit(
  parts: AuditParts,
  options: { readonly signal?: AbortSignal } = {},
): Promise<AuditVerdict> {
  const known = await closedSegments(parts)
  const stored = await storedSegments(parts, options.signal)
  const problems = segmentProblems(known, stored, await closedSegments(parts))
  const compare = new SegmentComparison(stored.segments)
  const { walk, head, closedAnew } = await walkLog(parts, compare)
  for (const each of [walk.problems, headProblems(walk, head), compare.finish(walk.head.sequence)])
    appendAll(problems, each)
  const found = unique(problems)
  return {
    isIntact: found.length === 0,
    entries: walk.head.sequence,
    head: walk.head.hash.toString('hex'),
    problems: found,
    segments: stored.segments.length,
    closedAnew,
  }
}

interface ClosedSegment {
  readonly number: number
  readonly to: number
  readonly hash: Buffer
  readonly record: string
}

async function closedSegments({ catalog, tenantId }: AuditParts): Promise<ClosedSegment[]> {
  const rows = await catalog.db
    .selectFrom('audit_segments')
    .select(['number', 'to_sequence as to', 'hash', 'record'])
    .where('tenant_id', '=', tenantId)
    .orderBy('number')
    .execute()
  return rows
}

async function storedSegments(parts: AuditParts, signal: AbortSignal | undefined): Promise<SegmentList> {
  await using repository = await parts.repositories.first.open(signal)
  return segmentsOf((await readRecords(repository, RecordFolder.AUDIT, signal)).entries, parts.tenantId)
}

/**
 * `before` and `after` are what the database knows before and after the repository was read: another process may close
 * one meanwhile.
 */
function segmentProblems(
  before: readonly ClosedSegment[],
  stored: SegmentList,
  after: readonly ClosedSegment[],
): AuditProblem[] {
  const problems: AuditProblem[] = stored.damaged.map(() => ({ sequence: null, what: AuditFault.SEGMENT_DAMAGED }))
  for (const { number, to, hash, record } of before) {
    // Without a name it was being closed: it may not be in the repository yet.
    if (record === '') continue
    const isThere = stored.segments.some(
      (segment) => segment.number === number && segment.to === to && segment.hash.equals(hash),
    )
    if (!isThere) problems.push({ sequence: to, what: AuditFault.SEGMENT_MISSING })
  }
  const numbers = new Set(after.map(({ number }) => number))
  for (const { number, to } of stored.segments)
    if (!numbers.has(number)) problems.push({ sequence: to, what: AuditFault.SEGMENT_UNKNOWN })
  return problems
}

/** Holds the log's entries against those of the segments, both in the order of their numbers. */
class SegmentComparison {
  readonly #problems: AuditProblem[] = []
  readonly #hashes = new Map<number, Buffer[]>()
  #last = 0

  constructor(segments: readonly StoredSegment[]) {
    for (const segment of segments) {
      for (const [index, hash] of hashesOf(segment).entries()) {
        const sequence = segment.from + index
        this.#hashes.set(sequence, [...(this.#hashes.get(sequence) ?? []), hash])
        this.#last = Math.max(this.#last, sequence)
      }
    }
  }

  take({ sequence, hash }: StoredEntry): void {
    const kept = this.#hashes.get(sequence)
    if (kept?.some((each) => !each.equals(hash))) this.#problems.push({ sequence, what: AuditFault.SEGMENT_DIFFERS })
  }

  finish(lastInLog: number): readonly AuditProblem[] {
    return this.#last > lastInLog
      ? [...this.#problems, { sequence: lastInLog + 1, what: AuditFault.SEGMENT_AHEAD }]
      : this.#problems
  }
}

/** The gap that a rebuild found, closed and signed into the log: no fault, but nothing older vouches for it. */
function closedAnewBy({ entry }: StoredEntry): LostRepository[] {
  const lost = lostIn(entry)
  if (lost === undefined || lost.entries === 0) return []
  const { repositories, entries, from, to } = lost
  return [{ locations: repositories.map(({ location }) => location), entries, from, to }]
}

async function walkLog(
  { catalog, tenantId }: AuditParts,
  compare: SegmentComparison,
): Promise<{ walk: ChainWalk; head: AuditHead | undefined; closedAnew: LostRepository[] }> {
  const closedAnew: LostRepository[] = []
  const walk = new ChainWalk({ sequence: 0, hash: GENESIS }, tenantId)
  let after = Number.MIN_SAFE_INTEGER
  for (;;) {
    const from = walk.head.sequence
    for await (const row of readEntries(catalog.db, { tenantId, after })) {
      walk.take(row)
      if (differsFromCopy(row)) walk.problems.push({ sequence: row.sequence, what: AuditFault.COPY_DIFFERS })
      compare.take(row)
      appendAll(closedAnew, closedAnewBy(row))
    }
    // The head is read after the entries: what was appended meanwhile is taken in the next round.
    const head = await readHead(catalog.db, tenantId)
    if (!head || head.sequence <= walk.head.sequence || walk.head.sequence === from) return { walk, head, closedAnew }
    after = walk.head.sequence
  }
}

/** The columns beside an entry's bytes are for questions; they have to say the same. */
function differsFromCopy({ entry, entry_json: copy, at }: StoredEntry): boolean {
  try {
    const parsed = JSON.parse(entry.toString('utf8')) as { at?: string }
    return canonicalJson(copy) !== canonicalJson(parsed) || Date.parse(String(parsed.at)) !== at.getTime()
  } catch {
    return true
  }
}

function headProblems(walk: ChainWalk, head: AuditHead | undefined): AuditProblem[] {
  const { sequence, hash } = walk.head
  if (!head) return sequence === 0 ? [] : [{ sequence: null, what: AuditFault.HEAD_DIFFERS }]
  if (head.sequence > sequence) return [{ sequence: sequence + 1, what: AuditFault.TAIL_REMOVED }]
  if (head.sequence < sequence) return [{ sequence: head.sequence + 1, what: AuditFault.INSERTED }]
  return head.hash.equals(hash) ? [] : [{ sequence, what: AuditFault.HEAD_DIFFERS }]
}

function unique(problems: readonly AuditProblem[]): AuditProblem[] {
  const byText = new Map(problems.map((problem) => [`${problem.sequence} ${problem.what}`, problem]))
  return [...byText.values()].sort((a, b) => (a.sequence ?? 0) - (b.sequence ?? 0))
}
