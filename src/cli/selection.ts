/**
 * Which snapshots a command is about: `--host`, `--tag`, `--path`, `--source`, `--latest N`, in groups of `--group-by`.
 */
import path from 'node:path'
import {
  bytesOfPathText,
  FILES_KIND,
  findSnapshot,
  type History,
  printablePath,
  type SnapshotDocument,
  type SnapshotEntry,
} from '../engine/index.ts'
import { BackupError, isBackupError } from '../kernel/backup-error.ts'
import { nearNames } from '../kernel/near-names.ts'
import { type CommandContext, countOption, listOption, textOption } from './command.ts'
import { nearContext, quoted } from './near-context.ts'
import { GROUPS } from './selection-options.ts'

type Group = (typeof GROUPS)[number]

/** "neonpro-backup snapshots" names them all. */
const SOURCES_SHOWN_MAX = 20

/** Those that every given option lets through; of one option given more than once, any value does. Order is kept. */
export function selected(context: CommandContext, entries: readonly SnapshotEntry[]): SnapshotEntry[] {
  const latest = countOption(context.options, 'latest', 1)
  const wanted = entries.filter(isMetBy(filtersOf(context)))
  if (latest === undefined) return wanted
  const groups = Map.groupBy(wanted, ({ document }) => groupOf(context, document))
  const kept = new Set([...groups.values()].flatMap((group) => group.slice(-latest)))
  return wanted.filter((entry) => kept.has(entry))
}

interface AskedFor {
  /** The path in it that is asked for. */
  readonly place?: string | undefined
  /** It is to be forgotten. */
  readonly isToGo?: boolean
}

/**
 * The one snapshot that is named; `latest` is that of those that the filters let through. Throws USAGE for another than
 * they let through, for what chooses among several, and for `latest` alone where `latestOfSeveral` does. Throws
 * SOURCE_NOT_FOUND, SNAPSHOT_NOT_FOUND, and as `findSnapshot` does.
 */
export function namedSnapshot(
  context: CommandContext,
  history: History,
  { wanted, ...asked }: AskedFor & { readonly wanted: string },
): SnapshotEntry {
  if (['latest', 'groupBy'].some((name) => context.options[name] !== undefined))
    throw new BackupError('USAGE', '--latest and --group-by choose among snapshots: leave them out to name one.')
  const filters = filtersOf(context)
  const entry = findAmong(context, history, wanted)
  if (wanted === 'latest' && filters.length === 0) return latestOfSeveral(context, history, asked)
  if (isMetBy(filters)(entry)) return entry
  refuseUnknownSource(context, history)
  throw new BackupError(
    'USAGE',
    `The snapshot ${entry.name.slice(0, 12)} does not meet ${textOf(filters)}: name another one, or leave that out.`,
  )
}

/**
 * The newest of all is that of whichever source ran last. It is given where nothing is lost by it: of the sources that
 * were backed up from around `place` the latest, else where it holds all the paths of the others; with a warning where
 * it does not hold them or is to be forgotten. Throws USAGE naming the sources.
 */
function latestOfSeveral(
  context: CommandContext,
  history: History,
  { place, isToGo = false }: AskedFor,
): SnapshotEntry {
  const newest = [...Map.groupBy(history.snapshots, ({ document }) => document.source).values()].map(
    (own) => own.at(-1)!,
  )
  const around = newest.filter(
    ({ document }) => place !== undefined && path.isAbsolute(place) && holds(document, place),
  )
  const meant = around.length > 0 ? around : newest
  const sources = sourcesOf(meant)
  const entry = findSnapshot(history, 'latest', { isMeant: ({ document }) => sources.includes(document.source) })
  if (sources.length < 2) return entry
  // What comes as streams has no paths that others could hold.
  const isHeld = ({ document }: SnapshotEntry) =>
    document.paths.length > 0 && pathsOf(document).every((each) => holds(entry.document, each))
  const isWhole = meant.every((each) => each === entry || isHeld(each))
  const more = sources.length - SOURCES_SHOWN_MAX
  const said = `${quoted(sources.slice(0, SOURCES_SHOWN_MAX))}${more > 0 ? ` … (+${more})` : ''}`
  if (around.length === 0 && !isWhole)
    throw new BackupError(
      'USAGE',
      `"latest" is the latest of one source, and ${sources.length} have snapshots here: say which with --source NAME. They are ${said}.`,
    )
  if (isToGo || !isWhole) context.warn(context.t('latest.several', { source: entry.document.source, sources: said }))
  return entry
}

/** Whether `place` is one of the paths that were backed up, or below one. */
function holds(document: SnapshotDocument, place: string): boolean {
  const whole = path.resolve(place)
  const aliases = (document.aliases ?? []).map((alias) => printablePath(bytesOfPathText(alias.path)))
  return [...pathsOf(document), ...aliases].some((root) => {
    const below = path.relative(root, whole)
    return below !== '..' && !below.startsWith('../')
  })
}

/** Throws SOURCE_NOT_FOUND for a --source that nothing in the repository is of, naming those that are spelled alike. */
export function refuseUnknownSource({ options }: Pick<CommandContext, 'options'>, history: History): void {
  const source = textOption(options, 'source')
  const known = sourcesOf(history.order.map(({ entry }) => entry))
  if (source === undefined || known.length === 0 || known.includes(source)) return
  throw new BackupError('SOURCE_NOT_FOUND', 'There is no such source.', {
    context: { source, ...nearContext(source, known) },
  })
}

function sourcesOf(entries: readonly SnapshotEntry[]): string[] {
  return [...new Set(entries.map(({ document }) => document.source))].sort()
}

function findAmong(context: CommandContext, history: History, wanted: string): SnapshotEntry {
  const filters = filtersOf(context)
  try {
    return findSnapshot(history, wanted, { isMeant: isMetBy(filters) })
  } catch (error) {
    if (wanted !== 'latest' || filters.length === 0 || !isBackupError(error, 'SNAPSHOT_NOT_FOUND')) throw error
    refuseUnknownSource(context, history)
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
  const messages = [...alone.map((filter) => [filter]), ...together].map((each) => {
    const filter = textOf(each)
    const near = each.flatMap(({ flag, value }) => (flag === '--source' ? nearNames(value, sourcesOf(entries)) : []))
    return near.length > 0 && each.length === 1
      ? context.t('filter.near', { filter, near: quoted(near) })
      : context.t('filter.unmatched', { filter })
  })
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

/**
 * What tells a snapshot's group from another. A source is a name and a kind, and what came as streams has no paths that
 * tell it from another: of those two sources are never one group. Throws USAGE for a field that is none.
 */
export function groupOf(context: CommandContext, document: SnapshotDocument): string {
  const fields = fieldsOf(context)
  const isOfFiles = document.sourceKind === FILES_KIND
  const source = isOfFiles ? asMember(document.source) : `${asMember(document.source)} (${document.sourceKind})`
  const values: Readonly<Record<Group, () => string>> = {
    host: () => asMember(document.host),
    source: () => source,
    path: () => pathsOf(document).map(asMember).join(' '),
    tag: () => [...document.tags].sort().map(asMember).join(','),
  }
  const given = fields.filter((field) => isOfFiles || field !== 'path').map((field) => values[field]())
  return [...given, ...(isOfFiles || fields.includes('source') ? [] : [source])].join('  ')
}

/** Two that only together read like a third are never one group: a policy would count their points as one's. */
function asMember(text: string): string {
  return /[\s,"()]/.test(text) ? JSON.stringify(text) : text
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
