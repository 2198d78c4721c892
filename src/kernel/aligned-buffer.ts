/** Page-aligned memory for direct I/O: a WebAssembly memory starts on a page boundary, which no Buffer promises. */
export function alignedBuffer(bytes: number): Buffer {
  const pages = Math.ceil(bytes / 65536)
  return Buffer.from(new WebAssembly.Memory({ initial: pages, maximum: pages }).buffer, 0, bytes)
}
