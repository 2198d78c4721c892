import { randomBytes } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { keyFingerprint } from '../../engine/index.ts'
import { BackupError, systemCode } from '../../kernel/backup-error.ts'
import { makeDirectories } from '../../kernel/directories.ts'
import { withPath } from '../../kernel/system-failure.ts'
import { syncFolder } from '../../kernel/written-through.ts'
import { type CommandContext, type CommandResult, homeOf } from '../command.ts'
import type { AnswerOf } from '../json/index.ts'
import { refuseKeyAt, refuseKeyInRepository } from '../open.ts'

export async function run(context: CommandContext): Promise<CommandResult<AnswerOf<'key generate'>>> {
  const file = path.resolve(String(context.args[0]))
  refuseKeyInRepository(file)
  refuseKeyAt(file, homeOf(context))
  const key = randomBytes(32)
  try {
    makeDirectories(path.dirname(file), { mode: 0o700 })
    writeWhole(file, `base64:${key.toString('base64')}\n`)
  } catch (error) {
    if (systemCode(error) === 'EEXIST')
      throw new BackupError('ALREADY_EXISTS', 'A key file is never overwritten.', {
        context: { key: file },
        cause: error,
      })
    throw withPath(error, file)
  }
  const fingerprint = keyFingerprint({ kind: 'raw', key })
  context.say(context.t('key.generated', { file, fingerprint }))
  context.say(context.t('key.use', { file }))
  return { json: { file, fingerprint } }
}

/** Nothing of it stays where it can't be written whole. */
function writeWhole(file: string, text: string): void {
  const descriptor = fs.openSync(file, 'wx', 0o600)
  try {
    fs.writeFileSync(descriptor, text, { flush: true })
  } catch (error) {
    fs.rmSync(file, { force: true })
    throw error
  } finally {
    fs.closeSync(descriptor)
  }
  syncFolder(path.dirname(path.resolve(file)))
}
