import { ClientState, Repository } from '../../engine/index.ts'
import { BackupError, isBackupError } from '../../kernel/backup-error.ts'
import { holdsDatabase } from '../../kernel/home-folder.ts'
import { hostName } from '../../kernel/machine.ts'
import { type RepositoryLocation, refuseHomePlace } from '../../storage/index.ts'
import { openStore, parseLocation, storage } from '../../system/compose.ts'
import { type CommandContext, type CommandResult, homeOf, stateDirectory } from '../command.ts'
import type { AnswerOf } from '../json/index.ts'
import { keysOf } from '../keys.ts'
import { requireNamedRepository, settledOf } from '../meant-repository.ts'
import { isKnownPlace, refuseKeyInHome } from '../open.ts'

export async function run(context: CommandContext): Promise<CommandResult<AnswerOf<'init'>>> {
  const location = parseLocation(requireNamedRepository(context))
  refuseKeyInHome(context)
  const [kek] = await keysOf(context)
  storage.refuseNested(location)
  refuseHomePlace(homeOf(context), storage.localRootOf(location))
  await refuseAway(context, location)
  const store = openStore(location)
  await using repository = await Repository.create(store, kek!, hostName()).catch((error: unknown) => {
    throw namingRemains(error, context)
  })
  const id = repository.config.repositoryId
  new ClientState(stateDirectory(context), repository.keys.repositoryId).notePlace(store.location)
  context.say(context.t('init.done', { id, location: store.location }))
  context.say(context.t('init.next'))
  return { json: { repositoryId: id, location: store.location, generation: repository.keys.generation } }
}

/**
 * A mount point whose disk is away looks like a place for a new repository; backups would go there, and nobody would
 * miss the true one. Throws REPOSITORY_MISSING.
 */
async function refuseAway(context: CommandContext, place: RepositoryLocation): Promise<void> {
  if (!isKnownPlace(context, place) || (await storage.holdsRepository(place, context.signal))) return
  const isOwn = isSystemsOwn(context, place)
  if (context.options['replaceLost'] === true && !isOwn) return
  const again = isOwn
    ? 'The system of this HOME works with it: the new one needs another place.'
    : 'To leave the lost one behind and make a new one here: --replace-lost.'
  throw new BackupError('REPOSITORY_MISSING', 'A repository was here before, and its disk may be away.', {
    context: { repository: storage.labelOf(place), again },
  })
}

/** Whoever gives a lost one up is told how, where something of it is left. */
function namingRemains(error: unknown, { options }: CommandContext): unknown {
  if (!isBackupError(error) || options['replaceLost'] !== true) return error
  const again =
    'What is left of the lost one is never overwritten: move that folder away, or name another place, and run it again.'
  return new BackupError(error.code, error.message, { context: { ...error.context, again }, cause: error })
}

/** Its database would refuse another repository there: it goes on with one at another place. */
function isSystemsOwn(context: CommandContext, place: RepositoryLocation): boolean {
  const home = homeOf(context)
  const settled = settledOf(context)?.repository
  const hasDatabase = holdsDatabase(home) || Boolean(context.env['DATABASE_URL'])
  return settled !== undefined && hasDatabase && storage.isPlace(settled, place)
}
