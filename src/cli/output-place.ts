/** Where a file that a command writes for somebody may stand. */
import { Needed, neededState, requireApartFromState, targetRefused } from '../engine/index.ts'
import { repositoryAround } from '../storage/index.ts'
import { type CommandContext, homeOf } from './command.ts'

/**
 * Among the objects of a repository it would be a stranger, and among the files of HOME it would be taken for one of
 * them: neither is a restore's target, nor a place for what is written out of one. Throws TARGET_REFUSED.
 */
export function refuseOutputPlace(context: CommandContext, place: string): void {
  const around = repositoryAround(place)
  if (around !== undefined) throw targetRefused(place, `It lies in ${Needed.REPOSITORY} ${around}`)
  requireApartFromState(place, neededState(homeOf(context)))
}
