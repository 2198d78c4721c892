/** An opened keyring and the bundle of secrets in it (docs/format/v1.md sections 4.1 and 4.2). */
import { randomBytes } from 'node:crypto'
import { BackupError } from '../../kernel/backup-error.ts'
import {
  hkdf,
  isMaintenanceSigner,
  type Kek,
  type MasterLookup,
  maintenanceSigner,
  masterLookup,
  type ObjectScope,
  type Signer,
  writerSigner,
} from '../crypto/index.ts'
import type { Features } from './features.ts'
import type { UnreadObject } from './forbidden.ts'
import type { Recipient } from './recipients.ts'

const NO_TENANT: Uint8Array = new Uint8Array(16)
const NO_TENANT_HEX = Buffer.from(NO_TENANT).toString('hex')

export interface Bundle {
  readonly root: string
  readonly chunker: string
  readonly masters: ReadonlyArray<{
    readonly tenant: string
    readonly epoch: number
    /** Absent where a later version keeps it elsewhere. */
    readonly key?: string
    readonly createdAt: string
  }>
  /** One with a tenant is that tenant's alone. */
  readonly idKeys: ReadonlyArray<{ readonly version: number; readonly key?: string; readonly tenant?: string }>
  readonly writers: ReadonlyArray<{ readonly id: string; readonly publicKey: string }>
}

export interface KeyringBody {
  readonly kind: 'keyring'
  readonly repositoryId: string
  readonly generation: number
  readonly previous: string | null
  readonly createdAt: string
  readonly recipients: readonly Recipient[]
  readonly salt: string
  readonly bundle: string
  /** Of the repository, where it is not of the format's first version; of a later version it may have another shape. */
  readonly features?: unknown
}

export interface KeyringParts {
  readonly name: string
  readonly bundle: Bundle
  readonly openedBy: string
  readonly keyringKey: Buffer
  /** Of all valid keyrings; undefined in a repository of the format's first version. */
  readonly features: Features | undefined
  /** Copies of a higher generation that can't be read, and why. */
  readonly lost: readonly UnreadObject[]
  /** The highest generation that this client has seen. */
  readonly seenGeneration: number
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
  /**
   * Copies of keyrings of a higher generation that are there and can't be read: what was sealed under a newer epoch
   * stays closed.
   */
  readonly lost: readonly string[]
  /** The same, with why not. */
  readonly lostCopies: readonly UnreadObject[]
  /** What the keyrings say of the repository's features; undefined where it is of the format's first version. */
  readonly features: Features | undefined
  readonly #seenGeneration: number
  #acceptedGeneration = 0
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
    this.lost = parts.lost.map(({ key }) => key)
    this.lostCopies = parts.lost
    this.features = parts.features
    this.#seenGeneration = parts.seenGeneration
    this.maintenance = maintenanceSigner(Buffer.from(parts.bundle.root, 'hex'), this.repositoryId)
    this.masterOf = masterLookup(parts.bundle.masters)
  }

  /**
   * True when this client has seen a higher generation that nobody has accepted as lost: then nothing may be changed
   * with this one.
   */
  get isBehind(): boolean {
    return this.generation < this.#seenGeneration && this.#acceptedGeneration < this.#seenGeneration
  }

  /** What the next change of the keys publishes: above every generation that somebody may remember. */
  get nextGeneration(): number {
    return Math.max(this.generation, this.#acceptedGeneration) + 1
  }

  /** An operator has accepted that generations up to this one are lost. */
  accept(generation: number): void {
    this.#acceptedGeneration = Math.max(this.#acceptedGeneration, generation)
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
    const own = this.bundle.idKeys.filter(({ tenant = NO_TENANT_HEX }) => tenant === NO_TENANT_HEX)
    const { version, key } = own.reduce((best, each) => (each.version > best.version ? each : best))
    if (key === undefined) throw keyElsewhere()
    return { version, key: Buffer.from(key, 'hex') }
  }

  /** What new objects are sealed under. */
  scope(tenant: Uint8Array = NO_TENANT): ObjectScope {
    const hex = Buffer.from(tenant).toString('hex')
    const epoch = Math.max(
      ...this.bundle.masters.filter((master) => master.tenant === hex).map((master) => master.epoch),
    )
    const master = this.masterOf(tenant, epoch)
    if (!master && epoch > 0) throw keyElsewhere()
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

function keyElsewhere(): BackupError {
  return new BackupError(
    'FEATURE_UNSUPPORTED',
    'The keyring does not hold the key that new objects are sealed under.',
    {
      context: { feature: 'shred-keys' },
    },
  )
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
