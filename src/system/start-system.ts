/**
 * From settings to a system that answers: as the owner of the embedded database, as its client, or over a PostgreSQL of
 * its own.
 */
import fs from 'node:fs'
import path from 'node:path'
import { type OwnerLock, readOwner } from '../catalog/index.ts'
import type { Locale } from '../contracts/index.ts'
import { type Warning, warningOf } from '../contracts/system/index.ts'
import { BackupError, systemCode } from '../kernel/backup-error.ts'
import { turn } from '../kernel/clock.ts'
import { holdsSystem, refuseMoved } from '../kernel/home-folder.ts'
import type { Log } from '../kernel/log.ts'
import { refuseHomePlace } from '../storage/index.ts'
import { accountCaller } from './authorise.ts'
import { storage } from './compose.ts'
import { BackupSystem, type Started } from './facade/backup-system.ts'
import { enterHome } from './home-owner.ts'
import { openLog } from './logging/index.ts'
import { accessOptions, type OpenOptions, openSystem } from './open-system.ts'
import { claimOwnership, lockUnlessClaimed } from './owner/claim-ownership.ts'
import { DrainingTransport } from './owner/draining-transport.ts'
import { ElectedTransport } from './owner/elected-transport.ts'
import { serveOwnerSocket } from './owner/owner-socket.ts'
import { chooseSocketPath, toldSocketPath } from './owner/socket-path.ts'
import type { YieldRequest } from './owner/socket-protocol.ts'
import { rememberKey } from './remember-key.ts'
import { otherThanOwners, refuseWrongKey } from './repository-access.ts'
import { readKeys, readSettled, resolveSettings, type Settings, type SettingsInput } from './settings/index.ts'
import type { WorkTiming } from './start-work.ts'
import type { Caller, Transport } from './transport.ts'

export interface StartOptions extends SettingsInput {
  /** `serve`, `worker`, `library`, `command`. */
  readonly role: string
  /** Who acts where no user is named. */
  readonly actor: string
  /** Starts due runs here. Default: the setting `scheduler`. */
  readonly works?: boolean
  /** Refuses to be a client: OWNER_EXISTS names the owner's pid. */
  readonly mustOwn?: boolean
  /**
   * A system is set up where there is none; else SYSTEM_NOT_FOUND. `'WHERE_NAMED'`: only on a repository that somebody
   * named, or that HOME was settled on. Default true.
   */
  readonly mayCreate?: boolean | 'WHERE_NAMED'
  /** See `system rebuild`. */
  readonly mayReplaceLost?: boolean
  /** Begins a new database over a repository of another system; else REBUILD_NEEDED. Default true. */
  readonly mayBeginOver?: boolean
  /** Root goes on as the owner of HOME, for good. Without it a HOME of another is refused. */
  readonly mayBecomeOwner?: boolean
  readonly onBecome?: (user: string) => void
  readonly timing?: WorkTiming
  /** Where this process works and notices were left at its end. */
  readonly onUnsent?: (notices: number) => void
  readonly signal?: AbortSignal
}

export interface StartedSystem extends AsyncDisposable {
  readonly system: BackupSystem
  readonly transport: Transport
  readonly settings: Settings
  readonly warnings: readonly Warning[]
  readonly isOwner: boolean
  readonly log: Log
  /** One of this account, for a call that is not made through `system`. */
  callerNamed(actor: string): Caller
}

/**
 * Throws CONFIG_INVALID, KEY_MISSING and its kind, KEY_WRONG, HOME_FOREIGN, HOME_MOVED, TARGET_REFUSED (HOME in a
 * repository, or the other way round), REPOSITORY_OTHER, SYSTEM_NOT_FOUND, DATABASE_UNAVAILABLE, REPOSITORY_MISSING,
 * OWNER_EXISTS.
 */
export async function startSystem(options: StartOptions): Promise<StartedSystem> {
  const settings = resolveSettings(options)
  const { values } = settings
  const keys = await readKeys(values)
  if (!holdsSystem(values.home)) refuseHomePlace(values.home, storage.localRootOf(values.repository))
  const mayCreate =
    options.mayCreate === 'WHERE_NAMED'
      ? values.isRepositoryNamed || readSettled(values.home) !== undefined
      : options.mayCreate
  if (mayCreate === false && values.databaseUrl === undefined) refuseAbsent(values.home)
  const became = enterHome(values.home, {
    mayBecomeOwner: options.mayBecomeOwner === true,
    isEmbedded: values.databaseUrl === undefined,
  })
  if (became !== undefined) options.onBecome?.(became)
  const log = await openLog({
    logger: values.logger,
    directory: values.logsDirectory,
    debug: values.debug,
    locale: values.locale,
    secrets: values.secrets,
  })
  const lost = new Set<string>()
  const open: OpenOptions = {
    settings: values,
    origins: settings.origins,
    keks: keys.keks,
    keyFiles: keys.keyFiles,
    log,
    works: options.works ?? values.scheduler,
    role: options.role,
    onKeyringLost: (object) => {
      if (!lost.has(object)) log.error(warningOf('KEYRING_LOST', values.locale, { object }).message, { object })
      lost.add(object)
    },
    ...(mayCreate !== undefined && { mayCreate }),
    ...(options.mayReplaceLost !== undefined && { mayReplaceLost: options.mayReplaceLost }),
    ...(options.mayBeginOver !== undefined && { mayBeginOver: options.mayBeginOver }),
    ...(options.timing && { timing: options.timing }),
    ...(options.onUnsent && { onUnsent: options.onUnsent }),
    ...(options.signal && { signal: options.signal }),
  }
  try {
    const started =
      values.databaseUrl === undefined
        ? await startEmbedded(open, options.mustOwn === true)
        : { ...(await openSystem(open)), isOwner: true }
    const callerNamed = (actor: string) => accountCaller({ actor, locale: values.locale })
    const system = BackupSystem.of(callerNamed(options.actor))
    const stop = async () => {
      using _log = log
      await started.stop()
    }
    system.attach({ transport: started.transport, stop })
    return {
      system,
      transport: started.transport,
      settings,
      log,
      isOwner: started.isOwner,
      callerNamed,
      warnings: [...settings.warnings, ...keys.warnings, ...lostKeyrings(lost, values.locale)],
      [Symbol.asyncDispose]: () => system.shutdown(),
    }
  } catch (error) {
    log[Symbol.dispose]()
    throw error
  }
}

function lostKeyrings(objects: Iterable<string>, locale: Locale): Warning[] {
  return [...objects].map((object) => warningOf('KEYRING_LOST', locale, { object }))
}

async function startEmbedded(open: OpenOptions, mustOwn: boolean): Promise<Started & { readonly isOwner: boolean }> {
  const lockFile = lockFileOf(open)
  if (mustOwn) {
    using claimed = await claimOwnership(lockFile)
    return { ...(await own(open, claimed.lock)), isOwner: true }
  }
  let isFirst = true
  const transport = await ElectedTransport.open({
    socketPath: () => toldSocketPath(lockFile),
    ownerFacts: () => readOwner(lockFile) ?? { pid: 0, host: '' },
    tryOwn: async (onAsked) => {
      const lock = await lockUnlessClaimed(lockFile, open)
      // An application that was started to do the work keeps it; one that only took over gives it back.
      const isKeeper = open.works && open.role !== 'command' && isFirst
      const mayYield = ({ isStaying }: YieldRequest) => !open.works || (isStaying && !isKeeper)
      return lock && own(open, lock, { mayYield, onAsked })
    },
  })
  isFirst = false
  if (!transport.isOwner)
    await checkClient(open).catch(async (error: unknown) => {
      await transport[Symbol.asyncDispose]()
      throw error
    })
  return { transport, stop: () => transport[Symbol.asyncDispose](), isOwner: transport.isOwner }
}

/** What only looks makes nothing: neither a database nor its folder. Throws SYSTEM_NOT_FOUND. */
function refuseAbsent(home: string): void {
  // A folder that this user may not look into is another error's matter.
  if (fs.existsSync(path.join(home, 'database')) || isClosed(home)) return
  throw new BackupError('SYSTEM_NOT_FOUND', `There is no system in ${home}.`, { context: { home } })
}

function isClosed(home: string): boolean {
  try {
    fs.accessSync(home, fs.constants.X_OK)
    return false
  } catch (error) {
    return systemCode(error) !== 'ENOENT'
  }
}

/** A client must mean what the owner has: its repository, and a key that opens it. */
async function checkClient(open: OpenOptions): Promise<void> {
  const { repository, isRepositoryNamed } = open.settings
  const owner = readOwner(lockFileOf(open))
  if (isRepositoryNamed && owner?.repository !== undefined && !storage.isPlace(owner.repository, repository))
    throw await otherThanOwners(accessOptions(open), { ...owner, repository: owner.repository })
  const location = owner?.repository === undefined ? repository : storage.placeLike(owner.repository, repository)
  await refuseWrongKey({ ...open, location })
  await rememberKey({ ...open, location })
}

function lockFileOf({ settings }: OpenOptions): string {
  return path.join(settings.home, 'owner.lock')
}

interface Yielding {
  readonly mayYield: (asked: YieldRequest) => boolean
  /** Once, before `stop` is called. */
  readonly onAsked: () => void
}

/** Answers at the socket only once everything is open: whoever connects is answered. */
async function own(open: OpenOptions, lock: OwnerLock, yielding?: Yielding): Promise<Started> {
  try {
    // Whoever waited for the lock may have waited for a move.
    refuseMoved(open.settings.home)
    const local = await openSystem({ ...open, lock })
    const transport = new DrainingTransport(local.transport)
    const socketPath = chooseSocketPath(lock)
    let isAsked = false
    const onAsked = (asked: YieldRequest) => {
      if (yielding?.mayYield(asked) !== true) return false
      if (!isAsked) void turn().then(yielding.onAsked)
      isAsked = true
      return true
    }
    lock.tell({
      repository: readSettled(open.settings.home)?.repository ?? storage.labelOf(open.settings.repository),
      socket: socketPath,
    })
    const socket = await serveOwnerSocket(socketPath, transport, { log: open.log.child('socket'), onAsked })
    // Last declared, first closed. One that fails keeps none of the others: a lock that stayed would lock HOME.
    const stop = async () => {
      using _lock = lock
      await using _local = { [Symbol.asyncDispose]: local.stop }
      await using _socket = socket
      if (!isAsked) return
      await socket.hide()
      await transport.drain()
    }
    return { transport, stop }
  } catch (error) {
    lock[Symbol.dispose]()
    throw error
  }
}
