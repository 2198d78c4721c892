import { ByteWriter } from "../pack/index.js";
import { ContentKind } from "../snapshot/index.js";
const LINKED_MAX = 100_000;
const NONE = { kind: ContentKind.NONE, bytes: new Uint8Array(0) };
export class FileWork {
    #lane;
    #access;
    #linked = new Map();
    #entries = new ByteWriter(4096);
    constructor(lane, access) {
        this.#lane = lane;
        this.#access = access;
    }
    /** The content of a hard link whose file this lane has stored already. */
    linkedContent(columns, entry) {
        return columns.links(entry) > 1 ? this.#linked.get(columns.identity(entry)) : undefined;
    }
    /** Stores an open file. When it is not as it was listed, its size column becomes what was read. `timed` calls what it is given, once. */
    store(descriptor, { columns, entry }, timed) {
        const bytes = columns.size(entry);
        const length = bytes === 0 ? 0 : timed(() => this.#lane.read(descriptor, 0, { bytes }));
        const content = length === 0 ? NONE : this.#chunks(length);
        const isAsListed = this.#access.isAsListed(descriptor, columns, entry);
        if (length !== bytes)
            columns.setSize(entry, length);
        if (isAsListed && columns.links(entry) > 1 && this.#linked.size < LINKED_MAX)
            this.#linked.set(columns.identity(entry), content);
        return { content, isAsListed };
    }
    #chunks(length) {
        let count = 0;
        let first;
        this.#entries.clear();
        this.#lane.chunk(length, true, (id, bytes) => {
            if (count === 0)
                first = id;
            count += 1;
            this.#entries.varint(bytes);
            this.#entries.bytes(id);
        });
        if (count === 1 && first)
            return { kind: ContentKind.ONE, bytes: first };
        const out = new ByteWriter(this.#entries.length + 8);
        out.varint(count);
        out.bytes(this.#entries.view());
        return { kind: ContentKind.CHUNKS, bytes: out.copy() };
    }
}
