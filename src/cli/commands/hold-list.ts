import { holdsOf, readHistory } from '../../engine/index.ts'
import type { CommandContext, CommandResult } from '../command.ts'
import { openRepository } from '../open.ts'

export async function run(context: CommandContext): Promise<CommandResult> {
  await using opened = await openRepository(context)
  const holds = holdsOf(await readHistory(opened.repository, { signal: context.signal }))
  for (const { id, snapshot, source, until, reason } of holds) context.say([id, snapshot?.slice(0, 12) ?? source ?? '*', until ?? '-', reason].join('  '))
  return { json: { holds } }
}
