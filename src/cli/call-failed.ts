import type { Failure } from '../contracts/index.ts'

/** A call of the system that failed: its sentences are already in the reader's language. */
export class CallFailed extends Error {
  override readonly name = 'CallFailed'
  readonly failure: Failure

  constructor(failure: Failure) {
    super(failure.message)
    this.failure = failure
  }
}
