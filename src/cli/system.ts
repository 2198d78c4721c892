/**
 * The system for one command: over the process that runs it, or opened for a moment where none does. Imported only by
 * commands that need it.
 */
import type { Result } from '../contracts/system/index.ts'
import { userName } from '../kernel/machine.ts'
import { type StartedSystem, type StartOptions, startSystem } from '../system/index.ts'
import { CallFailed } from './call-failed.ts'
import type { CommandContext } from './command.ts'
import { withCommandKey } from './keys.ts'
import { settingsInputOf } from './settings-input.ts'

/** Due runs are not started by a passing command: `serve`, `worker` and the library do that. */
export async function openCommandSystem(
  context: CommandContext,
  more: Partial<StartOptions> = {},
): Promise<StartedSystem> {
  const started = await startSystem({
    ...settingsInputOf(await withCommandKey(context)),
    role: 'command',
    actor: `cli:${userName()}`,
    works: false,
    mayCreate: false,
    signal: context.signal,
    mayBecomeOwner: true,
    onBecome: (user) => more.works && context.warn(context.t('system.became', { user })),
    onUnsent: (notices) => context.warn(context.t('run.unsent', { notices })),
    ...more,
  })
  for (const { message } of started.warnings) context.warn(message)
  return started
}

/** The data of a call; its warnings are said. Throws CallFailed. */
export function dataOf<T>(result: Result<T>, context: CommandContext): T {
  for (const { message } of result.warnings) context.warn(message)
  if (!result.success) throw new CallFailed(result.error)
  return result.data
}
