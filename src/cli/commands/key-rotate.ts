import { changeKeyring } from '../../engine/index.ts'
import { isoTime, nowMs } from '../../kernel/clock.ts'
import { type CommandContext, type CommandResult, keysOf } from '../command.ts'
import { openRepository } from '../open.ts'

export async function run(context: CommandContext): Promise<CommandResult> {
  await using opened = await openRepository(context)
  const { keys, store } = opened.repository
  await changeKeyring(store, keys, { newEpoch: true, keks: await keysOf(context), now: isoTime(nowMs()) })
  context.say(context.t('key.rotated', { generation: keys.generation + 1 }))
  return { json: { generation: keys.generation + 1 } }
}
