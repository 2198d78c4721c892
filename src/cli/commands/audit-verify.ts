import { StringDecoder } from 'node:string_decoder'
import type { AuditVerdict } from '../../contracts/system/index.ts'
import { BackupError, systemCode } from '../../kernel/backup-error.ts'
import { type CommandContext, type CommandResult, textOption } from '../command.ts'
import { formatNumbers } from '../format.ts'
import { piecesOf } from '../given-file.ts'
import type { AnswerOf } from '../json/index.ts'
import type { MessageKey } from '../messages/en.ts'

const EXIT_FOUND = 1
const SHOWN_MAX = 50

/**
 * The log of this system, or an exported one: for that neither database nor key nor repository is needed, and none is
 * loaded.
 */
export async function run(context: CommandContext): Promise<CommandResult<AnswerOf<'audit verify'>>> {
  const file = textOption(context.options, 'file')
  return file === undefined ? await verifySystem(context) : await verifyFile(context, file)
}

async function verifySystem(context: CommandContext): Promise<CommandResult<AnswerOf<'audit verify'>>> {
  const { dataOf, openCommandSystem } = await import('../system.ts')
  await using started = await openCommandSystem(context)
  const verdict = dataOf(await started.system.verifyAudit(), context)
  if (verdict.isIntact)
    context.say(context.t('audit.intact', { entries: verdict.entries, segments: verdict.segments, head: verdict.head }))
  for (const { locations, entries, from, to } of verdict.closedAnew)
    context.warn(
      context.t('audit.closedAnew', {
        entries,
        numbers: formatNumbers(context.t, from!, to!),
        locations: locations.join(', '),
      }),
    )
  return found(context, verdict)
}

async function verifyFile(context: CommandContext, file: string): Promise<CommandResult<AnswerOf<'audit verify'>>> {
  const { verifyExport } = await import('../../services/audit/export-file.ts')
  const verdict = await verifyExport(linesOf(file, context))
  if (verdict.isIntact)
    context.say(
      context.t('audit.fileIntact', {
        entries: verdict.entries,
        numbers: formatNumbers(context.t, verdict.from, verdict.to),
        head: verdict.head,
      }),
    )
  return found(context, verdict)
}

/**
 * Only "\n" ends a line of the format: readline also breaks at characters that may stand in an entry. Throws
 * SOURCE_UNREADABLE for a file that is not there.
 */
async function* linesOf(file: string, context: CommandContext): AsyncGenerator<string> {
  let rest = ''
  const decoder = new StringDecoder('utf8')
  try {
    for await (const piece of piecesOf(file, context)) {
      const lines = `${rest}${decoder.write(piece)}`.split('\n')
      rest = lines.pop() ?? ''
      yield* lines
    }
  } catch (error) {
    if (systemCode(error) === 'ENOENT')
      throw new BackupError('SOURCE_UNREADABLE', 'There is no such file.', {
        context: { path: file, cause: 'ENOENT' },
        cause: error,
      })
    throw error
  }
  rest += decoder.end()
  if (rest !== '') yield rest
}

function found<Verdict extends Pick<AuditVerdict, 'isIntact' | 'problems'>>(
  { warn, t }: CommandContext,
  verdict: Verdict,
): CommandResult<Verdict> {
  const { problems } = verdict
  if (problems.length > 0) warn(t('audit.problems', { count: problems.length }))
  for (const { sequence, what } of problems.slice(0, SHOWN_MAX))
    warn(`  ${sequence ?? '–'}  ${what}: ${t(`audit.${what}` as MessageKey)}`)
  return { json: verdict, exitCode: verdict.isIntact ? 0 : EXIT_FOUND }
}
