import { CHUNKER_WASM_BASE64 } from "./chunker-wasm.js";
import { chunkerConstants } from "./profile.js";
let compiled;
/** A chunker over `memory` under the repository's 64-byte secret. Reads nothing outside the bytes that `cut` is given. */
export function createChunker(memory, secret, profile) {
    compiled ??= new WebAssembly.Module(Buffer.from(CHUNKER_WASM_BASE64, 'base64'));
    const instance = new WebAssembly.Instance(compiled, { env: { memory } });
    const wasm = instance.exports;
    const { window, add, strong } = chunkerConstants(secret);
    wasm.setWindow(window[0], window[1], window[2], window[3], add);
    wasm.setStrong(...strong.map((key) => BigInt.asIntN(64, key)));
    wasm.setSizes(profile.minBytes, profile.normalBytes, profile.maxBytes);
    return { cut: (offset, length, isFinal) => wasm.cut(offset, length, isFinal ? 1 : 0) >>> 0 };
}
