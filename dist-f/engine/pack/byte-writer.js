/** A growing byte buffer that is reused: `clear()` keeps the memory, `view()` shows what was written since. */
export class ByteWriter {
    #bytes;
    #length = 0;
    constructor(capacityBytes = 256) {
        this.#bytes = Buffer.allocUnsafeSlow(capacityBytes);
    }
    get length() {
        return this.#length;
    }
    clear() {
        this.#length = 0;
    }
    /** Room for `bytes` more; returns the offset at which they begin. The caller fills them through `buffer`. */
    advance(bytes) {
        const start = this.#length;
        const need = start + bytes;
        if (need > this.#bytes.length)
            this.#grow(need);
        this.#length = need;
        return start;
    }
    get buffer() {
        return this.#bytes;
    }
    u8(value) {
        const at = this.advance(1);
        this.#bytes[at] = value;
    }
    u32(value) {
        const at = this.advance(4);
        this.#bytes.writeUInt32LE(value >>> 0, at);
    }
    varint(value) {
        let rest = value;
        while (rest >= 0x80) {
            this.u8((rest % 0x80) | 0x80);
            rest = Math.floor(rest / 0x80);
        }
        this.u8(rest);
    }
    bytes(data) {
        const at = this.advance(data.length);
        this.#bytes.set(data, at);
    }
    /** What was written; valid until the next write. */
    view() {
        return this.#bytes.subarray(0, this.#length);
    }
    /** A copy that stays. */
    copy() {
        return Buffer.from(this.view());
    }
    #grow(need) {
        const next = Buffer.allocUnsafeSlow(Math.max(need, this.#bytes.length * 2));
        next.set(this.view());
        this.#bytes = next;
    }
}
