/** What the beginning and the end of a run tell: pings, and alarms decided from the run's row. */
import { sql } from 'kysely'
import type { DatabaseTransaction } from '../../catalog/index.ts'
import { ERROR_CATALOG, errorText, fill, type Locale } from '../../contracts/index.ts'
import type { ConfigSettings, RunStats } from '../../contracts/system/index.ts'
import { nowMs } from '../../kernel/clock.ts'
import type { PingSignal } from '../../notifiers/index.ts'
import type { SystemParts } from '../parts.ts'
import { evaluateRules } from './evaluate-rules.ts'
import { dropStartPing, enqueuePing } from './outbox.ts'
import { bytesText } from './quantities.ts'
import { backupLate } from './rules/backup-late.ts'
import { backupMissed } from './rules/backup-missed.ts'
import { RUN_RULES } from './rules.ts'

export interface RunEventOptions {
  /** Commits with the caller's work. */
  readonly tx?: DatabaseTransaction
  /** Default: now. */
  readonly atMs?: number
}

/** Called after the claim, for each attempt; the ping goes once. */
export async function runStarted(
  parts: SystemParts,
  run: { readonly id: string },
  { tx, atMs = nowMs() }: RunEventOptions = {},
): Promise<void> {
  await within(parts, tx, async (own) => {
    const row = await runRow(own, run.id)
    if (!row) return
    await ping(parts, own, { row, signal: 'START', text: '', atMs })
    await evaluateRules(parts, atMs, { rules: [backupMissed, backupLate], configId: row.config_id, tx: own })
  })
}

/**
 * Called when a run has come to its end, after its last attempt, with the row written. Raises BACKUP_FAILED or
 * BACKUP_PARTIAL, ends what is over, pings. Calling it twice tells nothing twice. What a crash leaves untold, the next
 * `evaluateRules` finds in the rows: it may well be called after the row's commit.
 */
export async function runFinished(
  parts: SystemParts,
  run: { readonly id: string },
  { tx, atMs = nowMs() }: RunEventOptions = {},
): Promise<void> {
  await within(parts, tx, async (own) => {
    const row = await runRow(own, run.id)
    if (!row) return
    const signal = SIGNALS[row.state]
    if (signal === undefined) return
    // A start that waits goes before its end (ping-order.ts); without an end that is told it would be one that never ends.
    if (signal === null) await dropStartPing(parts, own, row.id)
    else await ping(parts, own, { row, signal, text: resultText(row, parts.locale), atMs })
    await evaluateRules(parts, atMs, { rules: RUN_RULES, configId: row.config_id, tx: own })
  })
}

/**
 * A partial run is no success. A cancelled one says nothing: a service that waits for its end will ask. Other states
 * are no end.
 */
const SIGNALS: Readonly<Record<string, PingSignal | null>> = {
  COMPLETED: 'SUCCESS',
  PARTIAL: 'FAIL',
  FAILED: 'FAIL',
  CANCELLED: null,
}

/**
 * In a caller's transaction a fault here is logged and undone: it must not keep a run from its end. The rules find what
 * was not told in the rows.
 */
async function within(
  parts: SystemParts,
  tx: DatabaseTransaction | undefined,
  work: (tx: DatabaseTransaction) => Promise<void>,
): Promise<void> {
  if (!tx) return await parts.catalog.transaction(work)
  await sql`savepoint alarms`.execute(tx)
  try {
    await work(tx)
    await sql`release savepoint alarms`.execute(tx)
  } catch (error) {
    await sql`rollback to savepoint alarms`.execute(tx)
    parts.log.error("what a run's beginning or end tells could not be written", { cause: String(error) })
  }
}

interface RunRow {
  readonly id: string
  readonly state: string
  readonly stats: unknown
  readonly skipped: unknown
  readonly error: unknown
  readonly config_id: string
  readonly name: string
  readonly settings: unknown
}

async function runRow(tx: DatabaseTransaction, runId: string): Promise<RunRow | undefined> {
  return await tx
    .selectFrom('runs')
    .innerJoin('configs', 'configs.id', 'runs.config_id')
    .select([
      'runs.id',
      'runs.state',
      'runs.stats',
      'runs.skipped',
      'runs.error',
      'configs.id as config_id',
      'configs.name',
      'configs.settings',
    ])
    .where('runs.id', '=', runId)
    .executeTakeFirst()
}

async function ping(
  parts: SystemParts,
  tx: DatabaseTransaction,
  { row, signal, text, atMs }: { row: RunRow; signal: PingSignal; text: string; atMs: number },
): Promise<void> {
  const own = (row.settings as Partial<ConfigSettings>).healthcheckUrl
  if (own === undefined && parts.channels.healthcheckUrl?.includes('{slug}') !== true) return
  await enqueuePing(parts, tx, {
    ping: { kind: 'PING', signal, name: row.name, configId: row.config_id, runId: row.id, text },
    atMs,
  })
}

const RESULTS = {
  en: {
    COMPLETED: '{files} {files:file|files}, {added} new',
    PARTIAL: 'incomplete: {skipped} {skipped:item|items}',
    FAILED: 'failed',
  },
  'pt-BR': {
    COMPLETED: '{files} {files:arquivo|arquivos}, {added} novos',
    PARTIAL: 'incompleta: {skipped} {skipped:item|itens}',
    FAILED: 'falhou',
  },
} as const satisfies Readonly<Record<Locale, Readonly<Record<string, string>>>>

/** Counts only: no path, no name. */
function resultText({ state, stats, skipped, error }: RunRow, locale: Locale): string {
  const figures = stats as Partial<RunStats> | null
  if (state === 'COMPLETED') {
    const files = (figures?.filesNew ?? 0) + (figures?.filesChanged ?? 0) + (figures?.filesUnmodified ?? 0)
    return fill(RESULTS[locale].COMPLETED, { files, added: bytesText(figures?.bytesAdded ?? 0, locale) }, locale)
  }
  if (state === 'PARTIAL')
    return fill(RESULTS[locale].PARTIAL, { skipped: Array.isArray(skipped) ? skipped.length : 0 }, locale)
  const code = (error as { code?: string } | null)?.code ?? 'INTERNAL'
  const entry = Object.hasOwn(ERROR_CATALOG, code)
    ? ERROR_CATALOG[code as keyof typeof ERROR_CATALOG]
    : ERROR_CATALOG.INTERNAL
  return `${RESULTS[locale].FAILED}: ${code}: ${errorText(entry, locale, {}).message}`
}
