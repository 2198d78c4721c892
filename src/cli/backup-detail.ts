/**
 * What a backup decided for each path: read off the snapshot beside its parent, so that a backup without -v pays
 * nothing. The backup is stored and told by then: what goes wrong here is a warning.
 */
import {
  type BackupResult,
  bytesOfPathText,
  type Compared,
  Inspector,
  type Kek,
  printablePath,
  type Repository,
  readHistory,
} from '../engine/index.ts'
import { throwIfAborted } from '../kernel/abort.ts'
import type { CommandContext } from './command.ts'
import { errorReport } from './error-report.ts'
import { openRepository } from './open.ts'
import { reasonText } from './reasons.ts'

export async function tellBackup(context: CommandContext, keks: readonly Kek[], result: BackupResult): Promise<void> {
  try {
    await using opened = await openRepository(context, { remembers: false, keks })
    await tellPaths(context, opened.repository, result)
  } catch (error) {
    const { lines } = errorReport(error, { command: context.command, locale: context.locale })
    context.warn(context.t('backup.detailFailed', { why: lines[0] ?? '' }))
  }
}

const WHAT = { added: 'new', removed: 'gone', changed: 'changed', metadata: 'metadata', same: 'unchanged' } as const

async function tellPaths(context: CommandContext, repository: Repository, result: BackupResult): Promise<void> {
  const { detail, locale, signal } = context
  if (!detail) return
  const { snapshots } = await readHistory(repository, { signal })
  const entry = snapshots.find(({ name }) => name === result.snapshot)
  const parent = snapshots.find(({ name }) => name === result.document.parent)
  if (!entry) return
  await using inspector = await Inspector.open(repository)
  for await (const { path, change, isDirectory } of inspector.compare(parent, entry)) {
    throwIfAborted(signal)
    // An unchanged folder says nothing that its files don't.
    if (!isDirectory || change !== 'same') detail({ what: WHAT[change satisfies Compared['change']], of: path })
  }
  for (const { path, reason } of result.document.skipped)
    detail({ what: 'skipped', of: printablePath(bytesOfPathText(path)), reason: reasonText(reason, locale) })
}
