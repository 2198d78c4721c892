import type { CommandContext, CommandResult } from '../command.ts'
import { change } from './pin.ts'

export function run(context: CommandContext): Promise<CommandResult> {
  return change(context, null)
}
