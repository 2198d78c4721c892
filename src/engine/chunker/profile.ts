/** Chunk sizes in bytes. `normal` is a power of two; the average is a little above it. */
export interface ChunkerProfileSizes {
  readonly minBytes: number
  readonly normalBytes: number
  readonly maxBytes: number
}

export const ChunkerProfile = {
  FILES: { minBytes: 16 * 1024, normalBytes: 64 * 1024, maxBytes: 512 * 1024 },
  ROWS: { minBytes: 16 * 1024, normalBytes: 32 * 1024, maxBytes: 128 * 1024 },
} as const satisfies Record<string, ChunkerProfileSizes>

/** Constants of one repository, from the 64-byte chunker secret. */
export interface ChunkerConstants {
  readonly window: readonly [number, number, number, number]
  readonly add: number
  readonly strong: readonly bigint[]
}

export function chunkerConstants(secret: Uint8Array): ChunkerConstants {
  const bytes = Buffer.from(secret)
  const odd = (at: number) => bytes.readUInt16LE(at) | 1
  const add = bytes.readUInt16LE(8)
  return {
    window: [odd(0), odd(2), odd(4), odd(6)],
    // An all-zero window hashes to `add`: it must not be a candidate, or runs of zeros would be cut everywhere.
    add: add < 64 ? add ^ 0x8000 : add,
    strong: [0, 1, 2, 3, 4, 5].map((i) => bytes.readBigUInt64LE(16 + 8 * i) | 1n),
  }
}
