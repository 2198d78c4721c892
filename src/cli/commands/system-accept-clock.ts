import type { CommandContext, CommandResult } from '../command.ts'
import type { AnswerOf } from '../json/index.ts'
import { dataOf, openCommandSystem } from '../system.ts'

/** An operator says that the clock is right: ages count again. */
export async function run(context: CommandContext): Promise<CommandResult<AnswerOf<'system accept-clock'>>> {
  await using started = await openCommandSystem(context)
  const accepted = dataOf(await started.system.acceptClock(), context)
  context.say(context.t('clock.accepted'))
  return { json: accepted }
}
