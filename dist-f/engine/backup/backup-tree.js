/**
 * Walks the tree of a backup: keeps the stack of directories to do, hands them to the lanes, opens each by its parent's descriptor, and joins
 * the results. Descriptors stay open only while something below still needs them.
 */
import fs from 'node:fs';
import { isBackupError, systemCode } from "../../kernel/backup-error.js";
import { monotonicNs, turn } from "../../kernel/clock.js";
import { createEntryAccess } from "../../sources/index.js";
import { throwIfAborted } from "../../kernel/abort.js";
import { ByteWriter } from "../pack/index.js";
import { ContentKind, decodePage, encodeStatSection, ExtraType } from "../snapshot/index.js";
import { storeBigFile } from "./big-file.js";
import { addCounters, emptyCounters } from "./directory-result.js";
import { join } from "./directory-work.js";
import { TreeNode } from "./tree-builder.js";
const YIELD_NS = 40000000n;
export class BackupTree {
    #parts;
    #access = createEntryAccess();
    #pending = [];
    #bigFiles = [];
    /** Taken back from the worker. */
    #recalled = [];
    #running = new Map();
    #open = new Set();
    #nextNode = 0;
    #rootId;
    #yieldedAt = monotonicNs();
    root = new TreeNode('/');
    counters = emptyCounters();
    skipped = [];
    changedWhileRead = [];
    metadataNotKept = [];
    uids = new Set();
    gids = new Set();
    directories = 0;
    /** Of the big file that the lanes are in. */
    bytesInFlight = 0;
    currentPath = '/';
    constructor(parts) {
        this.#parts = parts;
    }
    /** Does the whole tree; returns the id of "/". */
    async run(previousRoots) {
        const descriptor = this.#access.openRoot('/');
        await this.#start(this.root, { descriptor, device: '', previous: await this.#previousOf(previousRoots), rules: [] });
        while (!this.#rootId) {
            throwIfAborted(this.#parts.signal);
            await this.#step();
        }
        return this.#rootId;
    }
    /** Closes every descriptor; after a failure. */
    close() {
        for (const { descriptor } of this.#running.values())
            fs.closeSync(descriptor);
        for (const { descriptor } of this.#open)
            fs.closeSync(descriptor);
        this.#running.clear();
        this.#open.clear();
    }
    /** Takes a directory's result, from any lane. */
    accept(result) {
        const running = this.#running.get(result.node);
        if (!running)
            return;
        this.#running.delete(result.node);
        this.directories += 1;
        addCounters(this.counters, result.counters);
        this.skipped.push(...result.skipped);
        this.changedWhileRead.push(...result.changedWhileRead);
        this.metadataNotKept.push(...result.metadataNotKept);
        for (const uid of result.uids)
            this.uids.add(uid);
        for (const gid of result.gids)
            this.gids.add(gid);
        const open = { ...running, rules: result.rules, needed: result.open.length };
        if (result.open.length === 0)
            fs.closeSync(running.descriptor);
        else
            this.#open.add(open);
        const done = this.#parts.builder.accept(running.node, result);
        if (done)
            this.#rootId = done;
        // Last in, first out: reversed, so that children come in name order.
        for (const entry of [...result.open].reverse())
            (entry.kind === 'file' ? this.#bigFiles : this.#pending).push({ parent: open, entry });
    }
    async #step() {
        if (monotonicNs() - this.#yieldedAt > YIELD_NS) {
            await turn();
            await this.#parts.between();
            this.#yieldedAt = monotonicNs();
        }
        const worker = await this.#parts.worker({ queued: this.#pending.length, bigFile: this.#bigFiles.length > 0 });
        if (worker)
            await this.feed(worker);
        const big = this.#bigFiles.pop();
        if (big)
            return this.#bigFile(big);
        const next = this.#pending.pop();
        if (next)
            return this.#startPending(next);
        const back = this.#recalled.pop() ?? worker?.takeBack();
        if (back)
            return this.accept(await this.#parts.process(back));
        if (worker && worker.queued > 0)
            await worker.next();
    }
    /** Takes what the worker has done, and gives it what it has room for; also between two slices of a large directory. */
    async feed(worker) {
        worker.drain();
        while (worker.hasRoom && this.#pending.length > 1)
            await this.#startPending(this.#pending.shift(), worker);
    }
    /** Leaves the worker only what it has begun: for who is about to wait for it. */
    recall(worker) {
        for (let task = worker.takeBack(); task; task = worker.takeBack())
            this.#recalled.push(task);
    }
    async #startPending({ parent, entry }, worker) {
        const path = join(parent.node.path, entry.name);
        const isOtherFileSystem = this.#parts.oneFileSystem && !this.#parts.only.has(path) && !this.#parts.rootDevices.has(entry.device);
        let descriptor = -1;
        try {
            if (!isOtherFileSystem)
                descriptor = this.#access.openDirectory({ descriptor: parent.descriptor, path: parent.node.path }, entry.name);
        }
        catch (error) {
            const reason = systemCode(error) ?? 'unknown';
            this.skipped.push({ path, reason: reason === 'ENOENT' ? 'VANISHED' : reason });
        }
        this.#release(parent);
        if (descriptor < 0)
            return this.#leaveOut(parent, entry);
        await this.#start(new TreeNode(path, parent.node, entry), { descriptor, device: entry.device, previous: await this.#previousOf(entry.previous), rules: parent.rules }, worker);
    }
    async #previousOf(ids) {
        const previous = [];
        for (const id of ids)
            previous.push(await this.#parts.previousPages(id));
        return previous;
    }
    #leaveOut(parent, entry) {
        const done = this.#parts.builder.leaveOut(parent.node, entry);
        if (done)
            this.#rootId = done;
    }
    async #start(node, place, worker) {
        this.currentPath = node.path;
        const number = this.#nextNode;
        this.#nextNode += 1;
        this.#running.set(number, { node, descriptor: place.descriptor, device: place.device });
        const task = { node: number, descriptor: place.descriptor, path: node.path, previous: place.previous, only: this.#parts.only.get(node.path), rules: place.rules };
        if (worker)
            return worker.submit(task);
        this.accept(await this.#parts.process(task));
    }
    async #bigFile({ parent, entry }) {
        const path = join(parent.node.path, entry.name);
        this.currentPath = path;
        let descriptor = -1;
        try {
            descriptor = this.#access.openFile({ descriptor: parent.descriptor, path: parent.node.path }, entry.name);
            const { content, bytes } = await storeBigFile({ descriptor, bytes: entry.bytes, isSparse: entry.isSparse }, { access: this.#access, storeBlob: this.#parts.storeBlob, runStretch: (stretch, take) => this.#runStretch(stretch, take) });
            this.#count(entry, content);
            this.#afterBig(parent, entry, { descriptor, path });
            this.counters.bytesProcessed += bytes;
            this.#fillBig(parent, entry, { ...content, stored: bytes });
        }
        catch (error) {
            // What the repository says is no fault of the file.
            const reason = isBackupError(error) ? undefined : systemCode(error);
            if (reason === undefined)
                throw error;
            this.skipped.push({ path, reason: reason === 'ENOENT' ? 'VANISHED' : reason });
            // It keeps its size and has no content: whoever restores is told that it is missing.
            this.#fillBig(parent, entry, { kind: ContentKind.NONE, bytes: new Uint8Array(0), stored: entry.bytes });
        }
        finally {
            this.bytesInFlight = 0;
            if (descriptor >= 0)
                fs.closeSync(descriptor);
            this.#release(parent);
        }
    }
    #count({ before }, content) {
        if (!before)
            this.counters.filesNew += 1;
        else if (before.kind === content.kind && Buffer.compare(before.bytes, content.bytes) === 0 && !this.#parts.trustPrevious)
            this.counters.filesUnmodified += 1;
        else
            this.counters.filesChanged += 1;
    }
    #runStretch(stretch, take) {
        return this.#parts.runStretch(stretch, (turn) => {
            this.bytesInFlight += turn.bytes;
            take(turn);
        });
    }
    #afterBig(parent, entry, file) {
        const page = parent.node.result.pages[entry.page];
        const { columns } = pageOf(page.statSection, page.count);
        if (this.#access.isAsListed(file.descriptor, columns, entry.entry))
            return;
        page.extras.push({ entry: entry.entry, type: ExtraType.CHANGED, bytes: new Uint8Array(0) });
        this.changedWhileRead.push(file.path);
    }
    #fillBig(parent, entry, content) {
        const pages = parent.node.result.pages;
        const page = pages[entry.page];
        if (content.stored !== entry.bytes)
            pages[entry.page] = { ...page, statSection: withSize(page.statSection, page.count, { entry: entry.entry, bytes: content.stored }) };
        const done = this.#parts.builder.fillFile(parent.node, entry, content);
        if (done)
            this.#rootId = done;
    }
    #release(parent) {
        parent.needed -= 1;
        if (parent.needed > 0)
            return;
        this.#open.delete(parent);
        fs.closeSync(parent.descriptor);
    }
}
function pageOf(statSection, count) {
    return decodePage(Buffer.concat([statSection, Buffer.alloc(count + 1)]));
}
/** The same stat section with another size of one entry: the file was shorter or longer than listed. */
function withSize(statSection, count, change) {
    const { columns } = pageOf(statSection, count);
    columns.setSize(change.entry, change.bytes);
    const out = new ByteWriter(statSection.length + 64);
    encodeStatSection(columns, { from: 0, to: count }, out);
    return out.copy();
}
