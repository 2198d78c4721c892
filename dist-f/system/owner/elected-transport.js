/** The embedded database has one owner. Whoever comes first is it; the others call it; when it is gone, the next call elects anew. */
import net from 'node:net';
import { BackupError } from "../../kernel/backup-error.js";
import { monotonicNs } from "../../kernel/clock.js";
import { sleep } from "../../kernel/timer.js";
import { failure } from "../boundary.js";
import { OwnerUnreachable, SocketTransport } from "./socket-transport.js";
const ELECTION_MS_MAX = 20_000;
const POLL_MS = 50;
export class ElectedTransport {
    #election;
    #role;
    #electing;
    constructor(election, role) {
        this.#election = election;
        this.#role = role;
    }
    /** Throws what opening as the owner throws; OWNER_GONE when another holds the lock and does not answer. */
    static async open(election) {
        return new ElectedTransport(election, await elect(election));
    }
    get isOwner() {
        return this.#role.kind === 'OWNER';
    }
    call(name, input, context) {
        return this.#through(context, (transport) => transport.call(name, input, context));
    }
    async upload(path, body, context) {
        // A body can be read once only: who is there is found out before.
        if (this.#role.kind === 'CLIENT' && !(await isListening(this.#role.transport.socketPath)))
            await this.#elect();
        return this.#through(context, (transport) => transport.upload(path, body, context), { isRepeatable: false });
    }
    download(path, context) {
        return this.#through(context, (transport) => transport.download(path, context));
    }
    async [Symbol.asyncDispose]() {
        if (this.#role.kind === 'OWNER')
            await this.#role.started.stop();
    }
    async #through(context, ask, options = { isRepeatable: true }) {
        try {
            return await ask(this.#transport);
        }
        catch (error) {
            if (!(error instanceof OwnerUnreachable))
                return failure(error, context.caller.locale);
            if (!options.isRepeatable)
                return failure(new BackupError('OWNER_GONE', 'The owner ended before the upload.'), context.caller.locale);
        }
        try {
            await this.#elect();
            return await ask(this.#transport);
        }
        catch (error) {
            return failure(error instanceof OwnerUnreachable ? new BackupError('OWNER_GONE', 'The owner ended during the call.', { cause: error }) : error, context.caller.locale);
        }
    }
    get #transport() {
        return this.#role.kind === 'OWNER' ? this.#role.started.transport : this.#role.transport;
    }
    /** Calls that find the owner gone together elect once. */
    async #elect() {
        this.#electing ??= elect(this.#election).finally(() => {
            this.#electing = undefined;
        });
        this.#role = await this.#electing;
    }
}
async function elect(election) {
    const startedNs = monotonicNs();
    for (;;) {
        const started = await election.tryOwn();
        if (started)
            return { kind: 'OWNER', started };
        const socketPath = election.socketPath();
        if (await isListening(socketPath))
            return { kind: 'CLIENT', transport: new SocketTransport(socketPath) };
        if (Number((monotonicNs() - startedNs) / 1000000n) > ELECTION_MS_MAX)
            throw new BackupError('OWNER_EXISTS', 'The owner does not answer.', { context: { ...election.ownerFacts() } });
        await sleep(POLL_MS);
    }
}
/** Whether somebody accepts connections there. */
export function isListening(socketPath) {
    return new Promise((resolve) => {
        const socket = net.connect(socketPath);
        socket.once('connect', () => {
            socket.destroy();
            resolve(true);
        });
        socket.once('error', () => resolve(false));
    });
}
