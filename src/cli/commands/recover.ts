import type { RecoveryOptions, RecoveryPointView, RecoveryRequestView } from '../../contracts/system/index.ts'
import { BackupError, isBackupError } from '../../kernel/backup-error.ts'
import { type CommandContext, type CommandResult, listOption, textOption } from '../command.ts'
import { formatBytes } from '../format.ts'
import type { AnswerOf } from '../json/index.ts'
import { namedOne } from '../named-one.ts'
import { reasonText } from '../reasons.ts'
import { cancelAndWait, waitForRecovery } from '../recovery-wait.ts'
import { sourceSettingsOf } from '../source-settings.ts'
import { dataOf, openCommandSystem } from '../system.ts'
import { splitWanted } from '../wanted-part.ts'

const EXIT_BY_STATE: Readonly<Partial<Record<RecoveryRequestView['state'], number>>> = {
  COMPLETED: 0,
  PARTIAL: 3,
  CANCELLED: 130,
  // Asked to end, which nobody has confirmed yet.
  PENDING: 130,
  RUNNING: 130,
}

/** A restore by the system: queued, audited, followed here. `restore` needs no system at all. */
export async function run(context: CommandContext): Promise<CommandResult<AnswerOf<'recover'>>> {
  const { t } = context
  const target = await targetOf(context)
  await using started = await openCommandSystem(context, { works: true })
  const { recover } = started.system
  const paths = listOption(context.options, 'include')
  const [wanted, subtree] = splitWanted(String(context.args[0]))
  const options = {
    ...target,
    ...(paths.length > 0 && { paths }),
    ...(subtree !== undefined && { subtree }),
  }
  const points = dataOf(await recover.getRecoveryPoints(), context)
  const named =
    wanted === 'latest'
      ? newestOf(points, textOption(context.options, 'source'))
      : namedOne(wanted, points, ({ id, runId, snapshot }) => [id, runId, snapshot])
  // A run that has no point yet, and what is none, is the call's to speak of.
  const point = named?.id ?? wanted
  const asked = dataOf(
    await recover.createRecoveryRequest(point, paths.length > 0 ? 'PARTIAL_RESTORE' : 'FULL_RESTORE', options),
    context,
  )
  context.say(t('recover.asked', { id: asked.id, target: targetText(asked) }))
  const look = async () => dataOf(await recover.getRecoveryStatus(asked.id), context)
  const workers = async () => dataOf(await started.system.scheduler.getStatus(), context).workers
  try {
    const request = await waitForRecovery({ look, workers }, { signal: context.signal })
    return ended(request, context)
  } catch (error) {
    if (!isBackupError(error, 'ABORTED')) throw error
  }
  const cancel = async () => dataOf(await recover.cancelRecovery(asked.id), context)
  try {
    return ended(await cancelAndWait({ cancel, look }), context)
  } catch (error) {
    context.warn(t('recover.notCancelled', { id: asked.id, target: targetText(asked) }))
    throw error
  }
}

type Target = Pick<RecoveryOptions, 'targetPath' | 'target' | 'overwrite'>

/** A folder, or a source that takes the point back. Throws USAGE. */
async function targetOf(context: CommandContext): Promise<Target> {
  const [targetPath, into] = [textOption(context.options, 'target'), textOption(context.options, 'into')]
  if ((targetPath === undefined) === (into === undefined))
    throw new BackupError('USAGE', 'Say where to: --target DIR, or --into KIND with --set.')
  if (into !== undefined) {
    const kind = into.toUpperCase()
    return { target: { kind, settings: await sourceSettingsOf(context, kind) } }
  }
  if (listOption(context.options, 'set').length > 0) throw new BackupError('USAGE', '--set goes with --into.')
  const overwrite = (textOption(context.options, 'overwrite') ?? 'if-changed') as 'if-changed'
  return { targetPath: targetPath ?? '', overwrite }
}

function targetText({ target, targetPath }: RecoveryRequestView): string {
  return target?.label ?? targetPath
}

/** Says how it ended. */
function ended(request: RecoveryRequestView, context: CommandContext): CommandResult<AnswerOf<'recover'>> {
  const { t } = context
  const { id, state } = request
  const target = targetText(request)
  if (state === 'CANCELLED') context.say(t('recover.cancelled', { id, target }))
  else if (state === 'PENDING' || state === 'RUNNING') context.warn(t('recover.cancelling', { id, target }))
  else
    context.say(
      t('recover.finished', {
        state: t(`runState.${state}`),
        files: request.filesRestored,
        bytes: formatBytes(request.bytesRestored),
      }),
    )
  for (const { path, reason } of request.issues) context.warn(`  ${path}: ${reasonText(reason, context.locale)}`)
  if (request.error) context.warn(`${request.error.message} ${request.error.guidance}`)
  return { json: request, exitCode: EXIT_BY_STATE[state] ?? 1 }
}

/** Of points newest first. Throws USAGE where several sources have some and none is named. */
function newestOf(points: readonly RecoveryPointView[], source: string | undefined): RecoveryPointView | undefined {
  const sources = [...new Set(points.map((each) => each.source))]
  if (source === undefined && sources.length > 1)
    throw new BackupError(
      'USAGE',
      `"latest" is the latest of one source, and ${sources.length} have snapshots here: say which with --source NAME. They are ${sources.join(', ')}.`,
    )
  return points.find((each) => source === undefined || each.source === source)
}
