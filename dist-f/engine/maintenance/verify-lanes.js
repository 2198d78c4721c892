import { throwIfAborted } from "../../kernel/abort.js";
import { turn } from "../../kernel/clock.js";
import { lostThread, startWorkerThread } from "../../kernel/worker-thread.js";
import { PackVerifier } from "./pack-verifier.js";
/** Below this the second thread costs more time to start than it saves, and 20 MiB. */
const WORKER_BYTES_MIN = 128 * 1024 * 1024;
/** Made before the index is read, so that the worker starts meanwhile. */
export class VerifyLanes {
    #worker;
    /** Rejects when the worker ends before it was told to; heeded by the run, whenever that was. */
    #lost;
    constructor(bytesExpected) {
        if (bytesExpected < WORKER_BYTES_MIN)
            return;
        const worker = startWorkerThread({ verifier: true });
        this.#lost = new Promise((_, reject) => worker.on('error', reject).on('exit', (code) => reject(lostThread(code))));
        this.#lost.catch(() => { });
        this.#worker = worker;
    }
    async run(run) {
        const queue = [...run.tasks];
        const shared = queue.length > 1 ? this.#share(run, queue) : undefined;
        // Awaited at the end; a failure before that must not be an unhandled one.
        shared?.catch(() => { });
        const verifier = new PackVerifier(run.setup);
        for (let task = queue.shift(); task; task = queue.shift()) {
            throwIfAborted(run.signal);
            run.onVerdict(await verifier.verify(task));
            await turn();
        }
        await shared;
    }
    /** The worker asks for the next pack when it is done with one; both threads take from one queue. */
    async #share(run, queue) {
        const [worker, lost] = [this.#worker, this.#lost];
        if (!worker || !lost)
            return;
        const tell = (message) => worker.postMessage(message);
        tell({ setup: run.setup });
        const done = new Promise((resolve) => {
            const next = () => {
                const task = run.signal?.aborted ? undefined : queue.shift();
                if (task)
                    tell({ task });
                else
                    resolve();
            };
            worker.removeAllListeners('message');
            worker.on('message', (verdict) => {
                run.onVerdict(verdict);
                next();
            });
            next();
        });
        await Promise.race([done, lost]);
    }
    async [Symbol.asyncDispose]() {
        await this.#worker?.terminate();
    }
}
