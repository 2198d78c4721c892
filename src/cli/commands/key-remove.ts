import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { changeKeyring, type Recipient } from '../../engine/index.ts'
import { BackupError } from '../../kernel/backup-error.ts'
import { isoTime, nowMs } from '../../kernel/clock.ts'
import { type CommandContext, type CommandResult, textOption } from '../command.ts'
import type { AnswerOf } from '../json/index.ts'
import { requireRepository } from '../meant-repository.ts'
import { namedOne } from '../named-one.ts'
import { openRepository } from '../open.ts'

export async function run(context: CommandContext): Promise<CommandResult<AnswerOf<'key remove'>>> {
  await using opened = await openRepository(context)
  const { keys, store } = opened.repository
  const { id, label } = chosen(keys.recipients, String(context.args[0]))
  context.act?.about({ key: id, label })
  if (keys.openedBy === id)
    throw new BackupError('USAGE', 'The key in use can not remove itself: open the repository with one that stays.')
  await provenByFreshProcess(context, keys.bundle.masters.length)
  await changeKeyring(store, keys, { remove: id, keks: opened.keks, now: isoTime(nowMs()) })
  context.act?.done({})
  const epochs = await provenByFreshProcess(context, keys.bundle.masters.length + 1)
  context.say(context.t('key.removed', { id, label, epoch: Math.max(...epochs) }))
  return { json: { id, label, removed: true, generation: keys.generation + 1, epoch: Math.max(...epochs) } }
}

/** By its id or a beginning of it that fits one alone. Throws NOT_FOUND, ID_AMBIGUOUS. */
function chosen(recipients: readonly Recipient[], wanted: string): Recipient {
  const found = namedOne(wanted, recipients, ({ id }) => [id])
  if (found) return found
  throw new BackupError('NOT_FOUND', 'There is no such recipient.', {
    context: { object: wanted, list: 'key list' },
  })
}

/**
 * A process that has nothing but the key that stays has to unwrap every epoch: before another key goes, and after.
 * Returns the epochs. Throws KEY_UNPROVEN.
 */
async function provenByFreshProcess(context: CommandContext, epochs: number): Promise<number[]> {
  const keyFile = textOption(context.options, 'keyFile')
  const home = textOption(context.options, 'home')
  const command = textOption(context.options, 'passwordCommand')
  const options = [
    ...(keyFile === undefined ? [] : ['--key-file', keyFile]),
    ...(command === undefined ? [] : ['--password-command', command]),
    ...(home === undefined ? [] : ['--home', home]),
  ]
  // By the environment: a URL may hold a password, and every user sees arguments.
  const NEONPRO_REPOSITORY = requireRepository(context)
  const env = { ...context.env, NEONPRO_REPOSITORY, BACKUP_ENCRYPTION_KEY_PREVIOUS: '', DEBUG: '' }
  try {
    const { stdout } = await promisify(execFile)(
      process.execPath,
      [process.argv[1]!, 'key', 'list', '--json', ...options],
      { env },
    )
    const answer = JSON.parse(stdout.trim().split('\n').at(-1) ?? '{}') as { epochs?: Array<{ epoch: number }> }
    if (answer.epochs?.length === epochs) return answer.epochs.map(({ epoch }) => epoch)
  } catch (error) {
    throw new BackupError('KEY_UNPROVEN', 'A fresh process could not open the repository with the key that stays.', {
      cause: error,
    })
  }
  throw new BackupError('KEY_UNPROVEN', 'A fresh process could not unwrap every epoch with the key that stays.')
}
