import type { Readable } from 'node:stream'
import type {
  CallInput,
  FoundEntries,
  HoldView,
  PointDifferences,
  PointListing,
  RecoveryOptions,
  RecoveryPointView,
  RecoveryRequestView,
  RecoveryType,
  Result,
  Spelt,
  Widened,
} from '../../contracts/system/index.ts'
import type { FacadeCall, FacadeOpen } from './facade-call.ts'
import { pathHere, splitSignal } from './plain-input.ts'

/** Recovery points and restores. */
export class RecoveryService {
  readonly #call: FacadeCall
  readonly #open: FacadeOpen

  /** @internal Made by the system alone. */
  constructor(call: FacadeCall, open: FacadeOpen) {
    this.#call = call
    this.#open = open
  }

  /**
   * Asks for a restore of a run's or a point's data. Answers once it is queued; `getRecoveryStatus` follows it. `type`
   * is a RecoveryType. Fails with POINT_NOT_FOUND, TARGET_REFUSED, SOURCE_NOT_AVAILABLE (point in time of files).
   */
  createRecoveryRequest<const Type extends Widened<RecoveryType>, const Options extends Widened<RecoveryOptions>>(
    backupId: string,
    type: Type & Spelt<Type, RecoveryType>,
    options: Options & Spelt<Options, RecoveryOptions>,
    userId?: string,
  ): Promise<Result<RecoveryRequestView>> {
    const isGiven = typeof options === 'object' && options !== null
    return this.#call('recover.create', {
      backupId,
      type,
      options: isGiven ? { ...options, targetPath: pathHere(options.targetPath) } : options,
      userId,
    } as CallInput<'recover.create'>)
  }

  getRecoveryStatus(requestId: string): Promise<Result<RecoveryRequestView>> {
    return this.#call('recover.status', { requestId })
  }

  cancelRecovery(requestId: string, userId?: string): Promise<Result<RecoveryRequestView>> {
    return this.#call('recover.cancel', { requestId, userId })
  }

  /** Newest first; of one configuration, or all. */
  getRecoveryPoints(configId?: string): Promise<Result<readonly RecoveryPointView[]>> {
    return this.#call('recover.points', { configId })
  }

  /** What is in a folder of a point, by default its root; 1,000 entries unless `limit` says otherwise. */
  browsePoint(
    pointId: string,
    path?: string,
    options: { readonly recursive?: boolean; readonly limit?: number } = {},
  ): Promise<Result<PointListing>> {
    return this.#call('point.browse', { ...options, pointId, path })
  }

  /** Entries that a name, a path or a glob meets, in one point or in all, newest first. */
  findFiles(
    pattern: string,
    options: { readonly pointId?: string; readonly exact?: boolean; readonly limit?: number } = {},
  ): Promise<Result<FoundEntries>> {
    return this.#call('point.find', { ...options, pattern })
  }

  /** What is otherwise in the second point. */
  comparePoints(
    pointId: string,
    otherId: string,
    options: { readonly limit?: number } = {},
  ): Promise<Result<PointDifferences>> {
    return this.#call('point.diff', { ...options, pointId, otherId })
  }

  /**
   * A file of a point as it is, or a folder as an archive (tar unless `format` says zip), as a stream: pipe it to where
   * it is wanted. It fails half-way with DAMAGED; then what came is no whole file.
   */
  openContent(
    pointId: string,
    path: string,
    options: { readonly format?: 'raw' | 'tar' | 'zip'; readonly signal?: AbortSignal } = {},
    userId?: string,
  ): Promise<Result<Readable>> {
    const { input, call } = splitSignal(options)
    return this.#open('point.dump', { ...input, pointId, path, userId }, call)
  }

  /** Kept whatever the policy says. In the repository before this answers. */
  pinPoint(pointId: string, reason?: string, userId?: string): Promise<Result<RecoveryPointView>> {
    return this.#call('recover.pin', { pointId, reason, userId })
  }

  unpinPoint(pointId: string, userId?: string): Promise<Result<RecoveryPointView>> {
    return this.#call('recover.unpin', { pointId, userId })
  }

  /** A legal hold on a point, a source, or everything. In the repository before this answers. */
  addHold(
    hold: { readonly pointId?: string; readonly source?: string; readonly until?: string; readonly reason: string },
    userId?: string,
  ): Promise<Result<HoldView>> {
    return this.#call('recover.addHold', { ...hold, userId })
  }

  liftHold(holdId: string, userId?: string): Promise<Result<{ readonly lifted: true }>> {
    return this.#call('recover.liftHold', { holdId, userId })
  }
}
