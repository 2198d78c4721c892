import { formatLocal } from '../../kernel/zone.ts'
import type { CommandContext, CommandResult } from '../command.ts'
import { textOption } from '../command.ts'
import { configByName } from '../configuration.ts'
import { formatMoment, formatOffset, nextRunText, tableLines } from '../format.ts'
import type { AnswerOf } from '../json/index.ts'
import { sentence } from '../locale.ts'
import { dataOf, openCommandSystem } from '../system.ts'

/** The next runs; with --simulate what the policies would keep, and why. */
export async function run(context: CommandContext): Promise<CommandResult<AnswerOf<'schedule'>>> {
  await using started = await openCommandSystem(context)
  const { system } = started
  const name = textOption(context.options, 'config')
  const config = name === undefined ? undefined : await configByName(system, name, context)
  if (context.options['simulate'] !== true) {
    const whole = dataOf(await system.scheduler.getStatus(), context)
    const next = whole.next.filter(({ configId }) => config === undefined || configId === config.id)
    const status = { ...whole, next }
    if (!status.alive) context.warn(context.t('status.noScheduler'))
    if (status.next.length === 0) context.say(context.t('schedule.none'))
    else
      for (const line of tableLines(
        [{ title: context.t('column.next') }, { title: context.t('column.name') }],
        status.next.map(({ dueLocal, configName }) => [nextRunText(dueLocal, status.alive, context.t), configName]),
      ))
        context.say(line)
    return { json: status }
  }
  const simulation = dataOf(await system.manager.simulateRetention(config ? { configId: config.id } : {}), context)
  const zones = new Map(
    dataOf(await system.manager.listConfigs(), context).map((each) => [each.name, each.settings.timezone]),
  )
  const rows = simulation.points.map((point) => [
    context.t(point.isKept ? 'forget.keep' : 'forget.drop'),
    shownTime(point, zones),
    point.source,
    point.snapshot.slice(0, 12),
    point.reasons.map((reason) => sentence(reason, context.locale)).join(', '),
  ])
  if (rows.length === 0) context.say(context.t('schedule.noPoints'))
  else
    for (const line of tableLines(
      [
        { title: context.t('column.plan') },
        { title: context.t('column.time') },
        { title: context.t('column.source') },
        { title: context.t('column.snapshot') },
        { title: context.t('column.why') },
      ],
      rows,
    ))
      context.say(line)
  return { json: simulation }
}

/** On the clock that decided: of the configuration's zone; this machine's for a point of none. */
function shownTime(
  { createdAt, source }: { readonly createdAt: string; readonly source: string },
  zones: ReadonlyMap<string, string>,
): string {
  const zone = zones.get(source)
  return zone === undefined ? formatMoment(createdAt) : formatOffset(formatLocal(Date.parse(createdAt), zone))
}
