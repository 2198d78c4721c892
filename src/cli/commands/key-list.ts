import { kekFingerprint, keyFingerprint } from '../../engine/index.ts'
import type { CommandContext, CommandResult } from '../command.ts'
import { formatTime, tableLines } from '../format.ts'
import type { AnswerOf } from '../json/index.ts'
import { keyKindText } from '../key-kind.ts'
import { openRepository } from '../open.ts'

export async function run(context: CommandContext): Promise<CommandResult<AnswerOf<'key list'>>> {
  const { t, say } = context
  await using opened = await openRepository(context)
  const { keys } = opened.repository
  const fingerprint = keyFingerprint(opened.keyInUse())
  const earlierFingerprint = kekFingerprint(opened.keyInUse(), keys.repositoryId)
  const recipients = keys.recipients.map(({ id, label, kind, addedAt }) => ({
    id,
    label,
    kind,
    addedAt,
    opensWithThisKey: id === keys.openedBy,
  }))
  const epochs = keys.bundle.masters.map(({ epoch, createdAt }) => ({ epoch, createdAt }))
  const columns = [
    { title: '' },
    { title: t('column.key') },
    { title: t('column.kind') },
    { title: t('column.added') },
    { title: t('column.label') },
  ]
  for (const line of tableLines(
    columns,
    recipients.map((each) => [
      each.opensWithThisKey ? '*' : '',
      each.id,
      keyKindText(each.kind, t),
      formatTime(each.addedAt),
      each.label,
    ]),
  ))
    say(line)
  say(t('key.fingerprint', { fingerprint, earlier: earlierFingerprint }))
  say(t('key.epochs', { count: epochs.length, time: formatTime(epochs.at(-1)?.createdAt ?? '') }))
  return { json: { generation: keys.generation, fingerprint, earlierFingerprint, recipients, epochs } }
}
