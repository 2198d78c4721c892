import type { CommandContext, CommandResult } from '../command.ts'
import { configByName } from '../configuration.ts'
import { nameOrPlace } from '../further-repository.ts'
import type { AnswerOf } from '../json/index.ts'
import { dataOf, openCommandSystem } from '../system.ts'

/** From the next run on. */
export async function run(context: CommandContext): Promise<CommandResult<AnswerOf<'repository use'>>> {
  const { say, t } = context
  await using started = await openCommandSystem(context)
  const former = await configByName(started.system, String(context.args[0]), context)
  const result = await started.system.useRepository(former.id, nameOrPlace(String(context.args[1])))
  const config = dataOf(result, context)
  const { name, repository } = config
  if (repository === former.repository) say(t('repository.usedAlready', { config: name, name: repository }))
  else say(t('repository.used', { config: name, name: repository, former: former.repository }))
  return { json: { ...config, warnings: result.warnings } }
}
