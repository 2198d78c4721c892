/** The system's own repository: made once, never made anew in the place of a lost one. */
import { randomUUID } from 'node:crypto'
import { type Catalog, DEFAULT_TENANT_ID } from '../catalog/index.ts'
import { ClientState, type Kek, Repository } from '../engine/index.ts'
import { BackupError, isBackupError } from '../kernel/backup-error.ts'
import { nowMs } from '../kernel/clock.ts'
import type { RepositoryAccess } from '../services/index.ts'
import type { RepositoryLocation } from '../storage/index.ts'
import { openStore } from './compose.ts'

export interface RepositoryAccessOptions {
  readonly location: RepositoryLocation
  /** Newest first. */
  readonly keks: readonly Kek[]
  /** Where heads and caches of repositories lie. */
  readonly stateDirectory: string
  readonly signal?: AbortSignal
}

interface KnownRepository {
  readonly rowId: string
  /** null: it was never seen here. */
  readonly repositoryId: string | null
}

/**
 * Finds the repository, or makes it where the place is absent or empty and this control plane never knew one there.
 * Throws REPOSITORY_MISSING for a known one that is gone (an unmounted disk) or replaced, KEY_WRONG, TARGET_REFUSED
 * where other files are.
 */
export async function openRepositoryAccess(
  catalog: Catalog,
  options: RepositoryAccessOptions,
): Promise<RepositoryAccess> {
  const place = options.location.path
  const { rowId, repositoryId } = await catalog.transaction(async (tx) => {
    await tx
      .insertInto('repositories')
      .values({ id: randomUUID(), tenant_id: DEFAULT_TENANT_ID, location: place })
      .onConflict((conflict) => conflict.columns(['tenant_id', 'location']).doNothing())
      .execute()
    // The lock keeps two starting processes from making two.
    const row = await tx
      .selectFrom('repositories')
      .select(['id', 'repository_id'])
      .where('tenant_id', '=', DEFAULT_TENANT_ID)
      .where('location', '=', place)
      .forUpdate()
      .executeTakeFirstOrThrow()
    const repositoryId = await findOrMake(options, { rowId: row.id, repositoryId: row.repository_id })
    await tx
      .updateTable('repositories')
      .set({ repository_id: repositoryId, last_seen_at: new Date(nowMs()) })
      .where('id', '=', row.id)
      .execute()
    return { rowId: row.id, repositoryId }
  })
  const { location, keks, stateDirectory } = options
  return {
    rowId,
    location,
    repositoryId,
    keks,
    stateDirectory,
    open: (signal) => openKnown(catalog, options, { rowId, ...(signal && { signal }) }),
    openStore: () => openStore(location),
  }
}

/**
 * For a client of the owner: its key is refused as it would be without one. A repository that is away is the owner's to
 * tell. Throws KEY_WRONG.
 */
export async function refuseWrongKey({
  location,
  keks,
  signal,
}: Pick<RepositoryAccessOptions, 'location' | 'keks' | 'signal'>): Promise<void> {
  try {
    await using _repository = await Repository.open(openStore(location), keks, { ...(signal && { signal }) })
  } catch (error) {
    if (isBackupError(error, 'KEY_WRONG')) throw error
  }
}

async function findOrMake(options: RepositoryAccessOptions, known: KnownRepository): Promise<string> {
  try {
    await using repository = await openChecked(options, known)
    return repository.keys.repositoryId.toString('hex')
  } catch (error) {
    if (!isBackupError(error, 'REPOSITORY_NOT_FOUND')) throw error
    if (known.repositoryId !== null) throw missing(options, error)
    await using repository = await Repository.create(openStore(options.location), options.keks[0]!, 'system')
    return repository.keys.repositoryId.toString('hex')
  }
}

async function openKnown(
  catalog: Catalog,
  options: RepositoryAccessOptions,
  { rowId, signal }: { rowId: string; signal?: AbortSignal },
): Promise<Repository> {
  const row = await catalog.db
    .selectFrom('repositories')
    .select('repository_id')
    .where('id', '=', rowId)
    .executeTakeFirstOrThrow()
  try {
    return await openChecked({ ...options, ...(signal && { signal }) }, { rowId, repositoryId: row.repository_id })
  } catch (error) {
    throw isBackupError(error, 'REPOSITORY_NOT_FOUND') ? missing(options, error) : error
  }
}

/** Opens it and compares with what is known: another repository in its place, or an older keyring, is refused. */
async function openChecked(options: RepositoryAccessOptions, known: KnownRepository): Promise<Repository> {
  const memory = (repositoryId: Buffer) => new ClientState(options.stateDirectory, repositoryId)
  const repository = await Repository.open(openStore(options.location), options.keks, {
    memory,
    ...(options.signal && { signal: options.signal }),
  })
  try {
    const { repositoryId } = repository.keys
    if (known.repositoryId !== null && repositoryId.toString('hex') !== known.repositoryId) throw missing(options)
    return repository
  } catch (error) {
    await repository[Symbol.asyncDispose]()
    throw error
  }
}

function missing(options: RepositoryAccessOptions, cause?: unknown): BackupError {
  return new BackupError('REPOSITORY_MISSING', 'The repository that this system knows is not at its place.', {
    context: { repository: options.location.path },
    cause,
  })
}
