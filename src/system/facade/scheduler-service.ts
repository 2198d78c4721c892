import type { Result, SchedulerStatus } from '../../contracts/system/index.ts'
import type { FacadeCall } from './facade-call.ts'

/** What is due when, and who would start it. */
export class SchedulerService {
  readonly #call: FacadeCall

  /** @internal Made by the system alone. */
  constructor(call: FacadeCall) {
    this.#call = call
  }

  /** `alive` is false when no live process starts due runs. */
  getStatus(): Promise<Result<SchedulerStatus>> {
    return this.#call('scheduler.status', {})
  }
}
