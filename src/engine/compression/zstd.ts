/**
 * zstd for segments. Node's one-shot calls allocate a context and an output each time; the low-level handle behind its
 * stream keeps both. That handle is not public API, so it is looked for, tried out when a codec is made, and replaced
 * by the public calls on any doubt. `reset()` is never called: it silently drops the level.
 */
import zlib from 'node:zlib'
import { BackupError } from '../../kernel/backup-error.ts'
import { DEFAULT_LEVEL, zstdLevel } from './levels.ts'

export interface SegmentCodec {
  /** Writes one zstd frame into `output`; returns its bytes, or 0 when it does not fit. Default: LARGE. */
  compress(input: Uint8Array, output: Uint8Array, grain?: Grain): number
  /**
   * Decodes one zstd frame; returns its plain bytes. Cheapest when `output` is larger than they are. Throws DAMAGED
   * when it is malformed or does not fit.
   */
  decompress(input: Uint8Array, output: Uint8Array): number
  dispose(): void
}

export interface SegmentCodecOptions {
  /** 1–9. */
  readonly level: number
  /** Leaves the low-level handle unused; for tests. */
  readonly portable?: boolean
}

/**
 * What a segment is made of: many small blobs, or stretches of large files. They are compressed with tables of their
 * own.
 */
export const Grain = { SMALL: 'small', LARGE: 'large' } as const
export type Grain = (typeof Grain)[keyof typeof Grain]

export type SegmentDecoder = Pick<SegmentCodec, 'decompress' | 'dispose'>

/** What only reads needs: half the memory and start-up of a codec. */
export function createSegmentDecoder(): SegmentDecoder {
  const portable = new PortableCodec(3)
  try {
    const codec = new HandleCodec(3)
    if (decodes(codec)) return codec
    codec.dispose()
  } catch {
    // As below.
  }
  return portable
}

export function createSegmentCodec(options: SegmentCodecOptions): SegmentCodec {
  const portable = new PortableCodec(options.level)
  if (options.portable) return portable
  try {
    const codec = new HandleCodec(options.level)
    if (agrees(codec, portable)) return codec
    codec.dispose()
  } catch {
    // The handle has another shape in this Node: the public calls do the same, with more memory.
  }
  return portable
}

class PortableCodec implements SegmentCodec {
  readonly #level: number

  constructor(level: number) {
    this.#level = level
  }

  compress(input: Uint8Array, output: Uint8Array, grain: Grain = Grain.LARGE): number {
    const frame = zlib.zstdCompressSync(input, { params: compressParams(this.#level, grain) })
    if (frame.length > output.length) return 0
    output.set(frame)
    return frame.length
  }

  decompress(input: Uint8Array, output: Uint8Array): number {
    try {
      const plain = zlib.zstdDecompressSync(input, { maxOutputLength: Math.max(1, output.length) })
      output.set(plain)
      return plain.length
    } catch (error) {
      throw malformed(error)
    }
  }

  dispose(): void {}
}

/**
 * The default level with other tables, measured on segments of 1 MiB (docs/tuning.md): shortest match, and log2 of the
 * long and the short table's places.
 */
const TUNED = {
  [Grain.LARGE]: { minMatch: 6, hashLog: 17, chainLog: 17 },
  [Grain.SMALL]: { minMatch: 6, hashLog: 16, chainLog: 15 },
} as const

function compressParams(level: number, grain: Grain): Record<number, number> {
  const { ZSTD_c_compressionLevel, ZSTD_c_minMatch, ZSTD_c_hashLog, ZSTD_c_chainLog } = zlib.constants
  const { minMatch, hashLog, chainLog } = TUNED[grain]
  const tuned =
    level === DEFAULT_LEVEL
      ? { [ZSTD_c_minMatch]: minMatch, [ZSTD_c_hashLog]: hashLog, [ZSTD_c_chainLog]: chainLog }
      : {}
  return { [ZSTD_c_compressionLevel]: zstdLevel(level), ...tuned }
}

interface Handle {
  writeSync(
    flush: number,
    input: Uint8Array,
    inputAt: number,
    inputBytes: number,
    output: Uint8Array,
    outputAt: number,
    outputBytes: number,
  ): void
}

interface Stream {
  readonly _handle?: Handle
  readonly _writeState?: Uint32Array
  on(event: 'error', listener: (error: Error) => void): unknown
  close(): void
}

/** One direction: the stream only holds the context; nothing ever flows through it. */
class HandleCall {
  readonly #open: () => Stream
  #stream: Stream | undefined
  #failure: Error | undefined

  constructor(open: () => Stream) {
    this.#open = open
  }

  /**
   * Runs one whole frame. Returns the bytes written, or undefined when the output is too small or the frame incomplete.
   */
  run(input: Uint8Array, output: Uint8Array): number | undefined {
    const stream = this.#ready()
    const { _handle: handle, _writeState: state } = stream
    if (!handle || !state) throw new TypeError('zstd handle')
    this.#failure = undefined
    const onerror = handle as unknown as { onerror?: (message: string, errno: number, code: string) => void }
    onerror.onerror = (message) => {
      this.#failure = new Error(message)
    }
    handle.writeSync(zlib.constants.ZSTD_e_end, input, 0, input.length, output, 0, output.length)
    const [outputLeft, inputLeft] = [state[0]!, state[1]!]
    if (this.#failure || inputLeft > 0 || outputLeft === 0) {
      // A frame that was not finished stays in the context: only a new one is clean.
      this.close()
      return undefined
    }
    return output.length - outputLeft
  }

  get failure(): Error | undefined {
    return this.#failure
  }

  close(): void {
    this.#stream?.close()
    this.#stream = undefined
  }

  #ready(): Stream {
    if (this.#stream) return this.#stream
    const stream = this.#open()
    stream.on('error', () => {})
    this.#stream = stream
    return stream
  }
}

class HandleCodec implements SegmentCodec {
  readonly #compress: Readonly<Record<Grain, HandleCall>>
  readonly #decompress: HandleCall

  constructor(level: number) {
    const call = (grain: Grain) =>
      new HandleCall(() => zlib.createZstdCompress({ params: compressParams(level, grain) }) as unknown as Stream)
    this.#compress = { [Grain.SMALL]: call(Grain.SMALL), [Grain.LARGE]: call(Grain.LARGE) }
    this.#decompress = new HandleCall(() => zlib.createZstdDecompress() as unknown as Stream)
  }

  compress(input: Uint8Array, output: Uint8Array, grain: Grain = Grain.LARGE): number {
    return this.#compress[grain].run(input, output) ?? 0
  }

  decompress(input: Uint8Array, output: Uint8Array): number {
    const direct = this.#decompress.run(input, output)
    if (direct !== undefined) return direct
    if (this.#decompress.failure) throw malformed(this.#decompress.failure)
    // The call can't tell a full output from an overflow, so the last byte of a larger buffer must stay free.
    const spare = Buffer.allocUnsafeSlow(output.length + 1)
    const bytes = this.#decompress.run(input, spare)
    if (bytes === undefined) throw malformed(this.#decompress.failure)
    output.set(spare.subarray(0, bytes))
    return bytes
  }

  dispose(): void {
    for (const call of Object.values(this.#compress)) call.close()
    this.#decompress.close()
  }
}

/** A frame of SAMPLE_TEXT, made by zstd 1.5.7. */
const SAMPLE_TEXT = 'paciente;data;exame;resultado\n'.repeat(300)
const SAMPLE_FRAME = Buffer.from('KLUv/WAoIjUBAPBwYWNpZW50ZTtkYXRhO2V4YW1lO3Jlc3VsdGFkbwoBAB6MwCsn', 'base64')

/** Twice, with a damaged frame between: a stale context shows in the second round. */
function decodes(codec: SegmentCodec): boolean {
  const expected = Buffer.from(SAMPLE_TEXT)
  for (let round = 0; round < 2; round += 1) {
    const plain = Buffer.alloc(expected.length + 1)
    if (
      codec.decompress(SAMPLE_FRAME, plain) !== expected.length ||
      !plain.subarray(0, expected.length).equals(expected)
    )
      return false
    if (!refuses(codec)) return false
  }
  return true
}

function refuses(codec: SegmentCodec): boolean {
  try {
    codec.decompress(SAMPLE_FRAME.subarray(0, SAMPLE_FRAME.length - 3), Buffer.alloc(SAMPLE_TEXT.length))
    return false
  } catch {
    return true
  }
}

/**
 * Tries both directions twice on text that compresses, against the public calls: a lost level or a stale context shows
 * in the second round. With the grain that nearly every run needs: a context for each costs memory.
 */
function agrees(codec: SegmentCodec, portable: SegmentCodec): boolean {
  const sample = Buffer.from(
    'paciente;data;exame;resultado\n'.repeat(300) + Array.from({ length: 200 }, (_, i) => `${i * 7919};`).join(''),
  )
  const frame = Buffer.alloc(sample.length)
  const plain = Buffer.alloc(sample.length + 1)
  const expected = Buffer.alloc(sample.length)
  const expectedBytes = portable.compress(sample, expected, Grain.SMALL)
  for (let round = 0; round < 2; round += 1) {
    const bytes = codec.compress(sample, frame, Grain.SMALL)
    if (bytes === 0 || Math.abs(bytes - expectedBytes) > 16) return false
    if (
      codec.decompress(frame.subarray(0, bytes), plain) !== sample.length ||
      !plain.subarray(0, sample.length).equals(sample)
    )
      return false
    if (
      portable.decompress(frame.subarray(0, bytes), plain.fill(0)) !== sample.length ||
      !plain.subarray(0, sample.length).equals(sample)
    )
      return false
  }
  return true
}

function malformed(cause: unknown): BackupError {
  return new BackupError('DAMAGED', 'A compressed segment does not decode.', { cause })
}
