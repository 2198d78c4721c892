import type { RunView } from '../../contracts/system/index.ts'
import type { CommandContext, CommandResult } from '../command.ts'
import { configByName } from '../configuration.ts'
import { decimal, formatBytes } from '../format.ts'
import type { AnswerOf } from '../json/index.ts'
import { leftOutLines } from '../left-out.ts'
import { dataOf, openCommandSystem } from '../system.ts'
import { backupWarningText } from '../warnings.ts'

const EXIT_BY_STATE: Readonly<Partial<Record<RunView['state'], number>>> = { COMPLETED: 0, PARTIAL: 3, CANCELLED: 130 }

/** Runs a configuration now and waits for it: in the process that serves the system, or in this one. */
export async function run(context: CommandContext): Promise<CommandResult<AnswerOf<'run'>>> {
  await using started = await openCommandSystem(context, { works: true })
  const { system } = started
  const config = await configByName(system, String(context.args[0]), context)
  if (!started.isOwner && !config.schedulerAlive) context.warn(context.t('status.noScheduler'))
  const runId = dataOf(await system.runBackupNow(config.id), context)
  context.say(context.t('run.started', { run: runId, name: config.name }))
  const finished = dataOf(await system.waitForRun(runId, { signal: context.signal }), context)
  context.say(lineOf(finished, context))
  for (const line of leftOutLines(finished.snapshot?.slice(0, 12) ?? finished.id, finished, context)) context.warn(line)
  for (const warning of finished.warnings.slice(0, 20)) context.warn(backupWarningText(warning, context))
  if (finished.error) context.warn(`${finished.error.message} ${finished.error.guidance}`)
  return { json: finished, exitCode: EXIT_BY_STATE[finished.state] ?? 1 }
}

function lineOf(finished: RunView, { t }: CommandContext): string {
  const { stats } = finished
  return t('run.finished', {
    state: t(`runState.${finished.state}`),
    snapshot: finished.snapshot?.slice(0, 12) ?? '–',
    files: stats ? stats.filesNew + stats.filesChanged + stats.filesUnmodified : 0,
    processed: formatBytes(stats?.bytesProcessed ?? 0),
    added: formatBytes(stats?.bytesAdded ?? 0),
    seconds: decimal((finished.durationMs ?? 0) / 1000),
  })
}
