import type { CommandContext, CommandResult } from './command.ts'
import { sayNext } from './config-text.ts'
import { configByName } from './configuration.ts'
import type { AnswerOf } from './json/index.ts'
import { dataOf, openCommandSystem } from './system.ts'

/** `config enable` and `config disable`. */
export async function switchConfig(
  context: CommandContext,
  enabled: boolean,
): Promise<CommandResult<AnswerOf<'config enable'>>> {
  await using started = await openCommandSystem(context)
  const { id } = await configByName(started.system, String(context.args[0]), context)
  const result = await started.system.manager.updateConfig(id, { enabled })
  const config = dataOf(result, context)
  context.say(context.t(enabled ? 'config.enabled' : 'config.nowDisabled', { name: config.name }))
  if (enabled) sayNext(config, context)
  return { json: { ...config, warnings: result.warnings } }
}
