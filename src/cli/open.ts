/** Opens what --repo and the key name. */
import fs from 'node:fs'
import path from 'node:path'
import { keyPlaceRefused } from '../contracts/index.ts'
import {
  ClientState,
  isForbidden,
  type Kek,
  keyTextsOf,
  Needed,
  type NeededPlace,
  neededState,
  Repository,
  recipientOpenedBy,
  repositoriesKnownAt,
  repositoriesMet,
  repositoryKnownAt,
  workspaceIn,
} from '../engine/index.ts'
import { BackupError, isBackupError } from '../kernel/backup-error.ts'
import { homesInUse } from '../kernel/home-folder.ts'
import { isWithin } from '../kernel/real-place.ts'
import { folderHoldsRepository, type RepositoryLocation, refuseHomePlace } from '../storage/index.ts'
import { openStore, parseLocation, storage } from '../system/compose.ts'
import { type CommandContext, homeOf, stateDirectory, textOption } from './command.ts'
import { isKeyGiven, keysOf, rememberedFile } from './keys.ts'
import { namedRepository, requireRepository, settledOf } from './meant-repository.ts'

export interface Opened extends AsyncDisposable {
  readonly repository: Repository
  /** Every key that was given. */
  readonly keks: readonly Kek[]
  /** The one that opened it. A passphrase costs its time again. */
  readonly keyInUse: () => Kek
  readonly state: ClientState
}

export interface OpenOptions {
  /** Without it this machine's state learns nothing of what is read. */
  readonly remembers?: boolean
  readonly acceptsRollback?: boolean
  /** Of {@link RepositoryOptions}. */
  readonly remakesConfig?: boolean
  /** Read already. Default: what the command was given. */
  readonly keks?: readonly Kek[]
  /** Default: what the command was given. */
  readonly location?: RepositoryLocation
}

export async function openRepository(
  context: CommandContext,
  { remembers = true, acceptsRollback = false, remakesConfig = false, keks: read, location: given }: OpenOptions = {},
): Promise<Opened> {
  const location = given ?? parseLocation(toldRepository(context))
  const keyFile = keyFileOf(context)
  if (keyFile !== undefined) refuseKeyInRepository(keyFile)
  const keks = read ?? (await keysOf(context))
  refuseStateInside(context)
  const metHere = repositoriesKnownAt(stateDirectory(context), storage.labelOf(location))
  const memory = (repositoryId: Buffer) => new ClientState(stateDirectory(context), repositoryId)
  const repository = await Repository.open(openStore(location), keks, {
    ...(remembers && { memory }),
    acceptsRollback,
    remakesConfig,
    workspace: workspaceIn(stateDirectory(context)),
    signal: context.signal,
  }).catch((error: unknown) => {
    throw isBackupError(error, 'REPOSITORY_NOT_FOUND') ? awayOr(error, context, location) : error
  })
  const state = memory(repository.keys.repositoryId)
  warnOfStranger(context, repository, metHere)
  const [lost] = repository.keys.lostCopies
  if (lost) context.warn(context.t(isForbidden(lost) ? 'keyring.forbidden' : 'keyring.lost', { object: lost.key }))
  const keyInUse = () =>
    keks.length === 1
      ? keks[0]!
      : keks.find((each) => recipientOpenedBy(repository.keys, each)?.id === repository.keys.openedBy)!
  return { repository, keks, keyInUse, state, [Symbol.asyncDispose]: () => repository[Symbol.asyncDispose]() }
}

/** `metHere`: ids of what this machine had met at that place before it was opened. */
export function warnOfStranger(
  { t, warn }: CommandContext,
  { config: { repositoryId }, store }: Repository,
  metHere: readonly string[],
): void {
  if (metHere.length > 0 && !metHere.includes(repositoryId))
    warn(t('repository.stranger', { repository: store.location, id: repositoryId.slice(0, 8) }))
}

/** One that nobody named is said, so that no output is taken for that of another. Throws USAGE, REPOSITORY_OTHER. */
function toldRepository(context: CommandContext): string {
  const { options, t } = context
  const repository = requireRepository(context)
  const isSilent = options['json'] === true || options['quiet'] === true || options['progress'] === 'json'
  if (namedRepository(context) === undefined && !isSilent)
    context.warn(t('repository.own', { repository, home: homeOf(context) }))
  return repository
}

/** Whoever has met a repository there is told of its disk, and of no new one. */
function awayOr(error: BackupError, context: CommandContext, place: RepositoryLocation): BackupError {
  if (!isKnownPlace(context, place)) return error
  return new BackupError('REPOSITORY_MISSING', 'The repository that this machine knows is not at its place.', {
    context: error.context,
    cause: error,
  })
}

/** Whether this machine has met a repository there, or its system was settled on it. */
export function isKnownPlace(context: CommandContext, place: RepositoryLocation): boolean {
  const state = stateDirectory(context)
  const settled = settledOf(context)?.repository
  const isSettled = settled !== undefined && storage.isPlace(settled, place)
  return isSettled || repositoryKnownAt(state, storage.labelOf(place)) !== undefined
}

/** A state folder that is yet to be made is made in no repository. Throws TARGET_REFUSED. */
function refuseStateInside(context: CommandContext): void {
  const state = stateDirectory(context)
  if (!fs.existsSync(state)) refuseHomePlace(homeOf(context))
}

/**
 * A key that lies in the repository goes with it: whoever takes one has both, whoever loses one loses both. Throws
 * KEY_REFUSED.
 */
export function refuseKeyInRepository(file: string): void {
  for (let folder = path.dirname(path.resolve(file)); ; folder = path.dirname(folder)) {
    if (folderHoldsRepository(folder))
      throw keyPlaceRefused(file, `It lies inside the repository ${folder}; keep it elsewhere`)
    if (folder === path.dirname(folder)) return
  }
}

/**
 * Where backups begin, not where they are read: a key in HOME goes with what remembers its repository. Throws
 * KEY_REFUSED.
 */
export function refuseKeyInHome(context: CommandContext): void {
  const file = keyFileOf(context)
  if (file !== undefined) refuseKeyAt(file, homeOf(context))
}

/** Throws KEY_REFUSED for a key file in HOME. */
export function refuseKeyAt(file: string, home: string): void {
  if (isWithin(file, home)) throw keyPlaceRefused(file, `It lies inside ${home}, beside the data; keep it elsewhere`)
}

/** What a command needs beside repository and program: key files, this machine's state, another repository it knows. */
export function neededPlaces(context: CommandContext): NeededPlace[] {
  const { options, env } = context
  const settled = settledOf(context)
  const keys = [
    textOption(options, 'keyFile') ?? fileOf(env['BACKUP_ENCRYPTION_KEY']),
    fileOf(env['BACKUP_ENCRYPTION_KEY']),
    ...keyTextsOf(env['BACKUP_ENCRYPTION_KEY_PREVIOUS'] ?? '').map(fileOf),
    textOption(options, 'toKeyFile'),
    // The system's own, though this command may have been given another.
    settled?.keyFile,
  ]
  const named = env['NEONPRO_REPOSITORY'] ? storage.localRootOf(parseLocation(env['NEONPRO_REPOSITORY'])) : undefined
  const own = settled && storage.rootOfLabel(settled.repository)
  const others = [named, own, ...repositoriesMet(stateDirectory(context))]
  return [
    ...keys.flatMap((file) => (file ? [{ what: Needed.KEY_FILE, path: path.resolve(file) }] : [])),
    ...[homeOf(context), ...homesInUse(env, process.cwd())].flatMap(neededState),
    ...others.flatMap((root) => (root === undefined ? [] : [{ what: Needed.OTHER_REPOSITORY, path: root }])),
  ]
}

function fileOf(value: string | undefined): string | undefined {
  const text = value?.trim() ?? ''
  return text.startsWith('file:') ? text.slice(5) : undefined
}

/** The key file in use, if there is one: given, or remembered. */
export function keyFileOf(context: CommandContext): string | undefined {
  const file = textOption(context.options, 'keyFile') ?? fileOf(context.env['BACKUP_ENCRYPTION_KEY'])
  if (file !== undefined) return path.resolve(file)
  return isKeyGiven(context) ? undefined : rememberedFile(context)
}
