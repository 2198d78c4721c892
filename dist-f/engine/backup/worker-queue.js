/**
 * The places of the directories that wait at the worker. It takes them in their order; the main thread takes the newest back when it has nothing else to do, so that
 * both end together however large they are. Whoever marks a place first has its directory.
 */
export const PLACES = 96;
export class WorkerQueue {
    memory;
    #begun;
    /** `memory`: the other thread's. Default: new. */
    constructor(memory = new SharedArrayBuffer(PLACES * Int32Array.BYTES_PER_ELEMENT)) {
        this.memory = memory;
        this.#begun = new Int32Array(memory);
    }
    offer(place) {
        Atomics.store(this.#begun, place, 0);
    }
    /** False when the other thread has begun it. */
    begin(place) {
        return Atomics.compareExchange(this.#begun, place, 0, 1) === 0;
    }
}
