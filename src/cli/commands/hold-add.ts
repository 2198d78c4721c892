import { randomBytes } from 'node:crypto'
import { findSnapshot, readHistory, writeRecord } from '../../engine/index.ts'
import { BackupError } from '../../kernel/backup-error.ts'
import { userName } from '../../kernel/machine.ts'
import { type CommandContext, type CommandResult, textOption } from '../command.ts'
import { openRepository } from '../open.ts'

export async function run(context: CommandContext): Promise<CommandResult> {
  const { options } = context
  const wanted = textOption(options, 'snapshot')
  const source = textOption(options, 'source') ?? null
  const until = textOption(options, 'until')
  if (until !== undefined && Number.isNaN(Date.parse(until))) throw new BackupError('USAGE', `--until takes a date such as 2047-01-31, not "${until}".`)
  await using opened = await openRepository(context)
  const history = await readHistory(opened.repository, { signal: context.signal })
  const snapshot = wanted === undefined ? null : findSnapshot(history, wanted).name
  const id = randomBytes(4).toString('hex')
  const value = { snapshot, source, reason: textOption(options, 'reason') ?? '', until: until === undefined ? null : new Date(until).toISOString() }
  await writeRecord(opened.repository, history, { record: 'hold', subject: id, by: userName(), value })
  context.say(context.t('hold.done', { id }))
  return { json: { id, ...value } }
}
