import type { CommandContext, CommandResult } from '../command.ts'
import { switchConfig } from '../config-switch.ts'

export function run(context: CommandContext): Promise<CommandResult> {
  return switchConfig(context, true)
}
