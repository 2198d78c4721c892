import type { CommandContext, CommandResult } from '../command.ts'
import type { AnswerOf } from '../json/index.ts'
import { runService } from '../service.ts'

/** One more worker over a shared PostgreSQL; on the embedded database the only one. */
export function run(context: CommandContext): Promise<CommandResult<AnswerOf<'worker'>>> {
  return runService(context, 'worker')
}
