/**
 * Says that a system has made a repository: a slip in the path would hide there for good, and so would the default where
 * the true one was only forgotten.
 */
import { holdsRepository } from '../storage/index.ts'
import { resolveSettings } from '../system/settings/index.ts'
import type { CommandContext } from './command.ts'
import { settingsInputOf } from './settings-input.ts'

/**
 * Looks before the system is opened; what it gives is called when that went well, warns and answers with the warning.
 * The first use of a system makes its repository (as the library does): one that was there before is no news.
 */
export function watchForNewRepository(context: CommandContext): () => Array<{ code: string; message: string }> {
  const { repository, isRepositoryNamed } = resolveSettings(settingsInputOf(context)).values
  if (holdsRepository(repository)) return () => []
  return () => {
    if (!holdsRepository(repository)) return []
    const key = isRepositoryNamed ? 'config.newRepository' : 'config.ownRepository'
    const message = context.t(key, { location: repository.path })
    context.warn(message)
    return [{ code: 'REPOSITORY_MADE', message }]
  }
}
