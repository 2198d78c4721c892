import { sourceText } from '../../contracts/system/index.ts'
import type { CommandContext, CommandResult } from '../command.ts'
import { nextRunText, tableLines } from '../format.ts'
import type { AnswerOf } from '../json/index.ts'
import { dataOf, openCommandSystem } from '../system.ts'

export async function run(context: CommandContext): Promise<CommandResult<AnswerOf<'config list'>>> {
  const { say, t } = context
  await using started = await openCommandSystem(context)
  const configs = dataOf(await started.system.manager.listConfigs(), context)
  const rows = configs.map(({ id, name, enabled, nextRunLocal, schedulerAlive, settings }) => [
    name,
    id.slice(0, 8),
    sourceText(settings),
    enabled
      ? nextRunLocal === null
        ? t('status.byHand')
        : nextRunText(nextRunLocal, schedulerAlive, t)
      : t('status.disabled'),
  ])
  if (rows.length === 0) say(t('config.none'))
  else
    for (const line of tableLines(
      [
        { title: t('column.name') },
        { title: t('column.id') },
        { title: t('column.source') },
        { title: t('column.next') },
      ],
      rows,
    ))
      say(line)
  if (configs.some(({ enabled, nextRunAt, schedulerAlive }) => enabled && nextRunAt !== null && !schedulerAlive))
    say(t('config.noScheduler'))
  return { json: { configs } }
}
