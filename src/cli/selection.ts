/** Which snapshots a command is about: `--host`, `--tag`, `--path`, `--source`, `--latest N`, in groups of `--group-by`. */
import path from 'node:path'
import {
  bytesOfPathText,
  findSnapshot,
  type History,
  printablePath,
  type SnapshotDocument,
  type SnapshotEntry,
} from '../engine/index.ts'
import { BackupError, isBackupError } from '../kernel/backup-error.ts'
import { type CommandContext, countOption, listOption, textOption } from './command.ts'
import { GROUPS } from './selection-options.ts'

type Group = (typeof GROUPS)[number]

/** Those that every given option lets through; of one option given more than once, any value does. Order is kept. */
export function selected(context: CommandContext, entries: readonly SnapshotEntry[]): SnapshotEntry[] {
  const latest = countOption(context.options, 'latest', 1)
  const wanted = entries.filter(isMetBy(filtersOf(context)))
  if (latest === undefined) return wanted
  const groups = Map.groupBy(wanted, ({ document }) => groupOf(context, document))
  const kept = new Set([...groups.values()].flatMap((group) => group.slice(-latest)))
  return wanted.filter((entry) => kept.has(entry))
}

/**
 * The one snapshot that is named; `latest` is that of those that the filters let through. Throws USAGE for another than
 * they let through and for what chooses among several, SNAPSHOT_NOT_FOUND, and as `findSnapshot` does.
 */
export function namedSnapshot(context: CommandContext, history: History, wanted: string): SnapshotEntry {
  if (['latest', 'groupBy'].some((name) => context.options[name] !== undefined))
    throw new BackupError('USAGE', '--latest and --group-by choose among snapshots: leave them out to name one.')
  const filters = filtersOf(context)
  const entry = findAmong(history, wanted, filters)
  if (isMetBy(filters)(entry)) return entry
  throw new BackupError(
    'USAGE',
    `The snapshot ${entry.name.slice(0, 12)} does not meet ${textOf(filters)}: name another one, or leave that out.`,
  )
}

function findAmong(history: History, wanted: string, filters: readonly Filter[]): SnapshotEntry {
  try {
    return findSnapshot(history, wanted, { isMeant: isMetBy(filters) })
  } catch (error) {
    if (wanted !== 'latest' || filters.length === 0 || !isBackupError(error, 'SNAPSHOT_NOT_FOUND')) throw error
    throw new BackupError('SNAPSHOT_NOT_FOUND', 'No snapshot meets the filters.', {
      context: { snapshot: `${wanted} ${textOf(filters)}` },
      cause: error,
    })
  }
}

/** Names the filters that meet nothing in `entries`, or that do so only together: told, and given for the answer. */
export function warnOfFilters(
  context: Pick<CommandContext, 'options' | 't' | 'warn'>,
  entries: readonly SnapshotEntry[],
): Array<{ code: string; message: string }> {
  const filters = filtersOf(context)
  const alone = filters.filter(({ meets }) => !entries.some(({ document }) => meets(document)))
  const isEmpty = filters.length > 0 && !entries.some(isMetBy(filters))
  const together = isEmpty && alone.length === 0 ? [filters] : []
  const messages = [...alone.map((filter) => [filter]), ...together].map((each) =>
    context.t('filter.unmatched', { filter: textOf(each) }),
  )
  for (const message of messages) context.warn(message)
  return messages.map((message) => ({ code: 'FILTER_UNMATCHED', message }))
}

/** Throws USAGE where groups decide nothing. */
export function refuseLoneGroups({ options }: Pick<CommandContext, 'options'>): void {
  if (options['groupBy'] === undefined || options['latest'] !== undefined) return
  throw new BackupError('USAGE', '--group-by says of what --latest counts: add --latest N, or leave it out.')
}

interface Filter {
  readonly flag: '--source' | '--host' | '--tag' | '--path'
  readonly value: string
  readonly meets: (document: SnapshotDocument) => boolean
}

function filtersOf({ options }: Pick<CommandContext, 'options'>): Filter[] {
  const source = textOption(options, 'source')
  return [
    ...(source === undefined ? [] : [source]).map(
      (value): Filter => ({ flag: '--source', value, meets: (document) => document.source === value }),
    ),
    ...listOption(options, 'host').map(
      (value): Filter => ({ flag: '--host', value, meets: ({ host }) => host === value }),
    ),
    ...listOption(options, 'tag').map(
      (value): Filter => ({ flag: '--tag', value, meets: ({ tags }) => tags.includes(value) }),
    ),
    ...listOption(options, 'path').map((value): Filter => {
      const whole = path.resolve(value)
      return { flag: '--path', value, meets: (document) => pathsOf(document).includes(whole) }
    }),
  ]
}

function isMetBy(filters: readonly Filter[]): (entry: SnapshotEntry) => boolean {
  const options = [...Map.groupBy(filters, ({ flag }) => flag).values()]
  return ({ document }) => options.every((values) => values.some(({ meets }) => meets(document)))
}

function textOf(filters: readonly Filter[]): string {
  return filters.map(({ flag, value }) => `${flag} ${value}`).join(' ')
}

/** What tells a snapshot's group from another. Throws USAGE for a field that is none. */
export function groupOf(context: CommandContext, document: SnapshotDocument): string {
  const values: Readonly<Record<Group, () => string>> = {
    host: () => document.host,
    source: () => document.source,
    path: () => pathsOf(document).join(' '),
    tag: () => [...document.tags].sort().join(','),
  }
  return fieldsOf(context)
    .map((field) => values[field]())
    .join('  ')
}

function fieldsOf(context: CommandContext): Group[] {
  const text = textOption(context.options, 'groupBy') ?? 'source'
  return text.split(',').map((each) => {
    const field = GROUPS.find((known) => known === each.trim().replace(/s$/, ''))
    if (!field) throw new BackupError('USAGE', `--group-by takes host, source, path and tag, not "${each.trim()}".`)
    return field
  })
}

function pathsOf(document: SnapshotDocument): string[] {
  return document.paths.map((each) => printablePath(bytesOfPathText(each)))
}
