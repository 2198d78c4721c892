import { upgradeRepository } from '../../engine/index.ts'
import type { CommandContext, CommandResult } from '../command.ts'
import type { AnswerOf } from '../json/index.ts'
import { openRepository } from '../open.ts'

const EXIT_INCOMPLETE = 3

export async function run(context: CommandContext): Promise<CommandResult<AnswerOf<'repository upgrade'>>> {
  const { t, say, warn, signal } = context
  await using opened = await openRepository(context)
  const result = await upgradeRepository(opened.repository, { signal })
  const { isUpgraded, version, olderWriters } = result
  if (isUpgraded) context.act?.done({ version, generation: result.generation })
  say(t(isUpgraded ? 'upgrade.done' : 'upgrade.none', { version }))
  for (const { session, host } of olderWriters) warn(t('upgrade.writer', { session, host: host ?? '?' }))
  return {
    json: { ...result, olderWriters: [...olderWriters] },
    ...(olderWriters.length > 0 && { exitCode: EXIT_INCOMPLETE }),
  }
}
