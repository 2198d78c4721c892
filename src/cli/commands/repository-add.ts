import path from 'node:path'
import { BackupError } from '../../kernel/backup-error.ts'
import { parseLocation, storage } from '../../system/compose.ts'
import { type CommandContext, type CommandResult, textOption } from '../command.ts'
import { ofSystem } from '../further-repository.ts'
import type { AnswerOf } from '../json/index.ts'
import { isKeyGiven } from '../keys.ts'
import { settledOf } from '../meant-repository.ts'
import { dataOf, openCommandSystem } from '../system.ts'

/** `--repo` and `--key-file` are those of the new one; the system is found by HOME, as without them. */
export async function run(context: CommandContext): Promise<CommandResult<AnswerOf<'repository add'>>> {
  const { options, say, t } = context
  const place = textOption(options, 'repo')
  if (place === undefined) throw new BackupError('USAGE', 'Name the place of the repository that is added with --repo.')
  const keyFile = textOption(options, 'keyFile')
  const bare = ofSystem(context, 'repo', 'keyFile')
  // Where the system has no other key, it is the same one.
  const isKeyKnown = isKeyGiven(bare) || settledOf(bare)?.keyFile !== undefined
  await using started = await openCommandSystem(isKeyKnown ? bare : ofSystem(context, 'repo'))
  const added = dataOf(
    await started.system.addRepository(String(context.args[0]), storage.labelOf(parseLocation(place)), {
      ...(keyFile !== undefined && { keyFile: path.resolve(keyFile) }),
      ...(options['init'] === true && { init: true }),
    }),
    context,
  )
  const { location, repositoryId } = added
  const name = String(added.name)
  say(t('repository.added', { name, location, id: repositoryId?.slice(0, 8) ?? '' }))
  say(t('repository.addedNext', { name, location }))
  return { json: added }
}
