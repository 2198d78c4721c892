/**
 * The keyring (docs/format/v1.md section 4): recipients wrap a keyring key, which seals the bundle of root, masters and
 * id keys. Generations are immutable; every change publishes the next one.
 */
import { createHash, randomBytes } from 'node:crypto'
import { BackupError, isBackupError } from '../../kernel/backup-error.ts'
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
  type Kek,
  keyFingerprint,
  maintenanceSigner,
  one,
  optional,
  orNull,
  parseBody,
  type Shape,
  signDocument,
  splitDocument,
  verifyDocument,
} from '../crypto/index.ts'
import { type Bundle, type KeyringBody, type KeyringParts, OpenKeys } from './open-keys.ts'
import { type Recipient, seal, unseal, unwrap } from './recipients.ts'

const COPIES = ['a', 'b'] as const
const RECIPIENTS_MAX = 64

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
  }
  const repositoryId = Buffer.from(draft.repositoryId, 'hex')
  const signer = maintenanceSigner(Buffer.from(draft.bundle.root, 'hex'), repositoryId)
  const bytes = signDocument(body, { purpose: 'keyring', repositoryId, signer })
  const name = createHash('sha256').update(bytes).digest('hex')
  const generation = draft.generation.toString(16).padStart(8, '0')
  for (const copy of COPIES) await store.put(`keys/${generation}-${copy}-${name}`, bytes)
  return name
}

interface StoredGeneration {
  readonly generation: number
  readonly name: string
  readonly keys: string[]
}

/** Every keyring that is there by its name, the highest generation first; of one generation the lowest name. */
export async function storedGenerations(store: ObjectStore, signal?: AbortSignal): Promise<StoredGeneration[]> {
  const found = new Map<string, StoredGeneration>()
  for await (const { key } of store.list('keys/', signal ? { signal } : {})) {
    const match = /^keys\/([0-9a-f]{8})-[ab]-([0-9a-f]{64})$/.exec(key)
    if (!match) continue
    const entry = found.get(match[2]!) ?? { generation: Number.parseInt(match[1]!, 16), name: match[2]!, keys: [] }
    entry.keys.push(key)
    found.set(entry.name, entry)
  }
  return [...found.values()].sort((a, b) => b.generation - a.generation || (a.name < b.name ? -1 : 1))
}

/**
 * Opens the newest keyring with the first of `keks` that fits. Throws KEY_WRONG when none does, DAMAGED when no copy is
 * whole, ROLLBACK_SUSPECTED when a generation above the newest has been seen.
 */
export async function openKeyring(
  store: ObjectStore,
  keks: readonly Kek[],
  options: { repositoryId: string; seenGeneration?: number; signal?: AbortSignal },
): Promise<OpenKeys> {
  const generations = await storedGenerations(store, options.signal)
  const newest = generations[0]
  if (!newest) throw new BackupError('DAMAGED', 'The repository has no key objects.', { context: { object: 'keys/' } })
  if (options.seenGeneration !== undefined && newest.generation < options.seenGeneration) {
    throw new BackupError('ROLLBACK_SUSPECTED', 'The newest keyring is older than one that was seen before.', {
      context: { object: 'keys/', seen: options.seenGeneration, found: newest.generation },
    })
  }
  const { repositoryId } = options
  const { body, parts } = openGeneration(await readCopies(store, newest), keks, { ...newest, repositoryId })
  return new OpenKeys(body, {
    ...parts,
    bundle: {
      ...parts.bundle,
      masters: [
        ...parts.bundle.masters,
        ...(await rivalMasters(store, generations, { keks, repositoryId, bundle: parts.bundle })),
      ],
    },
  })
}

/**
 * Masters that only another keyring of the same generation as some keyring has: it was published at the same time, and
 * objects may have been sealed under it before anybody saw that there are two.
 */
async function rivalMasters(
  store: ObjectStore,
  generations: readonly StoredGeneration[],
  known: { readonly keks: readonly Kek[]; readonly repositoryId: string; readonly bundle: Bundle },
): Promise<Bundle['masters'][number][]> {
  const rivals = [...Map.groupBy(generations, ({ generation }) => generation).values()]
    .filter((each) => each.length > 1)
    .flat()
  const masters = new Map<string, Bundle['masters'][number]>()
  for (const rival of rivals) {
    try {
      const { bundle } = openGeneration(await readCopies(store, rival), known.keks, {
        ...rival,
        repositoryId: known.repositoryId,
      }).parts
      if (bundle.root === known.bundle.root) for (const master of bundle.masters) masters.set(master.key, master)
    } catch (error) {
      // One that this key does not open holds nothing for it.
      if (!isBackupError(error, 'KEY_WRONG') && !isBackupError(error, 'DAMAGED')) throw error
    }
  }
  for (const { key } of known.bundle.masters) masters.delete(key)
  return [...masters.values()]
}

async function readCopies(store: ObjectStore, stored: StoredGeneration): Promise<Uint8Array> {
  for (const key of stored.keys) {
    const bytes = await store.get(key)
    if (createHash('sha256').update(bytes).digest('hex') === stored.name) return bytes
  }
  throw new BackupError('DAMAGED', 'Both copies of the newest keyring are damaged.', {
    context: { object: stored.keys[0] ?? 'keys/' },
  })
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
        scrypt: optional(hasShape(SCRYPT)),
      }),
    ),
}
const BUNDLE: Shape = {
  root: isHex(32),
  chunker: isHex(64),
  masters: isList(hasShape({ tenant: isHex(16), epoch: isCount, key: isHex(32) })),
  idKeys: isList(hasShape({ version: isCount, key: isHex(32) })),
  writers: isList(hasShape({ id: isHex(16), publicKey: isHex(32) })),
}

function openGeneration(
  bytes: Uint8Array,
  keks: readonly Kek[],
  expect: { name: string; repositoryId: string; generation: number },
): { body: KeyringBody; parts: KeyringParts } {
  const document = splitDocument(bytes)
  const body = checked<KeyringBody>(parseBody(document.body), KEYRING, 'keyring')
  if (body.repositoryId !== expect.repositoryId || body.generation !== expect.generation) {
    throw new BackupError('DAMAGED', 'A key object does not belong where it stands.', {
      context: { object: `keys/${expect.name}` },
    })
  }
  const opened = unwrapAny(keks, body)
  const key = hkdf(opened.keyringKey, Buffer.from(body.salt, 'hex'), { info: 'neonpro/v1/bundle', bytes: 32 })
  const bundle = checked<Bundle>(
    parseBody(unseal(key, bundleAad(body.repositoryId, body.generation), body.bundle)),
    BUNDLE,
    'keyring',
  )
  const parts = { name: expect.name, bundle, ...opened }
  const keys = new OpenKeys(body, parts)
  verifyDocument(document, {
    purpose: 'keyring',
    repositoryId: keys.repositoryId,
    signerOf: (id) => (isMaintenanceSigner(id) ? keys.maintenance : undefined),
  })
  return { body, parts }
}

function unwrapAny(keks: readonly Kek[], body: KeyringBody): { keyringKey: Buffer; openedBy: string } {
  for (const kek of keks) {
    for (const recipient of body.recipients) {
      const keyringKey = unwrap(kek, recipient, body.repositoryId)
      if (keyringKey) return { keyringKey, openedBy: recipient.id }
    }
  }
  const [first] = keks
  // A passphrase's fingerprint would help those who guess it.
  const fingerprint = first?.kind === 'raw' ? keyFingerprint(first) : undefined
  throw new BackupError('KEY_WRONG', 'This key does not open this repository.', {
    context: { repository: body.repositoryId, fingerprint },
  })
}

/** The recipient whose wrap the key opens, if there is one. */
export function recipientOpenedBy(keys: OpenKeys, kek: Kek): Recipient | undefined {
  return keys.recipients.find((recipient) => unwrap(kek, recipient, keys.repositoryId.toString('hex')) !== undefined)
}
