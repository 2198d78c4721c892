/**
 * The control plane's master as it is stored: wrapped for each holder exactly as a repository's keyring key is
 * (docs/format/v1.md section 4.1).
 */
import { randomBytes } from 'node:crypto'
import { type Kek, type Recipient, unwrapKey, wrapKey } from '../../engine/index.ts'
import { BackupError } from '../../kernel/backup-error.ts'

const MASTER_BYTES = 32
/** The recipient that opens with any key of the repository. */
const REPOSITORY_LABEL = 'repository'
const KEY_LABEL = 'key'

export interface Master {
  /** 32 hexadecimal digits; stands in the additional data of every wrap. */
  readonly id: string
  readonly key: Buffer
  readonly createdAt: string
}

export interface WrappedMaster {
  readonly id: string
  readonly createdAt: string
  readonly recipients: readonly Recipient[]
}

export interface MasterHolders {
  /** BACKUP_ENCRYPTION_KEY. */
  readonly kek: Kek
  /** `controlPlaneKek` of the repository's keys, once it is known. */
  readonly repositoryKek?: Kek
}

export function newMaster(now: string): Master {
  return { id: randomBytes(16).toString('hex'), key: randomBytes(MASTER_BYTES), createdAt: now }
}

export function wrapMaster(master: Master, holders: MasterHolders, now: string): WrappedMaster {
  const wrap = (kek: Kek, label: string) => wrapKey(kek, master.key, { repositoryId: master.id, label, now })
  const recipients = [
    wrap(holders.kek, KEY_LABEL),
    ...(holders.repositoryKek ? [wrap(holders.repositoryKek, REPOSITORY_LABEL)] : []),
  ]
  return { id: master.id, createdAt: master.createdAt, recipients }
}

/** True when every key of the repository opens it. */
export function isHeldByRepository(wrapped: WrappedMaster): boolean {
  return wrapped.recipients.some(({ label }) => label === REPOSITORY_LABEL)
}

/**
 * Tries the keys in their order. Throws KEY_WRONG when none fits, DAMAGED when one fits and the wrap does not
 * authenticate.
 */
export function unwrapMaster(
  wrapped: WrappedMaster,
  keks: readonly Kek[],
): { readonly master: Master; readonly openedBy: Kek } {
  for (const kek of keks) {
    for (const recipient of wrapped.recipients) {
      const key = unwrapKey(kek, recipient, wrapped.id)
      if (key?.length === MASTER_BYTES)
        return { master: { id: wrapped.id, key, createdAt: wrapped.createdAt }, openedBy: kek }
      if (key) throw damaged('A wrapped key has another length than a key has.')
    }
  }
  throw new BackupError('KEY_WRONG', "No given key opens the control plane's key.", {
    context: { object: 'control key' },
  })
}

export function encodeWrapped(wrapped: WrappedMaster): Buffer {
  return Buffer.from(JSON.stringify(wrapped))
}

/** From the database's bytes. Throws DAMAGED. */
export function decodeWrapped(bytes: Uint8Array): WrappedMaster {
  try {
    return parseWrapped(JSON.parse(Buffer.from(bytes).toString('utf8')))
  } catch (error) {
    throw error instanceof BackupError ? error : damaged('A control key is no JSON.')
  }
}

const isHex = (value: unknown, bytes: number): boolean =>
  typeof value === 'string' && value.length === bytes * 2 && /^[0-9a-f]*$/.test(value)

/** From a record's value or the database. Throws DAMAGED. */
export function parseWrapped(value: unknown): WrappedMaster {
  const { id, createdAt, recipients } = (value ?? {}) as Partial<WrappedMaster>
  const areWhole = Array.isArray(recipients) && recipients.every(isRecipient)
  if (!isHex(id, 16) || typeof createdAt !== 'string' || !areWhole)
    throw damaged('A control key lacks what it must have.')
  return { id: id!, createdAt, recipients }
}

function isRecipient(value: unknown): value is Recipient {
  const { id, label, kind, salt, commitment, wrapped } = (value ?? {}) as Partial<Recipient>
  return (
    isHex(id, 8) &&
    typeof label === 'string' &&
    (kind === 'raw' || kind === 'passphrase') &&
    isHex(salt, 32) &&
    isHex(commitment, 32) &&
    isHex(wrapped, 48)
  )
}

function damaged(sentence: string): BackupError {
  return new BackupError('DAMAGED', sentence, { context: { object: 'control key' } })
}
