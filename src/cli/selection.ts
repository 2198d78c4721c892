/** Which snapshots a command is about: `--host`, `--tag`, `--path`, `--source`, `--latest N`, in groups of `--group-by`. */
import path from 'node:path'
import { bytesOfPathText, printablePath, type SnapshotDocument, type SnapshotEntry } from '../engine/index.ts'
import { BackupError } from '../kernel/backup-error.ts'
import { type CommandContext, countOption, listOption, textOption } from './command.ts'
import { GROUPS } from './selection-options.ts'

type Group = (typeof GROUPS)[number]

/** Those that every given option lets through; of one option given more than once, any value does. Order is kept. */
export function selected(context: CommandContext, entries: readonly SnapshotEntry[]): SnapshotEntry[] {
  const source = textOption(context.options, 'source')
  const hosts = listOption(context.options, 'host')
  const tags = listOption(context.options, 'tag')
  const paths = listOption(context.options, 'path').map((each) => path.resolve(each))
  const latest = countOption(context.options, 'latest', 1)
  const isWanted = ({ document }: SnapshotEntry) =>
    (source === undefined || document.source === source) &&
    (hosts.length === 0 || hosts.includes(document.host)) &&
    (tags.length === 0 || tags.some((tag) => document.tags.includes(tag))) &&
    (paths.length === 0 || pathsOf(document).some((each) => paths.includes(each)))
  const wanted = entries.filter(isWanted)
  if (latest === undefined) return wanted
  const groups = Map.groupBy(wanted, ({ document }) => groupOf(context, document))
  const kept = new Set([...groups.values()].flatMap((group) => group.slice(-latest)))
  return wanted.filter((entry) => kept.has(entry))
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
