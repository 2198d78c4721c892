import type { RecoveryPointView } from '../../contracts/system/index.ts'
import { isBackupError } from '../../kernel/backup-error.ts'
import { shortIds } from '../../kernel/id-beginning.ts'
import type { BackupSystem } from '../../system/index.ts'
import { type CommandContext, type CommandResult, countOption } from '../command.ts'
import { FIRST } from '../config-text.ts'
import { configByName } from '../configuration.ts'
import { formatBytes, formatMoment, tableLines } from '../format.ts'
import type { AnswerOf } from '../json/index.ts'
import { leftOutLines, newestLacking } from '../left-out.ts'
import { SHOWN_LENGTH } from '../named-one.ts'
import { dataOf, openCommandSystem } from '../system.ts'

/** The restore points that `recover` takes, of one configuration or all. */
export async function run(context: CommandContext): Promise<CommandResult<AnswerOf<'points'>>> {
  const { t, say } = context
  const latest = countOption(context.options, 'latest', 1)
  await using started = await openCommandSystem(context)
  const [name] = context.args as [string | undefined]
  const all = await pointsOf(started.system, name, context)
  const points = all.slice(0, latest)
  if (points.length === 0) say(t('points.none'))
  else for (const line of table(context, points)) say(line)
  if (all.length > points.length) say(t('points.more', { shown: points.length, total: all.length }))
  for (const point of newestLacking(points, ({ isComplete }) => !isComplete))
    await sayLacking(point, started.system, context)
  return { json: { points, total: all.length } }
}

/** Of a point that no run made, its snapshot alone knows. */
async function sayLacking(point: RecoveryPointView, system: BackupSystem, context: CommandContext): Promise<void> {
  const { runId, snapshot } = point
  const run = runId === null ? undefined : await system.manager.getRun(runId)
  const what = point.id.slice(0, SHOWN_LENGTH)
  const lines = run?.success ? leftOutLines(what, { ...run.data, snapshot }, context) : []
  if (lines.length === 0) lines.push(context.t('leftOut.unknown', { what, snapshot: snapshot.slice(0, 12) }))
  for (const line of lines) context.say(line)
}

/** A removed configuration keeps its points: they go by its name. Throws CONFIG_NOT_FOUND. */
async function pointsOf(
  system: BackupSystem,
  name: string | undefined,
  context: CommandContext,
): Promise<readonly RecoveryPointView[]> {
  const { recover } = system
  if (name === undefined) return dataOf(await recover.getRecoveryPoints(), context)
  try {
    const { id } = await configByName(system, name, context)
    return dataOf(await recover.getRecoveryPoints(id), context)
  } catch (error) {
    if (!isBackupError(error, 'CONFIG_NOT_FOUND')) throw error
    const left = dataOf(await recover.getRecoveryPoints(), context).filter(({ source }) => source === name)
    if (left.length === 0) throw error
    return left
  }
}

function table({ t, locale }: CommandContext, points: readonly RecoveryPointView[]): string[] {
  const ids = shortIds(
    points.flatMap(({ id, runId }) => (runId === null ? [id] : [id, runId])),
    SHOWN_LENGTH,
  )
  const isSeveral = points.some(({ repository }) => repository !== FIRST)
  return tableLines(
    [
      { title: t('column.point') },
      { title: t('column.run') },
      { title: t('column.snapshot') },
      { title: t('column.time') },
      { title: t('column.type') },
      { title: t('column.state') },
      { title: t('column.files'), isNumber: true },
      { title: t('column.size'), isNumber: true },
      { title: t('column.source') },
      ...(isSeveral ? [{ title: t('column.repository') }] : []),
      { title: t('column.kept') },
    ],
    points.map((point) => [
      ids.get(point.id)!,
      point.runId === null ? '–' : ids.get(point.runId)!,
      point.snapshot.slice(0, 12),
      formatMoment(point.createdAt),
      point.type,
      t(point.isComplete ? 'state.complete' : 'state.partial'),
      String(point.files),
      formatBytes(point.bytes, locale),
      point.source,
      ...(isSeveral ? [point.repository] : []),
      [
        ...(point.pinned ? [t('kept.pin')] : []),
        ...point.holds.map((id) => t('kept.hold', { id })),
        ...(point.expiresAt === null ? [] : [t('kept.expires', { at: formatMoment(point.expiresAt) })]),
      ].join(', '),
    ]),
  )
}
