import path from 'node:path'
import { backupFiles, type BackupResult, printablePath, bytesOfPathText, SnapshotType } from '../../engine/index.ts'
import { BackupError } from '../../kernel/backup-error.ts'
import { countFiles } from '../../sources/index.ts'
import { type CommandContext, type CommandResult, countOption, listOption, textOption } from '../command.ts'
import { formatBytes } from '../format.ts'
import { keyFileOf, openRepository } from '../open.ts'
import { PROGRAM } from '../program.ts'

const EXIT_INCOMPLETE = 3
const SHOWN_MAX = 20

export async function run(context: CommandContext): Promise<CommandResult> {
  const paths = context.args[0] as string[]
  await using opened = await openRepository(context)
  warnOfPlaces(context, paths, opened.repository.store.location)
  const progress = context.progress('backup')
  // Only where somebody looks: without a parent nothing else says how much there is.
  using count = process.stderr.isTTY && context.options['quiet'] !== true ? countFiles(paths.map((each) => path.resolve(each))) : undefined
  const level = countOption(context.options, 'compressionLevel', 1)
  const result = await backupFiles(opened.repository, {
    paths, source: textOption(context.options, 'source') ?? paths.join(' '), type: typeOf(context), filters: filtersOf(context), tags: listOption(context.options, 'tag'),
    ...(level !== undefined && { compressionLevel: level }), state: opened.state, program: PROGRAM, signal: context.signal,
    onProgress: (facts) => progress.update({ filesDone: facts.filesDone, bytesDone: facts.bytesDone, bytesAdded: facts.bytesAdded, bytesExpected: facts.bytesExpected, filesExpected: facts.filesExpected ?? count?.files }),
  }).finally(() => progress.end())
  tell(context, result)
  const { document } = result
  const isPartial = document.skippedCount + document.changedCount + document.notKeptCount > 0
  return { json: jsonOf(result), exitCode: isPartial ? EXIT_INCOMPLETE : 0 }
}

/** A key that is only in its own backup opens nothing; a repository in its source is left out. Both are said. */
function warnOfPlaces(context: CommandContext, paths: readonly string[], repository: string): void {
  const isInside = (file: string) => paths.some((each) => file.startsWith(`${path.resolve(each).replace(/\/$/, '')}/`))
  const keyFile = keyFileOf(context)
  if (keyFile !== undefined && isInside(keyFile)) context.warn(context.t('key.inSource', { file: keyFile }))
  if (isInside(repository)) context.warn(context.t('backup.repositoryInside', { repository }))
}

function typeOf(context: CommandContext): SnapshotType {
  const text = (textOption(context.options, 'type') ?? 'incremental').toUpperCase()
  const type = Object.values(SnapshotType).find((known) => known === text)
  if (!type) throw new BackupError('USAGE', `--type is full, incremental or differential, not "${text.toLowerCase()}".`)
  return type
}

function filtersOf(context: CommandContext): Record<string, unknown> {
  const { options } = context
  const since = textOption(options, 'modifiedSince')
  const sinceMs = since === undefined ? undefined : Date.parse(since)
  if (sinceMs !== undefined && Number.isNaN(sinceMs)) throw new BackupError('USAGE', `--modified-since takes a date such as 2024-01-01, not "${since}".`)
  const sizeLimit = countOption(options, 'sizeLimit', 1)
  const lists = { includePatterns: listOption(options, 'include'), excludePatterns: listOption(options, 'exclude'), excludeIfPresent: listOption(options, 'excludeIfPresent') }
  return {
    ...Object.fromEntries(Object.entries(lists).filter(([, list]) => list.length > 0)), ...(sizeLimit !== undefined && { sizeLimit }), ...(sinceMs !== undefined && { modifiedSinceMs: sinceMs }),
    ...(options['excludeCaches'] === true && { excludeCaches: true }), ...(options['oneFileSystem'] === true && { oneFileSystem: true }),
  }
}

function tell(context: CommandContext, { snapshot, document, durationMs }: BackupResult): void {
  const { t, say } = context
  const { summary } = document
  const files = summary.filesNew + summary.filesChanged + summary.filesUnmodified
  say(t('backup.done', { snapshot: snapshot.slice(0, 12), type: document.type, files, new: summary.filesNew, changed: summary.filesChanged, unmodified: summary.filesUnmodified }))
  say(t('backup.sizes', { processed: formatBytes(summary.bytesProcessed), added: formatBytes(summary.bytesAdded), stored: formatBytes(summary.bytesStored), seconds: (durationMs / 1000).toFixed(1) }))
  if (document.skippedCount > 0) {
    context.warn(t('backup.skipped', { count: document.skippedCount }))
    for (const { path, reason } of document.skipped.slice(0, SHOWN_MAX)) context.warn(`  ${printablePath(bytesOfPathText(path))} (${reason})`)
  }
  if (document.changedCount > 0) context.warn(t('backup.changed', { count: document.changedCount }))
  if (document.notKeptCount > 0) context.warn(t('backup.notKept', { count: document.notKeptCount }))
}

function jsonOf({ snapshot, document, durationMs }: BackupResult): unknown {
  const { summary } = document
  return {
    snapshot, type: document.type, filesNew: summary.filesNew, filesChanged: summary.filesChanged, filesUnmodified: summary.filesUnmodified, filesFiltered: summary.filesFiltered,
    bytesProcessed: summary.bytesProcessed, bytesAdded: summary.bytesAdded, bytesStored: summary.bytesStored, durationMs: Math.round(durationMs), skipped: document.skipped, skippedCount: document.skippedCount,
    changedWhileRead: document.changedWhileRead, metadataNotKept: document.metadataNotKept,
  }
}
