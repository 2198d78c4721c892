import { randomBytes } from 'node:crypto'
import { createInterface } from 'node:readline/promises'
import { type History, protect, RecordKind, readHistory } from '../../engine/index.ts'
import { BackupError } from '../../kernel/backup-error.ts'
import { isoTime, nowMs } from '../../kernel/clock.ts'
import { userName } from '../../kernel/machine.ts'
import { DayEnd } from '../../kernel/moment.ts'
import { nearNames } from '../../kernel/near-names.ts'
import { textFault } from '../../kernel/text.ts'
import type { ActFacts } from '../act-notes.ts'
import { type CommandContext, type CommandResult, dateOption, textOption } from '../command.ts'
import type { AnswerOf } from '../json/index.ts'
import { quoted } from '../near-context.ts'
import { openRepository } from '../open.ts'
import { namedSnapshot } from '../selection.ts'
import { coveredBy } from './hold-list.ts'

interface Target {
  readonly snapshot: string | null
  readonly source: string | null
}

export async function run(context: CommandContext): Promise<CommandResult<AnswerOf<'hold add'>>> {
  const { options } = context
  const until = endOf(context)
  if (!isTargetNamed(context) && !canAsk(context))
    throw new BackupError('USAGE', 'Say what to hold: --snapshot SNAPSHOT, --source NAME, or --everything.')
  await using opened = await openRepository(context)
  const history = await readHistory(opened.repository, { signal: context.signal })
  const target = isTargetNamed(context) ? namedTarget(context, history) : await askedTarget(context, history)
  const id = randomBytes(4).toString('hex')
  const value = { ...target, reason: textOption(options, 'reason') ?? '', until }
  // Its reason may name a person, and stands with the hold alone.
  context.act?.about({ ...heldFacts(target), ...(until !== null && { until }) })
  await protect(
    opened.repository,
    { record: RecordKind.HOLD, subject: id, by: userName(), value, signal: context.signal },
    target.snapshot,
  )
  context.say(context.t('hold.done', { id, covers: coveredBy(context, value) }))
  const warnings = unknownSource(context, history, target)
  for (const { message } of warnings) context.warn(message)
  return { json: { id, ...value, warnings } }
}

function heldFacts({ snapshot, source }: Target): ActFacts {
  if (snapshot === null && source === null) return { everything: true }
  return { ...(snapshot !== null && { snapshot }), ...(source !== null && { source }) }
}

function isTargetNamed({ options }: CommandContext): boolean {
  return ['snapshot', 'source', 'everything'].some((name) => options[name] !== undefined)
}

function canAsk({ options }: CommandContext): boolean {
  return options['json'] !== true && process.stdin.isTTY === true && process.stderr.isTTY === true
}

/** Throws USAGE, SNAPSHOT_NOT_FOUND, SNAPSHOT_AMBIGUOUS. */
function namedTarget(context: CommandContext, history: History): Target {
  const { options } = context
  const [snapshot, source] = [textOption(options, 'snapshot'), textOption(options, 'source')]
  if (options['everything'] === true && (snapshot ?? source) !== undefined)
    throw new BackupError('USAGE', '--everything stands alone: leave out --snapshot and --source.')
  return {
    snapshot: snapshot === undefined ? null : namedSnapshot(context, history, { wanted: snapshot }).name,
    source: source ?? null,
  }
}

/** A hold on everything is never what an empty answer means. */
async function askedTarget(context: CommandContext, history: History): Promise<Target> {
  const sources = [...new Set(history.snapshots.map(({ document }) => document.source))]
  const lines = createInterface({ input: process.stdin, output: process.stderr })
  try {
    const question = context.t('hold.ask', { sources: sources.join(', ') })
    const answer = (await lines.question(question, { signal: context.signal })).trim()
    if (answer === '*') return { snapshot: null, source: null }
    if (sources.includes(answer)) return { snapshot: null, source: answer }
    if (answer === '' || textFault(answer) !== undefined)
      throw new BackupError('USAGE', 'Say what to hold: --snapshot SNAPSHOT, --source NAME, or --everything.')
    return { snapshot: namedSnapshot(context, history, { wanted: answer }).name, source: null }
  } finally {
    lines.close()
  }
}

/** A name that nothing has is a slip more often than a source to come. */
function unknownSource(
  { t }: CommandContext,
  history: History,
  { source }: Target,
): Array<{ code: string; message: string }> {
  const known = [...new Set(history.snapshots.map(({ document }) => document.source))]
  if (source === null || known.includes(source)) return []
  const near = nearNames(source, known)
  const message =
    near.length > 0 ? t('hold.nearSource', { source, near: quoted(near) }) : t('hold.unknownSource', { source })
  return [{ code: 'HOLD_SOURCE_UNKNOWN', message }]
}

/** A day counts to its end: "until 2047-01-31" still holds on that day. Throws USAGE. */
function endOf(context: CommandContext): string | null {
  const at = dateOption(context, 'until', DayEnd.LAST)
  if (at === undefined) return null
  if (at > nowMs()) return isoTime(at)
  throw new BackupError(
    'USAGE',
    `--until ${textOption(context.options, 'until')} is past already: that would hold nothing.`,
  )
}
