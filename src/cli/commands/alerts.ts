import { type CommandContext, type CommandResult, textOption } from '../command.ts'
import { formatMoment, tableLines } from '../format.ts'
import type { AnswerOf } from '../json/index.ts'
import { namedOne } from '../named-one.ts'
import { dataOf, openCommandSystem } from '../system.ts'

/** Open alarms, the gravest first. */
export async function run(context: CommandContext): Promise<CommandResult<AnswerOf<'alerts'>>> {
  const { t } = context
  await using started = await openCommandSystem(context)
  const { monitor } = started.system
  const id = textOption(context.options, 'acknowledge')
  const alerts = dataOf(await monitor.getActiveAlerts(), context)
  if (id !== undefined) {
    const meant = namedOne(id, alerts, (alert) => [alert.id])?.id ?? id
    const seen = dataOf(await monitor.acknowledgeAlert(meant), context)
    context.say(t('alerts.acknowledged', { id: seen.id }))
    return { json: { alerts: [seen] } }
  }
  if (alerts.length === 0) context.say(t('alerts.none'))
  else
    for (const line of tableLines(
      [{ title: t('column.time') }, { title: t('column.kind') }, { title: t('column.id') }, { title: t('column.why') }],
      alerts.map((alert) => [
        formatMoment(alert.firstSeenAt),
        `${t(`severity.${alert.severity}`)} ${alert.type}`,
        alert.id,
        alert.state === 'ACKNOWLEDGED' ? `${alert.message} ${t('alerts.seen')}` : alert.message,
      ]),
    ))
      context.say(line)
  return { json: { alerts } }
}
