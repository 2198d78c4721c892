/** Points with a date that can't be right, said wherever points are listed or judged. */
import type { OddPoint } from '../engine/index.ts'
import type { CommandContext } from './command.ts'
import { formatTime } from './format.ts'

const SHOWN_MAX = 10

export function warnOfOddPoints(
  { t, warn }: Pick<CommandContext, 't' | 'warn'>,
  odd: readonly OddPoint[],
  zone?: string,
): void {
  for (const { snapshot, source, doubt, finishedAt, countsAt } of odd.slice(0, SHOWN_MAX))
    warn(
      t(`odd.${doubt}`, {
        snapshot: snapshot.slice(0, 12),
        source,
        at: formatTime(finishedAt, zone),
        counts: formatTime(countsAt, zone),
      }),
    )
  if (odd.length > SHOWN_MAX) warn(t('more', { count: odd.length - SHOWN_MAX }))
}
