import { protect, RecordKind, readHistory, writeRecord } from '../../engine/index.ts'
import { userName } from '../../kernel/machine.ts'
import { type CommandContext, type CommandResult, textOption } from '../command.ts'
import type { AnswerOf } from '../json/index.ts'
import { openRepository } from '../open.ts'
import { namedSnapshot } from '../selection.ts'

export async function run(context: CommandContext): Promise<CommandResult<AnswerOf<'pin'>>> {
  return change(context, { reason: textOption(context.options, 'reason') ?? '' })
}

/** Pins, or with `value` null lifts the pin. */
export async function change(
  context: CommandContext,
  value: { reason: string } | null,
): Promise<CommandResult<AnswerOf<'pin'>>> {
  await using opened = await openRepository(context)
  const history = await readHistory(opened.repository, { signal: context.signal })
  const { name } = namedSnapshot(context, history, { wanted: String(context.args[0]) })
  const isPinned = history.records.some(
    ({ document }) => document.record === RecordKind.PIN && document.subject === name,
  )
  if (value === null && !isPinned) {
    context.say(context.t('pin.none', { snapshot: name.slice(0, 12) }))
    return { json: { snapshot: name, pinned: false } }
  }
  const change = { record: RecordKind.PIN, subject: name, by: userName(), value, signal: context.signal }
  await (value ? protect(opened.repository, change, name) : writeRecord(opened.repository, change))
  context.say(context.t(value ? 'pin.done' : 'pin.lifted', { snapshot: name.slice(0, 12) }))
  return { json: { snapshot: name, pinned: value !== null } }
}
