/**
 * The system's repositories: the first, which is open from the start on, and those that were added to it, which are
 * rows of the database. A row is read whenever one is asked for: another process may have added or removed it. None is
 * opened before it is needed, so that one whose disk is away stops nobody else.
 */
import { type Catalog, type Database, type DatabaseTransaction, DEFAULT_TENANT_ID } from '../catalog/index.ts'
import { keyPlaceRefused } from '../contracts/index.ts'
import { ClientState, type Kek, parseKek, Repository } from '../engine/index.ts'
import { BackupError, isBackupError } from '../kernel/backup-error.ts'
import { isFleeting } from '../kernel/fleeting-file.ts'
import { isWithin } from '../kernel/real-place.ts'
import { type Repositories, type RepositoryAccess, type RepositoryPlace, RepositoryRole } from '../services/index.ts'
import { isLabel, type RepositoryLocation, refuseHomePlace } from '../storage/index.ts'
import { openStore, storage } from './compose.ts'
import { isMetAt, missing, openChecked } from './repository-access.ts'
import { fileOfKey, requireRemembered } from './settings/index.ts'
import { withheldFrom } from './system-config.ts'

export interface SystemRepositoriesOptions {
  readonly catalog: Catalog
  readonly first: RepositoryAccess
  readonly home: string
  /** Of a path or URL; what it does not tell (credentials) as the settings have it. */
  readonly locate: (text: string) => RepositoryLocation
  readonly onKeyringLost?: (object: string) => void
}

type Db = Database | DatabaseTransaction

interface Row {
  /** Undefined: it is not registered yet. */
  readonly id?: string
  readonly location: string
  readonly repository_id: string | null
  readonly key_reference: string | null
  readonly name: string | null
}

export class SystemRepositories implements Repositories {
  readonly first: RepositoryAccess
  readonly #options: SystemRepositoriesOptions
  /** By row, as long as it says the same: figures are kept by the access. */
  readonly #known = new Map<string, { readonly text: string; readonly access: RepositoryAccess }>()

  constructor(options: SystemRepositoriesOptions) {
    this.first = options.first
    this.#options = options
  }

  async of(rowId: string | null, db?: Db): Promise<RepositoryAccess> {
    if (rowId === null || rowId === this.first.rowId) return this.first
    const row = (await this.#rows(db)).find(({ id }) => id === rowId)
    if (row === undefined) throw unknown(rowId)
    return this.#accessOf(row)
  }

  async all(db?: Db): Promise<readonly RepositoryAccess[]> {
    return [this.first, ...(await this.#rows(db)).map((row) => this.#accessOf(row))]
  }

  async named(nameOrPlace: string): Promise<RepositoryAccess> {
    const all = await this.all()
    const named = all.find(({ name }) => name === nameOrPlace)
    if (named !== undefined) return named
    if (!isLabel(nameOrPlace)) throw unknown(nameOrPlace)
    const location = this.#options.locate(nameOrPlace)
    const there = all.find(({ label }) => storage.isPlace(label, location))
    if (there === undefined) throw unknown(storage.labelOf(location))
    return there
  }

  at({ location: text, keyReference }: RepositoryPlace): RepositoryAccess {
    // By what will be remembered of it: what is proven now is what is opened later.
    const location = storage.labelOf(this.#options.locate(text))
    return this.#made({ name: null, location, repository_id: null, key_reference: keyReference })
  }

  async create({ location, keks, stateDirectory }: RepositoryAccess): Promise<void> {
    if (isMetAt({ location, stateDirectory }) && !(await storage.holdsRepository(location))) throw missing({ location })
    refuseHomePlace(this.#options.home, storage.localRootOf(location))
    storage.refuseNested(location)
    await using repository = await Repository.create(openStore(location), keks[0]!, 'system')
    new ClientState(stateDirectory, repository.keys.repositoryId).notePlace(repository.store.location)
  }

  async #rows(db: Db = this.#options.catalog.db): Promise<Array<Row & { readonly id: string }>> {
    return await db
      .selectFrom('repositories')
      .select(['id', 'location', 'repository_id', 'key_reference', 'name'])
      .where('tenant_id', '=', DEFAULT_TENANT_ID)
      .where('role', '=', RepositoryRole.FURTHER)
      .where('removed_at', 'is', null)
      .orderBy('created_at')
      .orderBy('id')
      .execute()
  }

  #accessOf(row: Row & { readonly id: string }): RepositoryAccess {
    const text = JSON.stringify(row)
    const known = this.#known.get(row.id)
    if (known?.text === text) return known.access
    const access = this.#made(row)
    this.#known.set(row.id, { text, access })
    return access
  }

  #made(row: Row): RepositoryAccess {
    const { first, home, locate, onKeyringLost } = this.#options
    const location = locate(row.location)
    const localRoot = storage.localRootOf(location)
    const { stateDirectory } = first
    const { repository_id: repositoryId, key_reference: reference } = row
    const keys = (): readonly Kek[] =>
      reference === null
        ? first.keks
        : [
            keyIn(reference, {
              folders: localRoot === undefined ? [home] : [localRoot, home],
              isRemembered: row.id !== undefined,
            }),
            ...first.keks,
          ]
    return {
      rowId: row.id ?? '',
      name: row.name ?? '',
      role: RepositoryRole.FURTHER,
      location,
      label: row.location,
      localRoot,
      isWithheld: withheldFrom(location),
      ...(repositoryId !== null && { repositoryId }),
      get keks() {
        return keys()
      },
      keyReference: reference,
      stateDirectory,
      open: async (signal) => {
        const options = {
          ...{ location, keks: keys(), stateDirectory },
          ...(onKeyringLost && { onKeyringLost }),
          ...(signal && { signal }),
        }
        return await openChecked(options, { repositoryId }).catch((error: unknown) => {
          const isAway = repositoryId !== null || isMetAt({ location, stateDirectory })
          throw isAway && isBackupError(error, 'REPOSITORY_NOT_FOUND') ? missing({ location }, { cause: error }) : error
        })
      },
      openStore: () => openStore(location),
    }
  }
}

/**
 * Of a key that is known by its file. Throws KEY_MISSING where that is gone, KEY_REFUSED for one that lies beside the
 * data or will not be there next time.
 */
function keyIn(
  reference: string,
  { folders, isRemembered }: { readonly folders: readonly string[]; readonly isRemembered: boolean },
): Kek {
  const file = fileOfKey(reference)
  if (file === undefined) throw new BackupError('KEY_MISSING', 'The repository names no file for its key.')
  if (isRemembered) requireRemembered(file)
  const kek = parseKek(reference, file)
  if (isFleeting(file)) throw keyPlaceRefused(file, 'It is there for one process alone; name a file that stays')
  const beside = folders.find((folder) => isWithin(file, folder))
  if (beside !== undefined) throw keyPlaceRefused(file, `It lies inside ${beside}, beside the data; keep it elsewhere`)
  return kek
}

function unknown(repository: string): BackupError {
  return new BackupError('REPOSITORY_UNKNOWN', 'The system has no such repository.', { context: { repository } })
}
