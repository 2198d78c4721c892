/** The lanes of one run: the main thread's own, and one worker that starts only when there is work for it. */
import { MessageChannel, receiveMessageOnPort } from 'node:worker_threads';
import { receivedError } from "../../kernel/crossing-error.js";
import { invariant } from "../../kernel/invariant.js";
import { lostThread, startWorkerThread } from "../../kernel/worker-thread.js";
import { PLACES, WorkerQueue } from "./worker-queue.js";
export class WorkerLane {
    #worker;
    #port;
    #events;
    #queue = new WorkerQueue();
    #free = Array.from({ length: PLACES }, (_, place) => place);
    /** By place, oldest first: handed over, and not answered or taken back. */
    #waiting = new Map();
    #failure;
    #turns;
    #stretchEnd;
    #answered;
    #wakes = [];
    #isEnding = false;
    counters = { blobsAdded: 0, bytesAdded: 0 };
    /** Of the directory that the worker is in, as far as it has said. */
    inFlight;
    constructor(setup, events) {
        this.#events = events;
        const { port1, port2 } = new MessageChannel();
        this.#port = port1;
        this.#worker = startWorkerThread({ ...setup, port: port2, queue: this.#queue.memory }, [port2]);
        this.#port.on('message', (message) => this.#receive(message));
        this.#worker.on('error', (error) => this.#fail(error));
        this.#worker.on('exit', (code) => {
            // The end of the thread can be heard before its last messages: they come by another port.
            this.drain();
            if (!this.#isEnding)
                this.#fail(lostThread(code));
            this.#wakeUp();
        });
    }
    get hasRoom() {
        return this.#free.length > 0;
    }
    get queued() {
        return this.#waiting.size;
    }
    /** Takes what has arrived without a turn of the event loop: a directory's result waits for nothing. */
    drain() {
        for (let received = receiveMessageOnPort(this.#port); received; received = receiveMessageOnPort(this.#port))
            this.#receive(received.message);
    }
    /** The worker's blob table, where it was started without one. */
    useTable(dataTable) {
        this.#post({ type: 'table', dataTable });
    }
    /** Only while it `hasRoom`. */
    submit(task) {
        const place = this.#free.pop();
        invariant(place !== undefined, 'The worker has room for a directory.');
        this.#waiting.set(place, task);
        this.#offer(place, task);
    }
    /** The newest directory that the worker has not begun; it is the caller's then. */
    takeBack() {
        for (const [place, task] of [...this.#waiting].reverse()) {
            if (!this.#queue.begin(place))
                continue;
            // The place is free when the worker has passed it.
            this.#waiting.delete(place);
            return task;
        }
        return undefined;
    }
    #offer(place, task) {
        this.#queue.offer(place);
        this.#post({ type: 'directory', task, place });
    }
    /** Lets the worker take turns at a stretch; resolves when it sees its end. */
    async share(stretch, take) {
        this.#turns = take;
        const end = new Promise((resolve) => {
            this.#stretchEnd = resolve;
        });
        this.#post({ type: 'stretch', stretch });
        await Promise.race([end, this.#failed()]);
        this.throwIfFailed();
    }
    /** Resolves at the next message. */
    async next() {
        if (!this.#failure) {
            await new Promise((resolve) => {
                this.#wakes.push(resolve);
            });
        }
        this.throwIfFailed();
    }
    /** Hands over what the worker holds after all that was submitted before; it goes on working. */
    flush() {
        return this.#ask({ type: 'flush' });
    }
    /** Seals what the worker holds and ends it. */
    async finish() {
        await this.#ask({ type: 'finish' });
        await this.#end();
    }
    async #ask(message) {
        const done = new Promise((resolve) => {
            this.#answered = resolve;
        });
        this.#post(message);
        await Promise.race([done, this.#failed()]);
        this.throwIfFailed();
    }
    /** Ends the worker and throws away what it holds. */
    async discard() {
        this.#isEnding = true;
        const exited = new Promise((resolve) => this.#worker.once('exit', resolve));
        this.#post({ type: 'discard' });
        await Promise.race([exited, this.#end()]);
    }
    async #end() {
        await this.#worker.terminate();
        this.#port.close();
    }
    throwIfFailed() {
        if (this.#failure)
            throw this.#failure;
    }
    #post(message) {
        this.#port.postMessage(message);
    }
    async #failed() {
        while (!this.#failure && !this.#isEnding) {
            await new Promise((resolve) => {
                this.#wakes.push(resolve);
            });
        }
    }
    #receive(message) {
        if ('counters' in message)
            this.counters = message.counters;
        switch (message.type) {
            case 'progress':
                this.inFlight = message.inFlight;
                break;
            case 'directory':
                this.#waiting.delete(message.place);
                this.#free.push(message.place);
                this.inFlight = undefined;
                this.#events.onDirectory(message.result);
                break;
            case 'passed':
                this.#free.push(message.place);
                break;
            case 'index-needed':
                this.#events.onIndexNeeded().then(() => this.#offer(message.place, message.task)).catch((error) => this.#fail(error));
                break;
            case 'pack':
                this.#events.onPack(message.pack);
                break;
            case 'turn':
                this.#turns?.(message.turn);
                break;
            case 'stretch-end':
                this.#stretchEnd?.();
                break;
            case 'finished':
                this.#isEnding = true;
                this.#answered?.();
                break;
            case 'flushed':
                this.#answered?.();
                break;
            case 'failed':
                this.#fail(receivedError(message.error));
        }
        this.#wakeUp();
    }
    #fail(error) {
        this.#failure ??= error;
        this.#wakeUp();
    }
    #wakeUp() {
        for (const wake of this.#wakes.splice(0))
            wake();
    }
}
