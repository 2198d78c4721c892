import fs from 'node:fs'
import { BackupError } from '../../kernel/backup-error.ts'
import { isoTime } from '../../kernel/clock.ts'
import { DayEnd } from '../../kernel/moment.ts'
import { withPath } from '../../kernel/system-failure.ts'
import { type CommandContext, type CommandResult, dateOption, textOption } from '../command.ts'
import type { AnswerOf } from '../json/index.ts'
import { refuseOutputPlace } from '../output-place.ts'
import { dataOf, openCommandSystem } from '../system.ts'

/** Writes the log as JSON lines, to standard output or into a new file. */
export async function run(context: CommandContext): Promise<CommandResult<AnswerOf<'audit export'> | null>> {
  const { options } = context
  const file = textOption(options, 'output')
  const from = dateOption(context, 'from', DayEnd.FIRST)
  const to = dateOption(context, 'to', DayEnd.LAST)
  if (options['json'] === true && file === undefined)
    throw new BackupError('USAGE', 'Standard output carries the file itself: --json needs --output FILE.')
  if (file !== undefined && fs.existsSync(file))
    throw new BackupError('USAGE', `${file} is there already: name another --output.`)
  if (file !== undefined) refuseOutputPlace(context, file)
  await using started = await openCommandSystem(context)
  const text = dataOf(
    await started.system.exportAudit({
      ...(from !== undefined && { from: isoTime(from) }),
      ...(to !== undefined && { to: isoTime(to) }),
    }),
    context,
  )
  const entries = text.split('\n').length - 2
  if (file === undefined) {
    process.stdout.write(text)
    return { json: null }
  }
  writeWhole(file, text)
  context.say(context.t('audit.exported', { entries, file }))
  return { json: { file, entries } }
}

/** The file appears under its name only when it is whole. */
function writeWhole(file: string, text: string): void {
  const aside = `${file}.neonpro-part`
  try {
    fs.writeFileSync(aside, text, { mode: 0o600, flush: true })
    fs.renameSync(aside, file)
  } catch (error) {
    fs.rmSync(aside, { force: true })
    throw withPath(error, file)
  }
}
