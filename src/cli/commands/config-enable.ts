import type { CommandContext, CommandResult } from '../command.ts'
import { switchConfig } from '../config-switch.ts'
import type { AnswerOf } from '../json/index.ts'

export function run(context: CommandContext): Promise<CommandResult<AnswerOf<'config enable'>>> {
  return switchConfig(context, true)
}
