import path from 'node:path'
import {
  type BackupPlan,
  type BackupResult,
  backupFiles,
  bytesOfPathText,
  type PathText,
  planBackup,
  printablePath,
  SnapshotType,
} from '../../engine/index.ts'
import { BackupError } from '../../kernel/backup-error.ts'
import { nowMs } from '../../kernel/clock.ts'
import { hostName } from '../../kernel/machine.ts'
import { DayEnd, momentOf } from '../../kernel/moment.ts'
import { PROGRAM } from '../../kernel/program.ts'
import { countFiles, type FileFilters } from '../../sources/index.ts'
import { tellBackup } from '../backup-detail.ts'
import {
  bytesOption,
  type CommandContext,
  type CommandResult,
  countOption,
  listOption,
  textOption,
  zoneOption,
} from '../command.ts'
import { decimal, formatBytes } from '../format.ts'
import type { AnswerOf } from '../json/index.ts'
import { excludesOf, givenPaths } from '../name-lists.ts'
import { openRepository, refuseKeyInHome } from '../open.ts'
import { warnOfPlaces } from '../own-places.ts'
import { reasonText } from '../reasons.ts'
import { backupWarningText } from '../warnings.ts'

const EXIT_INCOMPLETE = 3
const SHOWN_MAX = 20

export async function run(context: CommandContext): Promise<CommandResult<AnswerOf<'backup'>>> {
  const { paths, names } = await givenPaths(context)
  const level = levelOf(context)
  const asked = {
    paths,
    source: textOption(context.options, 'source') ?? defaultSource(names),
    type: typeOf(context),
    filters: await filtersOf(context),
    allowEmpty: context.options['allowEmpty'] === true,
    signal: context.signal,
  }
  const isDryRun = context.options['dryRun'] === true
  refuseKeyInHome(context)
  await using opened = await openRepository(context, { remembers: !isDryRun })
  warnOfPlaces(context, asked, opened.repository.store.local?.root)
  if (isDryRun) return tellPlan(context, await planBackup(opened.repository, { ...asked, state: opened.state }))
  const progress = context.progress('backup')
  // Only where somebody looks: without a parent nothing else says how much there is.
  using count =
    process.stderr.isTTY && context.options['quiet'] !== true
      ? countFiles(paths.map((each) => path.resolve(each)))
      : undefined
  const result = await backupFiles(opened.repository, {
    ...asked,
    tags: listOption(context.options, 'tag'),
    ...(level !== undefined && { compressionLevel: level }),
    state: opened.state,
    program: PROGRAM,
    onProgress: (facts) =>
      progress.update({
        filesDone: facts.filesDone,
        bytesDone: facts.bytesDone,
        bytesAdded: facts.bytesAdded,
        bytesExpected: facts.bytesExpected,
        filesExpected: facts.filesExpected ?? count?.files,
      }),
  }).finally(() => progress.end())
  tell(context, result)
  const { document } = result
  const isPartial = document.skippedCount + document.changedCount + document.notKeptCount > 0
  if (isPartial) context.warn(context.t('backup.partial'))
  const { keks } = opened
  return {
    json: jsonOf(result),
    exitCode: isPartial ? EXIT_INCOMPLETE : 0,
    ...(context.detail && { afterwards: () => tellBackup(context, keks, result) }),
  }
}

/** The same folder has one name, wherever the program is started, and two machines never share one. */
function defaultSource(names: readonly string[]): string {
  return `${hostName()}:${names
    .map((each) => printablePath(Buffer.from(each).toString('latin1')))
    .sort()
    .join(' ')}`
}

const LEVEL_MAX = 9

function levelOf(context: CommandContext): number | undefined {
  const level = countOption(context.options, 'compressionLevel', 1)
  if (level !== undefined && level > LEVEL_MAX)
    throw new BackupError('USAGE', `--compression-level is 1 to 9, not ${level}.`)
  return level
}

function typeOf(context: CommandContext): SnapshotType {
  const text = (textOption(context.options, 'type') ?? 'incremental').toUpperCase()
  const type = Object.values(SnapshotType).find((known) => known === text)
  if (!type) throw new BackupError('USAGE', `--type is full, incremental or differential, not "${text.toLowerCase()}".`)
  return type
}

async function filtersOf(context: CommandContext): Promise<FileFilters> {
  const { options } = context
  const since = textOption(options, 'modifiedSince')
  const sinceMs = since === undefined ? undefined : sinceOf(context, since)
  const sizeLimit = bytesOption(options, 'sizeLimit')
  const lists = {
    includePatterns: listOption(options, 'include'),
    excludePatterns: await excludesOf(context),
    excludeIfPresent: listOption(options, 'excludeIfPresent'),
  }
  return {
    ...Object.fromEntries(Object.entries(lists).filter(([, list]) => list.length > 0)),
    ...(sizeLimit !== undefined && { sizeLimit }),
    ...(sinceMs !== undefined && { modifiedSinceMs: sinceMs }),
    ...(options['excludeCaches'] === true && { excludeCaches: true }),
    ...(options['oneFileSystem'] === true && { oneFileSystem: true }),
  }
}

const AGE_MS: Readonly<Record<string, number>> = { h: 3_600_000, d: 86_400_000, w: 7 * 86_400_000 }

/** A date (from 00:00 on the machine's clock), a time with its offset, or an age such as 12h, 7d or 4w. */
function sinceOf(context: CommandContext, since: string): number {
  const age = /^(\d+)([hdw])$/.exec(since)
  const at = age
    ? nowMs() - Number(age[1]) * AGE_MS[age[2]!]!
    : momentOf(since, { zone: zoneOption(context), end: DayEnd.FIRST })
  if (at === undefined)
    throw new BackupError(
      'USAGE',
      `--modified-since takes a date such as 2024-01-01 or an age such as 7d, not "${since}".`,
    )
  return at
}

function tell(context: CommandContext, { snapshot, document, durationMs }: BackupResult): void {
  const { t, say, warn, locale } = context
  const { summary } = document
  const files = summary.filesNew + summary.filesChanged + summary.filesUnmodified
  say(
    t('backup.done', {
      snapshot: snapshot.slice(0, 12),
      type: document.type,
      source: document.source,
      files,
      new: summary.filesNew,
      changed: summary.filesChanged,
      unmodified: summary.filesUnmodified,
    }),
  )
  say(
    t('backup.sizes', {
      processed: formatBytes(summary.bytesProcessed),
      added: formatBytes(summary.bytesAdded),
      stored: formatBytes(summary.bytesStored),
      seconds: decimal(durationMs / 1000),
    }),
  )
  const list = (
    title: 'backup.skipped' | 'backup.changed' | 'backup.notKept',
    count: number,
    lines: readonly string[],
  ) => {
    if (count === 0) return
    warn(t(title, { count }))
    for (const line of lines.slice(0, SHOWN_MAX)) warn(`  ${line}`)
    if (count > SHOWN_MAX) warn(t('leftOut.more', { count: count - SHOWN_MAX, snapshot: snapshot.slice(0, 12) }))
  }
  // On standard error, like all that makes a backup less than its paths.
  if (listOption(context.options, 'include').length > 0 && context.options['quiet'] !== true)
    warn(t('backup.included', { files, filtered: summary.filesFiltered }))
  warnOf(context, document.warnings ?? [])
  const printed = (path: PathText) => printablePath(bytesOfPathText(path))
  list(
    'backup.skipped',
    document.skippedCount,
    document.skipped.map(({ path, reason }) => `${printed(path)}: ${reasonText(reason, locale)}`),
  )
  list('backup.changed', document.changedCount, document.changedWhileRead.map(printed))
  list(
    'backup.notKept',
    document.notKeptCount,
    document.metadataNotKept.map(({ path, what }) => `${printed(path)}: ${reasonText(what, locale)}`),
  )
}

function warnOf(context: CommandContext, warnings: NonNullable<BackupResult['document']['warnings']>): void {
  for (const each of warnings.slice(0, SHOWN_MAX)) context.warn(backupWarningText(each, context))
  if (warnings.length > SHOWN_MAX) context.warn(context.t('more', { count: warnings.length - SHOWN_MAX }))
}

/** Nothing was stored: an incomplete plan is told as an incomplete backup would be. */
function tellPlan(context: CommandContext, plan: BackupPlan): CommandResult<AnswerOf<'backup'>> {
  const { t, say, warn, locale } = context
  const printed = (each: PathText) => printablePath(bytesOfPathText(each))
  for (const { path: file, change } of context.detail ? plan.files : [])
    context.detail?.({ what: change, of: printed(file) })
  say(t('backup.dryRun', { source: plan.source }))
  for (const { path: file, change, bytes } of plan.files.slice(0, SHOWN_MAX))
    say(`  ${t(`backup.plan.${change}`)}  ${printed(file)}  ${formatBytes(bytes)}`)
  if (plan.files.length > SHOWN_MAX) say(t('more', { count: plan.files.length - SHOWN_MAX }))
  say(
    t('backup.planned', {
      files: plan.filesNew + plan.filesChanged + plan.filesUnmodified,
      new: plan.filesNew,
      changed: plan.filesChanged,
      unmodified: plan.filesUnmodified,
      filtered: plan.filesFiltered,
      bytes: formatBytes(plan.bytesToRead),
    }),
  )
  warnOf(context, plan.warnings)
  if (plan.skippedCount > 0) warn(t('backup.skipped', { count: plan.skippedCount }))
  for (const { path: each, reason } of plan.skipped.slice(0, SHOWN_MAX))
    warn(`  ${printed(each)}: ${reasonText(reason, locale)}`)
  return { json: { dryRun: true, ...plan }, exitCode: plan.skippedCount > 0 ? EXIT_INCOMPLETE : 0 }
}

function jsonOf({ snapshot, document, durationMs }: BackupResult): AnswerOf<'backup'> {
  const { summary } = document
  return {
    dryRun: false,
    snapshot,
    source: document.source,
    type: document.type,
    filesNew: summary.filesNew,
    filesChanged: summary.filesChanged,
    filesUnmodified: summary.filesUnmodified,
    filesFiltered: summary.filesFiltered,
    bytesProcessed: summary.bytesProcessed,
    bytesAdded: summary.bytesAdded,
    bytesStored: summary.bytesStored,
    durationMs: Math.round(durationMs),
    skipped: document.skipped,
    skippedCount: document.skippedCount,
    warnings: document.warnings ?? [],
    changedWhileRead: document.changedWhileRead,
    changedCount: document.changedCount,
    metadataNotKept: document.metadataNotKept,
    notKeptCount: document.notKeptCount,
  }
}
