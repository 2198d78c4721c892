import { Readable } from 'node:stream';
import { failure } from "../boundary.js";
import { BackupError, systemCode } from "../../kernel/backup-error.js";
import { contentRefusal, pathRefusal } from "./plain-input.js";
/** Files of the application, sealed beside the backups: only below `user/`, mutable, in no snapshot. `verify` and `copy` leave them alone and say so. */
export class StorageManager {
    #parts;
    constructor(parts) {
        this.#parts = parts;
    }
    /** Fails with SOURCE_UNREADABLE when `data` breaks off, ABORTED by `signal`: then what stood there before stays. */
    async upload(path, data, options) {
        const refused = pathRefusal(path) ?? contentRefusal(data);
        if (refused)
            return failure(refused, this.#parts.caller.locale);
        // A file that is not there says so before anybody reads: unheard, that would end the process.
        if (data instanceof Readable)
            data.on('error', () => { });
        return await this.#parts.transport().upload(path, counted(data, options?.onProgress), this.#context(options?.signal));
    }
    async download(path, options) {
        const refused = pathRefusal(path);
        if (refused)
            return failure(refused, this.#parts.caller.locale);
        const opened = await this.#parts.transport().download(path, this.#context(options?.signal));
        if (!opened.success || options?.stream === true)
            return opened;
        try {
            const pieces = [];
            for await (const piece of opened.data)
                pieces.push(piece);
            return { ...opened, data: new Uint8Array(Buffer.concat(pieces)) };
        }
        catch (error) {
            return failure(error instanceof BackupError ? error : new BackupError('STORAGE_FAILED', 'The download broke off.', { context: { cause: 'interrupted' }, cause: error }), this.#parts.caller.locale);
        }
    }
    /** What is absent gives `{ deleted: false }`. */
    delete(path, userId) {
        return this.#parts.call('storage.delete', { path, userId });
    }
    list(prefix) {
        return this.#parts.call('storage.list', { prefix });
    }
    exists(path) {
        return this.#parts.call('storage.exists', { path });
    }
    #context(signal) {
        return { caller: this.#parts.caller, ...(signal && { signal }) };
    }
}
async function* counted(data, onProgress) {
    let bytes = 0;
    for await (const chunk of piecesOf(data)) {
        bytes += chunk.byteLength;
        yield chunk;
        onProgress?.(bytes);
    }
}
/** A source that breaks off is the caller's, not a bug: SOURCE_UNREADABLE names its file where it has one. */
async function* piecesOf(data) {
    const pieces = typeof data === 'string' || data instanceof Uint8Array ? [data] : data;
    try {
        for await (const piece of pieces) {
            const refused = contentRefusal(piece);
            if (refused)
                throw refused;
            yield typeof piece === 'string' ? Buffer.from(piece) : piece;
        }
    }
    catch (error) {
        if (error instanceof BackupError)
            throw error;
        const place = typeof error === 'object' && error !== null && 'path' in error && typeof error.path === 'string' ? error.path : 'data';
        throw new BackupError('SOURCE_UNREADABLE', 'What was to be uploaded broke off.', { context: { path: place, cause: systemCode(error) ?? (error instanceof Error ? error.message : String(error)) }, cause: error });
    }
}
