/**
 * Gives the memory of buffers back now. The collector sees only the small objects in front of them, and does not hurry.
 * Each is empty afterwards, and so is every view of it: only for buffers of one's own. Pooled and shared memory is left
 * alone.
 */
export function release(...buffers: readonly Uint8Array[]): void {
  for (const { buffer, byteLength } of buffers)
    if (buffer instanceof ArrayBuffer && byteLength === buffer.byteLength && byteLength >= BYTES_MIN) buffer.transfer(0)
}

/** Below this the call costs more than the memory is worth. */
const BYTES_MIN = 4096
