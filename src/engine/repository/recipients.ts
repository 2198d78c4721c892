/**
 * Who opens a repository (docs/format/v1.md section 4.1): each recipient's key wraps the keyring key.
 */
import { createCipheriv, createDecipheriv, randomBytes, timingSafeEqual } from 'node:crypto'
import { BackupError } from '../../kernel/backup-error.ts'
import { hkdf, type Kek, kekBytes, SCRYPT_COST, type ScryptParameters } from '../crypto/index.ts'

const NONCE = Buffer.alloc(12)
const TAG_BYTES = 16
const SCRYPT_N_MIN = 2 ** 14
const SCRYPT_N_MAX = 2 ** 20
const SCRYPT_P_MAX = 16
/** Cost and parallelism together: what a stranger's key object can make a reader work. */
const SCRYPT_WORK_MAX = 2 ** 22

export interface Recipient {
  readonly id: string
  readonly label: string
  readonly kind: 'raw' | 'passphrase'
  readonly addedAt: string
  readonly scrypt?: { readonly n: number; readonly r: number; readonly p: number; readonly salt: string }
  readonly salt: string
  readonly commitment: string
  readonly wrapped: string
}

function wrapAad(repositoryId: string, recipientId: string): Buffer {
  return Buffer.concat([
    Buffer.from('neonpro/v1/wrap'),
    Buffer.from(repositoryId, 'hex'),
    Buffer.from(recipientId, 'hex'),
  ])
}

/** Under a key that is drawn or derived afresh for every use: the nonce is zero. */
export function seal(key: Uint8Array, aad: Uint8Array, plain: Uint8Array): string {
  const cipher = createCipheriv('aes-256-gcm', key, NONCE).setAAD(aad)
  return Buffer.concat([cipher.update(plain), cipher.final(), cipher.getAuthTag()]).toString('hex')
}

/** Throws DAMAGED. */
export function unseal(key: Uint8Array, aad: Uint8Array, sealed: string): Buffer {
  const bytes = Buffer.from(sealed, 'hex')
  if (bytes.length < TAG_BYTES) throw new BackupError('DAMAGED', 'A sealed key is too short.')
  const decipher = createDecipheriv('aes-256-gcm', key, NONCE, { authTagLength: TAG_BYTES }).setAAD(aad)
  decipher.setAuthTag(bytes.subarray(-TAG_BYTES))
  try {
    return Buffer.concat([decipher.update(bytes.subarray(0, -TAG_BYTES)), decipher.final()])
  } catch (error) {
    throw new BackupError('DAMAGED', 'A sealed key does not authenticate.', { cause: error })
  }
}

/** Wraps the keyring key for one more holder. */
export function wrapFor(
  kek: Kek,
  keyringKey: Uint8Array,
  options: { repositoryId: string; label: string; now: string; id?: string },
): Recipient {
  const id = options.id ?? randomBytes(8).toString('hex')
  const scrypt: ScryptParameters | undefined =
    kek.kind === 'passphrase' ? { ...SCRYPT_COST, salt: randomBytes(16) } : undefined
  const salt = randomBytes(32)
  const both = hkdf(kekBytes(kek, scrypt), salt, { info: 'neonpro/v1/wrap', bytes: 64 })
  return {
    id,
    label: options.label,
    kind: kek.kind,
    addedAt: options.now,
    ...(scrypt && { scrypt: { n: scrypt.n, r: scrypt.r, p: scrypt.p, salt: scrypt.salt.toString('hex') } }),
    salt: salt.toString('hex'),
    commitment: both.subarray(32).toString('hex'),
    wrapped: seal(both.subarray(0, 32), wrapAad(options.repositoryId, id), keyringKey),
  }
}

/** What `wrapFor` wrapped; undefined when this key is not the recipient's. Throws DAMAGED. */
export function unwrap(kek: Kek, recipient: Recipient, repositoryId: string): Buffer | undefined {
  return new Unwrapper().unwrap(kek, recipient, repositoryId)
}

/** Unwraps for several recipients and keyrings: of the same passphrase, cost and salt the work is done once. */
export class Unwrapper {
  /** Scrypt work so far, as `scryptWork` counts it. */
  workDone = 0
  readonly #derived = new Map<string, Buffer>()

  /** Undefined when this key is not the recipient's. Throws DAMAGED. */
  unwrap(kek: Kek, recipient: Recipient, repositoryId: string): Buffer | undefined {
    if (recipient.kind !== kek.kind) return undefined
    const both = hkdf(this.#bytesOf(kek, recipient), Buffer.from(recipient.salt, 'hex'), {
      info: 'neonpro/v1/wrap',
      bytes: 64,
    })
    const commitment = Buffer.from(recipient.commitment, 'hex')
    if (commitment.length !== 32 || !timingSafeEqual(both.subarray(32), commitment)) return undefined
    return unseal(both.subarray(0, 32), wrapAad(repositoryId, recipient.id), recipient.wrapped)
  }

  #bytesOf(kek: Kek, recipient: Recipient): Uint8Array {
    if (kek.kind === 'raw') return kekBytes(kek, undefined)
    const scrypt = checkedScrypt(recipient)
    const id = JSON.stringify([kek.text, recipient.scrypt])
    const known = this.#derived.get(id)
    if (known) return known
    this.workDone += scryptWork(recipient)
    const bytes = Buffer.from(kekBytes(kek, scrypt))
    this.#derived.set(id, bytes)
    return bytes
  }
}

/** Cost times parallelism; 0 for a raw key. */
export function scryptWork({ scrypt }: Recipient): number {
  return scrypt ? scrypt.n * scrypt.p : 0
}

/** Whether parameters are inside the bounds of the format: they are read before anything is authenticated. */
export function isScryptAllowed({ n, r, p }: NonNullable<Recipient['scrypt']>): boolean {
  return (
    Number.isInteger(Math.log2(n)) &&
    n >= SCRYPT_N_MIN &&
    n <= SCRYPT_N_MAX &&
    r === 8 &&
    Number.isInteger(p) &&
    p >= 1 &&
    p <= SCRYPT_P_MAX &&
    n * p <= SCRYPT_WORK_MAX
  )
}

function checkedScrypt({ scrypt }: Recipient): ScryptParameters | undefined {
  if (!scrypt) return undefined
  if (!isScryptAllowed(scrypt))
    throw new BackupError('DAMAGED', 'A key object asks for scrypt parameters outside the allowed bounds.', {
      context: { object: 'keys/' },
    })
  return { n: scrypt.n, r: scrypt.r, p: scrypt.p, salt: Buffer.from(scrypt.salt, 'hex') }
}

/** The recipient whose wrap the key opens, if there is one. */
export function recipientOpenedBy(
  { recipients, repositoryId }: { readonly recipients: readonly Recipient[]; readonly repositoryId: Buffer },
  kek: Kek,
): Recipient | undefined {
  const unwrapper = new Unwrapper()
  return recipients.find((recipient) => unwrapper.unwrap(kek, recipient, repositoryId.toString('hex')) !== undefined)
}
