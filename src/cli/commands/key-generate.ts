import { randomBytes } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { BackupError, systemCode } from '../../kernel/backup-error.ts'
import type { CommandContext, CommandResult } from '../command.ts'
import { refuseKeyInRepository } from '../open.ts'

export async function run(context: CommandContext): Promise<CommandResult> {
  const file = path.resolve(String(context.args[0]))
  refuseKeyInRepository(file)
  try {
    fs.mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 })
    fs.writeFileSync(file, `base64:${randomBytes(32).toString('base64')}\n`, { flag: 'wx', mode: 0o600, flush: true })
  } catch (error) {
    if (systemCode(error) === 'EEXIST') throw new BackupError('ALREADY_EXISTS', 'A key file is never overwritten.', { context: { key: file }, cause: error })
    throw new BackupError('PERMISSION_DENIED', 'The key file can not be written.', { context: { key: file }, cause: error })
  }
  context.say(context.t('key.generated', { file }))
  return { json: { file } }
}
