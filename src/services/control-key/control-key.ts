/**
 * The open key of a control plane: what it seals is readable by this system only. Nothing of it is ever printed: the
 * fields are private, and no error of this room holds any of them.
 */
import { createHash } from 'node:crypto'
import { hkdf, type ObjectScope, openPayload, sealPayload } from '../../engine/index.ts'
import { BackupError, isBackupError } from '../../kernel/backup-error.ts'
import type { SecretSeal } from '../parts.ts'
import type { Master } from './wrapped-master.ts'

/** Not a type of any object in a repository: one can't be passed off as the other. */
const SEALED_SECRET = 64
const EPOCH = 1

/** Of what is secret in a configuration's source. */
export function sourcePurpose(configId: string): string {
  return `config.source:${configId}`
}

/** Of what is secret in the target of a recovery request. */
export function targetPurpose(requestId: string): string {
  return `recovery.target:${requestId}`
}

/** A secret opens under the purpose that it was sealed for only. */
export class ControlKey implements SecretSeal {
  #master: Master
  readonly #tenant: Buffer
  /** HMAC key for the pseudonyms of the audit log: 32 bytes. */
  readonly #auditKey: Buffer

  constructor(master: Master, tenantId: string) {
    this.#master = master
    this.#tenant = Buffer.from(tenantId.replaceAll('-', ''), 'hex')
    this.#auditKey = auditKeyOf(master)
  }

  /** Goes on with another master, for everybody who was given this key: a rebuild brought it back. */
  adopt(master: Master): void {
    this.#master = master
    this.#auditKey.set(auditKeyOf(master))
  }

  get auditKey(): Buffer {
    return this.#auditKey
  }

  /** Seals under a key of its own; tenant and purpose stand in the additional data. `text` is not empty. */
  seal(text: string, purpose: string): Buffer {
    return sealPayload(SEALED_SECRET, this.#scope(purpose), Buffer.from(text, 'utf8'))
  }

  /** Throws DAMAGED for anything that this key did not seal for this tenant and purpose. */
  open(sealed: Uint8Array, purpose: string): string {
    const { repositoryId, tenant, master } = this.#scope(purpose)
    const masterOf = (of: Uint8Array, epoch: number) =>
      epoch === EPOCH && Buffer.compare(of, tenant) === 0 ? master : undefined
    try {
      return openPayload(sealed, { type: SEALED_SECRET, repositoryId, masterOf }).payload.toString('utf8')
    } catch (error) {
      // A flipped byte may look like a newer version or a feature of its own.
      if (isBackupError(error))
        throw new BackupError('DAMAGED', 'A sealed secret does not open.', {
          context: { object: purpose },
          cause: error,
        })
      throw error
    }
  }

  #scope(purpose: string): ObjectScope {
    const place = createHash('sha256').update('neonpro/v1/control/purpose\0').update(purpose).digest().subarray(0, 16)
    return {
      repositoryId: place,
      tenant: this.#tenant,
      epoch: EPOCH,
      master: hkdf(this.#master.key, Buffer.from(this.#master.id, 'hex'), {
        info: 'neonpro/v1/control/seal',
        bytes: 32,
      }),
    }
  }
}

function auditKeyOf({ id, key }: Master): Buffer {
  return hkdf(key, Buffer.from(id, 'hex'), { info: 'neonpro/v1/control/audit', bytes: 32 })
}
