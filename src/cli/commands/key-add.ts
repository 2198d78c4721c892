import path from 'node:path'
import { changeKeyring, keyFingerprint, parseKek, Repository, recipientOpenedBy } from '../../engine/index.ts'
import { BackupError } from '../../kernel/backup-error.ts'
import { isoTime, nowMs } from '../../kernel/clock.ts'
import { type CommandContext, type CommandResult, textOption } from '../command.ts'
import type { AnswerOf } from '../json/index.ts'
import { openRepository, refuseKeyInRepository } from '../open.ts'

export async function run(context: CommandContext): Promise<CommandResult<AnswerOf<'key add'>>> {
  const file = String(context.args[0])
  refuseKeyInRepository(file)
  const kek = parseKek(`file:${file}`, file)
  await using opened = await openRepository(context)
  const { keys, store } = opened.repository
  const known = recipientOpenedBy(keys, kek)
  if (known)
    throw new BackupError('ALREADY_EXISTS', 'That key opens the repository already.', {
      context: { key: `${known.id} (${known.label})` },
    })
  const label = textOption(context.options, 'label') ?? path.basename(file)
  context.act?.about({ label })
  await changeKeyring(store, keys, { add: { kek, label }, keks: opened.keks, now: isoTime(nowMs()) })
  context.act?.done({})
  // The new key has to open the repository by itself before anybody relies on it.
  const reopened = await Repository.open(store, [kek])
  const id = reopened.keys.openedBy
  const fingerprint = keyFingerprint(kek)
  context.say(context.t('key.added', { id, label, fingerprint }))
  return { json: { id, label, fingerprint, generation: reopened.keys.generation } }
}
