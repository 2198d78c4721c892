/**
 * The places of the directories that wait at the worker. It takes them in their order; the main thread takes the newest back when it has nothing else to do, so that
 * both end together however large they are. Whoever marks a place first has its directory.
 */
export declare const PLACES = 96;
export declare class WorkerQueue {
    #private;
    readonly memory: SharedArrayBuffer;
    /** `memory`: the other thread's. Default: new. */
    constructor(memory?: SharedArrayBuffer);
    offer(place: number): void;
    /** False when the other thread has begun it. */
    begin(place: number): boolean;
}
