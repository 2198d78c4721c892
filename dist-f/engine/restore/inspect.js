/** Looking inside snapshots: list, find, compare, read one file. */
import { Column, FileType, fileTypeOf } from "../../contracts/index.js";
import { BackupError } from "../../kernel/backup-error.js";
import { compilePattern } from "../../sources/index.js";
import { childPath, chunksOf, ExtraType, IndexClass, isHole, openIndex, openReader, pagesOfDirectory, printablePath, readDeleteLog, walkTree } from "../snapshot/index.js";
import { directoryOf, resolvePath } from "./locate.js";
const TYPE_NAMES = {
    [FileType.FILE]: 'file', [FileType.DIRECTORY]: 'directory', [FileType.LINK]: 'link', [FileType.FIFO]: 'fifo', [FileType.SOCKET]: 'socket', [FileType.BLOCK]: 'block', [FileType.CHARACTER]: 'character',
};
function describe(page, entry, path) {
    const { columns } = page;
    const mode = columns.mode(entry);
    const link = page.extra(entry, ExtraType.LINK_TARGET);
    const ms = columns.mtimeSeconds(entry) * 1000 + Math.floor(columns.mtimeNanoseconds(entry) / 1e6);
    return {
        path: printablePath(path), type: TYPE_NAMES[fileTypeOf(mode)] ?? 'file', mode: mode & 0o7777, uid: columns.values[Column.UID][entry], gid: columns.values[Column.GID][entry],
        bytes: columns.size(entry), modifiedAt: Math.abs(ms) <= 8.64e15 ? new Date(ms).toISOString() : `@${columns.mtimeSeconds(entry)}`, ...(link && { linkTarget: printablePath(Buffer.from(link).toString('latin1')) }),
    };
}
/** What inspects one repository; dispose it to close its packs. */
export class Inspector {
    #meta;
    #repository;
    #data;
    constructor(repository, meta) {
        this.#repository = repository;
        this.#meta = meta;
    }
    static async open(repository) {
        return new Inspector(repository, openReader(repository, await openIndex(repository, IndexClass.META, (await readDeleteLog(repository)).packs), { cacheSegments: 8 }));
    }
    async [Symbol.asyncDispose]() {
        await this.#meta.segments[Symbol.asyncDispose]();
        await this.#data?.segments[Symbol.asyncDispose]();
    }
    /** The entries of a directory, or the one entry that is no directory. A relative path is resolved as locate.ts says. Throws NOT_FOUND. */
    async *list(snapshot, path, options) {
        const { path: at, found } = await resolvePath(this.#meta.reader, snapshot.document, path);
        const id = found ? directoryOf(found) : Buffer.from(snapshot.document.tree, 'hex');
        if (!id) {
            yield describe(found.page, found.entry, at);
            return;
        }
        const pages = options.recursive ? walkTree(this.#meta.reader, id, { path: at }) : withPath(pagesOfDirectory(this.#meta.reader, id), at);
        for await (const { path: folder, page } of pages)
            for (let entry = 0; entry < page.count; entry += 1)
                yield describe(page, entry, childPath(folder, page.columns.names[entry]));
    }
    /** What stands at a path. Throws NOT_FOUND. */
    async typeOf(snapshot, path) {
        const { path: at, found } = await resolvePath(this.#meta.reader, snapshot.document, path);
        return found ? describe(found.page, found.entry, at).type : 'directory';
    }
    /** Entries whose path matches a glob, in every given snapshot. */
    async *find(snapshots, pattern) {
        const { expression } = compilePattern(pattern);
        for (const snapshot of snapshots) {
            for await (const { path, page } of walkTree(this.#meta.reader, Buffer.from(snapshot.document.tree, 'hex'))) {
                for (let entry = 0; entry < page.count; entry += 1) {
                    const at = childPath(path, page.columns.names[entry]);
                    if (expression.test(at.slice(1)))
                        yield { snapshot: snapshot.name, ...describe(page, entry, at) };
                }
            }
        }
    }
    /** Differences from `a` to `b`, in path order. */
    async *diff(a, b) {
        yield* diffDirectories(this.#meta.reader, { path: '/', a: Buffer.from(a.document.tree, 'hex'), b: Buffer.from(b.document.tree, 'hex') });
    }
    /** The bytes of one file, each chunk proven by its id. Throws NOT_FOUND, DAMAGED. */
    async *content(snapshot, path) {
        const { found } = await resolvePath(this.#meta.reader, snapshot.document, path);
        if (found?.page.columns.type(found.entry) !== FileType.FILE)
            throw new BackupError('NOT_FOUND', 'The snapshot has no such file.', { context: { object: path } });
        yield* this.#contentOf(found.page, found.entry);
    }
    /** A directory's entries with all below, or one entry, each with a way to its bytes. Throws NOT_FOUND. */
    async *entries(snapshot, path) {
        const { path: at, found } = await resolvePath(this.#meta.reader, snapshot.document, path);
        const id = found ? directoryOf(found) : Buffer.from(snapshot.document.tree, 'hex');
        if (found)
            yield this.#inspected(found.page, found.entry, at);
        if (id)
            yield* this.#below(id, at);
    }
    /** Each directory is followed by what is in it, as tar needs it to set its times last. */
    async *#below(id, path) {
        for await (const page of pagesOfDirectory(this.#meta.reader, id)) {
            for (let entry = 0; entry < page.count; entry += 1) {
                const at = childPath(path, page.columns.names[entry]);
                yield this.#inspected(page, entry, at);
                const inside = directoryOf({ page, entry });
                if (inside)
                    yield* this.#below(inside, at);
            }
        }
    }
    #inspected(page, entry, path) {
        return { ...describe(page, entry, path), bytePath: path, identity: page.columns.identity(entry), links: page.columns.links(entry), content: () => this.#contentOf(page, entry) };
    }
    async *#contentOf(page, entry) {
        this.#data ??= openReader(this.#repository, await openIndex(this.#repository, IndexClass.DATA, (await readDeleteLog(this.#repository)).packs), { cacheSegments: 8 });
        const { reader } = this.#data;
        const content = { kind: page.kinds[entry], bytes: page.contentOf(entry) };
        for await (const { id, bytes } of chunksOf(content, page.columns.size(entry), async (list) => Uint8Array.from(await this.#meta.reader.read(list)))) {
            yield* isHole(id) ? zeros(bytes) : [Uint8Array.from(await reader.read(id))];
        }
    }
}
async function* withPath(pages, path) {
    for await (const page of pages)
        yield { path, page };
}
function* zeros(bytes) {
    const piece = new Uint8Array(Math.min(bytes, 1024 * 1024));
    for (let left = bytes; left > 0; left -= piece.length)
        yield piece.subarray(0, Math.min(left, piece.length));
}
async function* diffDirectories(reader, pair) {
    if (pair.a && pair.b && Buffer.compare(pair.a, pair.b) === 0)
        return;
    const before = await entriesOf(reader, pair.a);
    const after = await entriesOf(reader, pair.b);
    for (const name of [...new Set([...before.keys(), ...after.keys()])].sort()) {
        const a = before.get(name);
        const b = after.get(name);
        const path = childPath(pair.path, name);
        const difference = compare(path, a, b);
        if (difference)
            yield difference;
        const inside = { path, a: a && directoryOf(a), b: b && directoryOf(b) };
        if (inside.a || inside.b)
            yield* diffDirectories(reader, inside);
    }
}
async function entriesOf(reader, id) {
    const entries = new Map();
    if (id)
        for await (const page of pagesOfDirectory(reader, id))
            for (let entry = 0; entry < page.count; entry += 1)
                entries.set(page.columns.names[entry], { page, entry });
    return entries;
}
function compare(path, a, b) {
    const bytesBefore = a ? a.page.columns.size(a.entry) : 0;
    const bytesAfter = b ? b.page.columns.size(b.entry) : 0;
    const facts = { path: printablePath(path), bytesBefore, bytesAfter, isBitRotSuspected: false };
    if (!a || !b)
        return { ...facts, change: a ? 'removed' : 'added' };
    const types = [a, b].map(({ page, entry }) => page.columns.type(entry));
    if (types[0] !== types[1])
        return { ...facts, change: 'changed' };
    if (types[0] === FileType.FILE && !isSameContent(a, b))
        return { ...facts, change: 'changed', isBitRotSuspected: a.page.columns.isUnchanged(a.entry, b.page.columns, b.entry) };
    return isSameMetadata(a, b) ? undefined : { ...facts, change: 'metadata' };
}
function isSameContent(a, b) {
    return a.page.kinds[a.entry] === b.page.kinds[b.entry] && Buffer.compare(a.page.contentOf(a.entry), b.page.contentOf(b.entry)) === 0;
}
const COMPARED = [Column.MODE, Column.UID, Column.GID, Column.MTIME_LOW, Column.MTIME_HIGH, Column.MTIME_NANOSECONDS];
function isSameMetadata(a, b) {
    if (COMPARED.some((column) => a.page.columns.values[column][a.entry] !== b.page.columns.values[column][b.entry]))
        return false;
    const extras = ({ page, entry }) => page.extrasOf(entry).map(({ type, bytes }) => `${type}:${Buffer.from(bytes).toString('hex')}`).join();
    return extras(a) === extras(b);
}
