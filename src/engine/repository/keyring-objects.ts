/**
 * The keyring (docs/format/v1.md section 4): recipients wrap a keyring key, which seals the bundle of root, masters and
 * id keys. Generations are immutable; every change publishes the next one. Here: how one is written, read and checked.
 */
import { createHash, randomBytes } from 'node:crypto'
import { BackupError, isBackupError } from '../../kernel/backup-error.ts'
import { appendAll } from '../../kernel/collect.ts'
import type { ObjectStore } from '../../storage/index.ts'
import {
  checked,
  hasShape,
  hkdf,
  isCount,
  isHex,
  isHexText,
  isList,
  isMaintenanceSigner,
  isText,
  maintenanceSigner,
  one,
  optional,
  orNull,
  parseBody,
  type Shape,
  type Signer,
  signDocument,
  splitDocument,
  type UnverifiedDocument,
  verifyDocument,
} from '../crypto/index.ts'
import { readCopies, readWhole } from './copies.ts'
import { allFeatures, type Features, parsedFeatures } from './features.ts'
import { requireReadable, type UnreadObject } from './forbidden.ts'
import type { Bundle, KeyringBody } from './open-keys.ts'
import { isScryptAllowed, type Recipient, seal, unseal } from './recipients.ts'

const COPIES = ['a', 'b'] as const
const RECIPIENTS_MAX = 64
const KEYRING_BYTES_MAX = 1024 * 1024
const FEATURES_SHOWN_MAX = 200
const FORM = /^keys\/[0-9a-f]{8}-[ab]-([0-9a-f]{64})$/

function bundleAad(repositoryId: string, generation: number): Buffer {
  const number = Buffer.alloc(4)
  number.writeUInt32LE(generation)
  return Buffer.concat([Buffer.from('neonpro/v1/bundle'), Buffer.from(repositoryId, 'hex'), number])
}

export interface KeyringDraft {
  readonly repositoryId: string
  readonly generation: number
  readonly previous: string | null
  readonly now: string
  readonly recipients: readonly Recipient[]
  readonly keyringKey: Uint8Array
  readonly bundle: Bundle
  /** Of the repository; undefined for one of the format's first version. */
  readonly features?: Features | undefined
}

/** Encodes, signs and stores a generation in two copies. Returns its name. */
export async function publishKeyring(store: ObjectStore, draft: KeyringDraft): Promise<string> {
  const salt = randomBytes(32)
  const key = hkdf(draft.keyringKey, salt, { info: 'neonpro/v1/bundle', bytes: 32 })
  const body: KeyringBody = {
    kind: 'keyring',
    repositoryId: draft.repositoryId,
    generation: draft.generation,
    previous: draft.previous,
    createdAt: draft.now,
    recipients: draft.recipients,
    salt: salt.toString('hex'),
    bundle: seal(key, bundleAad(draft.repositoryId, draft.generation), Buffer.from(JSON.stringify(draft.bundle))),
    ...(draft.features && { features: draft.features }),
  }
  const repositoryId = Buffer.from(draft.repositoryId, 'hex')
  const signer = maintenanceSigner(Buffer.from(draft.bundle.root, 'hex'), repositoryId)
  const bytes = signDocument(body, { purpose: 'keyring', repositoryId, signer })
  const name = createHash('sha256').update(bytes).digest('hex')
  const generation = draft.generation.toString(16).padStart(8, '0')
  for (const copy of COPIES) await store.put(`keys/${generation}-${copy}-${name}`, bytes)
  return name
}

/** A keyring that hashes to its name and has a keyring's shape. Anybody may have made it. */
export interface StoredKeyring {
  readonly name: string
  /** Keys of its whole copies. */
  readonly keys: readonly string[]
  readonly body: KeyringBody
  readonly document: UnverifiedDocument
}

/** What stands under the key of a keyring. */
export interface KeyringCopy extends UnreadObject {
  readonly name: string
  readonly generation: number
}

export interface StoredKeyrings {
  /** The highest generation first; of one generation the lowest name. */
  readonly candidates: readonly StoredKeyring[]
  /** Copies that don't hash to their name, or can't be read. */
  readonly damaged: readonly KeyringCopy[]
  /** Keys of objects that hash to their name and are no keyring. */
  readonly foreign: readonly string[]
  /** Beyond what is read of the folder. */
  readonly unread: readonly KeyringCopy[]
  /** Why the first that can't be read can't be. */
  readonly unreadable: BackupError | undefined
}

function generationOf(key: string): number {
  return Number.parseInt(key.slice('keys/'.length, 'keys/'.length + 8), 16)
}

function copyAt(key: string): KeyringCopy {
  return { key, name: key.slice(-64), generation: generationOf(key) }
}

/** Reads every distinct keyring once, as many as are read. Throws what the store throws. */
export async function readKeyrings(store: ObjectStore, signal?: AbortSignal): Promise<StoredKeyrings> {
  const { whole, damaged, unread, unreadable } = await readCopies(store, {
    prefix: 'keys/',
    form: FORM,
    bytesMax: KEYRING_BYTES_MAX,
    generationOf,
    ...(signal && { signal }),
  })
  const candidates: StoredKeyring[] = []
  const foreign: string[] = []
  for (const { name, keys, bytes } of whole) {
    const parsed = parseKeyring(bytes)
    const own = keys.filter((key) => generationOf(key) === parsed?.body.generation)
    appendAll(
      foreign,
      keys.filter((key) => !own.includes(key)),
    )
    if (parsed && own.length > 0) candidates.push({ name, keys: own, ...parsed })
  }
  return {
    candidates: candidates.sort((a, b) => b.body.generation - a.body.generation || (a.name < b.name ? -1 : 1)),
    damaged: damaged.map(({ key, error }) => ({ ...copyAt(key), error })),
    foreign,
    unread: unread.map(copyAt),
    unreadable,
  }
}

/**
 * What stands under one key, read by itself: a whole keyring, something that hashes to its name or is longer than any
 * keyring and so is none, or, as undefined, what is gone or may be what is left of one. Throws PERMISSION_DENIED.
 */
export async function readKeyringAt(store: ObjectStore, at: KeyringCopy): Promise<StoredKeyring | 'none' | undefined> {
  const bytes = await readWhole(store, at.key, { bytesMax: KEYRING_BYTES_MAX })
  if (bytes === undefined) return undefined
  if (bytes instanceof BackupError) {
    requireReadable([{ key: at.key, error: bytes }])
    return bytes.code === 'DAMAGED' ? 'none' : undefined
  }
  if (createHash('sha256').update(bytes).digest('hex') !== at.name) return undefined
  const parsed = parseKeyring(bytes)
  return parsed?.body.generation === at.generation ? { name: at.name, keys: [at.key], ...parsed } : 'none'
}

function parseKeyring(bytes: Uint8Array): { body: KeyringBody; document: UnverifiedDocument } | undefined {
  try {
    const document = splitDocument(bytes)
    return { document, body: checked<KeyringBody>(parseBody(document.body), KEYRING, 'keyring') }
  } catch (error) {
    if (isBackupError(error, 'DAMAGED')) return undefined
    throw error
  }
}

/** True when the repository's maintenance key, which all its keyrings share, has signed it. */
export function isSignedKeyring({ document, body }: StoredKeyring, maintenance: Signer): boolean {
  try {
    verifyDocument(document, {
      purpose: 'keyring',
      repositoryId: Buffer.from(body.repositoryId, 'hex'),
      signerOf: (id) => (isMaintenanceSigner(id) ? maintenance : undefined),
    })
    return true
  } catch (error) {
    if (isBackupError(error, 'DAMAGED')) return false
    throw error
  }
}

/**
 * The features that valid keyrings repeat, all together; undefined where none does. Throws FEATURE_UNSUPPORTED where
 * one says them in a way that only a later version knows.
 */
export function featuresIn(valid: readonly StoredKeyring[]): Features | undefined {
  const said = valid.flatMap(({ body }) => (body.features === undefined ? [] : [body.features]))
  if (said.length === 0) return undefined
  const parsed = said.map(parsedFeatures)
  const unknown = parsed.indexOf(undefined)
  if (unknown >= 0) {
    const feature = JSON.stringify(said[unknown]).slice(0, FEATURES_SHOWN_MAX)
    throw new BackupError('FEATURE_UNSUPPORTED', 'A keyring names features that are not known here.', {
      context: { feature },
    })
  }
  return allFeatures(...parsed.filter((each) => each !== undefined))
}

/** Opens the bundle of a keyring whose key was unwrapped. Throws DAMAGED, also when its own root did not sign it. */
export function openBundle(stored: StoredKeyring, keyringKey: Buffer): Bundle {
  const { body, document } = stored
  const key = hkdf(keyringKey, Buffer.from(body.salt, 'hex'), { info: 'neonpro/v1/bundle', bytes: 32 })
  const bundle = checked<Bundle>(
    parseBody(unseal(key, bundleAad(body.repositoryId, body.generation), body.bundle)),
    BUNDLE,
    'keyring',
  )
  const repositoryId = Buffer.from(body.repositoryId, 'hex')
  verifyDocument(document, {
    purpose: 'keyring',
    repositoryId,
    signerOf: (id) =>
      isMaintenanceSigner(id) ? maintenanceSigner(Buffer.from(bundle.root, 'hex'), repositoryId) : undefined,
  })
  return bundle
}

const SCRYPT: Shape = { n: isCount, r: isCount, p: isCount, salt: isHexText }
const KEYRING: Shape = {
  kind: one('keyring'),
  repositoryId: isHex(16),
  generation: isCount,
  previous: orNull(isHex(32)),
  createdAt: isText,
  salt: isHex(32),
  bundle: isHexText,
  recipients: (value) =>
    Array.isArray(value) &&
    value.length <= RECIPIENTS_MAX &&
    value.every(
      hasShape({
        id: isHex(8),
        label: isText,
        kind: isText,
        salt: isHex(32),
        commitment: isHex(32),
        wrapped: isHexText,
        scrypt: optional((cost) => hasShape(SCRYPT)(cost) && isScryptAllowed(cost as NonNullable<Recipient['scrypt']>)),
      }),
    ),
}
const BUNDLE: Shape = {
  root: isHex(32),
  chunker: isHex(64),
  masters: isList(hasShape({ tenant: isHex(16), epoch: isCount, key: optional(isHex(32)) })),
  idKeys: isList(hasShape({ version: isCount, key: optional(isHex(32)), tenant: optional(isHex(16)) })),
  writers: isList(hasShape({ id: isHex(16), publicKey: isHex(32) })),
}
