/**
 * The keyring (docs/format/v1.md section 4): recipients wrap a keyring key, which seals the bundle of root, masters and
 * id keys. Generations are immutable; every change publishes the next one.
 */
import { createCipheriv, createDecipheriv, createHash, randomBytes, timingSafeEqual } from 'node:crypto'
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
  kekBytes,
  kekFingerprint,
  type MasterLookup,
  maintenanceSigner,
  masterLookup,
  type ObjectScope,
  one,
  optional,
  orNull,
  parseBody,
  requireStrength,
  SCRYPT_COST,
  type ScryptParameters,
  type Shape,
  type Signer,
  signDocument,
  splitDocument,
  verifyDocument,
  writerSigner,
} from '../crypto/index.ts'

export const NO_TENANT: Uint8Array = new Uint8Array(16)
const COPIES = ['a', 'b'] as const
const NONCE = Buffer.alloc(12)
const TAG_BYTES = 16
const SCRYPT_N_MIN = 2 ** 14
const SCRYPT_N_MAX = 2 ** 20
const SCRYPT_P_MAX = 16
/** Cost and parallelism together: what a stranger's key object can make a reader work. */
const SCRYPT_WORK_MAX = 2 ** 22
const RECIPIENTS_MAX = 64

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
  readonly masters: ReadonlyArray<{
    readonly tenant: string
    readonly epoch: number
    readonly key: string
    readonly createdAt: string
  }>
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

interface KeyringParts {
  readonly name: string
  readonly bundle: Bundle
  readonly openedBy: string
  readonly keyringKey: Buffer
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
  readonly masterOf: MasterLookup
  readonly #writers = new Map<string, Signer>()

  constructor(body: KeyringBody, parts: KeyringParts) {
    this.repositoryId = Buffer.from(body.repositoryId, 'hex')
    this.generation = body.generation
    this.recipients = body.recipients
    this.name = parts.name
    this.bundle = parts.bundle
    this.openedBy = parts.openedBy
    this.keyringKey = parts.keyringKey
    this.maintenance = maintenanceSigner(Buffer.from(parts.bundle.root, 'hex'), this.repositoryId)
    this.masterOf = masterLookup(parts.bundle.masters)
  }

  get chunkerSecret(): Buffer {
    return Buffer.from(this.bundle.chunker, 'hex')
  }

  /** Wraps the key of a control plane, so that every recipient of the repository can rebuild it. */
  get controlPlaneKek(): Kek {
    return {
      kind: 'raw',
      key: hkdf(Buffer.from(this.bundle.root, 'hex'), this.repositoryId, {
        info: 'neonpro/v1/control-plane',
        bytes: 32,
      }),
    }
  }

  /** Under which the paths of the application's files are hashed: it stays the same for the repository's life. */
  get userNameKey(): Buffer {
    return hkdf(Buffer.from(this.bundle.root, 'hex'), this.repositoryId, { info: 'neonpro/v1/user-names', bytes: 32 })
  }

  /** The id key for new blobs. */
  get idKey(): { readonly version: number; readonly key: Buffer } {
    const newest = this.bundle.idKeys.reduce((best, each) => (each.version > best.version ? each : best))
    return { version: newest.version, key: Buffer.from(newest.key, 'hex') }
  }

  /** What new objects are sealed under. */
  scope(tenant: Uint8Array = NO_TENANT): ObjectScope {
    const hex = Buffer.from(tenant).toString('hex')
    const epoch = Math.max(
      ...this.bundle.masters.filter((master) => master.tenant === hex).map((master) => master.epoch),
    )
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
  return Buffer.concat([
    Buffer.from('neonpro/v1/wrap'),
    Buffer.from(repositoryId, 'hex'),
    Buffer.from(recipientId, 'hex'),
  ])
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
  if (recipient.kind !== kek.kind) return undefined
  const both = hkdf(kekBytes(kek, checkedScrypt(recipient)), Buffer.from(recipient.salt, 'hex'), {
    info: 'neonpro/v1/wrap',
    bytes: 64,
  })
  const commitment = Buffer.from(recipient.commitment, 'hex')
  if (commitment.length !== 32 || !timingSafeEqual(both.subarray(32), commitment)) return undefined
  return unseal(both.subarray(0, 32), wrapAad(repositoryId, recipient.id), recipient.wrapped)
}

function checkedScrypt(recipient: Recipient): ScryptParameters | undefined {
  if (!recipient.scrypt) return undefined
  const { n, r, p, salt } = recipient.scrypt
  const isAllowed =
    Number.isInteger(Math.log2(n)) &&
    n >= SCRYPT_N_MIN &&
    n <= SCRYPT_N_MAX &&
    r === 8 &&
    Number.isInteger(p) &&
    p >= 1 &&
    p <= SCRYPT_P_MAX &&
    n * p <= SCRYPT_WORK_MAX
  if (!isAllowed)
    throw new BackupError('DAMAGED', 'A key object asks for scrypt parameters outside the allowed bounds.', {
      context: { object: 'keys/' },
    })
  return { n, r, p, salt: Buffer.from(salt, 'hex') }
}

/** A first bundle: all random. */
export function newBundle(now: string): Bundle {
  const hex = (bytes: number) => randomBytes(bytes).toString('hex')
  return {
    root: hex(32),
    chunker: hex(64),
    masters: [{ tenant: Buffer.from(NO_TENANT).toString('hex'), epoch: 1, key: hex(32), createdAt: now }],
    idKeys: [{ version: 1, key: hex(32) }],
    writers: [],
  }
}

/** The bundle with one more epoch for every tenant. */
export function withNewEpoch(bundle: Bundle, now: string): Bundle {
  const tenants = [...new Set(bundle.masters.map(({ tenant }) => tenant))]
  const next = tenants.map((tenant) => ({
    tenant,
    epoch: Math.max(...bundle.masters.filter((master) => master.tenant === tenant).map(({ epoch }) => epoch)) + 1,
    key: randomBytes(32).toString('hex'),
    createdAt: now,
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
  const fingerprint = first?.kind === 'raw' ? kekFingerprint(first, Buffer.from(body.repositoryId, 'hex')) : undefined
  throw new BackupError('KEY_WRONG', 'This key does not open this repository.', {
    context: { repository: body.repositoryId, fingerprint },
  })
}

/** The recipient whose wrap the key opens, if there is one. */
export function recipientOpenedBy(keys: OpenKeys, kek: Kek): Recipient | undefined {
  return keys.recipients.find((recipient) => unwrap(kek, recipient, keys.repositoryId.toString('hex')) !== undefined)
}

/** What changes a keyring. */
export interface KeyringChange {
  readonly add?: { readonly kek: Kek; readonly label: string }
  /** Id of the recipient that goes. */
  readonly remove?: string
  readonly newEpoch?: boolean
}

/**
 * Publishes the next generation. Removing a recipient draws a new keyring key and a new epoch, so every kept recipient
 * must be given in `keks`. Throws USAGE, KEY_WEAK, and REPOSITORY_LOCKED when somebody else changed it at the same
 * time: then nobody can say which of the changes is in force before it is looked at. What either drew to seal with
 * stays known.
 */
export async function changeKeyring(
  store: ObjectStore,
  keys: OpenKeys,
  change: KeyringChange & { keks: readonly Kek[]; now: string },
): Promise<string> {
  const repositoryId = keys.repositoryId.toString('hex')
  if (change.add) requireStrength(change.add.kek)
  const kept = keys.recipients.filter(({ id }) => id !== change.remove)
  if (change.remove !== undefined && kept.length === keys.recipients.length)
    throw new BackupError('USAGE', 'There is no such recipient.', { context: { recipient: change.remove } })
  const keyringKey = change.remove === undefined ? keys.keyringKey : randomBytes(32)
  const recipients =
    change.remove === undefined
      ? [...kept]
      : kept.map((recipient) => rewrap(recipient, keyringKey, { keks: change.keks, repositoryId, now: change.now }))
  if (change.add)
    recipients.push(wrapFor(change.add.kek, keyringKey, { repositoryId, label: change.add.label, now: change.now }))
  if (recipients.length === 0)
    throw new BackupError('USAGE', 'The last recipient can not be removed.', {
      context: { recipient: change.remove ?? '' },
    })
  const bundle = change.newEpoch || change.remove !== undefined ? withNewEpoch(keys.bundle, change.now) : keys.bundle
  const generation = keys.generation + 1
  await requireAlone(store, { generation })
  const name = await publishKeyring(store, {
    repositoryId,
    generation,
    previous: keys.name,
    now: change.now,
    recipients,
    keyringKey,
    bundle,
  })
  await requireAlone(store, { generation, name })
  return name
}

async function requireAlone(
  store: ObjectStore,
  { generation, name }: { readonly generation: number; readonly name?: string },
): Promise<void> {
  const others = (await storedGenerations(store)).filter((each) => each.name !== name && each.generation >= generation)
  if (others.length > 0)
    throw new BackupError(
      'REPOSITORY_LOCKED',
      'The keys were changed by somebody else at the same time. Look at them and run it again.',
      { context: { object: `keys/${others[0]!.name}` } },
    )
}

function rewrap(
  recipient: Recipient,
  keyringKey: Uint8Array,
  options: { keks: readonly Kek[]; repositoryId: string; now: string },
): Recipient {
  const kek = options.keks.find((each) => unwrap(each, recipient, options.repositoryId) !== undefined)
  if (!kek)
    throw new BackupError(
      'USAGE',
      `The key of the recipient "${recipient.label}" is needed to keep it: add it to BACKUP_ENCRYPTION_KEY_PREVIOUS.`,
      { context: { recipient: recipient.id } },
    )
  return {
    ...wrapFor(kek, keyringKey, {
      repositoryId: options.repositoryId,
      label: recipient.label,
      now: options.now,
      id: recipient.id,
    }),
    addedAt: recipient.addedAt,
  }
}
