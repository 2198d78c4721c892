import { copySnapshots, findSnapshot, readHistory } from '../../engine/index.ts'
import { BackupError } from '../../kernel/backup-error.ts'
import { type CommandContext, type CommandResult, textOption } from '../command.ts'
import { formatBytes } from '../format.ts'
import { openRepository } from '../open.ts'

export async function run(context: CommandContext): Promise<CommandResult> {
  const location = textOption(context.options, 'to')
  if (location === undefined) throw new BackupError('USAGE', 'Name the repository to copy into with --to.')
  const keyFile = textOption(context.options, 'toKeyFile')
  await using from = await openRepository(context)
  await using to = await openRepository({
    ...context,
    options: { ...context.options, repo: location, ...(keyFile !== undefined && { keyFile }) },
  })
  const seen = from.state.heads()
  const history = await readHistory(from.repository, { signal: context.signal, ...(seen && { seen }) })
  if (history.rollbacks[0]) throw history.rollbacks[0]
  const named = context.args[0] as string[]
  const snapshots = named.length === 0 ? history.snapshots : named.map((name) => findSnapshot(history, name))
  const progress = context.progress('restore')
  const result = await copySnapshots(from.repository, to.repository, {
    snapshots,
    state: to.state,
    signal: context.signal,
    onProgress: (facts) => progress.update(facts),
  }).finally(() => progress.end())
  context.say(
    context.t('copy.done', {
      count: result.copied.length,
      present: result.present,
      bytes: formatBytes(result.bytesStored),
    }),
  )
  if (result.userFiles > 0) context.say(context.t('copy.userFiles', { count: result.userFiles }))
  return { json: result }
}
