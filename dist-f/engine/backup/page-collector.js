import { ByteWriter } from "../pack/index.js";
import { encodeStatSection, pageEnds } from "../snapshot/index.js";
export class PageCollector {
    #contents = new ByteWriter(16 * 1024);
    #section = new ByteWriter(16 * 1024);
    #kinds = [];
    #ends = [];
    #kept = [];
    extras = [];
    open = [];
    clear() {
        this.#contents.clear();
        this.#kinds.length = 0;
        this.#ends.length = 0;
        this.#kept.length = 0;
        this.extras.length = 0;
        this.open.length = 0;
    }
    /** The number that the next kept entry will have. */
    get next() {
        return this.#kept.length;
    }
    /** Keeps the listed entry `entry` with its content. */
    keep(entry, kind, content) {
        this.#kept.push(entry);
        this.#kinds.push(kind);
        if (content.length > 0)
            this.#contents.bytes(content);
        this.#ends.push(this.#contents.length);
    }
    extra(type, bytes) {
        this.extras.push({ entry: this.next, type, bytes });
    }
    /** The pages, and the open entries by page. Leaves `columns` with the kept entries only. */
    pages(columns) {
        columns.keep(this.#kept);
        const ends = pageEnds(columns.names);
        let from = 0;
        const pages = ends.map((to) => {
            const page = this.#page(columns, from, to);
            from = to;
            return page;
        });
        return { pages, open: this.open.map((opened) => locate(opened, ends)) };
    }
    #page(columns, from, to) {
        this.#section.clear();
        encodeStatSection(columns, { from, to }, this.#section);
        const contentFrom = from === 0 ? 0 : this.#ends[from - 1];
        const contentTo = to === 0 ? 0 : this.#ends[to - 1];
        return {
            count: to - from, statSection: new Uint8Array(this.#section.view()), kinds: Uint8Array.from(this.#kinds.slice(from, to)),
            contentEnds: Uint32Array.from(this.#ends.slice(from, to), (end) => end - contentFrom), contents: new Uint8Array(this.#contents.view().subarray(contentFrom, contentTo)),
            extras: this.extras.filter(({ entry }) => entry >= from && entry < to).map((extra) => ({ ...extra, entry: extra.entry - from })),
        };
    }
}
function locate(opened, ends) {
    const page = ends.findIndex((end) => opened.entry < end);
    return { ...opened, page, entry: opened.entry - (page === 0 ? 0 : ends[page - 1]) };
}
