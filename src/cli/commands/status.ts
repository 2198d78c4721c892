import type { SystemStatus } from '../../contracts/system/index.ts'
import type { CommandContext, CommandResult } from '../command.ts'
import { formatTime, tableLines } from '../format.ts'
import { dataOf, openCommandSystem } from '../system.ts'

/** What is planned, what ran last, what is wrong. Ends with 1 when nobody would start what is due. */
export async function run(context: CommandContext): Promise<CommandResult> {
  await using started = await openCommandSystem(context)
  const status = dataOf(await started.system.getStatus(), context)
  say(status, context)
  const isUnattended =
    !status.scheduler.alive && status.configs.some(({ enabled, nextRunLocal }) => enabled && nextRunLocal !== null)
  return { json: status, exitCode: isUnattended ? 1 : 0 }
}

function say(status: SystemStatus, { say, t }: CommandContext): void {
  say(t('status.places', { repository: status.repository, database: status.database }))
  say(
    status.scheduler.alive ? t('status.alive', { workers: status.scheduler.workers.length }) : t('status.noScheduler'),
  )
  const rows = status.configs.map((config) => [
    config.name,
    config.lastRun
      ? `${t(`runState.${config.lastRun.state}`)} ${config.lastRun.finishedAt ?? config.lastRun.createdAt}`
      : t('status.never'),
    config.lastGoodAt ?? '–',
    config.enabled ? (config.nextRunLocal ?? t('status.byHand')) : t('status.disabled'),
  ])
  if (rows.length === 0) say(t('serve.empty'))
  else
    for (const line of tableLines(
      [
        { title: t('column.name') },
        { title: t('column.lastRun') },
        { title: t('column.lastGood') },
        { title: t('column.next') },
      ],
      rows,
    ))
      say(line)
  for (const { snapshot, source, createdAt, countsAt } of status.datedAhead) {
    const values = { snapshot: snapshot.slice(0, 12), source, at: formatTime(createdAt) }
    say(countsAt === null ? t('odd.FUTURE', values) : t('odd.AHEAD', { ...values, counts: formatTime(countsAt) }))
  }
  for (const run of status.running)
    say(t('status.running', { name: run.configName, percent: run.progress?.percent ?? '?' }))
  for (const alert of status.alerts) say(t('status.alert', { severity: alert.severity, message: alert.message }))
}
