/**
 * The places of the directories that wait at the worker. It takes them in their order; the main thread takes the newest
 * back when it has nothing else to do, so that both end together however large they are. Whoever marks a place first
 * has its directory.
 */
export const PLACES = 96

export class WorkerQueue {
  readonly memory: SharedArrayBuffer
  readonly #begun: Int32Array

  /** `memory`: the other thread's. Default: new. */
  constructor(memory: SharedArrayBuffer = new SharedArrayBuffer(PLACES * Int32Array.BYTES_PER_ELEMENT)) {
    this.memory = memory
    this.#begun = new Int32Array(memory)
  }

  offer(place: number): void {
    Atomics.store(this.#begun, place, 0)
  }

  /** False when the other thread has begun it. */
  begin(place: number): boolean {
    return Atomics.compareExchange(this.#begun, place, 0, 1) === 0
  }
}
