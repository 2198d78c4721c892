import type { CommandContext, CommandResult } from '../command.ts'
import { runService } from '../service.ts'

/** One more worker over a shared PostgreSQL; on the embedded database the only one. */
export function run(context: CommandContext): Promise<CommandResult> {
  return runService(context, 'worker')
}
