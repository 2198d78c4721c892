/** Sealed objects: docs/format/v1.md section 6. */
import { createDecipheriv, type DecipherGCM, timingSafeEqual } from 'node:crypto'
import { LaterVersion, RescueError } from './bytes.ts'
import { derive, type Keys } from './keys.ts'

export const HEADER_BYTES = 128
export const FRAME_HEADER_BYTES = 16
/** Frame kinds. */
export const SEGMENT = 0
export const PAYLOAD = 1
export const PACK_END = 2

export interface Frame {
  readonly kind: number
  readonly isFinal: boolean
  readonly plain: Buffer
  /** Bytes with the frame header. */
  readonly bytes: number
}

/** Section 2: of a foreign object, false for one that no program of this format has begun to write. */
export function beginsAsObject(bytes: Uint8Array): boolean {
  return Buffer.from(bytes.subarray(0, 8)).toString('hex') === '4e50424b55500d0a'
}

export class Sealed {
  readonly type: number
  readonly #header: Buffer
  readonly #key: Buffer

  constructor(header: Buffer, keys: Keys) {
    if (header.length < HEADER_BYTES || !beginsAsObject(header)) throw new RescueError('an object has no header')
    if (header[9] !== 1 || header[10] !== 1 || header[11] !== 0 || header.subarray(49, 64).some((byte) => byte !== 0))
      throw new RescueError('an object has an unknown version')
    if (!header.subarray(32, 48).equals(keys.repositoryId))
      throw new RescueError('an object belongs to another repository')
    this.#header = Buffer.from(header.subarray(0, HEADER_BYTES))
    this.type = this.#header[8] as number
    const derived = keys
      .masters(this.#header.subarray(16, 32), this.#header.readUInt32LE(12))
      .map((master) =>
        derive(master, this.#header.subarray(64, 96), { info: `neonpro/v1/object/${this.type}`, bytes: 64 }),
      )
    const both = derived.find((each) => timingSafeEqual(each.subarray(32), this.#header.subarray(96, 128)))
    if (!both) throw new RescueError('a key commitment does not match')
    this.#key = both.subarray(0, 32)
  }

  /** Opens the frame with that number which begins at `at`. */
  frame(bytes: Buffer, at: number, number: number): Frame {
    const head = bytes.subarray(at, at + FRAME_HEADER_BYTES)
    if (
      head.length < FRAME_HEADER_BYTES ||
      head.toString('hex', 0, 4) !== '4e504601' ||
      head.readUInt32LE(4) !== number
    )
      throw new RescueError('a frame is not where it should be')
    const sealedBytes = sealedBytesOf(head)
    if (head.readUInt16LE(10) !== 0) throw new RescueError('a frame has an unknown key slot')
    const sealed = bytes.subarray(at + FRAME_HEADER_BYTES, at + FRAME_HEADER_BYTES + sealedBytes)
    if (sealed.length !== sealedBytes) throw new RescueError('a frame is cut short')
    const nonce = Buffer.alloc(12)
    nonce.writeUInt32LE(number)
    const decipher = createDecipheriv('aes-256-gcm', this.#key, nonce, { authTagLength: 16 }).setAAD(
      Buffer.concat([this.#header, head]),
    )
    decipher.setAuthTag(sealed.subarray(sealedBytes - 16))
    const plain = opened(decipher, sealed.subarray(0, sealedBytes - 16))
    const [kind, flags] = [head[8] as number, head[9] as number]
    if (kind > PACK_END || flags > 1) throw new LaterVersion(`frame kind ${kind}, flags ${flags}`)
    return { kind, isFinal: flags === 1, plain, bytes: FRAME_HEADER_BYTES + sealedBytes }
  }
}

function opened(decipher: DecipherGCM, sealed: Buffer): Buffer {
  try {
    return Buffer.concat([decipher.update(sealed), decipher.final()])
  } catch {
    throw new RescueError('a frame does not authenticate')
  }
}

/** Section 6.2: of a frame header, before anything is authenticated. */
export function sealedBytesOf(head: Buffer): number {
  const sealedBytes = head.length < FRAME_HEADER_BYTES ? 0 : head.readUInt32LE(12)
  if (sealedBytes < 17 || sealedBytes > 33_554_432) throw new RescueError('a frame has an impossible length')
  return sealedBytes
}

/** The payload of a small object of one of the given types. */
export function openPayload(bytes: Buffer, keys: Keys, type: number): Buffer {
  const sealed = new Sealed(bytes, keys)
  if (sealed.type !== type) throw new RescueError('an object is of another type')
  const parts: Buffer[] = []
  for (let at = HEADER_BYTES, number = 0; ; number += 1) {
    const frame = sealed.frame(bytes, at, number)
    if (frame.kind !== PAYLOAD) throw new RescueError('an object holds a frame of another kind')
    parts.push(frame.plain)
    at += frame.bytes
    if (frame.isFinal && at === bytes.length) return Buffer.concat(parts)
    if (frame.isFinal || at >= bytes.length) throw new RescueError('an object does not end where it should')
  }
}
