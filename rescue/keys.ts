/** Key forms, the keyring and the derived keys: docs/format/v1.md sections 3 to 5. */
import {
  createDecipheriv,
  createPrivateKey,
  createPublicKey,
  hkdfSync,
  scryptSync,
  timingSafeEqual,
  verify,
} from 'node:crypto'
import fs from 'node:fs'
import { Cursor, RescueError } from './bytes.ts'
import { looksLikePaperKey, paperKeyBytes } from './paper-key.ts'
import { words } from './words.ts'

export type Given =
  | { readonly kind: 'raw'; readonly bytes: Buffer }
  | { readonly kind: 'passphrase'; readonly text: string }

export function parseKey(text: string, fromFile = false): Given {
  const value = text.trim()
  if (value.startsWith('file:') && !fromFile) return parseKey(fs.readFileSync(value.slice(5), 'utf8'), true)
  if (value.startsWith('passphrase:')) return { kind: 'passphrase', text: value.slice(11) }
  const hex = /^(?:hex:)?([0-9a-fA-F]{64})$/.exec(value)
  if (hex) return { kind: 'raw', bytes: Buffer.from(hex[1] as string, 'hex') }
  const base64 = /^(?:base64:([A-Za-z0-9+/_-]+=*)|([A-Za-z0-9+/_-]{43}=|[A-Za-z0-9_-]{43}))$/.exec(value)
  if (base64) {
    const bytes = Buffer.from((base64[1] ?? base64[2]) as string, 'base64')
    if (bytes.length === 32) return { kind: 'raw', bytes }
  }
  if (value.startsWith('paper:') || looksLikePaperKey(value))
    return { kind: 'raw', bytes: paperKeyBytes(value.replace(/^paper:/, '')) }
  if (/^[\x20-\x7e]{32}$/.test(value) && !/^[0-9a-fA-F]{32}$/.test(value)) return { kind: 'passphrase', text: value }
  throw new RescueError(
    words(
      'the key has no known form (base64:, hex:, paper:, passphrase:, file:)',
      'a chave não tem uma forma conhecida (base64:, hex:, paper:, passphrase:, file:)',
    ),
    2,
  )
}

export function derive(ikm: Uint8Array, salt: Uint8Array, options: { info: string; bytes: number }): Buffer {
  return Buffer.from(hkdfSync('sha256', ikm, salt, options.info, options.bytes))
}

function unseal(key: Uint8Array, aad: Buffer, sealedHex: string): Buffer {
  const sealed = Buffer.from(sealedHex, 'hex')
  const decipher = createDecipheriv('aes-256-gcm', key, Buffer.alloc(12), { authTagLength: 16 }).setAAD(aad)
  decipher.setAuthTag(sealed.subarray(sealed.length - 16))
  return Buffer.concat([decipher.update(sealed.subarray(0, sealed.length - 16)), decipher.final()])
}

export interface SignedParts {
  readonly body: Buffer
  readonly signer: Buffer
  readonly signature: Buffer
}

export function splitSigned(bytes: Uint8Array): SignedParts {
  const cursor = new Cursor(bytes)
  const body = cursor.take(cursor.u32())
  const parts = { body, signer: cursor.take(16), signature: cursor.take(64) }
  if (cursor.left !== 0) throw new RescueError('a signed document has bytes after its end')
  return parts
}

export interface Recipient {
  readonly id: string
  readonly kind: string
  readonly scrypt?: { readonly n: number; readonly r: number; readonly p: number; readonly salt: string }
  readonly salt: string
  readonly commitment: string
  readonly wrapped: string
}

function checkScrypt(scrypt: Recipient['scrypt']): NonNullable<Recipient['scrypt']> {
  const { n, r, p, salt } = scrypt ?? { n: 0, r: 0, p: 0, salt: '' }
  if (n < 2 ** 14 || n > 2 ** 20 || !Number.isInteger(Math.log2(n)) || r !== 8 || p < 1 || p > 16 || n * p > 2 ** 22)
    throw new RescueError('the key object asks for forbidden scrypt parameters')
  return { n, r, p, salt }
}

/** Cost times parallelism. */
export function workOf({ scrypt }: Recipient): number {
  return scrypt ? scrypt.n * scrypt.p : 0
}

function kekOf(given: Given, recipient: Recipient): Buffer {
  if (given.kind === 'raw') return given.bytes
  const { n, r, p, salt } = checkScrypt(recipient.scrypt)
  return scryptSync(Buffer.from(given.text.normalize('NFC'), 'utf8'), Buffer.from(salt, 'hex'), 32, {
    N: n,
    r,
    p,
    maxmem: 1200 * 1024 * 1024,
  })
}

export class Keys {
  readonly repositoryId: Buffer
  /** By version. */
  readonly idKeys: ReadonlyMap<number, Buffer>
  readonly #root: Buffer
  readonly #masters = new Map<string, Buffer[]>()

  constructor(
    repositoryId: Buffer,
    bundle: {
      root: string
      masters: Array<{ tenant: string; epoch: number; key?: string }>
      idKeys: Array<{ version: number; key?: string }>
    },
  ) {
    this.repositoryId = repositoryId
    this.#root = Buffer.from(bundle.root, 'hex')
    // Section 4.1: a key that is kept elsewhere opens nothing here.
    for (const { tenant, epoch, key } of bundle.masters)
      if (key !== undefined)
        this.#masters.set(`${tenant} ${epoch}`, [
          ...(this.#masters.get(`${tenant} ${epoch}`) ?? []),
          Buffer.from(key, 'hex'),
        ])
    this.idKeys = new Map(
      bundle.idKeys.flatMap(({ version, key }) => (key === undefined ? [] : [[version, Buffer.from(key, 'hex')]])),
    )
  }

  /** Masters of another keyring of the same generation: section 4.1. */
  add(rival: Keys): void {
    if (rival.#root.equals(this.#root))
      for (const [name, keys] of rival.#masters) this.#masters.set(name, [...(this.#masters.get(name) ?? []), ...keys])
  }

  /** One or more: the commitment of an object tells which. */
  masters(tenant: Buffer, epoch: number): readonly Buffer[] {
    const keys = this.#masters.get(`${tenant.toString('hex')} ${epoch}`)
    if (!keys) throw new RescueError(`there is no key for epoch ${epoch}`)
    return keys
  }

  /** Sections 4.2 and 5. */
  check(parts: SignedParts, purpose: string): Record<string, unknown> {
    const isMaintenance = parts.signer.every((byte) => byte === 0xff)
    const seed = isMaintenance
      ? derive(this.#root, this.repositoryId, { info: 'neonpro/v1/maintenance', bytes: 32 })
      : derive(this.#root, parts.signer, { info: 'neonpro/v1/writer', bytes: 32 })
    const privateKey = createPrivateKey({
      key: Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), seed]),
      format: 'der',
      type: 'pkcs8',
    })
    const signed = Buffer.concat([
      Buffer.from(`neonpro/v1/signed/${purpose}\0`),
      this.repositoryId,
      parts.signer,
      parts.body,
    ])
    if (!verify(null, signed, createPublicKey(privateKey), parts.signature))
      throw new RescueError('a signature does not verify')
    return JSON.parse(parts.body.toString('utf8')) as Record<string, unknown>
  }
}

export interface Keyring {
  readonly parts: SignedParts
  readonly body: {
    readonly repositoryId: string
    readonly generation: number
    readonly recipients: readonly Recipient[]
    readonly salt: string
    readonly bundle: string
    readonly features?: unknown
  }
}

/** Section 4.1: what is refused before any work is done for it. */
export function parseKeyring(bytes: Uint8Array): Keyring {
  const parts = splitSigned(bytes)
  const body = JSON.parse(parts.body.toString('utf8')) as Keyring['body']
  if (
    typeof body.repositoryId !== 'string' ||
    !Number.isSafeInteger(body.generation) ||
    !Array.isArray(body.recipients)
  )
    throw new RescueError('a key object has no valid content')
  if (body.recipients.length > 64) throw new RescueError('the key object has too many recipients')
  for (const { kind, scrypt } of body.recipients) if (kind === 'passphrase' || scrypt) checkScrypt(scrypt)
  return { parts, body }
}

/** Undefined when the key is not this recipient's. */
export function openWith({ parts, body }: Keyring, recipient: Recipient, given: Given): Keys | undefined {
  const id = Buffer.from(body.repositoryId, 'hex')
  const both = derive(kekOf(given, recipient), Buffer.from(recipient.salt, 'hex'), {
    info: 'neonpro/v1/wrap',
    bytes: 64,
  })
  if (!timingSafeEqual(both.subarray(32), Buffer.from(recipient.commitment, 'hex'))) return undefined
  const keyringKey = unseal(
    both.subarray(0, 32),
    Buffer.concat([Buffer.from('neonpro/v1/wrap'), id, Buffer.from(recipient.id, 'hex')]),
    recipient.wrapped,
  )
  const generation = Buffer.alloc(4)
  generation.writeUInt32LE(body.generation)
  const bundleKey = derive(keyringKey, Buffer.from(body.salt, 'hex'), { info: 'neonpro/v1/bundle', bytes: 32 })
  const bundle = unseal(bundleKey, Buffer.concat([Buffer.from('neonpro/v1/bundle'), id, generation]), body.bundle)
  const keys = new Keys(id, JSON.parse(bundle.toString('utf8')) as ConstructorParameters<typeof Keys>[1])
  if (parts.signer.some((byte) => byte !== 0xff)) throw new RescueError('a key object is signed by somebody else')
  keys.check(parts, 'keyring')
  return keys
}

/** Opens a keyring object with the key. */
export function openKeyring(bytes: Uint8Array, given: Given, repositoryId: string): Keys {
  const keyring = parseKeyring(bytes)
  if (keyring.body.repositoryId !== repositoryId)
    throw new RescueError('the key object belongs to another repository', 12)
  for (const recipient of keyring.body.recipients.filter(({ kind }) => kind === given.kind)) {
    const keys = openWith(keyring, recipient, given)
    if (keys) return keys
  }
  throw wrongKey()
}

export function wrongKey(): RescueError {
  return new RescueError(words('this key does not open this repository', 'esta chave não abre este repositório'), 12)
}
