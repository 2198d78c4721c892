import { BackupError } from '../../kernel/backup-error.ts'
import { initDatabase } from '../../system/index.ts'
import type { CommandContext, CommandResult } from '../command.ts'
import { databaseOf } from '../config-options.ts'
import type { AnswerOf } from '../json/index.ts'

/** Puts the tables into an external PostgreSQL; never done silently. Says so when they are there already. */
export async function run(context: CommandContext): Promise<CommandResult<AnswerOf<'system init-db'>>> {
  const url = (await databaseOf(context)) ?? context.env['DATABASE_URL']
  if (!url) throw new BackupError('USAGE', 'Name the database with --database or DATABASE_URL.')
  const isNew = await initDatabase(url, { signal: context.signal })
  context.say(context.t(isNew ? 'initDb.done' : 'initDb.there'))
  return { json: { initialized: isNew } }
}
