/** The way to an owner in another process. */
import http from 'node:http';
import { pipeline } from 'node:stream/promises';
import { BackupError, systemCode } from "../../kernel/backup-error.js";
import { failure } from "../boundary.js";
import { CALL_PATH, DOWNLOAD_PATH, encodeHeader, UPLOAD_HEADER, UPLOAD_PATH } from "./socket-protocol.js";
/** Nobody listens: the owner is gone and nothing was asked of it. The next election decides. */
export class OwnerUnreachable extends Error {
    name = 'OwnerUnreachable';
}
const NOT_ASKED = new Set(['ECONNREFUSED', 'ENOENT', 'EACCES']);
/** Rejects with OwnerUnreachable when nobody listens; everything else is a Result. */
export class SocketTransport {
    socketPath;
    constructor(socketPath) {
        this.socketPath = socketPath;
    }
    call(name, input, context) {
        return this.#ask(context, async (request) => {
            request.end(JSON.stringify({ name, input, caller: context.caller }));
        }, { path: CALL_PATH });
    }
    upload(path, body, context) {
        const headers = { [UPLOAD_HEADER]: encodeHeader({ path, caller: context.caller }) };
        return this.#ask(context, (request) => pipeline(body, request), { path: UPLOAD_PATH, headers });
    }
    async download(path, context) {
        return this.#guard(context, async () => {
            const { request, response } = this.#open({ path: DOWNLOAD_PATH }, context.signal);
            request.end(JSON.stringify({ path, caller: context.caller }));
            const answer = await response;
            if (answer.headers['content-type'] === 'application/json')
                return JSON.parse(await textOf(answer));
            return { success: true, data: answer, warnings: [] };
        });
    }
    async [Symbol.asyncDispose]() { }
    #ask(context, write, target) {
        return this.#guard(context, async () => {
            const { request, response } = this.#open(target, context.signal);
            const [answer] = await Promise.all([response, write(request)]);
            return JSON.parse(await textOf(answer));
        });
    }
    #open(target, signal) {
        const request = http.request({ socketPath: this.socketPath, method: 'POST', ...target, agent: false, ...(signal && { signal }) });
        const response = new Promise((resolve, reject) => request.once('response', resolve).once('error', reject));
        // Whoever awaits it sees the failure; a write that fails first must not leave it unheard.
        response.catch(() => { });
        return { request, response };
    }
    async #guard(context, run) {
        try {
            return await run();
        }
        catch (error) {
            // The body broke off here: the owner has not ended.
            if (error instanceof BackupError)
                return failure(error, context.caller.locale);
            if (context.signal?.aborted)
                return failure(new BackupError('ABORTED', 'The call was stopped.', { cause: error }), context.caller.locale);
            if (NOT_ASKED.has(systemCode(error) ?? ''))
                throw new OwnerUnreachable(this.socketPath, { cause: error });
            return failure(new BackupError('OWNER_GONE', 'The owner ended during the call.', { cause: error }), context.caller.locale);
        }
    }
}
async function textOf(answer) {
    const pieces = [];
    for await (const piece of answer)
        pieces.push(piece);
    return Buffer.concat(pieces).toString('utf8');
}
