import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { changeKeyring } from '../../engine/index.ts'
import { BackupError } from '../../kernel/backup-error.ts'
import { isoTime, nowMs } from '../../kernel/clock.ts'
import { type CommandContext, type CommandResult, keysOf, repositoryOption, textOption } from '../command.ts'
import { openRepository } from '../open.ts'

export async function run(context: CommandContext): Promise<CommandResult> {
  const id = String(context.args[0])
  await using opened = await openRepository(context)
  const { keys, store } = opened.repository
  if (keys.openedBy === id) throw new BackupError('USAGE', 'The key in use can not remove itself: open the repository with one that stays.')
  await provenByFreshProcess(context, keys.bundle.masters.length)
  await changeKeyring(store, keys, { remove: id, keks: await keysOf(context), now: isoTime(nowMs()) })
  context.say(context.t('key.removed', { id, generation: keys.generation + 1 }))
  return { json: { removed: id, generation: keys.generation + 1 } }
}

/** A process that knows nothing but the remaining key has to unwrap every epoch before another key goes. */
async function provenByFreshProcess(context: CommandContext, epochs: number): Promise<void> {
  const keyFile = textOption(context.options, 'keyFile')
  const args = [process.argv[1]!, 'key', 'list', '--repo', repositoryOption(context), '--json', ...(keyFile === undefined ? [] : ['--key-file', keyFile])]
  const { stdout } = await promisify(execFile)(process.execPath, args, { env: { ...context.env } })
  const answer = JSON.parse(stdout.trim().split('\n').at(-1) ?? '{}') as { epochs?: unknown[] }
  if (answer.epochs?.length !== epochs) throw new BackupError('KEY_WRONG', 'A fresh process could not unwrap every epoch with the remaining key.')
}
