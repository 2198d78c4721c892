/** The system's first repository: made once, never made anew in the place of a lost one. */
import { randomUUID } from 'node:crypto'
import path from 'node:path'
import { sql } from 'kysely'
import { type Catalog, CatalogKind, type DatabaseTransaction, DEFAULT_TENANT_ID } from '../catalog/index.ts'
import { otherInPlace } from '../contracts/index.ts'
import { ClientState, type HeadMemory, type Kek, Repository, repositoryKnownAt, workspaceIn } from '../engine/index.ts'
import { BackupError, isBackupError } from '../kernel/backup-error.ts'
import { nowMs } from '../kernel/clock.ts'
import { FIRST_NAME, formerLocation, type RepositoryAccess, RepositoryRole } from '../services/index.ts'
import type { RepositoryLocation } from '../storage/index.ts'
import { openStore, storage } from './compose.ts'
import { withheldFrom } from './system-config.ts'

export interface RepositoryAccessOptions {
  readonly location: RepositoryLocation
  /** Newest first. */
  readonly keks: readonly Kek[]
  /** Somebody named it; else it is a default, and what is known counts. */
  readonly isNamed?: boolean
  /** What this HOME was settled on, where the database may be a new one. */
  readonly settled?: string
  /** Made where it is absent; else SYSTEM_NOT_FOUND. Default true. */
  readonly mayCreate?: boolean
  /** Of a system that is made again from this repository: another that is gone is let go. */
  readonly mayReplaceLost?: boolean
  /** Where heads and caches of repositories lie. */
  readonly stateDirectory: string
  /** Told at each opening with an older keyring of the object that may have been the newest one. */
  readonly onKeyringLost?: (object: string) => void
  readonly signal?: AbortSignal
}

interface KnownRepository {
  readonly rowId: string
  /** null: it was never seen here. */
  readonly repositoryId: string | null
}

/**
 * Finds the repository that is known, or makes one where none is and the place is absent or empty. Throws
 * REPOSITORY_OTHER where another one is named than the known, REPOSITORY_MISSING for a known one that is gone (an
 * unmounted disk) or replaced, KEY_WRONG, TARGET_REFUSED where other files are.
 */
export async function openRepositoryAccess(
  catalog: Catalog,
  given: RepositoryAccessOptions,
): Promise<RepositoryAccess> {
  const { options, rowId, repositoryId, replacesLost } = await catalog.transaction(async (tx) => {
    const { place, replacesLost } = await settledPlace(catalog, tx, given)
    const location = replacesLost ? await rowLocation(tx, given, place) : place
    await tx
      .insertInto('repositories')
      .values({ id: randomUUID(), tenant_id: DEFAULT_TENANT_ID, location })
      .onConflict((conflict) => conflict.columns(['tenant_id', 'location']).doNothing())
      .execute()
    // The lock keeps two starting processes from making two.
    const row = await tx
      .selectFrom('repositories')
      .select(['id', 'repository_id'])
      .where('tenant_id', '=', DEFAULT_TENANT_ID)
      .where('location', '=', location)
      .forUpdate()
      .executeTakeFirstOrThrow()
    const options = { ...given, location: storage.placeLike(place, given.location) }
    const repositoryId = await findOrMake(options, { rowId: row.id, repositoryId: row.repository_id })
    // Until the rebuild has succeeded it is not this system's: a refused one leaves all as it was.
    if (!replacesLost)
      await tx
        .updateTable('repositories')
        // Never earlier: by it the successor of one that was let go is told from that one, whatever the clock shows.
        .set({
          repository_id: repositoryId,
          last_seen_at: sql<Date>`greatest(last_seen_at, ${new Date(nowMs())})`,
          role: RepositoryRole.FIRST,
          removed_at: null,
        })
        .where('id', '=', row.id)
        .execute()
    const rowId = replacesLost ? row.id : await rowOf(tx, repositoryId)
    if (!replacesLost) await nameFirst(tx, rowId)
    return { options, rowId, repositoryId, replacesLost }
  })
  const { location, keks, stateDirectory } = options
  return {
    rowId,
    name: FIRST_NAME,
    role: RepositoryRole.FIRST,
    location,
    label: storage.labelOf(location),
    localRoot: storage.localRootOf(location),
    isWithheld: withheldFrom(location),
    repositoryId,
    replacesLost,
    keks,
    keyReference: null,
    stateDirectory,
    open: (signal) => openKnown(catalog, options, { rowId, ...(signal && { signal }) }),
    openStore: () => openStore(location),
  }
}

/**
 * The row that its points and protections go by: one, whatever the paths under which machines see it. What an earlier
 * version put down under the others comes to it.
 */
async function rowOf(tx: DatabaseTransaction, repositoryId: string): Promise<string> {
  const rows = await tx
    .selectFrom('repositories')
    .select('id')
    .where('tenant_id', '=', DEFAULT_TENANT_ID)
    .where('role', '=', RepositoryRole.FIRST)
    .where('repository_id', '=', repositoryId)
    .orderBy(
      ({ exists, selectFrom }) =>
        exists(selectFrom('recovery_points').select('id').whereRef('repository_id', '=', 'repositories.id')),
      'desc',
    )
    .orderBy('created_at')
    .orderBy('id')
    .execute()
  const [{ id: rowId }, ...others] = rows as [{ id: string }, ...Array<{ id: string }>]
  for (const { id } of others) {
    await tx.updateTable('recovery_points').set({ repository_id: rowId }).where('repository_id', '=', id).execute()
    await tx
      .deleteFrom('protections')
      .where('repository_id', '=', id)
      .where(({ exists, selectFrom }) =>
        exists(
          selectFrom('protections as own')
            .select('own.subject')
            .where('own.repository_id', '=', rowId)
            .whereRef('own.record', '=', 'protections.record')
            .whereRef('own.subject', '=', 'protections.subject'),
        ),
      )
      .execute()
    await tx.updateTable('protections').set({ repository_id: rowId }).where('repository_id', '=', id).execute()
  }
  return rowId
}

/** One row has the name: that which points and protections go by. */
async function nameFirst(tx: DatabaseTransaction, rowId: string): Promise<void> {
  const ofFirst = tx.updateTable('repositories').where('tenant_id', '=', DEFAULT_TENANT_ID)
  await ofFirst.set({ name: null }).where('name', '=', FIRST_NAME).where('id', '<>', rowId).execute()
  await ofFirst
    .set({ name: FIRST_NAME })
    .where('id', '=', rowId)
    .where('name', 'is distinct from', FIRST_NAME)
    .execute()
}

/** The label to go by: the one that is given, or what this system knows. Throws REPOSITORY_OTHER. */
async function settledPlace(
  { kind }: Pick<Catalog, 'kind'>,
  tx: DatabaseTransaction,
  given: RepositoryAccessOptions,
): Promise<{ readonly place: string; readonly replacesLost: boolean }> {
  const place = storage.labelOf(given.location)
  const of = (known: string) => ({ place: known, replacesLost: false })
  const all = await tx
    .selectFrom('repositories')
    .select(['id', 'location', 'repository_id'])
    .where('tenant_id', '=', DEFAULT_TENANT_ID)
    .where('role', '=', RepositoryRole.FIRST)
    .where('repository_id', 'is not', null)
    .orderBy('last_seen_at', (order) => order.desc().nullsLast())
    .execute()
  // Another than the newest was lost and let go: where its disk comes back, it is a stranger.
  const rows = all.filter(({ repository_id }) => repository_id === all[0]?.repository_id)
  const known = [...rows.map(({ location }) => location), ...(given.settled === undefined ? [] : [given.settled])]
  const same = known.find((each) => storage.isPlace(each, given.location))
  if (same !== undefined && given.mayReplaceLost === true) {
    const here = await repositoryIdAt(given, same)
    const isOther = rows[0] !== undefined && here !== undefined && here !== rows[0].repository_id
    return { place: same, replacesLost: isOther }
  }
  if (same !== undefined || known.length === 0) return of(same ?? place)
  if (given.isNamed !== true) return of(known.find((each) => storage.mayBeThere(each)) ?? known[0]!)
  const here = await repositoryIdAt(given, place)
  const moved = rows.find(({ repository_id }) => here !== undefined && repository_id === here)
  // PostgreSQL serves many machines: the same repository may lie under another path on each.
  if (moved && kind === CatalogKind.POSTGRES) return of(place)
  const isLost = (await repositoryIdAt(given, known[0]!)) === undefined
  if (moved && isLost) {
    await tx.updateTable('repositories').set({ location: place }).where('id', '=', moved.id).execute()
    return of(place)
  }
  if (given.mayReplaceLost === true && isLost) return { place, replacesLost: true }
  throw otherRepository(known[0]!, place, isLost)
}

/** A rebuild from a copy is named only where the known one is not to be found. */
function otherRepository(known: string, repository: string, isLost: boolean): BackupError {
  return new BackupError('REPOSITORY_OTHER', `This system's repository is ${known}, not ${repository}.`, {
    context: {
      known,
      repository,
      ...(isLost && { again: `If ${known} is lost for good: "neonpro-backup system rebuild --repo COPY".` }),
    },
  })
}

/**
 * For a client that names another repository than its owner works with. OWNER_EXISTS for one that would go on in the
 * place of a lost one: the owner holds on to that until it ends.
 */
export async function otherThanOwners(
  given: RepositoryAccessOptions,
  owner: { readonly repository: string; readonly pid: number; readonly host: string },
): Promise<BackupError> {
  // One that opens only with another key is there.
  const isLost = (await repositoryIdAt(given, owner.repository).catch(() => '')) === undefined
  if (given.mayReplaceLost !== true || !isLost)
    return otherRepository(owner.repository, storage.labelOf(given.location), isLost)
  return new BackupError('OWNER_EXISTS', 'The process that owns this HOME still works with the lost repository.', {
    context: {
      pid: owner.pid,
      host: owner.host,
      again: `It goes on with ${owner.repository}: once it has ended, run this again.`,
    },
  })
}

/**
 * A row of its own for a repository that takes the place of a lost one: that may have stood at this very place, which
 * is the lost one's in the database until the rebuild has succeeded.
 */
async function rowLocation(tx: DatabaseTransaction, given: RepositoryAccessOptions, place: string): Promise<string> {
  const here = await repositoryIdAt(given, place)
  const former = await tx
    .selectFrom('repositories')
    .select('repository_id')
    .where('tenant_id', '=', DEFAULT_TENANT_ID)
    .where('location', '=', place)
    .executeTakeFirst()
  const isTaken = here !== undefined && former?.repository_id != null && former.repository_id !== here
  return isTaken ? formerLocation(place, here) : place
}

/** Undefined where there is none, and where nothing will ever open what is there. */
async function repositoryIdAt({ location, keks }: RepositoryAccessOptions, place: string): Promise<string | undefined> {
  try {
    await using repository = await Repository.open(openStore(storage.placeLike(place, location)), keks)
    return repository.keys.repositoryId.toString('hex')
  } catch (error) {
    if (isBackupError(error, 'REPOSITORY_NOT_FOUND') || isBackupError(error, 'REPOSITORY_KEYS_LOST')) return undefined
    throw error
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
  onKeyringLost,
}: Pick<RepositoryAccessOptions, 'location' | 'keks' | 'signal' | 'onKeyringLost'>): Promise<void> {
  try {
    await using repository = await Repository.open(openStore(location), keks, { ...(signal && { signal }) })
    const [lost] = repository.keys.lost
    if (lost !== undefined) onKeyringLost?.(lost)
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
    if (known.repositoryId !== null || isMetAt(options)) throw missing(options, { cause: error })
    if (options.mayCreate === false)
      throw new BackupError('SYSTEM_NOT_FOUND', 'Nothing has been set up here.', {
        context: { home: path.dirname(options.stateDirectory) },
        cause: error,
      })
    storage.refuseNested(options.location)
    await using repository = await Repository.create(openStore(options.location), options.keks[0]!, 'system')
    const { repositoryId } = repository.keys
    new ClientState(options.stateDirectory, repositoryId).notePlace(repository.store.location)
    return repositoryId.toString('hex')
  }
}

/** A database may be new where HOME is not: what HOME or a single command has met there has a disk that is away. */
export function isMetAt({
  location,
  settled,
  stateDirectory,
}: Pick<RepositoryAccessOptions, 'location' | 'settled' | 'stateDirectory'>): boolean {
  const isSettled = settled !== undefined && storage.isPlace(settled, location)
  return isSettled || repositoryKnownAt(stateDirectory, storage.labelOf(location)) !== undefined
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
    return await openChecked({ ...options, ...(signal && { signal }) }, { repositoryId: row.repository_id })
  } catch (error) {
    throw isBackupError(error, 'REPOSITORY_NOT_FOUND') ? missing(options, { cause: error }) : error
  }
}

type OpenOptions = Pick<RepositoryAccessOptions, 'location' | 'keks' | 'stateDirectory' | 'onKeyringLost' | 'signal'>

/** Opens it and compares with what is known: another repository in its place, or an older keyring, is refused. */
export async function openChecked(
  options: OpenOptions,
  known: Pick<KnownRepository, 'repositoryId'>,
): Promise<Repository> {
  // What stands in the place of the known one is not what belongs there.
  const memory = (repositoryId: Buffer) =>
    known.repositoryId === null || repositoryId.toString('hex') === known.repositoryId
      ? new ClientState(options.stateDirectory, repositoryId)
      : NO_MEMORY
  const repository = await Repository.open(openStore(options.location), options.keks, {
    memory,
    workspace: workspaceIn(options.stateDirectory),
    ...(options.signal && { signal: options.signal }),
  })
  try {
    const { repositoryId } = repository.keys
    const id = repositoryId.toString('hex')
    if (known.repositoryId !== null && id !== known.repositoryId)
      throw missing(options, { again: otherInPlace(id, storage.labelOf(options.location)) })
    const [lost] = repository.keys.lost
    if (lost !== undefined) options.onKeyringLost?.(lost)
    return repository
  } catch (error) {
    await repository[Symbol.asyncDispose]()
    throw error
  }
}

const NO_MEMORY: HeadMemory = { heads: () => undefined, remember: () => {} }

export function missing(
  options: Pick<RepositoryAccessOptions, 'location'>,
  { again, cause }: { readonly again?: string; readonly cause?: unknown } = {},
): BackupError {
  return new BackupError('REPOSITORY_MISSING', 'The repository that this system knows is not at its place.', {
    context: { repository: storage.labelOf(options.location), ...(again !== undefined && { again }) },
    cause,
  })
}
