/** `repair --accept-rollback`: shows what is older than it was, and asks for the repository's id before it is accepted. */
import { createInterface } from 'node:readline/promises'
import { type AcceptedRollback, acceptRollback, type Repository, readHistory } from '../engine/index.ts'
import { BackupError } from '../kernel/backup-error.ts'
import { userName } from '../kernel/machine.ts'
import { type CommandContext, textOption } from './command.ts'
import { sentence } from './locale.ts'
import { findingText } from './reasons.ts'

/** Throws USAGE when the id was not given, or another one was. */
export async function acceptAsked(context: CommandContext, repository: Repository): Promise<AcceptedRollback> {
  const { t, say, warn, locale, signal } = context
  const { rollbacks, suspicions } = await readHistory(repository, { signal })
  if (rollbacks.length === 0) {
    say(t('rollback.none'))
    return { record: null, accepted: suspicions }
  }
  for (const { message, context: facts } of rollbacks) {
    const said = Object.entries(facts).map(([name, value]) => `${sentence(name, locale)} ${String(value)}`)
    warn(`ROLLBACK_SUSPECTED: ${findingText(`${message} (${said.join(', ')})`, locale)}`)
  }
  await requireConfirmation(context, repository.config.repositoryId)
  const accepted = await acceptRollback(repository, { by: userName(), signal })
  say(t('rollback.accepted', { record: accepted.record ?? '' }))
  return accepted
}

async function requireConfirmation(context: CommandContext, repositoryId: string): Promise<void> {
  const given = textOption(context.options, 'confirm') ?? (await askedId(context, repositoryId))
  if (given === repositoryId) return
  throw new BackupError(
    'USAGE',
    given === undefined
      ? `--accept-rollback needs --confirm ${repositoryId} where there is no terminal.`
      : `That is not the id of the repository: it is ${repositoryId}.`,
  )
}

/** Undefined without a terminal. */
async function askedId(context: CommandContext, repositoryId: string): Promise<string | undefined> {
  if (context.options['json'] === true || !process.stdin.isTTY || !process.stderr.isTTY) return undefined
  const lines = createInterface({ input: process.stdin, output: process.stderr })
  try {
    const question = context.t('rollback.ask', { id: repositoryId })
    return (await lines.question(question, { signal: context.signal })).trim()
  } finally {
    lines.close()
  }
}
