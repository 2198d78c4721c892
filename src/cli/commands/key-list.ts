import { kekFingerprint } from '../../engine/index.ts'
import { type CommandContext, type CommandResult, keysOf } from '../command.ts'
import { openRepository } from '../open.ts'

export async function run(context: CommandContext): Promise<CommandResult> {
  await using opened = await openRepository(context)
  const { keys } = opened.repository
  const [kek] = await keysOf(context)
  const recipients = keys.recipients.map(({ id, label, kind, addedAt }) => ({ id, label, kind, addedAt, opensWithThisKey: id === keys.openedBy }))
  for (const { id, label, kind, addedAt, opensWithThisKey } of recipients) context.say(`${opensWithThisKey ? '*' : ' '} ${id}  ${kind.padEnd(10)}  ${addedAt.slice(0, 10)}  ${label}`)
  const epochs = keys.bundle.masters.map(({ epoch, createdAt }) => ({ epoch, createdAt }))
  return { json: { generation: keys.generation, fingerprint: kekFingerprint(kek!, keys.repositoryId), recipients, epochs } }
}
