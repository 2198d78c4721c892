import { holdsOf, RecordKind, readHistory, writeRecord } from '../../engine/index.ts'
import { BackupError } from '../../kernel/backup-error.ts'
import { userName } from '../../kernel/machine.ts'
import type { CommandContext, CommandResult } from '../command.ts'
import type { AnswerOf } from '../json/index.ts'
import { namedOne } from '../named-one.ts'
import { openRepository } from '../open.ts'

export async function run(context: CommandContext): Promise<CommandResult<AnswerOf<'hold lift'>>> {
  const typed = String(context.args[0])
  await using opened = await openRepository(context)
  const history = await readHistory(opened.repository, { signal: context.signal })
  const hold = namedOne(typed, holdsOf(history), (each) => [each.id])
  if (!hold)
    throw new BackupError('NOT_FOUND', 'There is no such hold.', { context: { object: typed, list: 'hold list' } })
  const { id } = hold
  await writeRecord(opened.repository, {
    record: RecordKind.HOLD,
    subject: id,
    by: userName(),
    value: null,
    signal: context.signal,
  })
  context.say(context.t('hold.lifted', { id }))
  return { json: { id, lifted: true } }
}
