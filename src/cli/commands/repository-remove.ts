import type { CommandContext, CommandResult } from '../command.ts'
import { nameOrPlace } from '../further-repository.ts'
import type { AnswerOf } from '../json/index.ts'
import { dataOf, openCommandSystem } from '../system.ts'

export async function run(context: CommandContext): Promise<CommandResult<AnswerOf<'repository remove'>>> {
  const { say, t } = context
  await using started = await openCommandSystem(context)
  const removed = dataOf(await started.system.removeRepository(nameOrPlace(String(context.args[0]))), context)
  say(t('repository.removed', { ...removed }))
  return { json: { ...removed, removed: true } }
}
