var __addDisposableResource = (this && this.__addDisposableResource) || function (env, value, async) {
    if (value !== null && value !== void 0) {
        if (typeof value !== "object" && typeof value !== "function") throw new TypeError("Object expected.");
        var dispose, inner;
        if (async) {
            if (!Symbol.asyncDispose) throw new TypeError("Symbol.asyncDispose is not defined.");
            dispose = value[Symbol.asyncDispose];
        }
        if (dispose === void 0) {
            if (!Symbol.dispose) throw new TypeError("Symbol.dispose is not defined.");
            dispose = value[Symbol.dispose];
            if (async) inner = dispose;
        }
        if (typeof dispose !== "function") throw new TypeError("Object not disposable.");
        if (inner) dispose = function() { try { inner.call(this); } catch (e) { return Promise.reject(e); } };
        env.stack.push({ value: value, dispose: dispose, async: async });
    }
    else if (async) {
        env.stack.push({ async: true });
    }
    return value;
};
var __disposeResources = (this && this.__disposeResources) || (function (SuppressedError) {
    return function (env) {
        function fail(e) {
            env.error = env.hasError ? new SuppressedError(e, env.error, "An error was suppressed during disposal.") : e;
            env.hasError = true;
        }
        var r, s = 0;
        function next() {
            while (r = env.stack.pop()) {
                try {
                    if (!r.async && s === 1) return s = 0, env.stack.push(r), Promise.resolve().then(next);
                    if (r.dispose) {
                        var result = r.dispose.call(r.value);
                        if (r.async) return s |= 2, Promise.resolve(result).then(next, function(e) { fail(e); return next(); });
                    }
                    else s |= 1;
                }
                catch (e) {
                    fail(e);
                }
            }
            if (s === 1) return env.hasError ? Promise.reject(env.error) : Promise.resolve();
            if (env.hasError) throw env.error;
        }
        return next();
    };
})(typeof SuppressedError === "function" ? SuppressedError : function (error, suppressed, message) {
    var e = new Error(message);
    return e.name = "SuppressedError", e.error = error, e.suppressed = suppressed, e;
});
/** A process that does the engine's work, seen from the system: one job at a time, stopped by a signal, its end never silent. */
import { fork } from 'node:child_process';
import { engineChildUrl } from "../../kernel/assets.js";
import { BackupError } from "../../kernel/backup-error.js";
import { receivedError } from "../../kernel/crossing-error.js";
import { environment } from "../../kernel/environment.js";
import { invariant } from "../../kernel/invariant.js";
import { sleep } from "../../kernel/timer.js";
import { parseFromEngine } from "./engine-protocol.js";
/**
 * As the command line starts itself (scripts/launcher.js): a small young generation and one helper thread keep the peak low; and the heap is marked in one go, since
 * marking beside the program lets tens of MiB pile up where the helper gets no time.
 */
const NODE_FLAGS = ['--max-semi-space-size=1', '--v8-pool-size=1', '--no-incremental-marking'];
/** A stopped job seals its open packs and writes a checkpoint; then it is killed. */
const GRACE_MS = 30_000;
/** A process with nothing in hand ends at once; one that does not has nothing to lose. */
const END_MS = 5_000;
const STDERR_CHARS_MAX = 4096;
/** Of the control plane: no work of the engine needs them. */
const SECRETS = ['BACKUP_ENCRYPTION_KEY', 'BACKUP_ENCRYPTION_KEY_PREVIOUS', 'DATABASE_URL', 'SUPABASE_URL', 'SUPABASE_ANON_KEY', 'SMTP_URL', 'WEBHOOK_SECRET'];
export class EngineProcess {
    #repository;
    #child;
    #closed;
    #pending;
    #stderr = '';
    /** Why it takes no more jobs. */
    #end;
    constructor(repository) {
        const { location, keks, stateDirectory, repositoryId } = repository;
        this.#repository = { location, keks, stateDirectory, repositoryId };
        this.#child = fork(engineChildUrl(), [], { execPath: process.execPath, execArgv: NODE_FLAGS, env: cleanEnvironment(), serialization: 'advanced', stdio: ['ignore', 'ignore', 'pipe', 'ipc'] });
        this.#child.stderr?.setEncoding('utf8').on('data', (text) => {
            this.#stderr = (this.#stderr + text).slice(-STDERR_CHARS_MAX);
        });
        this.#child.on('message', (message) => this.#receive(message));
        this.#closed = new Promise((resolve) => {
            this.#child.once('error', (error) => this.#lose(lost(error.message, '')));
            this.#child.once('close', (code, signal) => {
                this.#lose(lost(signal ?? `exit ${code}`, this.#stderr));
                resolve();
            });
        });
    }
    get pid() {
        return this.#child.pid;
    }
    /** Throws what the job threw; ABORTED when it was stopped, WORKER_LOST when the process ended without an answer. */
    async run(job, { signal, onProgress, graceMs = GRACE_MS } = {}) {
        invariant(!this.#pending, 'A process of the engine does one job at a time.');
        if (signal?.aborted)
            throw new BackupError('ABORTED', 'The operation was stopped.', { cause: signal.reason });
        if (this.#end)
            throw this.#end;
        const stop = () => void this.#stop(graceMs);
        signal?.addEventListener('abort', stop, { once: true });
        try {
            return await new Promise((resolve, reject) => {
                // The answer's kind is compared with the job's when it comes.
                this.#pending = { kind: job.kind, onProgress, resolve: (result) => resolve(result), reject };
                this.#send({ type: 'job', repository: this.#repository, job });
            });
        }
        catch (error) {
            // Killed because it would not stop: that is still a stop.
            throw signal?.aborted && error === this.#end ? new BackupError('ABORTED', 'The operation was stopped.', { cause: error }) : error;
        }
        finally {
            signal?.removeEventListener('abort', stop);
            this.#pending = undefined;
        }
    }
    /** Ends the process; a job that still runs is stopped first. */
    async [Symbol.asyncDispose]() {
        if (this.#pending)
            await this.#stop(GRACE_MS);
        else {
            if (this.#child.connected)
                this.#send({ type: 'end' });
            await this.#killAfter(END_MS);
        }
        await this.#closed;
    }
    async #stop(graceMs) {
        this.#child.kill('SIGTERM');
        await this.#killAfter(graceMs);
    }
    /** Unless it ends before. */
    async #killAfter(ms) {
        const ended = new AbortController();
        void this.#closed.then(() => ended.abort());
        await sleep(ms, { signal: ended.signal }).then(() => this.#child.kill('SIGKILL'), () => { });
    }
    #send(message) {
        this.#child.send(message, (error) => {
            if (error)
                this.#lose(lost(error.message, this.#stderr));
        });
    }
    #receive(raw) {
        let message;
        try {
            message = parseFromEngine(raw);
        }
        catch (error) {
            this.#child.kill('SIGKILL');
            return this.#lose(error);
        }
        if (message.type === 'progress')
            this.#pending?.onProgress?.(message.progress);
        else if (message.type === 'failed')
            this.#pending?.reject(receivedError(message.error));
        else if (message.kind === this.#pending?.kind)
            this.#pending.resolve(message.result);
    }
    #lose(error) {
        this.#end ??= error;
        this.#pending?.reject(this.#end);
    }
}
/** Does one job in a process of its own. Throws what the job threw, ABORTED, WORKER_LOST. */
export async function runInEngine(repository, job, call = {}) {
    const env_1 = { stack: [], error: void 0, hasError: false };
    try {
        const engine = __addDisposableResource(env_1, new EngineProcess(repository), true);
        return await engine.run(job, call);
    }
    catch (e_1) {
        env_1.error = e_1;
        env_1.hasError = true;
    }
    finally {
        const result_1 = __disposeResources(env_1);
        if (result_1)
            await result_1;
    }
}
function lost(cause, stderr) {
    return new BackupError('WORKER_LOST', `The process that did the work ended without an answer (${cause}). ${stderr}`.trim(), { context: { cause } });
}
function cleanEnvironment() {
    return Object.fromEntries(Object.entries(environment()).filter(([name]) => !SECRETS.includes(name)));
}
