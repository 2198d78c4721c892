import { changeKeyring, parseKek, Repository } from '../../engine/index.ts'
import { isoTime, nowMs } from '../../kernel/clock.ts'
import { type CommandContext, type CommandResult, keysOf, textOption } from '../command.ts'
import { openRepository } from '../open.ts'

export async function run(context: CommandContext): Promise<CommandResult> {
  const kek = parseKek(`file:${String(context.args[0])}`, 'the new key file')
  await using opened = await openRepository(context)
  const { keys, store } = opened.repository
  const label = textOption(context.options, 'label') ?? String(context.args[0])
  await changeKeyring(store, keys, { add: { kek, label }, keks: await keysOf(context), now: isoTime(nowMs()) })
  // The new key has to open the repository by itself before anybody relies on it.
  const reopened = await Repository.open(store, [kek])
  const id = reopened.keys.openedBy
  context.say(context.t('key.added', { id, generation: reopened.keys.generation }))
  return { json: { id, generation: reopened.keys.generation } }
}
