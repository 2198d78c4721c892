import type { CommandContext, CommandResult } from '../command.ts'
import type { AnswerOf } from '../json/index.ts'
import { change } from './pin.ts'

export function run(context: CommandContext): Promise<CommandResult<AnswerOf<'unpin'>>> {
  return change(context, null)
}
