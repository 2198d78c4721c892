import type { ConfigView, RunView } from '../../contracts/system/index.ts'
import { BackupError, isBackupError } from '../../kernel/backup-error.ts'
import { appendAll } from '../../kernel/collect.ts'
import { shortIds } from '../../kernel/id-beginning.ts'
import type { BackupSystem } from '../../system/index.ts'
import { STATES } from '../choices.ts'
import { type CommandContext, type CommandResult, countOption, textOption } from '../command.ts'
import { configByName } from '../configuration.ts'
import { formatBytes, formatMoment, tableLines } from '../format.ts'
import type { AnswerOf } from '../json/index.ts'
import { leftOutLines, newestLacking } from '../left-out.ts'
import { namedOne, SHOWN_LENGTH } from '../named-one.ts'
import { dataOf, openCommandSystem } from '../system.ts'
import { backupWarningText } from '../warnings.ts'

const SHOWN_RUNS = 20
/** What a call gives at once. */
const PAGE_MAX = 1000

/** The newest runs, of one configuration or all; or one of them, by its id. */
export async function run(context: CommandContext): Promise<CommandResult<AnswerOf<'runs'>>> {
  const { t } = context
  const latest = countOption(context.options, 'latest', 1) ?? SHOWN_RUNS
  const status = stateOption(context)
  await using started = await openCommandSystem(context)
  const [name] = context.args as [string | undefined]
  const config = name === undefined ? undefined : await configOrRun(started.system, name, context)
  if (config !== undefined && 'state' in config) return showRun(config, context)
  const filters = { ...(config && { configId: config.id }), ...(status !== undefined && { status }) }
  const { runs, total } = await newestRuns(started.system, { filters, latest }, context)
  if (runs.length === 0) context.say(t('runs.none'))
  else for (const line of table(context, runs)) context.say(line)
  if (total > runs.length) context.say(t('runs.more', { shown: runs.length, total }))
  for (const each of newestLacking(runs, ({ skipped }) => skipped.length > 0))
    for (const line of leftOutLines(each.id.slice(0, SHOWN_LENGTH), each, context)) context.say(line)
  return { json: { runs, total } }
}

/** A name counts before an id, and its refusal where nothing is meant. Throws CONFIG_NOT_FOUND, ID_AMBIGUOUS. */
async function configOrRun(system: BackupSystem, name: string, context: CommandContext): Promise<ConfigView | RunView> {
  try {
    return await configByName(system, name, context)
  } catch (error) {
    if (!isBackupError(error, 'CONFIG_NOT_FOUND')) throw error
    const { runs } = await newestRuns(system, { filters: {}, latest: Number.MAX_SAFE_INTEGER }, context)
    const meant = namedOne(name, runs, ({ id }) => [id])
    if (meant === undefined) throw error
    return meant
  }
}

/** One run, with what it lacks and what it had to say. */
function showRun(each: RunView, context: CommandContext): CommandResult<AnswerOf<'runs'>> {
  for (const line of table(context, [each])) context.say(line)
  for (const line of leftOutLines(each.id, each, context)) context.say(line)
  for (const warning of each.warnings) context.say(backupWarningText(warning, context))
  if (each.error) context.say(`${each.error.message} ${each.error.guidance}`)
  return { json: { runs: [each], total: 1 } }
}

/** Throws USAGE. */
function stateOption({ options }: CommandContext): string | undefined {
  const typed = textOption(options, 'state')
  if (typed === undefined) return undefined
  const state = STATES.find((each) => each === typed.toUpperCase())
  if (state) return state
  throw new BackupError(
    'USAGE',
    `--state takes PENDING, RUNNING, COMPLETED, PARTIAL, FAILED, CANCELLED or MISSED, not "${typed}".`,
  )
}

interface Wanted {
  readonly filters: { readonly configId?: string; readonly status?: string }
  readonly latest: number
}

async function newestRuns(
  { manager }: BackupSystem,
  { filters, latest }: Wanted,
  context: CommandContext,
): Promise<{ readonly runs: readonly RunView[]; readonly total: number }> {
  const limit = Math.min(latest, PAGE_MAX)
  const runs: RunView[] = []
  for (let page = 1; ; page += 1) {
    const { items, total } = dataOf(await manager.listBackups(filters, { page, limit }), context)
    appendAll(runs, items)
    if (items.length < limit || runs.length >= Math.min(latest, total)) return { runs: runs.slice(0, latest), total }
  }
}

function table({ t, locale }: CommandContext, runs: readonly RunView[]): string[] {
  const ids = shortIds(
    runs.map(({ id }) => id),
    SHOWN_LENGTH,
  )
  return tableLines(
    [
      { title: t('column.run') },
      { title: t('column.time') },
      { title: t('column.name') },
      { title: t('column.type') },
      { title: t('column.state') },
      { title: t('column.snapshot') },
      { title: t('column.new'), isNumber: true },
      { title: t('column.why') },
    ],
    runs.map((each) => [
      ids.get(each.id)!,
      formatMoment(each.startedAt ?? each.createdAt),
      each.configName,
      each.type,
      t(`runState.${each.state}`),
      each.snapshot?.slice(0, 12) ?? '–',
      each.stats ? formatBytes(each.stats.bytesAdded, locale) : '–',
      each.error?.message ?? '',
    ]),
  )
}
