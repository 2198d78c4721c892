import type { CommandContext, CommandResult } from '../command.ts'
import { configByName } from '../configuration.ts'
import type { AnswerOf } from '../json/index.ts'
import { dataOf, openCommandSystem } from '../system.ts'

/** Its points stay, and no longer expire. */
export async function run(context: CommandContext): Promise<CommandResult<AnswerOf<'config remove'>>> {
  await using started = await openCommandSystem(context)
  const { id, name } = await configByName(started.system, String(context.args[0]), context)
  const result = await started.system.manager.deleteConfig(id)
  dataOf(result, context)
  context.say(context.t('config.removed', { name }))
  return { json: { id, name, removed: true, warnings: result.warnings } }
}
