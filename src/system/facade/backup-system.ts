/** The system as an application sees it. Every method is one call; none throws for what a caller can cause. */
import type {
  AuditPage,
  AuditVerdict,
  BackupOptionsInput,
  ConfigView,
  KeyringView,
  Pruned,
  RebuildSummary,
  RemovedRepository,
  RepositoryView,
  Result,
  RunView,
  Spelt,
  SystemSettings,
  SystemStatus,
  Verification,
  Widened,
} from '../../contracts/system/index.ts'
import { BackupError } from '../../kernel/backup-error.ts'
import { failure } from '../boundary.ts'
import type { Caller, Transport } from '../transport.ts'
import { BackupManager } from './backup-manager.ts'
import type { LibraryConfigInput } from './config-input.ts'
import type { FacadeCall, FacadeOpen } from './facade-call.ts'
import { MonitoringService } from './monitoring-service.ts'
import { inputRefusal, splitSignal } from './plain-input.ts'
import { RecoveryService } from './recovery-service.ts'
import { SchedulerService } from './scheduler-service.ts'
import { StorageManager } from './storage-manager.ts'

/** @internal What a started system is made of: the way to it, and how it ends. */
export interface Started {
  readonly transport: Transport
  readonly stop: () => Promise<void>
}

export class BackupSystem {
  readonly manager: BackupManager
  readonly storage: StorageManager
  readonly scheduler: SchedulerService
  readonly monitor: MonitoringService
  readonly recover: RecoveryService
  readonly #caller: Caller
  #started: Started | undefined

  /** @internal Applications have `getBackupSystem` and `initializeBackupSystem`. */
  static of(caller: Caller, started?: Started): BackupSystem {
    return new BackupSystem(caller, started)
  }

  private constructor(caller: Caller, started?: Started) {
    this.#caller = caller
    this.#started = started
    const call: FacadeCall = async (name, input, options = {}) => {
      const refused = inputRefusal(input)
      return refused
        ? failure(refused, caller.locale)
        : this.#transport().call(name, input, { caller: this.#callerOf(input), ...options })
    }
    const open: FacadeOpen = async (name, input, options = {}) => {
      const refused = inputRefusal(input)
      return refused
        ? failure(refused, caller.locale)
        : this.#transport().open(name, input, { caller: this.#callerOf(input), ...options })
    }
    this.manager = new BackupManager(call, open)
    this.storage = new StorageManager({ call, transport: () => this.#transport(), caller })
    this.scheduler = new SchedulerService(call)
    this.monitor = new MonitoringService(call)
    this.recover = new RecoveryService(call, open)
    this.#call = call
  }

  readonly #call: FacadeCall

  /**
   * A backup of files and folders on a schedule. The answer holds the id, `nextRunAt` and whether a live scheduler
   * would start it (`schedulerAlive`).
   */
  setupFileBackup<const Options extends Widened<BackupOptionsInput>>(
    name: string,
    paths: readonly string[],
    options?: Options & Spelt<Options, BackupOptionsInput>,
    userId?: string,
  ): Promise<Result<ConfigView>> {
    return this.#create(
      { name, kind: 'FILES', paths: Array.isArray(paths) ? [...paths] : (paths as string[]), ...options },
      userId,
    )
  }

  /**
   * A backup of the database that a URL names, which is shown without its password. SOURCE_NOT_AVAILABLE, with nothing
   * saved, where no source here takes such a URL.
   */
  setupDatabaseBackup<const Options extends Widened<BackupOptionsInput>>(
    name: string,
    databaseUrl: string,
    options?: Options & Spelt<Options, BackupOptionsInput>,
    userId?: string,
  ): Promise<Result<ConfigView>> {
    return this.#create({ name, kind: 'DATABASE', databaseUrl, ...options }, userId)
  }

  /** Answers with the run's id once run and job are committed. */
  runBackupNow(configId: string, userId?: string): Promise<Result<string>> {
    return this.manager.executeBackup(configId, userId)
  }

  /** The finished run. With an aborted `signal`: ABORTED, and the run goes on. */
  waitForRun(runId: string, options: { readonly signal?: AbortSignal } = {}): Promise<Result<RunView>> {
    return this.#call('backup.wait', { runId }, options)
  }

  getStatus(): Promise<Result<SystemStatus>> {
    return this.#call('system.status', {})
  }

  /** Walks the audit chain, in the database and against the segments in the repository. */
  verifyAudit(): Promise<Result<AuditVerdict>> {
    return this.#call('audit.verify', {})
  }

  /** The audit log a page at a time, newest first: `before` is the `next` of the page before. */
  listAuditEntries(page: { readonly before?: number; readonly limit?: number } = {}): Promise<Result<AuditPage>> {
    return this.#call('audit.entries', page)
  }

  /** The first one first, each with whether it can be opened now. */
  listRepositories(): Promise<Result<readonly RepositoryView[]>> {
    return this.#call('repository.list', {})
  }

  /**
   * Registers one more repository, which configurations may write to then (`repository` of their options). It has to
   * open: with `keyFile`, else with the keys of the system. `init` makes it. Paths are absolute.
   */
  addRepository(
    name: string,
    location: string,
    options: { readonly keyFile?: string; readonly init?: boolean } = {},
    userId?: string,
  ): Promise<Result<RepositoryView>> {
    return this.#call('repository.add', { name, location, ...options, userId })
  }

  /** Forgets it; REPOSITORY_IN_USE while a configuration writes to it. What is stored there stays. */
  removeRepository(name: string, userId?: string): Promise<Result<RemovedRepository>> {
    return this.#call('repository.remove', { name, userId })
  }

  /** The configuration's next runs write there; its points of before stay where they are, listed and restorable. */
  useRepository(configId: string, name: string, userId?: string): Promise<Result<ConfigView>> {
    return this.#call('repository.use', { configId, repository: name, userId })
  }

  /**
   * Reads a share of what is stored in the first repository or the one that is named, by default all: then points that
   * are whole are proven. Damage is in the answer, with the paths that it hits.
   */
  verifyRepository(
    options: { readonly readShare?: number; readonly repository?: string; readonly signal?: AbortSignal } = {},
    userId?: string,
  ): Promise<Result<Verification>> {
    const { input, call } = splitSignal(options)
    return this.#call('repository.verify', { ...input, userId }, call)
  }

  /**
   * Frees what no snapshot, pin or hold needs in the first repository or the one that is named, now instead of with the
   * next retention. `dryRun` only says what.
   */
  pruneRepository(
    options: { readonly dryRun?: boolean; readonly repository?: string; readonly signal?: AbortSignal } = {},
    userId?: string,
  ): Promise<Result<Pruned>> {
    const { input, call } = splitSignal(options)
    return this.#call('repository.prune', { ...input, userId }, call)
  }

  /** What the system goes by, and where each value comes from. Secrets are hidden. */
  getSettings(): Promise<Result<SystemSettings>> {
    return this.#call('system.settings', {})
  }

  /** Who opens the first repository, or the one that is named: no secret is in it. */
  listKeys(options: { readonly repository?: string } = {}): Promise<Result<KeyringView>> {
    return this.#call('key.list', options)
  }

  /** The audit log as JSON lines, verifiable offline. */
  exportAudit(range: { readonly from?: string; readonly to?: string } = {}, userId?: string): Promise<Result<string>> {
    return this.#call('audit.export', { ...range, userId })
  }

  /** Says that this machine's clock is right: ages count again after a jump (alarm CLOCK_DOUBTED). */
  acceptClock(userId?: string): Promise<Result<{ readonly accepted: true }>> {
    return this.#call('system.acceptClock', { userId })
  }

  /**
   * Makes configurations, points, runs, pins, holds and audit anew from the repository alone. `force` keeps other
   * configurations beside them.
   */
  rebuild(options: { readonly force?: boolean } = {}, userId?: string): Promise<Result<RebuildSummary>> {
    return this.#call('system.rebuild', { ...options, userId })
  }

  /**
   * Running backups write a checkpoint and stop; the process may end. Then `initializeBackupSystem` may start again.
   */
  async shutdown(): Promise<void> {
    const started = this.#started
    this.#started = undefined
    await started?.stop()
  }

  /** @internal For `initializeBackupSystem`. */
  attach(started: Started): void {
    this.#started = started
  }

  #create(config: Widened<LibraryConfigInput>, userId: string | undefined): Promise<Result<ConfigView>> {
    return this.manager.createConfig(config as LibraryConfigInput, userId)
  }

  #transport(): Transport {
    return this.#started?.transport ?? notInitialized(this.#caller)
  }

  #callerOf(input: unknown): Caller {
    const userId = typeof input === 'object' && input !== null && 'userId' in input ? input.userId : undefined
    return typeof userId === 'string' ? { ...this.#caller, actor: userId } : this.#caller
  }
}

function notInitialized({ locale }: Caller): Transport {
  const refuse = () =>
    Promise.resolve(
      failure<never>(new BackupError('NOT_INITIALIZED', 'initializeBackupSystem() was not called.'), locale),
    )
  return { call: refuse, upload: refuse, open: refuse, [Symbol.asyncDispose]: async () => {} }
}
