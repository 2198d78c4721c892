import { numberText } from '../../contracts/index.ts'
import { readHistory, repositoryStatistics, type SnapshotEntry } from '../../engine/index.ts'
import type { CommandContext, CommandResult } from '../command.ts'
import { formatBytes, formatTime, tableLines } from '../format.ts'
import type { AnswerOf } from '../json/index.ts'
import { openRepository } from '../open.ts'
import { refuseLoneGroups, selected, warnOfFilters } from '../selection.ts'

/** What is stored for what: the repository, its sources, its snapshots; and how much sameness and compression saved. */
export async function run(context: CommandContext): Promise<CommandResult<AnswerOf<'stats'>>> {
  refuseLoneGroups(context)
  await using opened = await openRepository(context)
  const history = await readHistory(opened.repository, { signal: context.signal })
  const stored = await repositoryStatistics(opened.repository, context.signal)
  const entries = selected(
    context,
    history.order.map(({ entry }) => entry).filter(({ document }) => document.kind === 'snapshot'),
  )
  const warnings = warnOfFilters(context, history.snapshots)
  const sources = [...Map.groupBy(entries, ({ document }) => document.source)].map(([source, own]) => ({
    source,
    ...addUp(own),
  }))
  const bytesLogical = addUp(history.snapshots).bytesLogical
  const ratios = {
    deduplication: ratioOf(bytesLogical, stored.bytesUnique),
    compression: ratioOf(stored.bytesUnique, stored.bytesPacked),
  }
  tell(context, { bytesLogical, stored, sources, entries, ratios })
  return {
    json: {
      repository: { ...stored, snapshots: history.snapshots.length, bytesLogical, ratios },
      sources,
      snapshots: entries.map(figuresOf),
      warnings,
    },
  }
}

interface SourceFigures {
  readonly snapshots: number
  /** Of all its snapshots, as if each stood alone. */
  readonly bytesLogical: number
  readonly bytesAdded: number
  readonly bytesStored: number
}

function addUp(entries: readonly SnapshotEntry[]): SourceFigures {
  const total = (of: (summary: SnapshotEntry['document']['summary']) => number) =>
    entries.reduce((sum, { document }) => sum + of(document.summary), 0)
  return {
    snapshots: entries.length,
    bytesLogical: total(({ bytesProcessed }) => bytesProcessed),
    bytesAdded: total(({ bytesAdded }) => bytesAdded),
    bytesStored: total(({ bytesStored }) => bytesStored),
  }
}

function ratioOf(before: number, after: number): number | null {
  return after === 0 ? null : Math.round((before / after) * 100) / 100
}

function figuresOf({ name, document: { source, finishedAt, summary } }: SnapshotEntry) {
  const { bytesProcessed: bytesLogical, bytesAdded, bytesStored } = summary
  const files = summary.filesNew + summary.filesChanged + summary.filesUnmodified
  return { snapshot: name, source, finishedAt, files, bytesLogical, bytesAdded, bytesStored }
}

interface Told {
  readonly bytesLogical: number
  readonly stored: Awaited<ReturnType<typeof repositoryStatistics>>
  readonly sources: ReadonlyArray<SourceFigures & { readonly source: string }>
  readonly entries: readonly SnapshotEntry[]
  readonly ratios: { readonly deduplication: number | null; readonly compression: number | null }
}

function tell(context: CommandContext, { bytesLogical, stored, sources, entries, ratios }: Told): void {
  const { t, say, locale } = context
  const ratio = (value: number | null) => (value === null ? '–' : `${numberText(value, locale, 2)} : 1`)
  say(
    t('stats.total', {
      stored: formatBytes(stored.bytesStored),
      unique: formatBytes(stored.bytesUnique),
      logical: formatBytes(bytesLogical),
    }),
  )
  say(t('stats.ratios', { dedup: ratio(ratios.deduplication), compression: ratio(ratios.compression) }))
  const number = (title: string) => ({ title, isNumber: true })
  const columns = [number(t('column.size')), number(t('column.new')), number(t('column.stored'))]
  const rows = sources.map((each) => [
    each.source,
    numberText(each.snapshots, locale),
    formatBytes(each.bytesLogical),
    formatBytes(each.bytesAdded),
    formatBytes(each.bytesStored),
  ])
  for (const line of tableLines([{ title: t('column.source') }, number(t('column.snapshots')), ...columns], rows))
    say(line)
  const each = entries
    .map(figuresOf)
    .map((figures) => [
      figures.snapshot.slice(0, 12),
      formatTime(figures.finishedAt),
      formatBytes(figures.bytesLogical),
      formatBytes(figures.bytesAdded),
      formatBytes(figures.bytesStored),
      figures.source,
    ])
  for (const line of tableLines(
    [{ title: t('column.snapshot') }, { title: t('column.time') }, ...columns, { title: t('column.source') }],
    each,
  ))
    say(line)
}
