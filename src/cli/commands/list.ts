import { listObjects } from '../../engine/index.ts'
import { isoTime } from '../../kernel/clock.ts'
import type { CommandContext, CommandResult } from '../command.ts'
import { formatTime } from '../format.ts'
import type { AnswerOf } from '../json/index.ts'
import { objectKindOf } from '../object-kinds.ts'
import { openRepository } from '../open.ts'

/** Names of objects as `cat` takes them. Line by line: a large repository has many. */
export async function run(context: CommandContext): Promise<CommandResult<AnswerOf<'list'>>> {
  const isJson = context.options['json'] === true
  const kind = objectKindOf(String(context.args[0]))
  await using opened = await openRepository(context, { remembers: false })
  const objects = []
  for await (const { key, bytes, modifiedMs } of listObjects(opened.repository, kind, context.signal)) {
    const storedAt = isoTime(modifiedMs)
    if (isJson) objects.push({ key, bytes, storedAt })
    else context.say(`${String(bytes).padStart(12)} ${formatTime(storedAt)} ${key}`)
  }
  return { json: { kind, objects } }
}
