/** Exports the log, whole or between two moments, so that somebody else can check it. */

import { CALL_FORMS } from '../../contracts/system/index.ts'
import { BackupError } from '../../kernel/backup-error.ts'
import { DayEnd, momentOf } from '../../kernel/moment.ts'
import { machineZone } from '../../kernel/zone.ts'
import type { SystemParts } from '../parts.ts'
import { GENESIS } from './chain.ts'
import { readEntries } from './entries.ts'
import { entryLine, headerLine } from './export-file.ts'

export interface ExportRange {
  /** ISO 8601; a date begins at 00:00 of the machine's zone. Default: from the first entry. */
  readonly from?: string
  /** ISO 8601, inclusive; a date goes to its end. Default: to the newest. */
  readonly to?: string
}

type AuditParts = Pick<SystemParts, 'catalog' | 'tenantId'>

/** The whole export as JSON lines. `exportLines` gives a long log piece by piece. */
export async function exportAudit(parts: AuditParts, range: ExportRange = {}): Promise<string> {
  const lines: string[] = []
  for await (const line of exportLines(parts, range)) lines.push(`${line}\n`)
  return lines.join('')
}

/**
 * Lines without their ends: the header, then every entry between the first and the last of the range, none left out.
 * Throws CONFIG_INVALID for a time that is none.
 */
export async function* exportLines(parts: AuditParts, range: ExportRange = {}): AsyncGenerator<string> {
  const {
    catalog: { db },
    tenantId,
  } = parts
  const bounds = await boundsOf(parts, range)
  const at = (sequence: number) =>
    db
      .selectFrom('audit_entries')
      .select(['hash', 'previous'])
      .where('tenant_id', '=', tenantId)
      .where('sequence', '=', sequence)
      .executeTakeFirst()
  const first = await at(bounds.from)
  const last = await at(bounds.to)
  const previous = (first?.previous ?? last?.hash ?? GENESIS).toString('hex')
  yield headerLine({ tenant: tenantId, ...bounds, previous, hash: last?.hash.toString('hex') ?? previous })
  for await (const row of readEntries(db, { tenantId, after: bounds.from - 1, to: bounds.to })) yield entryLine(row)
}

/** Clocks are not the order of the log: what lies between the first and the last entry of the range belongs to it. */
async function boundsOf({ catalog, tenantId }: AuditParts, range: ExportRange): Promise<{ from: number; to: number }> {
  const from = boundOf(range.from, 'from')
  const to = boundOf(range.to, 'to')
  let query = catalog.db
    .selectFrom('audit_entries')
    .select((select) => [
      select.fn.min<number | null>('sequence').as('from'),
      select.fn.max<number | null>('sequence').as('to'),
    ])
    .where('tenant_id', '=', tenantId)
  if (from) query = query.where('at', '>=', from)
  if (to) query = query.where('at', '<=', to)
  const found = await query.executeTakeFirstOrThrow()
  return found.from === null || found.to === null ? { from: 1, to: 0 } : { from: found.from, to: found.to }
}

function boundOf(text: string | undefined, path: 'from' | 'to'): Date | undefined {
  if (text === undefined) return undefined
  const at = momentOf(text, { zone: machineZone(), end: path === 'from' ? DayEnd.FIRST : DayEnd.LAST })
  if (at !== undefined) return new Date(at)
  throw new BackupError('CONFIG_INVALID', `"${text}" is no date.`, {
    context: { path, why: `it is ${JSON.stringify(text)}`, accepted: CALL_FORMS.from.en },
  })
}
