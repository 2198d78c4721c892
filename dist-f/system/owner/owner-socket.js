/** The owner answers the other processes of this account over a Unix socket that only the account can open. */
import fs from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { CALLS } from "../../contracts/system/index.js";
import { BackupError } from "../../kernel/backup-error.js";
import { makeDirectories } from "../../kernel/directories.js";
import { failure } from "../boundary.js";
import { CALL_BYTES_MAX, CALL_PATH, callSchema, decodeHeader, DOWNLOAD_PATH, pathSchema, UPLOAD_HEADER, UPLOAD_PATH } from "./socket-protocol.js";
/** Serves `transport` at `socketPath` (mode 0600) until it is disposed of. A socket that a dead owner left there is replaced: the caller holds the owner's lock. */
export async function serveOwnerSocket(socketPath, transport, log) {
    makeDirectories(path.dirname(socketPath), { mode: 0o700 });
    fs.rmSync(socketPath, { force: true });
    const server = http.createServer((request, response) => void answer(exchangeOf(request, response), transport, log));
    server.requestTimeout = 0;
    const formerMask = process.umask(0o177);
    try {
        await new Promise((resolve, reject) => server.once('error', reject).listen(socketPath, resolve));
    }
    finally {
        process.umask(formerMask);
    }
    // A socket alone keeps no process alive: the scheduler does, or the caller.
    server.unref();
    return {
        [Symbol.asyncDispose]: async () => {
            const closed = new Promise((resolve) => server.close(resolve));
            server.closeAllConnections();
            await closed;
            fs.rmSync(socketPath, { force: true });
        },
    };
}
function exchangeOf(request, response) {
    const controller = new AbortController();
    response.on('close', () => controller.abort());
    return { request, response, signal: controller.signal };
}
async function answer(exchange, transport, log) {
    try {
        const { pathname } = new URL(exchange.request.url ?? '/', 'http://owner');
        if (pathname === CALL_PATH)
            await answerCall(exchange, transport);
        else if (pathname === UPLOAD_PATH)
            await answerUpload(exchange, transport);
        else if (pathname === DOWNLOAD_PATH)
            await answerDownload(exchange, transport);
        else
            send(exchange, failure(new BackupError('USAGE', 'The owner does not know this request.'), 'en'));
    }
    catch (error) {
        log.warn('a request on the socket could not be read', { error });
        if (exchange.response.headersSent)
            exchange.response.destroy();
        else
            send(exchange, failure(error instanceof BackupError ? error : new BackupError('USAGE', 'The request could not be read.', { cause: error }), 'en'));
    }
}
async function answerCall(exchange, transport) {
    const { name, input, caller } = callSchema.parse(JSON.parse(await readBody(exchange.request)));
    if (!isCallName(name))
        return send(exchange, failure(new BackupError('USAGE', `This owner does not know the call ${name}: it may be an older version.`), caller.locale));
    send(exchange, await transport.call(name, input, { caller, signal: exchange.signal }));
}
async function answerUpload(exchange, transport) {
    const { path: target, caller } = pathSchema.parse(decodeHeader(String(exchange.request.headers[UPLOAD_HEADER] ?? '')));
    send(exchange, await transport.upload(target, exchange.request, { caller, signal: exchange.signal }));
}
async function answerDownload(exchange, transport) {
    const { path: source, caller } = pathSchema.parse(JSON.parse(await readBody(exchange.request)));
    const opened = await transport.download(source, { caller, signal: exchange.signal });
    if (!opened.success)
        return send(exchange, opened);
    exchange.response.writeHead(200, { 'content-type': 'application/octet-stream' });
    // A failure half-way breaks the connection off: the other end never takes a part for the whole.
    await pipeline(opened.data, exchange.response);
}
function isCallName(name) {
    return Object.hasOwn(CALLS, name);
}
async function readBody(request) {
    const pieces = [];
    let bytes = 0;
    for await (const piece of request) {
        bytes += piece.length;
        if (bytes > CALL_BYTES_MAX)
            throw new BackupError('USAGE', 'The call is too large.');
        pieces.push(piece);
    }
    return Buffer.concat(pieces).toString('utf8');
}
function send({ response }, body) {
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}
