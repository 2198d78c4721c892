export const ChunkerProfile = {
    FILES: { minBytes: 16 * 1024, normalBytes: 64 * 1024, maxBytes: 512 * 1024 },
    ROWS: { minBytes: 8 * 1024, normalBytes: 32 * 1024, maxBytes: 128 * 1024 },
};
export function chunkerConstants(secret) {
    const bytes = Buffer.from(secret);
    const odd = (at) => bytes.readUInt16LE(at) | 1;
    const add = bytes.readUInt16LE(8);
    return {
        window: [odd(0), odd(2), odd(4), odd(6)],
        // An all-zero window hashes to `add`: it must not be a candidate, or runs of zeros would be cut everywhere.
        add: add < 64 ? add ^ 0x8000 : add,
        strong: [0, 1, 2, 3, 4, 5].map((i) => bytes.readBigUInt64LE(16 + 8 * i) | 1n),
    };
}
