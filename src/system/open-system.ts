/** Opens everything a system is made of in this process, in order, and closes it in the reverse. */
import { randomUUID } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { type Catalog, DEFAULT_TENANT_ID, type OwnerLock, openCatalog } from '../catalog/index.ts'
import type { Kek } from '../engine/index.ts'
import { openJobQueue } from '../jobs/index.ts'
import { isBackupError } from '../kernel/backup-error.ts'
import type { Log } from '../kernel/log.ts'
import { hostName } from '../kernel/machine.ts'
import { openAuditLog } from '../services/audit/index.ts'
import { type ControlKey, findMaster, openControlKey, sealHealthchecks } from '../services/control-key/index.ts'
import type { RepositoryAccess, SystemParts } from '../services/index.ts'
import { openNotifiers } from './compose-channels.ts'
import { sources } from './compose-sources.ts'
import type { Started } from './facade/backup-system.ts'
import { ALL_HANDLERS } from './handlers.ts'
import { LocalTransport } from './local-transport.ts'
import { refuseNewDatabase } from './new-database.ts'
import { rememberKey } from './remember-key.ts'
import { openRepositoryAccess, type RepositoryAccessOptions } from './repository-access.ts'
import { type OriginEntry, readSettled, type SettingsValues, settleRepository } from './settings/index.ts'
import { closeAudit, startWork, type WorkTiming } from './start-work.ts'
import { SystemRepositories } from './system-repositories.ts'

export interface OpenOptions {
  readonly settings: SettingsValues
  /** Where they come from. */
  readonly origins: readonly OriginEntry[]
  /** Newest first. */
  readonly keks: readonly Kek[]
  /** Where they came from. */
  readonly keyFiles: readonly string[]
  readonly log: Log
  /** Of the embedded database. */
  readonly lock?: OwnerLock
  /** Due runs are started and jobs carried out here. */
  readonly works: boolean
  /** Of {@link RepositoryAccessOptions}. */
  readonly mayCreate?: boolean
  readonly mayReplaceLost?: boolean
  /** See {@link NewDatabaseOptions}. */
  readonly mayBeginOver?: boolean
  readonly timing?: WorkTiming
  /** See {@link WorkOptions}. */
  readonly onUnsent?: (notices: number) => void
  /** See {@link RepositoryAccessOptions}. */
  readonly onKeyringLost?: (object: string) => void
  /** `serve`, `worker`, `library`: for `status`. */
  readonly role: string
  readonly signal?: AbortSignal
}

type Close = () => Promise<void>

/** Throws what opening database and repository throws; then nothing stays open. */
export async function openSystem(options: OpenOptions): Promise<Started> {
  const closing: Close[] = []
  // One that fails keeps none of the others open.
  const closeAll = async (): Promise<void> => {
    const close = closing.pop()
    if (close === undefined) return
    try {
      await close()
    } finally {
      await closeAll()
    }
  }
  try {
    const parts = await openParts(options, (close) => void closing.push(close))
    if (options.works) {
      const work = await startWork(parts, options)
      closing.push(() => work.stop())
      // Else nobody may come for long who closes what a single command has done.
    } else closing.push(() => closeAudit(parts))
    return { transport: new LocalTransport(parts, ALL_HANDLERS), stop: closeAll }
  } catch (error) {
    await closeAll()
    throw error
  }
}

async function openParts(open: OpenOptions, onClose: (close: Close) => void): Promise<SystemParts> {
  const { settings, keks, keyFiles, log, works, signal } = open
  const { home } = settings
  const access = accessOptions(open)
  const catalog = await openNewOrKnown(open, access)
  onClose(async () => await catalog[Symbol.asyncDispose]())
  await catalog.db
    .insertInto('tenants')
    .values({ id: DEFAULT_TENANT_ID, name: 'default' })
    .onConflict((conflict) => conflict.doNothing())
    .execute()
  const repository = await openRepositoryAccess(catalog, access)
  if (repository.replacesLost !== true) settleRepository(home, repository.label, log)
  await rememberKey({ settings, keks, location: repository.location, log, ...(signal && { signal }) })
  const controlKey = await openKey(catalog, repository)
  await sealHealthchecks({ catalog, tenantId: DEFAULT_TENANT_ID }, controlKey)
  const queue = await openJobQueue(catalog, { log: log.child('queue'), isWorker: works })
  onClose(async () => await queue[Symbol.asyncDispose]())
  return {
    catalog,
    queue,
    repositories: new SystemRepositories({
      ...{ catalog, home, first: repository, locate: settings.locate },
      ...(open.onKeyringLost && { onKeyringLost: open.onKeyringLost }),
    }),
    sources,
    log,
    home,
    keyFiles,
    tenantId: DEFAULT_TENANT_ID,
    defaults: settings.defaults,
    settings: open.origins,
    channels: settings.channels,
    notifiers: openNotifiers(settings.channels),
    locale: settings.locale,
    audit: openAuditLog(catalog, controlKey.auditKey, DEFAULT_TENANT_ID),
    secrets: controlKey,
    worker: { id: randomUUID(), host: hostName(), pid: process.pid },
  }
}

/** Of the repository, as this system was started. */
export function accessOptions({ settings, keks, signal, ...options }: OpenOptions): RepositoryAccessOptions {
  const { home, databaseUrl } = settings
  return {
    location: settings.repository,
    isNamed: settings.isRepositoryNamed,
    keks,
    ...(databaseUrl === undefined && settledOf(home)),
    ...(options.onKeyringLost && { onKeyringLost: options.onKeyringLost }),
    ...(options.mayCreate !== undefined && { mayCreate: options.mayCreate }),
    ...(options.mayReplaceLost !== undefined && { mayReplaceLost: options.mayReplaceLost }),
    stateDirectory: path.join(home, 'repositories'),
    ...(signal && { signal }),
  }
}

/**
 * A database that is begun anew is held against the repository first: of the embedded one before its folder is made.
 */
async function openNewOrKnown(
  { settings: { home, databaseUrl }, lock, signal, mayBeginOver = true }: OpenOptions,
  access: RepositoryAccessOptions,
): Promise<Catalog> {
  const directory = path.join(home, 'database')
  const isMade = databaseUrl !== undefined || fs.existsSync(directory)
  if (!isMade) await refuseNewDatabase({ ...access, mayBeginOver })
  const catalog = await openCatalog(databaseUrl === undefined ? { directory } : { url: databaseUrl }, {
    ...(lock && { lock }),
    ...(signal && { signal }),
  })
  try {
    if (isMade && !mayBeginOver && !(await findMaster(catalog.db, DEFAULT_TENANT_ID)))
      await refuseNewDatabase({ ...access, mayBeginOver })
    return catalog
  } catch (error) {
    await catalog[Symbol.asyncDispose]()
    throw error
  }
}

/** A key that the repository took while this database knew only another one opens it by the repository's own. */
async function openKey(catalog: Catalog, { keks, open }: RepositoryAccess): Promise<ControlKey> {
  try {
    return await openControlKey(catalog, keks)
  } catch (error) {
    if (!isBackupError(error, 'KEY_WRONG')) throw error
    await using repository = await open()
    return await openControlKey(catalog, [...keks, repository.keys.controlPlaneKek])
  }
}

function settledOf(home: string): { readonly settled?: string } {
  const repository = readSettled(home)?.repository
  return repository === undefined ? {} : { settled: repository }
}
