const SAMPLES = 4096
/** Chance that two samples are equal; 1/256 for random bytes. Below this zstd would only cost time. */
const COLLISION_SHARE_MAX = 1 / 250
const counts = new Uint16Array(256)

/**
 * True when the bytes are spread so evenly that compressing them is in vain. Samples 4,096 bytes; flat bytes that
 * repeat are missed.
 */
export function looksIncompressible(bytes: Uint8Array): boolean {
  if (bytes.length < SAMPLES) return false
  counts.fill(0)
  const stride = Math.floor(bytes.length / SAMPLES)
  for (let i = 0, at = 0; i < SAMPLES; i += 1, at += stride) counts[bytes[at]!]! += 1
  let squares = 0
  for (const count of counts) squares += count * count
  return (squares - SAMPLES) / (SAMPLES * (SAMPLES - 1)) < COLLISION_SHARE_MAX
}
