/**
 * Says that a system has made a repository: a slip in the path would hide there for good, and so would the default
 * where the true one was only forgotten.
 */
import { storage } from '../system/compose.ts'
import { resolveSettings } from '../system/settings/index.ts'
import type { CommandContext } from './command.ts'
import { settingsInputOf } from './settings-input.ts'

type Made = Array<{ code: string; message: string }>

/**
 * Looks before the system is opened; what it gives is called when that went well, warns and answers with the warning.
 * The first use of a system makes its repository (as the library does): one that was there before is no news.
 */
export async function watchForNewRepository(context: CommandContext): Promise<() => Promise<Made>> {
  const { repository, isRepositoryNamed } = resolveSettings(settingsInputOf(context)).values
  if (await storage.holdsRepository(repository, context.signal)) return () => Promise.resolve([])
  return async () => {
    if (!(await storage.holdsRepository(repository, context.signal))) return []
    const key = isRepositoryNamed ? 'config.newRepository' : 'config.ownRepository'
    const message = context.t(key, { location: storage.labelOf(repository) })
    context.warn(message)
    return [{ code: 'REPOSITORY_MADE', message }]
  }
}
