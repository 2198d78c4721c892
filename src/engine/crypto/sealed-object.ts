/**
 * Sealed objects (docs/format/v1.md section 6): a header with a fresh salt and a key commitment, then frames under one
 * derived key with counted nonces. Nothing is parsed before it is authenticated but the fixed fields of the two
 * headers, and their lengths are bounded.
 */
import {
  createCipheriv,
  createDecipheriv,
  createSecretKey,
  type KeyObject,
  randomBytes,
  timingSafeEqual,
} from 'node:crypto'
import { BackupError } from '../../kernel/backup-error.ts'
import { InvariantViolation, invariant } from '../../kernel/invariant.ts'
import { hkdf } from './hkdf.ts'

export const ObjectType = {
  PACK_DATA: 1,
  PACK_META: 2,
  INDEX_DATA: 3,
  INDEX_META: 4,
  SNAPSHOT: 5,
  CHECKPOINT: 6,
  RECORD: 7,
  SESSION: 8,
  DELETE: 9,
  CONFIRM: 10,
  STREAM: 11,
  PARITY: 12,
  CLAIM: 13,
  USER_NAME: 14,
  USER_CONTENT: 15,
} as const
export type ObjectType = (typeof ObjectType)[keyof typeof ObjectType]

export const FrameKind = { SEGMENT: 0, PAYLOAD: 1, PACK_END: 2 } as const
export type FrameKind = (typeof FrameKind)[keyof typeof FrameKind]

export const HEADER_BYTES = 128
export const FRAME_HEADER_BYTES = 16
export const TAG_BYTES = 16
const SEALED_BYTES_MAX = 32 * 1024 * 1024
const PAYLOAD_FRAME_BYTES = 1024 * 1024
const PAYLOAD_FRAMES_MAX = 4096
/** Node allocates each cipher output twice; pieces of this size keep both copies in cache and in the malloc heap. */
const PIECE_BYTES = 128 * 1024
const MAGIC = Buffer.from('4e50424b55500d0a', 'hex')
const FRAME_MAGIC = 0x0146504e
const FORMAT_VERSION = 1
const AEAD_AES_256_GCM = 1
const SALT_BYTES = 32
/** Where an object's header has its lock class. */
export const LOCK_CLASS_AT = 48
/** The one flag of a frame. */
const FINAL = 1

/** What new objects are sealed under. Plain data: it travels to workers by structured clone. */
export interface ObjectScope {
  /** 16 bytes. */
  readonly repositoryId: Uint8Array
  /** 16 bytes, zero for everything without a tenant. */
  readonly tenant: Uint8Array
  readonly epoch: number
  /** 32 bytes. */
  readonly master: Uint8Array
  readonly lockClass?: number
}

/**
 * Finds the master key of a tenant and epoch. Two keyrings of one generation may have drawn two for the same epoch:
 * then the one that `isRight`, else the first.
 */
export type MasterLookup = (
  tenant: Uint8Array,
  epoch: number,
  isRight?: (master: Uint8Array) => boolean,
) => Uint8Array | undefined

/**
 * A master key as the keyring holds it, and as it travels to other threads: `tenant` and `key` in hexadecimal digits.
 */
export interface MasterKey {
  readonly tenant: string
  readonly epoch: number
  /** Absent where a later version keeps it elsewhere: nothing of that epoch opens here. */
  readonly key?: string
}

export function masterLookup(masters: readonly MasterKey[]): MasterLookup {
  const keys = new Map<string, Buffer[]>()
  for (const { tenant, epoch, key } of masters)
    if (key !== undefined)
      keys.set(`${tenant}/${epoch}`, [...(keys.get(`${tenant}/${epoch}`) ?? []), Buffer.from(key, 'hex')])
  return (tenant, epoch, isRight) => {
    const found = keys.get(`${Buffer.from(tenant).toString('hex')}/${epoch}`) ?? []
    return (found.length > 1 && isRight ? found.find(isRight) : undefined) ?? found[0]
  }
}

export interface ObjectExpectation {
  readonly type: number | readonly number[]
  readonly repositoryId: Uint8Array
  readonly masterOf: MasterLookup
}

export interface OpenedFrame {
  readonly kind: number
  readonly isFinal: boolean
  readonly plaintext: Uint8Array
}

/**
 * A key of node's own is used three times as fast as bytes are, and thousands of objects are opened under one master.
 */
const preparedMasters = new WeakMap<Uint8Array, KeyObject>()

function prepared(master: Uint8Array): KeyObject {
  const known = preparedMasters.get(master) ?? createSecretKey(master)
  preparedMasters.set(master, known)
  return known
}

/** `master` is never written to again. */
function objectKeys(master: Uint8Array, salt: Uint8Array, type: number): { key: KeyObject; commitment: Buffer } {
  const both = hkdf(prepared(master), salt, { info: `neonpro/v1/object/${type}`, bytes: 64 })
  return { key: createSecretKey(both.subarray(0, 32)), commitment: both.subarray(32) }
}

function nonceOf(frame: number): Buffer {
  const nonce = Buffer.alloc(12)
  nonce.writeUInt32LE(frame, 0)
  return nonce
}

/** Seals one object from its first frame to its final one. Never reopened, never used after the final frame. */
export class ObjectSealer {
  readonly header: Buffer
  readonly #key: KeyObject
  #frame = 0
  #isFinished = false

  constructor(type: number, scope: ObjectScope) {
    const salt = randomBytes(SALT_BYTES)
    const { key, commitment } = objectKeys(scope.master, salt, type)
    const header = Buffer.alloc(HEADER_BYTES)
    MAGIC.copy(header, 0)
    header.set([type, FORMAT_VERSION, AEAD_AES_256_GCM, 0], 8)
    header.writeUInt32LE(scope.epoch, 12)
    header.set(scope.tenant, 16)
    header.set(scope.repositoryId, 32)
    header[LOCK_CLASS_AT] = scope.lockClass ?? 0
    header.set(salt, 64)
    header.set(commitment, 96)
    this.header = header
    this.#key = key
  }

  /**
   * Seals the joined parts as the next frame. `emit` must consume each piece before it returns. Returns the frame's
   * bytes with its header.
   */
  sealFrame(
    parts: readonly Uint8Array[],
    options: { kind: FrameKind; final: boolean; emit: (piece: Uint8Array) => void },
  ): number {
    if (this.#isFinished) throw new InvariantViolation('No frame follows the final one.')
    const plainBytes = parts.reduce((sum, part) => sum + part.length, 0)
    invariant(
      plainBytes > 0 && plainBytes + TAG_BYTES <= SEALED_BYTES_MAX,
      'A frame is not empty and stays below the format limit.',
    )
    const head = frameHeader(this.#frame, {
      kind: options.kind,
      isFinal: options.final,
      sealedBytes: plainBytes + TAG_BYTES,
    })
    const cipher = createCipheriv('aes-256-gcm', this.#key, nonceOf(this.#frame))
    cipher.setAAD(this.header)
    cipher.setAAD(head)
    options.emit(head)
    for (const part of parts) encryptPieces(part, (piece) => cipher.update(piece), options.emit)
    cipher.final()
    options.emit(cipher.getAuthTag())
    this.#frame += 1
    this.#isFinished = options.final
    return FRAME_HEADER_BYTES + plainBytes + TAG_BYTES
  }
}

function encryptPieces(
  part: Uint8Array,
  encrypt: (piece: Uint8Array) => Buffer,
  emit: (piece: Uint8Array) => void,
): void {
  for (let at = 0; at < part.length; at += PIECE_BYTES) {
    const output = encrypt(part.subarray(at, at + PIECE_BYTES))
    emit(output)
    release(output)
  }
}

/** Frees a large cipher output at once: otherwise V8 lets tens of MiB of them collect before it looks. */
function release(output: Buffer): void {
  const memory = output.buffer
  if (memory instanceof ArrayBuffer && memory.byteLength === output.length && output.length >= 4096) memory.transfer(0)
}

function frameHeader(frame: number, fields: { kind: number; isFinal: boolean; sealedBytes: number }): Buffer {
  const head = Buffer.alloc(FRAME_HEADER_BYTES)
  head.writeUInt32LE(FRAME_MAGIC, 0)
  head.writeUInt32LE(frame, 4)
  head[8] = fields.kind
  head[9] = fields.isFinal ? FINAL : 0
  head.writeUInt32LE(fields.sealedBytes, 12)
  return head
}

export interface FrameHeader {
  readonly number: number
  /** Not authenticated yet, as all of it: what is unknown may be damage. */
  readonly kind: number
  readonly flags: number
  readonly keySlot: number
  readonly sealedBytes: number
}

/** Reads a frame header's fixed fields. Throws DAMAGED on anything the format does not allow. */
export function parseFrameHeader(bytes: Uint8Array): FrameHeader {
  const head = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (head.length < FRAME_HEADER_BYTES || head.readUInt32LE(0) !== FRAME_MAGIC)
    throw damaged('A frame does not begin as a frame.')
  const sealedBytes = head.readUInt32LE(12)
  const keySlot = head.readUInt16LE(10)
  // A repository with such frames says so in its configuration, and is refused there.
  if (keySlot !== 0) throw damaged('A frame names a key slot that this repository does not have.')
  if (sealedBytes <= TAG_BYTES || sealedBytes > SEALED_BYTES_MAX) throw damaged('A frame has an impossible length.')
  return { number: head.readUInt32LE(4), kind: head[8]!, flags: head[9]!, keySlot, sealedBytes }
}

export interface ObjectHeader {
  readonly type: number
  readonly epoch: number
  readonly tenant: Buffer
  readonly repositoryId: Buffer
  readonly lockClass: number
  readonly salt: Buffer
  readonly commitment: Buffer
}

/** False for what no program of this format has begun to write, whatever its name says. */
export function beginsAsObject(bytes: Uint8Array): boolean {
  return MAGIC.equals(bytes.subarray(0, MAGIC.length))
}

/**
 * Reads an object header's fields. Throws DAMAGED, also for another version: a repository of a later format says so in
 * its configuration, and is refused there.
 */
export function parseObjectHeader(bytes: Uint8Array): ObjectHeader {
  const head = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.byteLength, HEADER_BYTES))
  if (head.length < HEADER_BYTES || !beginsAsObject(head))
    throw damaged('An object does not begin as one of this repository.')
  if (head[9] !== FORMAT_VERSION || head[10] !== AEAD_AES_256_GCM || head[11] !== 0)
    throw damaged('An object names an unknown version, cipher or flag.')
  if (head.subarray(49, 64).some((byte) => byte !== 0)) throw damaged('An object has non-zero reserved bytes.')
  return {
    type: head[8]!,
    epoch: head.readUInt32LE(12),
    tenant: head.subarray(16, 32),
    repositoryId: head.subarray(32, 48),
    lockClass: head[LOCK_CLASS_AT]!,
    salt: head.subarray(64, 96),
    commitment: head.subarray(96, 128),
  }
}

/**
 * Opens the frames of one object. The constructor checks the header and the key commitment before anything is
 * decrypted.
 */
export class ObjectOpener {
  readonly header: ObjectHeader
  readonly #aad: Buffer
  readonly #key: KeyObject

  constructor(header: Uint8Array, expect: ObjectExpectation) {
    this.#aad = Buffer.from(header.subarray(0, HEADER_BYTES))
    this.header = parseObjectHeader(this.#aad)
    const types = typeof expect.type === 'number' ? [expect.type] : expect.type
    if (!types.includes(this.header.type)) throw damaged('An object is of another type than its place says.')
    if (Buffer.compare(this.header.repositoryId, expect.repositoryId) !== 0)
      throw damaged('An object belongs to another repository.')
    const { salt, type } = this.header
    const isRight = (master: Uint8Array) =>
      timingSafeEqual(objectKeys(master, salt, type).commitment, this.header.commitment)
    const master = expect.masterOf(this.header.tenant, this.header.epoch, isRight)
    if (!master) throw damaged(`An object names the unknown key epoch ${this.header.epoch}.`)
    const { key, commitment } = objectKeys(master, salt, type)
    if (!timingSafeEqual(commitment, this.header.commitment))
      throw damaged("An object's key commitment does not match.")
    this.#key = key
  }

  /**
   * Opens a frame (header and sealed bytes) that must have the given number. `into` receives the plaintext where it has
   * room. Throws DAMAGED; FEATURE_UNSUPPORTED for one that is whole and that this version does not know.
   */
  openFrame(frame: Uint8Array, options: { number: number; into?: Uint8Array }): OpenedFrame {
    const head = parseFrameHeader(frame)
    if (head.number !== options.number) throw damaged('A frame is not at its place.')
    if (frame.length !== FRAME_HEADER_BYTES + head.sealedBytes) throw damaged('A frame is cut short.')
    const end = frame.length - TAG_BYTES
    const decipher = createDecipheriv('aes-256-gcm', this.#key, nonceOf(head.number), { authTagLength: TAG_BYTES })
    decipher.setAAD(this.#aad)
    decipher.setAAD(frame.subarray(0, FRAME_HEADER_BYTES))
    decipher.setAuthTag(frame.subarray(end))
    const bytes = end - FRAME_HEADER_BYTES
    const target =
      options.into && options.into.length >= bytes ? options.into.subarray(0, bytes) : Buffer.allocUnsafeSlow(bytes)
    let done = 0
    encryptPieces(
      frame.subarray(FRAME_HEADER_BYTES, end),
      (piece) => decipher.update(piece),
      (piece) => {
        target.set(piece, done)
        done += piece.length
      },
    )
    try {
      decipher.final()
    } catch (error) {
      target.fill(0)
      throw damaged('A frame does not authenticate.', error)
    }
    requireKnown(head)
    return { kind: head.kind, isFinal: head.flags === FINAL, plaintext: target }
  }
}

/** Of an authenticated frame: a later version of the format may have other kinds and flags. */
function requireKnown({ kind, flags }: FrameHeader): void {
  if (kind <= FrameKind.PACK_END && flags <= FINAL) return
  const feature = kind > FrameKind.PACK_END ? `frame kind ${kind}` : `frame flags ${flags}`
  throw new BackupError('FEATURE_UNSUPPORTED', `A frame has the unknown ${feature}.`, { context: { feature } })
}

/** Seals a whole small object: payload frames of at most 1 MiB, the last one final. */
export function sealPayload(type: number, scope: ObjectScope, payload: Uint8Array): Buffer {
  invariant(
    payload.length > 0 && payload.length <= PAYLOAD_FRAMES_MAX * PAYLOAD_FRAME_BYTES,
    'A payload is not empty and stays below the format limit.',
  )
  const sealer = new ObjectSealer(type, scope)
  const pieces: Buffer[] = [sealer.header]
  for (let at = 0; at < payload.length; at += PAYLOAD_FRAME_BYTES) {
    const final = at + PAYLOAD_FRAME_BYTES >= payload.length
    sealer.sealFrame([payload.subarray(at, at + PAYLOAD_FRAME_BYTES)], {
      kind: FrameKind.PAYLOAD,
      final,
      emit: (piece) => pieces.push(Buffer.from(piece)),
    })
  }
  return Buffer.concat(pieces)
}

/**
 * Opens a whole small object. Throws DAMAGED when a frame is missing, doubled, out of place or follows the final one.
 */
export function openPayload(bytes: Uint8Array, expect: ObjectExpectation): { payload: Buffer; header: ObjectHeader } {
  const opener = new ObjectOpener(bytes, expect)
  const parts: Uint8Array[] = []
  let at = HEADER_BYTES
  for (let number = 0; ; number += 1) {
    if (number >= PAYLOAD_FRAMES_MAX) throw damaged('An object has too many frames.')
    const { sealedBytes } = parseFrameHeader(bytes.subarray(at))
    const end = at + FRAME_HEADER_BYTES + sealedBytes
    if (end > bytes.length) throw damaged('An object is cut short.')
    const frame = opener.openFrame(bytes.subarray(at, end), { number })
    if (frame.kind !== FrameKind.PAYLOAD) throw damaged('An object holds a frame of another kind.')
    parts.push(frame.plaintext)
    at = end
    if (frame.isFinal) break
  }
  if (at !== bytes.length) throw damaged('An object has bytes after its final frame.')
  return { payload: joined(parts), header: opener.header }
}

/** Most objects are one frame: a second copy of an index segment is worth avoiding. */
function joined(parts: readonly Uint8Array[]): Buffer {
  const [first] = parts
  return parts.length === 1 && first ? Buffer.from(first.buffer, first.byteOffset, first.length) : Buffer.concat(parts)
}

function damaged(sentence: string, cause?: unknown): BackupError {
  return new BackupError('DAMAGED', sentence, cause === undefined ? {} : { cause })
}
