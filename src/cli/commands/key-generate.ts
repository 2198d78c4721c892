import { randomBytes } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { BackupError, systemCode } from '../../kernel/backup-error.ts'
import { makeDirectories } from '../../kernel/directories.ts'
import type { CommandContext, CommandResult } from '../command.ts'
import { refuseKeyInRepository } from '../open.ts'

export function run(context: CommandContext): Promise<CommandResult> {
  const file = path.resolve(String(context.args[0]))
  refuseKeyInRepository(file)
  try {
    makeDirectories(path.dirname(file), { mode: 0o700 })
    fs.writeFileSync(file, `base64:${randomBytes(32).toString('base64')}\n`, { flag: 'wx', mode: 0o600, flush: true })
  } catch (error) {
    if (systemCode(error) === 'EEXIST')
      throw new BackupError('ALREADY_EXISTS', 'A key file is never overwritten.', {
        context: { key: file },
        cause: error,
      })
    throw error
  }
  context.say(context.t('key.generated', { file }))
  context.say(context.t('key.use', { file }))
  return Promise.resolve({ json: { file } })
}
