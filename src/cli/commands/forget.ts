import {
  calendarOf,
  decideRetention,
  ERROR_CATALOG,
  errorText,
  keepsNothing,
  type RetentionDecision,
  type RetentionPoint,
  type RetentionPolicy,
} from '../../contracts/index.ts'
import {
  acceptClock,
  checkForget,
  DateDoubt,
  forgetSnapshots,
  type History,
  holdsOf,
  isGoodPoint,
  lookAtClock,
  oddPoints,
  pointTimes,
  protections,
  readHistory,
  requireReadable,
  type SnapshotEntry,
} from '../../engine/index.ts'
import { throwIfAborted } from '../../kernel/abort.ts'
import { BackupError, isBackupError, systemCode } from '../../kernel/backup-error.ts'
import { isoTime, nowMs } from '../../kernel/clock.ts'
import { userName } from '../../kernel/machine.ts'
import { listed } from '../act-notes.ts'
import {
  type CommandContext,
  type CommandResult,
  countOption,
  stateDirectory,
  textOption,
  zoneOption,
} from '../command.ts'
import { formatSpan, formatTime, tableLines } from '../format.ts'
import { readGiven } from '../given-file.ts'
import type { AnswerOf } from '../json/index.ts'
import { type Locale, sentence } from '../locale.ts'
import { warnOfOddPoints } from '../odd-points.ts'
import { openRepository } from '../open.ts'
import { groupOf, namedSnapshot, selected, warnOfFilters } from '../selection.ts'

interface Decided extends RetentionDecision {
  readonly entry: SnapshotEntry
}

export async function run(context: CommandContext): Promise<CommandResult<AnswerOf<'forget'>>> {
  const named = context.args[0] as string[]
  const policy = await policyOf(context)
  if (named.length === 0 && Object.keys(policy).length === 0)
    throw new BackupError('USAGE', 'Say what to keep (--keep-daily 14 …, --policy FILE) or which snapshots to forget.')
  if (named.length > 0 && isPolicyGiven(context))
    throw new BackupError(
      'USAGE',
      'A policy (--keep-…, --policy) decides itself what goes: leave it out, or the names of snapshots.',
    )
  if (named.length === 0 && keepsNothing(policy))
    throw new BackupError(
      'USAGE',
      'This policy keeps nothing: every rule in it is 0. Name the snapshots to forget them.',
    )
  await using opened = await openRepository(context)
  const history = await readHistory(opened.repository, { signal: context.signal })
  requireReadable(history.obstacles)
  const problem = history.obstacles[0] ?? (history.rollbacks[0] && { key: 'snapshots/', error: history.rollbacks[0] })
  if (problem)
    throw new BackupError('DAMAGED', 'The list of snapshots is not whole: nothing is forgotten.', {
      context: { object: problem.key },
      cause: problem.error,
    })
  const zone = zoneOption(context)
  const at = nowMs()
  const isClockDoubted = isDoubted(context, history, policy)
  const decided =
    named.length > 0
      ? decideNamed(context, history, named)
      : decideByPolicy(context, history, { policy, zone, at, isClockDoubted })
  const dropped = decided.filter(({ isKept }) => !isKept)
  const isDryRun = context.options['dryRun'] === true
  const names = dropped.map(({ id }) => id)
  context.act?.about(listed('snapshots', names))
  const forgetting = { names, by: userName(), isClockDoubted }
  if (isDryRun) await checkForget(opened.repository, history, forgetting)
  else await forgetSnapshots(opened.repository, history, forgetting)
  if (!isDryRun && names.length > 0) context.act?.done({ forgotten: names.length })
  const { locale } = context
  for (const { id, isKept, reasons } of context.detail ? decided : [])
    context.detail?.({ what: isKept ? 'kept' : 'forgotten', of: id, reason: reasonsText(reasons, locale) })
  const isPruned = context.options['prune'] === true && !isDryRun
  const odd = oddPoints(history.order, at)
  tell(context, decided, { isDryRun, isPruned, zone, marks: policy.hourly === undefined ? DAY_MARKS : HOUR_MARKS })
  warnOfOddPoints(context, odd, zone)
  const stayed = decided.filter(({ reasons }) => reasons.includes('clock in doubt')).length
  const warnings = named.length === 0 ? warnOfFilters(context, history.snapshots) : []
  if (stayed > 0) context.warn(context.t('forget.clock', { at: formatTime(isoTime(at), zone), count: stayed }))
  const json = {
    dryRun: isDryRun,
    timezone: zone,
    kept: decided
      .filter(({ isKept }) => isKept)
      .map(({ id, reasons, entry }) => ({ snapshot: id, reasons, ...timesOf(entry) })),
    forgotten: names,
    oddPoints: odd,
    clockDoubted: isClockDoubted,
    warnings,
  }
  if (!isPruned) return { json }
  // Most who forget do not prune: they need not load it.
  const { pruneOpened } = await import('./prune.ts')
  const pruned = await pruneOpened(context, opened)
  return { json: { ...json, prune: pruned.json } }
}

/** How much of a time's text names its day, and its hour. */
const [DAY_MARKS, HOUR_MARKS] = [10, 13]

function timesOf({ document: { startedAt, finishedAt } }: SnapshotEntry): { startedAt: string; finishedAt: string } {
  return { startedAt, finishedAt }
}

interface Telling {
  readonly isDryRun: boolean
  readonly isPruned: boolean
  readonly zone: string
  readonly marks: number
}

function tell(
  context: CommandContext,
  decided: readonly Decided[],
  { isDryRun, isPruned, zone, marks }: Telling,
): void {
  const { t, say, locale } = context
  const columns = [
    { title: t('column.plan') },
    { title: t('column.snapshot') },
    { title: t('column.timeIn', { zone }) },
    { title: t('column.source') },
    { title: t('column.why') },
  ]
  const rows = decided.map(({ entry, isKept, reasons }) => [
    t(isKept ? 'forget.keep' : 'forget.drop'),
    entry.name.slice(0, 12),
    formatSpan(entry.document, { zone, marks }),
    entry.document.source,
    reasonsText(reasons, locale),
  ])
  for (const line of rows.length > 0 ? tableLines(columns, rows) : []) say(line)
  const dropped = decided.filter(({ isKept }) => !isKept).length
  say(t(isDryRun ? 'forget.dryRun' : 'forget.done', { dropped, kept: decided.length - dropped }))
  if (dropped > 0 && !isDryRun && !isPruned) say(t('forget.next'))
}

function reasonsText(reasons: readonly string[], locale: Locale): string {
  return reasons.map((reason) => sentence(reason, locale)).join(', ')
}

function decideNamed(context: CommandContext, history: History, named: readonly string[]): Decided[] {
  const entries = new Set(named.map((wanted) => namedSnapshot(context, history, { wanted, isToGo: true })))
  const unfinished = [...entries].find((entry) => !history.snapshots.includes(entry))
  if (unfinished)
    throw new BackupError(
      'USAGE',
      `${unfinished.name.slice(0, 12)} is of a backup that did not finish: it goes with the next one of its source that does.`,
    )
  return [...entries].map((entry) => ({ id: entry.name, isKept: false, reasons: [], entry }))
}

interface Deciding {
  readonly zone: string
  /** Milliseconds. */
  readonly at: number
  readonly isClockDoubted: boolean
}

/** After a jump of the clock no age and no running period decides and no hold has ended, until an operator says so. */
function isDoubted(context: CommandContext, history: History, { withinDays, custom = [] }: RetentionPolicy): boolean {
  const folder = stateDirectory(context)
  if (context.options['acceptClock'] === true) acceptClock(folder)
  // Nothing else goes by the clock.
  const isByClock = withinDays !== undefined || custom.length > 0
  if (!isByClock && holdsOf(history).every(({ until }) => until === null)) return false
  const newest = history.snapshots.map(({ document }) => Date.parse(document.finishedAt)).at(-1)
  return lookAtClock(folder, newest).doubt !== undefined
}

/** Every source by itself: a policy never lets a busy source push out a quiet one. */
function decideByPolicy(
  context: CommandContext,
  history: History,
  { policy, zone, at, isClockDoubted }: Deciding & { readonly policy: RetentionPolicy },
): Decided[] {
  const calendar = calendarOf(zone)
  const why = protections(history, isClockDoubted ? Number.NEGATIVE_INFINITY : at)
  const times = pointTimes(history.order, at)
  const ranks = new Map(history.snapshots.map(({ name }, rank) => [name, rank]))
  const groups = Map.groupBy(selected(context, history.snapshots), ({ document }) => groupOf(context, document))
  return [...groups.values()].flatMap((entries) => {
    const points = entries.map(({ name, document }): RetentionPoint => {
      const { doubt, ...moment } = times.get(name)!
      return {
        id: name,
        ...moment,
        rank: ranks.get(name)!,
        isGood: isGoodPoint(document),
        isInFuture: doubt === DateDoubt.FUTURE,
      }
    })
    const byName = new Map(entries.map((entry) => [entry.name, entry]))
    const protectedBy = new Map([...why].filter(([name]) => byName.has(name)))
    return decideRetention({ points, policy, nowMs: at, calendar, isClockDoubted, protectedBy }).map((decision) => ({
      ...decision,
      entry: byName.get(decision.id)!,
    }))
  })
}

const FLAGS = {
  last: 'keepLast',
  withinDays: 'keepWithinDays',
  hourly: 'keepHourly',
  daily: 'keepDaily',
  weekly: 'keepWeekly',
  monthly: 'keepMonthly',
  yearly: 'keepYearly',
} as const

function isPolicyGiven({ options }: CommandContext): boolean {
  return ['policy', ...Object.values(FLAGS)].some((name) => options[name] !== undefined)
}

async function policyOf(context: CommandContext): Promise<RetentionPolicy> {
  const file = textOption(context.options, 'policy')
  const policy: Record<string, unknown> = file === undefined ? {} : await readPolicy(context, file)
  for (const [name, flag] of Object.entries(FLAGS)) {
    const value = countOption(context.options, flag)
    if (value !== undefined) policy[name] = value
  }
  return policy as RetentionPolicy
}

async function readPolicy(context: CommandContext, file: string): Promise<Record<string, unknown>> {
  const text = await readGiven(file, context).catch((error: unknown) => {
    throwIfAborted(context.signal)
    if (error instanceof BackupError) throw error
    throw new BackupError('USAGE', `The policy file ${file} can not be read: ${systemCode(error) ?? 'unknown'}.`, {
      cause: error,
    })
  })
  let value: unknown
  try {
    value = JSON.parse(text.toString('utf8').replace(/^\uFEFF/, ''))
  } catch (error) {
    throw new BackupError('USAGE', `The policy file ${file} is no readable JSON.`, { cause: error })
  }
  return await parsePolicy(context, file, value)
}

/** As configurations take it. */
async function parsePolicy({ locale }: CommandContext, file: string, value: unknown): Promise<Record<string, unknown>> {
  // Only who names a file waits for the schemas.
  const { backupOptionsSchema, CONFIG_OPTIONS, parseOptions } = await import('../../contracts/system/index.ts')
  try {
    const place = { options: CONFIG_OPTIONS, origin: `${file}: ` }
    const { retention } = parseOptions(backupOptionsSchema, { retention: value }, place)
    return typeof retention === 'number' ? { withinDays: retention } : { ...retention }
  } catch (error) {
    if (!isBackupError(error, 'CONFIG_INVALID')) throw error
    const { message } = errorText(ERROR_CATALOG.CONFIG_INVALID, locale, error.context)
    throw new BackupError('USAGE', message, { cause: error })
  }
}
