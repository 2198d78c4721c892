import type { SettingsInput } from '../system/settings/index.ts'
import { type CommandContext, textOption } from './command.ts'

/** Where settings come from, as the command line was called. */
export function settingsInputOf({ options, env }: CommandContext): SettingsInput {
  const [home, repository, keyFile] = [
    textOption(options, 'home'),
    textOption(options, 'repo'),
    textOption(options, 'keyFile'),
  ]
  return {
    cwd: process.cwd(),
    env,
    ...(home !== undefined && { home }),
    ...(repository !== undefined && { repository }),
    ...(keyFile !== undefined && { keyFile }),
  }
}
