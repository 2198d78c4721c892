import { failureContext } from '../../contracts/index.ts'
import {
  bytesOfPathText,
  type History,
  holdsOf,
  isForbidden,
  isHeldBy,
  oddPoints,
  printablePath,
  readHistory,
  type SnapshotEntry,
} from '../../engine/index.ts'
import { nowMs } from '../../kernel/clock.ts'
import { type CommandContext, type CommandResult, textOption, zoneOption } from '../command.ts'
import { formatBytes, formatSpan, tableLines } from '../format.ts'
import type { AnswerOf } from '../json/index.ts'
import { warnOfOddPoints } from '../odd-points.ts'
import { openRepository } from '../open.ts'
import { findingText } from '../reasons.ts'
import { groupOf, selected, warnOfFilters } from '../selection.ts'

export async function run(context: CommandContext): Promise<CommandResult<AnswerOf<'snapshots'>>> {
  await using opened = await openRepository(context)
  const seen = opened.state.heads()
  const history = await readHistory(opened.repository, { signal: context.signal, ...(seen && { seen }) })
  const zone = zoneOption(context)
  const odd = oddPoints(history.order, nowMs())
  const entries = selected(
    context,
    history.order.map(({ entry }) => entry),
  )
  const keptBy = protectionsOf(history)
  const warnings = warnOfFilters(
    context,
    history.order.map(({ entry }) => entry),
  )
  tell(context, history, { entries, keptBy, zone })
  warnOfOddPoints(context, odd, zone)
  const problems = history.problems.map(({ key, error }) => ({ object: key, code: error.code }))
  const rollbacks = history.rollbacks.map(({ message, context: facts }) => ({
    message,
    context: failureContext(facts),
  }))
  return {
    json: {
      snapshots: entries.map((entry) => jsonOf(entry, keptBy(entry))),
      timezone: zone,
      oddPoints: odd,
      problems,
      foreign: history.strangers.map(({ key }) => key),
      rollbacks,
      warnings,
    },
    exitCode: problems.length + rollbacks.length > 0 ? 1 : 0,
  }
}

interface Protection {
  readonly kind: 'pin' | 'hold'
  readonly id: string
}

interface Listing {
  readonly entries: readonly SnapshotEntry[]
  readonly keptBy: (entry: SnapshotEntry) => Protection[]
  readonly zone: string
}

function tell(context: CommandContext, history: History, listing: Listing): void {
  const { t, say, warn, locale } = context
  if (listing.entries.length === 0)
    say(history.order.length === 0 ? t('list.empty') : t('list.noneMeets', { count: history.order.length }))
  else {
    for (const lines of tables(context, listing)) for (const line of lines) say(line)
    say(t('list.count', { count: listing.entries.length }))
  }
  for (const { key, error } of history.problems) warn(`${key}: ${findingText(error.message, locale)}`)
  if (history.problems.some(isForbidden)) warn(t('object.forbidden'))
  for (const { key } of history.strangers) warn(t('object.foreign', { object: key }))
  for (const error of history.rollbacks) warn(`${error.code}: ${findingText(error.message, locale)}`)
}

/** One table; with --group-by one for each group, under its name. */
function tables(context: CommandContext, listing: Listing): string[][] {
  if (textOption(context.options, 'groupBy') === undefined) return [table(context, listing)]
  const groups = Map.groupBy(listing.entries, ({ document }) => groupOf(context, document))
  return [...groups].map(([name, entries]) => [name, ...table(context, { ...listing, entries })])
}

/** Columns that would be empty are left out. */
function table({ t, locale }: CommandContext, { entries, keptBy, zone }: Listing): string[] {
  const rows = entries.map((entry) => {
    const { name, document } = entry
    const { summary } = document
    const files = summary.filesNew + summary.filesChanged + summary.filesUnmodified
    return [
      name.slice(0, 12),
      formatSpan(document, { zone }),
      document.type,
      t(`state.${stateOf(entry)}`),
      String(files),
      formatBytes(summary.bytesProcessed, locale),
      formatBytes(summary.bytesStored, locale),
      document.tags.join(', '),
      keptBy(entry)
        .map(({ kind, id }) => t(`kept.${kind}`, { id }))
        .join(', '),
      sourceOf(entry),
    ]
  })
  const columns = [
    { title: t('column.snapshot') },
    { title: t('column.timeIn', { zone }) },
    { title: t('column.type') },
    { title: t('column.state') },
    { title: t('column.files'), isNumber: true },
    { title: t('column.size'), isNumber: true },
    { title: t('column.stored'), isNumber: true },
    { title: t('column.tags') },
    { title: t('column.kept') },
    { title: t('column.source') },
  ]
  const isUsed = columns.map((_, i) => rows.some((row) => row[i] !== ''))
  return tableLines(
    columns.filter((_, i) => isUsed[i]),
    rows.map((row) => row.filter((_, i) => isUsed[i])),
  )
}

/** The source's name; with the paths behind it where the name does not say them. */
function sourceOf({ document }: SnapshotEntry): string {
  const paths = document.paths.map((path) => printablePath(bytesOfPathText(path)))
  if (paths.length === 0) return `${document.source} (${document.host}: ${document.sourceKind})`
  return document.source === `${document.host}:${paths.join(' ')}`
    ? document.source
    : `${document.source} (${document.host}:${paths.join(' ')})`
}

function protectionsOf(history: History): (entry: SnapshotEntry) => Protection[] {
  const pinned = new Set(
    history.records.filter(({ document }) => document.record === 'pin').map(({ document }) => document.subject),
  )
  const held = holdsOf(history)
  const now = nowMs()
  return ({ name, document }) => {
    const holds = held.filter((hold) => isHeldBy(hold, { name, source: document.source }, now))
    return [
      ...(pinned.has(name) ? [{ kind: 'pin' as const, id: name }] : []),
      ...holds.map(({ id }) => ({ kind: 'hold' as const, id })),
    ]
  }
}

function stateOf({ document }: SnapshotEntry): 'complete' | 'partial' | 'checkpoint' {
  if (!document.complete) return 'checkpoint'
  return document.skippedCount + document.changedCount + document.notKeptCount > 0 ? 'partial' : 'complete'
}

function jsonOf(entry: SnapshotEntry, kept: readonly Protection[]): AnswerOf<'snapshots'>['snapshots'][number] {
  const { name, document } = entry
  return {
    snapshot: name,
    startedAt: document.startedAt,
    finishedAt: document.finishedAt,
    source: document.source,
    sourceKind: document.sourceKind,
    type: document.type,
    state: stateOf(entry),
    host: document.host,
    user: document.user,
    paths: document.paths,
    tags: document.tags,
    parent: document.parent,
    summary: document.summary,
    skippedCount: document.skippedCount,
    pinned: kept.some(({ kind }) => kind === 'pin'),
    holds: kept.filter(({ kind }) => kind === 'hold').map(({ id }) => id),
  }
}
