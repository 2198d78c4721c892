/**
 * The keyring (docs/format/v1.md section 4): recipients wrap a keyring key, which seals the bundle of root, masters and id keys. Generations are
 * immutable; every change publishes the next one.
 */
import { createCipheriv, createDecipheriv, createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import { BackupError } from '../../kernel/backup-error.ts'
import type { ObjectStore } from '../../storage/index.ts'
import {
  hkdf, isMaintenanceSigner, type Kek, kekBytes, maintenanceSigner, type MasterLookup, type ObjectScope, parseBody, SCRYPT_COST, type ScryptParameters, signDocument, type Signer, splitDocument,
  verifyDocument, writerSigner,
} from '../crypto/index.ts'

export const NO_TENANT: Uint8Array = new Uint8Array(16)
const COPIES = ['a', 'b'] as const
const NONCE = Buffer.alloc(12)
const TAG_BYTES = 16
const SCRYPT_N_MIN = 2 ** 14
const SCRYPT_N_MAX = 2 ** 20
const SCRYPT_P_MAX = 16

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

export interface Bundle {
  readonly root: string
  readonly chunker: string
  readonly masters: ReadonlyArray<{ readonly tenant: string; readonly epoch: number; readonly key: string; readonly createdAt: string }>
  readonly idKeys: ReadonlyArray<{ readonly version: number; readonly key: string }>
  readonly writers: ReadonlyArray<{ readonly id: string; readonly publicKey: string }>
}

interface KeyringBody {
  readonly kind: 'keyring'
  readonly repositoryId: string
  readonly generation: number
  readonly previous: string | null
  readonly createdAt: string
  readonly recipients: readonly Recipient[]
  readonly salt: string
  readonly bundle: string
}

/** An opened keyring: everything that reading and writing need. */
export class OpenKeys {
  readonly repositoryId: Buffer
  readonly generation: number
  readonly name: string
  readonly recipients: readonly Recipient[]
  /** The recipient that opened it. */
  readonly openedBy: string
  readonly bundle: Bundle
  readonly maintenance: Signer
  readonly keyringKey: Buffer
  readonly #masters = new Map<string, Buffer>()
  readonly #writers = new Map<string, Signer>()

  constructor(body: KeyringBody, parts: { name: string; bundle: Bundle; openedBy: string; keyringKey: Buffer }) {
    this.repositoryId = Buffer.from(body.repositoryId, 'hex')
    this.generation = body.generation
    this.recipients = body.recipients
    this.name = parts.name
    this.bundle = parts.bundle
    this.openedBy = parts.openedBy
    this.keyringKey = parts.keyringKey
    this.maintenance = maintenanceSigner(Buffer.from(parts.bundle.root, 'hex'), this.repositoryId)
    for (const { tenant, epoch, key } of parts.bundle.masters) this.#masters.set(`${tenant}/${epoch}`, Buffer.from(key, 'hex'))
  }

  get chunkerSecret(): Buffer {
    return Buffer.from(this.bundle.chunker, 'hex')
  }

  /** The id key for new blobs. */
  get idKey(): { readonly version: number; readonly key: Buffer } {
    const newest = this.bundle.idKeys.reduce((best, each) => (each.version > best.version ? each : best))
    return { version: newest.version, key: Buffer.from(newest.key, 'hex') }
  }

  readonly masterOf: MasterLookup = (tenant, epoch) => this.#masters.get(`${Buffer.from(tenant).toString('hex')}/${epoch}`)

  /** What new objects are sealed under. */
  scope(tenant: Uint8Array = NO_TENANT): ObjectScope {
    const hex = Buffer.from(tenant).toString('hex')
    const epoch = Math.max(...this.bundle.masters.filter((master) => master.tenant === hex).map((master) => master.epoch))
    const master = this.masterOf(tenant, epoch)
    if (!master) throw new BackupError('KEY_WRONG', 'The keyring has no key for this tenant.')
    return { repositoryId: this.repositoryId, tenant, epoch, master }
  }

  writer(writerId: Uint8Array): Signer {
    const hex = Buffer.from(writerId).toString('hex')
    const known = this.#writers.get(hex) ?? writerSigner(Buffer.from(this.bundle.root, 'hex'), writerId)
    this.#writers.set(hex, known)
    return known
  }

  readonly signerOf = (id: Buffer): Signer => (isMaintenanceSigner(id) ? this.maintenance : this.writer(id))
}

function wrapAad(repositoryId: string, recipientId: string): Buffer {
  return Buffer.concat([Buffer.from('neonpro/v1/wrap'), Buffer.from(repositoryId, 'hex'), Buffer.from(recipientId, 'hex')])
}

function bundleAad(repositoryId: string, generation: number): Buffer {
  const number = Buffer.alloc(4)
  number.writeUInt32LE(generation)
  return Buffer.concat([Buffer.from('neonpro/v1/bundle'), Buffer.from(repositoryId, 'hex'), number])
}

function seal(key: Uint8Array, aad: Uint8Array, plain: Uint8Array): string {
  const cipher = createCipheriv('aes-256-gcm', key, NONCE).setAAD(aad)
  return Buffer.concat([cipher.update(plain), cipher.final(), cipher.getAuthTag()]).toString('hex')
}

function unseal(key: Uint8Array, aad: Uint8Array, sealed: string): Buffer {
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
export function wrapFor(kek: Kek, keyringKey: Uint8Array, options: { repositoryId: string; label: string; now: string }): Recipient {
  const id = randomBytes(8).toString('hex')
  const scrypt: ScryptParameters | undefined = kek.kind === 'passphrase' ? { ...SCRYPT_COST, salt: randomBytes(16) } : undefined
  const salt = randomBytes(32)
  const both = hkdf(kekBytes(kek, scrypt), salt, { info: 'neonpro/v1/wrap', bytes: 64 })
  return {
    id, label: options.label, kind: kek.kind, addedAt: options.now, ...(scrypt && { scrypt: { n: scrypt.n, r: scrypt.r, p: scrypt.p, salt: scrypt.salt.toString('hex') } }),
    salt: salt.toString('hex'), commitment: both.subarray(32).toString('hex'), wrapped: seal(both.subarray(0, 32), wrapAad(options.repositoryId, id), keyringKey),
  }
}

function unwrap(kek: Kek, recipient: Recipient, repositoryId: string): Buffer | undefined {
  if (recipient.kind !== kek.kind) return undefined
  const both = hkdf(kekBytes(kek, checkedScrypt(recipient)), Buffer.from(recipient.salt, 'hex'), { info: 'neonpro/v1/wrap', bytes: 64 })
  const commitment = Buffer.from(recipient.commitment, 'hex')
  if (commitment.length !== 32 || !timingSafeEqual(both.subarray(32), commitment)) return undefined
  return unseal(both.subarray(0, 32), wrapAad(repositoryId, recipient.id), recipient.wrapped)
}

function checkedScrypt(recipient: Recipient): ScryptParameters | undefined {
  if (!recipient.scrypt) return undefined
  const { n, r, p, salt } = recipient.scrypt
  const isAllowed = Number.isInteger(Math.log2(n)) && n >= SCRYPT_N_MIN && n <= SCRYPT_N_MAX && r === 8 && Number.isInteger(p) && p >= 1 && p <= SCRYPT_P_MAX
  if (!isAllowed) throw new BackupError('DAMAGED', 'A key object asks for scrypt parameters outside the allowed bounds.', { context: { object: 'keys/' } })
  return { n, r, p, salt: Buffer.from(salt, 'hex') }
}

/** A first bundle: all random. */
export function newBundle(now: string): Bundle {
  const hex = (bytes: number) => randomBytes(bytes).toString('hex')
  return {
    root: hex(32), chunker: hex(64), masters: [{ tenant: Buffer.from(NO_TENANT).toString('hex'), epoch: 1, key: hex(32), createdAt: now }], idKeys: [{ version: 1, key: hex(32) }], writers: [],
  }
}

/** The bundle with one more epoch for every tenant. */
export function withNewEpoch(bundle: Bundle, now: string): Bundle {
  const tenants = [...new Set(bundle.masters.map(({ tenant }) => tenant))]
  const next = tenants.map((tenant) => ({
    tenant, epoch: Math.max(...bundle.masters.filter((master) => master.tenant === tenant).map(({ epoch }) => epoch)) + 1, key: randomBytes(32).toString('hex'), createdAt: now,
  }))
  return { ...bundle, masters: [...bundle.masters, ...next] }
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
    kind: 'keyring', repositoryId: draft.repositoryId, generation: draft.generation, previous: draft.previous, createdAt: draft.now, recipients: draft.recipients, salt: salt.toString('hex'),
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

async function storedGenerations(store: ObjectStore, signal?: AbortSignal): Promise<StoredGeneration[]> {
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
 * Opens the newest keyring with the first of `keks` that fits. Throws KEY_WRONG when none does, DAMAGED when no copy is whole,
 * ROLLBACK_SUSPECTED when a generation above the newest has been seen.
 */
export async function openKeyring(store: ObjectStore, keks: readonly Kek[], options: { repositoryId: string; seenGeneration?: number; signal?: AbortSignal }): Promise<OpenKeys> {
  const generations = await storedGenerations(store, options.signal)
  const newest = generations[0]
  if (!newest) throw new BackupError('DAMAGED', 'The repository has no key objects.', { context: { object: 'keys/' } })
  if (options.seenGeneration !== undefined && newest.generation < options.seenGeneration) {
    throw new BackupError('ROLLBACK_SUSPECTED', 'The newest keyring is older than one that was seen before.', { context: { object: 'keys/', seen: options.seenGeneration, found: newest.generation } })
  }
  return openGeneration(await readCopies(store, newest), keks, { name: newest.name, repositoryId: options.repositoryId, generation: newest.generation })
}

async function readCopies(store: ObjectStore, stored: StoredGeneration): Promise<Uint8Array> {
  for (const key of stored.keys) {
    const bytes = await store.get(key)
    if (createHash('sha256').update(bytes).digest('hex') === stored.name) return bytes
  }
  throw new BackupError('DAMAGED', 'Both copies of the newest keyring are damaged.', { context: { object: stored.keys[0] ?? 'keys/' } })
}

function openGeneration(bytes: Uint8Array, keks: readonly Kek[], expect: { name: string; repositoryId: string; generation: number }): OpenKeys {
  const document = splitDocument(bytes)
  const body = parseBody(document.body) as unknown as KeyringBody
  if (body.kind !== 'keyring' || body.repositoryId !== expect.repositoryId || body.generation !== expect.generation || !Array.isArray(body.recipients)) {
    throw new BackupError('DAMAGED', 'A key object does not belong where it stands.', { context: { object: `keys/${expect.name}` } })
  }
  const opened = unwrapAny(keks, body)
  const key = hkdf(opened.keyringKey, Buffer.from(body.salt, 'hex'), { info: 'neonpro/v1/bundle', bytes: 32 })
  const bundle = parseBody(unseal(key, bundleAad(body.repositoryId, body.generation), body.bundle)) as unknown as Bundle
  const keys = new OpenKeys(body, { name: expect.name, bundle, ...opened })
  verifyDocument(document, { purpose: 'keyring', repositoryId: keys.repositoryId, signerOf: (id) => (isMaintenanceSigner(id) ? keys.maintenance : undefined) })
  return keys
}

function unwrapAny(keks: readonly Kek[], body: KeyringBody): { keyringKey: Buffer; openedBy: string } {
  for (const kek of keks) {
    for (const recipient of body.recipients) {
      const keyringKey = unwrap(kek, recipient, body.repositoryId)
      if (keyringKey) return { keyringKey, openedBy: recipient.id }
    }
  }
  throw new BackupError('KEY_WRONG', 'This key does not open this repository.', { context: { repository: body.repositoryId } })
}

/** What changes a keyring. */
export interface KeyringChange {
  readonly add?: { readonly kek: Kek; readonly label: string }
  /** Id of the recipient that goes. */
  readonly remove?: string
  readonly newEpoch?: boolean
}

/** Publishes the next generation. Removing a recipient draws a new keyring key and a new epoch, so every kept recipient must be given in `keks`. Throws USAGE. */
export async function changeKeyring(store: ObjectStore, keys: OpenKeys, change: KeyringChange & { keks: readonly Kek[]; now: string }): Promise<string> {
  const repositoryId = keys.repositoryId.toString('hex')
  const kept = keys.recipients.filter(({ id }) => id !== change.remove)
  if (change.remove !== undefined && kept.length === keys.recipients.length) throw new BackupError('USAGE', 'There is no such recipient.', { context: { recipient: change.remove } })
  const keyringKey = change.remove === undefined ? keys.keyringKey : randomBytes(32)
  const recipients = change.remove === undefined ? [...kept] : kept.map((recipient) => rewrap(recipient, keyringKey, { keks: change.keks, repositoryId, now: change.now }))
  if (change.add) recipients.push(wrapFor(change.add.kek, keyringKey, { repositoryId, label: change.add.label, now: change.now }))
  if (recipients.length === 0) throw new BackupError('USAGE', 'The last recipient can not be removed.', { context: { recipient: change.remove ?? '' } })
  const bundle = change.newEpoch || change.remove !== undefined ? withNewEpoch(keys.bundle, change.now) : keys.bundle
  return publishKeyring(store, { repositoryId, generation: keys.generation + 1, previous: keys.name, now: change.now, recipients, keyringKey, bundle })
}

function rewrap(recipient: Recipient, keyringKey: Uint8Array, options: { keks: readonly Kek[]; repositoryId: string; now: string }): Recipient {
  const kek = options.keks.find((each) => unwrap(each, recipient, options.repositoryId) !== undefined)
  if (!kek) throw new BackupError('USAGE', `The key of the recipient "${recipient.label}" is needed to keep it.`, { context: { recipient: recipient.id } })
  return { ...wrapFor(kek, keyringKey, { repositoryId: options.repositoryId, label: recipient.label, now: options.now }), addedAt: recipient.addedAt }
}
