/** Opens what --repo and the key name. */
import { ClientState, Repository } from '../engine/index.ts'
import { BackupError } from '../kernel/backup-error.ts'
import { parseLocation } from '../storage/index.ts'
import { openStore } from '../system/compose.ts'
import { type CommandContext, keysOf, repositoryOption, stateDirectory } from './command.ts'

export interface Opened extends AsyncDisposable {
  readonly repository: Repository
  readonly state: ClientState
}

export async function openRepository(context: CommandContext): Promise<Opened> {
  const location = parseLocation(repositoryOption(context))
  const keks = await keysOf(context)
  const repository = await Repository.open(openStore(location), keks, { signal: context.signal })
  const state = new ClientState(stateDirectory(context), repository.keys.repositoryId)
  const seen = state.heads()
  if (seen && repository.keys.generation < seen.keyGeneration) {
    throw new BackupError('ROLLBACK_SUSPECTED', 'The newest keyring is older than one that was seen before.', { context: { object: 'keys/', seen: seen.keyGeneration, found: repository.keys.generation } })
  }
  return { repository, state, [Symbol.asyncDispose]: () => repository[Symbol.asyncDispose]() }
}
