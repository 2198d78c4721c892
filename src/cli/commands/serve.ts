import type { CommandContext, CommandResult } from '../command.ts'
import type { AnswerOf } from '../json/index.ts'
import { runService } from '../service.ts'

/** The system as a service: scheduler and worker in one process, until it is told to end. */
export function run(context: CommandContext): Promise<CommandResult<AnswerOf<'serve'>>> {
  return runService(context, 'serve')
}
