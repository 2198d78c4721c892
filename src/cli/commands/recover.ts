import type { RecoveryRequestView } from '../../contracts/system/index.ts'
import { type CommandContext, type CommandResult, listOption, textOption } from '../command.ts'
import { formatBytes } from '../format.ts'
import type { AnswerOf } from '../json/index.ts'
import { namedOne } from '../named-one.ts'
import { reasonText } from '../reasons.ts'
import { waitForRecovery } from '../recovery-wait.ts'
import { dataOf, openCommandSystem } from '../system.ts'

const EXIT_BY_STATE: Readonly<Partial<Record<RecoveryRequestView['state'], number>>> = {
  COMPLETED: 0,
  PARTIAL: 3,
  CANCELLED: 130,
}

/** A restore by the system: queued, audited, followed here. `restore` needs no system at all. */
export async function run(context: CommandContext): Promise<CommandResult<AnswerOf<'recover'>>> {
  const { t } = context
  await using started = await openCommandSystem(context, { works: true })
  const { recover } = started.system
  const paths = listOption(context.options, 'include')
  const options = {
    targetPath: textOption(context.options, 'target') ?? '',
    overwrite: (textOption(context.options, 'overwrite') ?? 'if-changed') as 'if-changed',
    ...(paths.length > 0 && { paths }),
  }
  const typed = String(context.args[0])
  const points = dataOf(await recover.getRecoveryPoints(), context)
  // A run that has no point yet, and what is none, is the call's to speak of.
  const point = namedOne(typed, points, ({ id, runId, snapshot }) => [id, runId, snapshot])?.id ?? typed
  const asked = dataOf(
    await recover.createRecoveryRequest(point, paths.length > 0 ? 'PARTIAL_RESTORE' : 'FULL_RESTORE', options),
    context,
  )
  context.say(t('recover.asked', { id: asked.id, target: asked.targetPath }))
  const request = await waitForRecovery(
    {
      look: async () => dataOf(await recover.getRecoveryStatus(asked.id), context),
      workers: async () => dataOf(await started.system.scheduler.getStatus(), context).workers,
    },
    { signal: context.signal },
  )
  context.say(
    t('recover.finished', {
      state: t(`runState.${request.state}`),
      files: request.filesRestored,
      bytes: formatBytes(request.bytesRestored),
    }),
  )
  for (const { path, reason } of request.issues) context.warn(`  ${path}: ${reasonText(reason, context.locale)}`)
  if (request.error) context.warn(`${request.error.message} ${request.error.guidance}`)
  return { json: request, exitCode: EXIT_BY_STATE[request.state] ?? 1 }
}
