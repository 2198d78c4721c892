import path from 'node:path'
import {
  Overwrite,
  type RestoreChange,
  type RestoreResult,
  readHistory,
  restoreSnapshot,
  type SnapshotEntry,
} from '../../engine/index.ts'
import { BackupError } from '../../kernel/backup-error.ts'
import { type CommandContext, type CommandResult, listOption, textOption } from '../command.ts'
import { decimal, formatBytes, formatTime } from '../format.ts'
import type { AnswerOf } from '../json/index.ts'
import { neededPlaces, openRepository } from '../open.ts'
import { reasonText } from '../reasons.ts'
import { namedSnapshot } from '../selection.ts'
import { splitWanted } from '../wanted-part.ts'

const EXIT_INCOMPLETE = 3
/** Each is a file that somebody may need; --json lists them all. */
const SHOWN_MAX = 200
/** Of a dry run: so many are shown, and so many are in the JSON. */
const CHANGES_SHOWN_MAX = 100
const CHANGES_MAX = 100_000

interface PlannedChange {
  /** In the snapshot. */
  readonly path: string
  /** Where it is written, or removed. */
  readonly target: string
  readonly change: RestoreChange
}

export async function run(context: CommandContext): Promise<CommandResult<AnswerOf<'restore'>>> {
  const { options, signal, detail } = context
  const [wanted, subtree] = splitWanted(String(context.args[0]))
  await using opened = await openRepository(context)
  const history = await readHistory(opened.repository, { signal })
  const entry = namedSnapshot(context, history, { wanted, place: subtree })
  const target = path.resolve(textOption(options, 'target') ?? '')
  const overwrite = overwriteOf(context)
  const progress = context.progress('restore')
  const isDry = options['dryRun'] === true
  const changes: PlannedChange[] = []
  let [changeCount, parentsNotKept] = [0, 0]
  const result = await restoreSnapshot(opened.repository, entry.document, {
    target,
    include: listOption(options, 'include'),
    exclude: listOption(options, 'exclude'),
    overwrite,
    delete: options['delete'] === true || options['deleteExcluded'] === true,
    deleteExcluded: options['deleteExcluded'] === true,
    needed: neededPlaces(context),
    dryRun: isDry,
    verify: options['verify'] === true,
    ...(subtree !== undefined && { subtree }),
    signal,
    onAccepted: () => announce(context, entry, target),
    onParentNotKept: () => {
      parentsNotKept += 1
    },
    ...(isDry && {
      onChange: (from: string, change: RestoreChange, at: string) => {
        changeCount += 1
        if (changes.length < CHANGES_MAX) changes.push({ path: from, target: at, change })
      },
    }),
    onProgress: (facts) => progress.update(facts),
    ...(detail && {
      onEntry: (of, what, reason) =>
        detail({ what, of, ...(reason !== undefined && { reason: reasonText(reason, context.locale) }) }),
    }),
  }).finally(() => progress.end())
  if (isDry) tellChanges(context, changes, changeCount)
  tell(context, result)
  if (parentsNotKept > 0) context.say(context.t('restore.parents', { count: parentsNotKept }))
  return {
    json: {
      dryRun: isDry,
      snapshot: entry.name,
      target,
      ...result,
      parentsNotKept,
      ...(isDry && { changes, changeCount }),
      durationMs: Math.round(result.durationMs),
    },
    exitCode: result.issueCount > 0 ? EXIT_INCOMPLETE : 0,
  }
}

/** What "latest" turned out to be, before anything is written. */
function announce({ t, say, options }: CommandContext, { name, document }: SnapshotEntry, target: string): void {
  say(
    t('restore.from', {
      snapshot: name.slice(0, 12),
      source: document.source,
      time: formatTime(document.finishedAt),
      target,
    }),
  )
  if (!document.complete || document.skippedCount > 0)
    say(t('restore.partial', { state: t(document.complete ? 'state.partial' : 'state.checkpoint') }))
  if (options['dryRun'] === true) say(t('restore.dryRun'))
}

/** What a dry run is for; with -v each path is told as it is decided. */
function tellChanges({ t, say, detail }: CommandContext, changes: readonly PlannedChange[], count: number): void {
  if (detail) return
  for (const { target, change } of changes.slice(0, CHANGES_SHOWN_MAX))
    say(`  ${t(`restore.plan.${change}`)}  ${target}`)
  if (count > CHANGES_SHOWN_MAX) say(t('restore.plan.more', { count: count - CHANGES_SHOWN_MAX }))
}

function overwriteOf(context: CommandContext): Overwrite {
  const text = textOption(context.options, 'overwrite') ?? Overwrite.IF_CHANGED
  const mode = Object.values(Overwrite).find((known) => known === text)
  if (!mode) throw new BackupError('USAGE', `--overwrite is always, if-changed, if-newer or never, not "${text}".`)
  return mode
}

function tell({ t, say, warn, locale }: CommandContext, result: RestoreResult): void {
  const values = {
    files: result.filesRestored,
    bytes: formatBytes(result.bytesRestored),
    unchanged: result.filesUnchanged,
    kept: result.filesKept,
    seconds: decimal(result.durationMs / 1000),
  }
  say(t('restore.done', values))
  if (result.filesVerified > 0) say(t('restore.verified', { files: result.filesVerified }))
  if (result.metadataRestored > 0) say(t('restore.metadata', { count: result.metadataRestored }))
  if (result.deleted > 0) say(t('restore.deleted', { count: result.deleted }))
  if (result.unmatched.length > 0) warn(t('restore.unmatched', { patterns: result.unmatched.join(', ') }))
  if (result.issueCount === 0) return
  warn(t('restore.issues', { count: result.issueCount }))
  for (const { path: at, reason } of result.issues.slice(0, SHOWN_MAX)) warn(`  ${at}: ${reasonText(reason, locale)}`)
  if (result.issueCount > SHOWN_MAX) warn(t('more', { count: result.issueCount - SHOWN_MAX }))
}
