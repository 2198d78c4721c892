/**
 * The exported log (docs/audit.md): JSON lines that anybody can check with sha256sum. Writing and checking need neither
 * database nor key, so this file loads neither.
 */
import { BackupError } from '../../kernel/backup-error.ts'
import { AuditFault, type AuditProblem, ChainWalk, HASH_BYTES } from './chain.ts'

const FORMAT = 'neonpro-backup-audit'
const VERSION = 1

export interface ExportHeader {
  readonly tenant: string
  /** Number of the first entry; one above `to` in an empty export. */
  readonly from: number
  readonly to: number
  /** Hexadecimal hash before the first entry. */
  readonly previous: string
  /** Of the last entry. */
  readonly hash: string
}

export interface ExportVerdict {
  readonly isIntact: boolean
  readonly tenant: string
  readonly from: number
  readonly to: number
  readonly entries: number
  /** Hexadecimal hash of the last entry in the file. */
  readonly head: string
  readonly problems: readonly AuditProblem[]
}

export function headerLine({ tenant, from, to, previous, hash }: ExportHeader): string {
  return JSON.stringify({ format: FORMAT, v: VERSION, tenant, from, to, previous, hash })
}

/** The entry's canonical bytes stand at the end as they are: cut them out and hash them. */
export function entryLine({
  sequence,
  hash,
  entry,
}: {
  readonly sequence: number
  readonly hash: Uint8Array
  readonly entry: Uint8Array
}): string {
  return `{"sequence":${sequence},"hash":"${Buffer.from(hash).toString('hex')}","entry":${Buffer.from(entry).toString('utf8')}}`
}

const ENTRY_LINE = /^\{"sequence":(\d{1,16}),"hash":"([0-9a-f]{64})","entry":(.*)\}$/s

/**
 * Checks an exported log line by line. What is found is a problem; throws DAMAGED only for a file that is no export,
 * FORMAT_TOO_NEW for one of a later version. A file can't prove that nothing came after it: compare `head` with `audit
 * verify`, or with a later export.
 */
export async function verifyExport(lines: AsyncIterable<string> | Iterable<string>): Promise<ExportVerdict> {
  let header: ExportHeader | undefined
  let walk: ChainWalk | undefined
  let entries = 0
  for await (const line of lines) {
    if (line === '') continue
    if (!header || !walk) {
      header = parseHeader(line)
      walk = new ChainWalk({ sequence: header.from - 1, hash: Buffer.from(header.previous, 'hex') }, header.tenant)
      continue
    }
    entries += 1
    takeLine(walk, line)
  }
  if (!header || !walk)
    throw new BackupError('DAMAGED', 'The file holds no exported audit log.', { context: { object: 'audit export' } })
  const problems = [...walk.problems, ...endProblems(walk, header)]
  return {
    isIntact: problems.length === 0,
    tenant: header.tenant,
    from: header.from,
    to: header.to,
    entries,
    head: walk.head.hash.toString('hex'),
    problems,
  }
}

function takeLine(walk: ChainWalk, line: string): void {
  const [, sequence, hash, entry] = ENTRY_LINE.exec(line) ?? []
  if (sequence === undefined || hash === undefined || entry === undefined)
    walk.problems.push({ sequence: walk.head.sequence + 1, what: AuditFault.FOREIGN })
  else walk.take({ sequence: Number(sequence), hash: Buffer.from(hash, 'hex'), entry: Buffer.from(entry, 'utf8') })
}

function endProblems(walk: ChainWalk, { to, hash }: ExportHeader): AuditProblem[] {
  const { head } = walk
  if (head.sequence < to) return [{ sequence: head.sequence + 1, what: AuditFault.TAIL_REMOVED }]
  if (head.sequence > to) return [{ sequence: to + 1, what: AuditFault.INSERTED }]
  return head.hash.toString('hex') === hash ? [] : [{ sequence: to, what: AuditFault.HEAD_DIFFERS }]
}

function parseHeader(line: string): ExportHeader {
  const header = jsonObject(line)
  const { format, v, tenant, from, to, previous, hash } = header as Partial<ExportHeader> & {
    format?: unknown
    v?: unknown
  }
  if (format === FORMAT && typeof v === 'number' && v > VERSION)
    throw new BackupError('FORMAT_TOO_NEW', 'The exported log has a newer version.', { context: { version: v } })
  const isHash = (text: unknown): text is string =>
    typeof text === 'string' && /^[0-9a-f]+$/.test(text) && text.length === HASH_BYTES * 2
  if (
    format === FORMAT &&
    v === VERSION &&
    typeof tenant === 'string' &&
    isCount(from) &&
    isCount(to) &&
    isHash(previous) &&
    isHash(hash)
  )
    return { tenant, from, to, previous, hash }
  throw new BackupError('DAMAGED', 'The file does not begin as an exported audit log.', {
    context: { object: 'audit export' },
  })
}

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0

function jsonObject(line: string): object {
  try {
    return (JSON.parse(line) as object | null) ?? {}
  } catch {
    return {}
  }
}
