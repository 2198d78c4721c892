/** Says that a system has made a repository at a place that was named: a slip in the path would hide there for good. */
import { holdsRepository, parseLocation } from '../storage/index.ts'
import { type CommandContext, isRepositoryNamed, repositoryOption } from './command.ts'

/**
 * Looks before the system is opened; what it gives is called when that went well, warns and answers with the warning.
 * The first use of a system makes its repository (as the library does): one that was there before is no news.
 */
export function watchForNewRepository(context: CommandContext): () => Array<{ code: string; message: string }> {
  if (!isRepositoryNamed(context)) return () => []
  const { path } = parseLocation(repositoryOption(context))
  if (holdsRepository({ path })) return () => []
  return () => {
    if (!holdsRepository({ path })) return []
    const message = context.t('config.newRepository', { location: path })
    context.warn(message)
    return [{ code: 'REPOSITORY_MADE', message }]
  }
}
