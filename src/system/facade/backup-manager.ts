import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import type {
  BackupType,
  CallInput,
  ConfigInput,
  ConfigView,
  Page,
  Result,
  RetentionSimulation,
  RunEventView,
  RunState,
  RunView,
  Spelt,
  Widened,
} from '../../contracts/system/index.ts'
import { BackupError } from '../../kernel/backup-error.ts'
import { success } from '../boundary.ts'
import type { LibraryConfigInput, LibraryConfigPatch } from './config-input.ts'
import type { FacadeCall, FacadeOpen } from './facade-call.ts'
import { pathsHere, splitSignal, timeText } from './plain-input.ts'

export interface BackupFilters {
  readonly configId?: string
  readonly status?: RunState
  readonly type?: BackupType
  readonly from?: string | Date
  readonly to?: string | Date
}

export interface SimulationOptions {
  readonly configId?: string
  readonly policy?: ConfigInput['retention']
}

/** Configurations and their runs. */
export class BackupManager {
  readonly #call: FacadeCall
  readonly #open: FacadeOpen

  /** @internal Made by the system alone. */
  constructor(call: FacadeCall, open: FacadeOpen) {
    this.#call = call
    this.#open = open
  }

  /**
   * Saves a configuration and plans its first run. Fails with CONFIG_EXISTS, CONFIG_INVALID, SOURCE_UNREADABLE,
   * SOURCE_FAILED, SOURCE_NOT_AVAILABLE; then nothing is saved.
   */
  createConfig<const Config extends Widened<LibraryConfigInput>>(
    config: Config & Spelt<Config, LibraryConfigInput>,
    userId?: string,
  ): Promise<Result<ConfigView>> {
    return this.#call('config.create', { config: pathsHere(config), userId } as CallInput<'config.create'>)
  }

  /**
   * Changes what `patch` names; `null` takes an option away; the rest stays. A failure leaves the former configuration
   * untouched.
   */
  updateConfig<const Patch extends Widened<LibraryConfigPatch>>(
    id: string,
    patch: Patch & Spelt<Patch, LibraryConfigPatch>,
    userId?: string,
  ): Promise<Result<ConfigView>> {
    return this.#call('config.update', { id, patch: pathsHere(patch), userId } as CallInput<'config.update'>)
  }

  /** Ends its runs; its points stay and no longer expire. */
  deleteConfig(id: string, userId?: string): Promise<Result<{ readonly deleted: true }>> {
    return this.#call('config.delete', { id, userId })
  }

  getConfig(id: string): Promise<Result<ConfigView>> {
    return this.#call('config.get', { id })
  }

  /** As its runs go by it: with what the system says where the configuration does not. */
  getEffectiveConfig(id: string): Promise<Result<ConfigView>> {
    return this.#call('config.effective', { id })
  }

  listConfigs(): Promise<Result<readonly ConfigView[]>> {
    return this.#call('config.list', {})
  }

  /** Answers with the run's id once run and job are committed; `waitForRun` gives the finished run. */
  executeBackup(configId: string, userId?: string): Promise<Result<string>> {
    return this.#call('backup.execute', { configId, userId })
  }

  cancelBackup(runId: string, userId?: string): Promise<Result<RunView>> {
    return this.#call('backup.cancel', { runId, userId })
  }

  getRun(runId: string): Promise<Result<RunView>> {
    return this.#call('backup.get', { runId })
  }

  /** Newest first. `limit` is 20 unless given, 1,000 at most. */
  listBackups<const Filters extends Widened<BackupFilters>>(
    filters?: Filters & Spelt<Filters, BackupFilters>,
    pagination: { readonly page?: number; readonly limit?: number } = {},
  ): Promise<Result<Page<RunView>>> {
    const isGiven = typeof filters === 'object' && filters !== null
    return this.#call('backup.list', {
      filters: isGiven ? { ...filters, from: timeText(filters.from), to: timeText(filters.to) } : filters,
      pagination,
    })
  }

  /**
   * What becomes of runs, of whatever process they are, as it happens: until `signal` is aborted or the loop is left.
   * `after`: the `id` of the last event that was seen; what has happened since comes first. The loop throws OWNER_GONE
   * where the process that tells it ends: follow again with `after`.
   */
  async followRuns(
    options: { readonly after?: string; readonly runId?: string; readonly signal?: AbortSignal } = {},
  ): Promise<Result<AsyncIterable<RunEventView>>> {
    const { input, call } = splitSignal(options)
    const opened = await this.#open('run.events', input, call)
    if (!opened.success) return opened
    return success({ data: eventsIn(opened.data, call.signal), warnings: opened.warnings })
  }

  /** For every point whether it would be kept, and why. Changes nothing. */
  simulateRetention<const Options extends Widened<SimulationOptions>>(
    options?: Options & Spelt<Options, SimulationOptions>,
  ): Promise<Result<RetentionSimulation>> {
    return this.#call('retention.simulate', (options ?? {}) as CallInput<'retention.simulate'>)
  }

  /** Forgets and frees what the policies no longer keep, now instead of after the next run. */
  applyRetention(configId?: string, userId?: string): Promise<Result<RetentionSimulation>> {
    return this.#call('retention.apply', { configId, userId })
  }
}

async function* eventsIn(body: Readable, signal: AbortSignal | undefined): AsyncGenerator<RunEventView> {
  let failure: unknown
  body.once('error', (error) => {
    failure = error
  })
  try {
    for await (const line of createInterface({ input: body, crlfDelay: Number.POSITIVE_INFINITY }))
      yield JSON.parse(line) as RunEventView
  } finally {
    body.destroy()
  }
  if (signal?.aborted) return
  throw new BackupError('OWNER_GONE', 'The events broke off.', { cause: failure })
}
