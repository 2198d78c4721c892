import path from 'node:path'
import { Repository } from '../../engine/index.ts'
import { hostName } from '../../kernel/machine.ts'
import { parseLocation, refuseHomePlace, refuseNested } from '../../storage/index.ts'
import { openStore } from '../../system/compose.ts'
import { type CommandContext, type CommandResult, repositoryOption, stateDirectory } from '../command.ts'
import type { AnswerOf } from '../json/index.ts'
import { keysOf } from '../keys.ts'
import { refuseKeyInHome } from '../open.ts'

export async function run(context: CommandContext): Promise<CommandResult<AnswerOf<'init'>>> {
  refuseKeyInHome(context)
  const [kek] = await keysOf(context)
  const location = parseLocation(repositoryOption(context))
  refuseNested(location)
  refuseHomePlace(path.dirname(stateDirectory(context)), location.path)
  const store = openStore(location)
  await using repository = await Repository.create(store, kek!, hostName())
  const id = repository.config.repositoryId
  context.say(context.t('init.done', { id, location: store.location }))
  context.say(context.t('init.next'))
  return { json: { repositoryId: id, location: store.location, generation: repository.keys.generation } }
}
