/** What a run lacks: the first few by name; for the rest, the command that lists them. */
import { RUN_ITEMS_MAX, type RunView } from '../contracts/system/index.ts'
import type { CommandContext } from './command.ts'
import { skippedText } from './reasons.ts'

const NAMED_MAX = 5
/** A list of many partial runs would be one of paths. */
const RUNS_MAX = 3
const SHORT = 12

export type LackingRun = Pick<RunView, 'skipped' | 'snapshot'> & Partial<Pick<RunView, 'configName'>>

/** One line of title, one for each that is named, one for the rest. Empty where the run lacks nothing. */
export function leftOutLines(
  what: string,
  { skipped, snapshot, configName }: LackingRun,
  context: Pick<CommandContext, 't' | 'locale'>,
): string[] {
  const { t } = context
  if (skipped.length === 0) return []
  const named = skipped.slice(0, NAMED_MAX)
  const count = skipped.length - named.length
  const more = skipped.length >= RUN_ITEMS_MAX ? 'leftOut.manyMore' : 'leftOut.more'
  return [
    t('leftOut.title', { what }),
    ...named.map(({ path, reason }) => `  ${path}: ${skippedText(context, reason, configName)}`),
    ...(count > 0 ? [t(more, { count, snapshot: snapshot?.slice(0, SHORT) ?? '–' })] : []),
  ]
}

/** Of a list, newest first: of the first few that lack something. */
export function newestLacking<T>(all: readonly T[], isLacking: (each: T) => boolean): readonly T[] {
  return all.filter(isLacking).slice(0, RUNS_MAX)
}
