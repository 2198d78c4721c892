import { changeKeyring, Repository } from '../../engine/index.ts'
import { isoTime, nowMs } from '../../kernel/clock.ts'
import type { CommandContext, CommandResult } from '../command.ts'
import type { AnswerOf } from '../json/index.ts'
import { openRepository } from '../open.ts'

export async function run(context: CommandContext): Promise<CommandResult<AnswerOf<'key rotate'>>> {
  await using opened = await openRepository(context)
  const { keys, store } = opened.repository
  await changeKeyring(store, keys, { newEpoch: true, keks: opened.keks, now: isoTime(nowMs()) })
  context.act?.done({})
  const reopened = await Repository.open(store, opened.keks)
  const epoch = Math.max(...reopened.keys.bundle.masters.map((master) => master.epoch))
  context.say(context.t('key.rotated', { epoch }))
  return { json: { generation: reopened.keys.generation, epoch } }
}
