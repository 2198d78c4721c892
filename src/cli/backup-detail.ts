/** What a backup decided for each path: read off the snapshot beside its parent, so that a backup without -v pays nothing. */
import {
  type BackupResult,
  bytesOfPathText,
  Inspector,
  printablePath,
  type Repository,
  readHistory,
} from '../engine/index.ts'
import type { CommandContext } from './command.ts'
import { reasonText } from './reasons.ts'

export async function tellBackup(context: CommandContext, repository: Repository, result: BackupResult): Promise<void> {
  const { detail, locale, signal } = context
  if (!detail) return
  const { snapshots } = await readHistory(repository, { signal })
  const entry = snapshots.find(({ name }) => name === result.snapshot)
  const parent = snapshots.find(({ name }) => name === result.document.parent)
  if (!entry) return
  await using inspector = await Inspector.open(repository)
  const changes = new Map<string, 'new' | 'changed' | 'metadata'>()
  if (parent)
    for await (const { path, change } of inspector.diff(parent, entry)) {
      if (change === 'removed') detail({ what: 'gone', of: path })
      else changes.set(path, change === 'added' ? 'new' : change)
    }
  for await (const { path, type } of inspector.list(entry, '/', { recursive: true })) {
    const what = changes.get(path) ?? (parent ? 'unchanged' : 'new')
    // An unchanged folder says nothing that its files don't.
    if (type !== 'directory' || what !== 'unchanged') detail({ what, of: path })
  }
  for (const { path, reason } of result.document.skipped)
    detail({ what: 'skipped', of: printablePath(bytesOfPathText(path)), reason: reasonText(reason, locale) })
}
