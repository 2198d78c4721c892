/**
 * `--repo` of what concerns a system that is there: it names one of its further repositories, and the system itself is
 * found without it.
 */
import { parseLocation, storage } from '../system/compose.ts'
import { readSettled, resolveSettings } from '../system/settings/index.ts'
import { type CommandContext, textOption } from './command.ts'
import { settingsInputOf } from './settings-input.ts'

/** A name, as `repository add` takes it, is no path: `./second` is one. */
const NAME = /^[a-z0-9][a-z0-9._-]{0,62}$/i

/** The same call without what names a repository, or a key of its own. */
export function ofSystem(context: CommandContext, ...names: readonly ('repo' | 'keyFile')[]): CommandContext {
  const left = Object.entries(context.options).filter(([name]) => !names.some((each) => each === name))
  return { ...context, options: Object.fromEntries(left) }
}

/** What `--repo` says as the system takes it: a name as it is, a place in full. */
export function nameOrPlace(text: string): string {
  return NAME.test(text) ? text : storage.labelOf(parseLocation(text))
}

/**
 * Where a configuration is to write to, and the call that opens its system. Before there is one, `--repo` is where its
 * first repository will be.
 */
export function writtenRepository(context: CommandContext): {
  readonly context: CommandContext
  readonly repository?: string
} {
  const named = textOption(context.options, 'repo')
  if (named === undefined) return { context }
  const bare = ofSystem(context, 'repo')
  const { home } = resolveSettings(settingsInputOf(bare)).values
  // A database alone may be what a refused first try has left.
  const hasFirst = readSettled(home) !== undefined
  return hasFirst ? { context: bare, repository: nameOrPlace(named) } : { context }
}
