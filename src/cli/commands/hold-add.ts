import { randomBytes } from 'node:crypto'
import { findSnapshot, protect, RecordKind, readHistory } from '../../engine/index.ts'
import { BackupError } from '../../kernel/backup-error.ts'
import { nowMs } from '../../kernel/clock.ts'
import { userName } from '../../kernel/machine.ts'
import { type CommandContext, type CommandResult, textOption } from '../command.ts'
import { openRepository } from '../open.ts'
import { coveredBy } from './hold-list.ts'

export async function run(context: CommandContext): Promise<CommandResult> {
  const { options } = context
  const wanted = textOption(options, 'snapshot')
  const source = textOption(options, 'source') ?? null
  const until = endOf(textOption(options, 'until'))
  await using opened = await openRepository(context)
  const history = await readHistory(opened.repository, { signal: context.signal })
  const snapshot = wanted === undefined ? null : findSnapshot(history, wanted).name
  const id = randomBytes(4).toString('hex')
  const value = { snapshot, source, reason: textOption(options, 'reason') ?? '', until }
  await protect(
    opened.repository,
    { record: RecordKind.HOLD, subject: id, by: userName(), value, signal: context.signal },
    snapshot,
  )
  context.say(context.t('hold.done', { id, covers: coveredBy(context, value) }))
  return { json: { id, ...value } }
}

/** A day counts to its end: "until 2047-01-31" still holds on that day. */
function endOf(text: string | undefined): string | null {
  if (text === undefined) return null
  const at = Date.parse(/^\d{4}-\d{2}-\d{2}$/.test(text) ? `${text}T23:59:59.999` : text)
  if (Number.isNaN(at)) throw new BackupError('USAGE', `--until takes a date such as 2047-01-31, not "${text}".`)
  if (at <= nowMs()) throw new BackupError('USAGE', `--until ${text} is past already: that would hold nothing.`)
  return new Date(at).toISOString()
}
