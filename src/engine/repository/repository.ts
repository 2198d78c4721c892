/** An open repository: its store and keys, and the reading and writing of its small objects. */
import { createHash, randomBytes } from 'node:crypto'
import os from 'node:os'
import path from 'node:path'
import { BackupError, isBackupError } from '../../kernel/backup-error.ts'
import { isoTime, nowMs } from '../../kernel/clock.ts'
import { inOrder } from '../../kernel/in-order.ts'
import { invariant } from '../../kernel/invariant.ts'
import { requireNode } from '../../kernel/node-version.ts'
import {
  type CallOptions,
  isProbe,
  isUnreadable,
  type ObjectStat,
  type ObjectStore,
  requireStored,
  requireWholeAnswer,
  sweepStaged,
  tryImmediate,
} from '../../storage/index.ts'
import {
  beginsAsObject,
  type DocumentExpectation,
  type Kek,
  type ObjectType,
  openPayload,
  parseBody,
  requireStrength,
  type Signer,
  sealPayload,
  signDocument,
  splitDocument,
  unsigned,
  verifyDocument,
} from '../crypto/index.ts'
import type { HeadMemory } from './client-state.ts'
import {
  configInForce,
  newConfig,
  ownConfigs,
  type RepositoryConfig,
  readConfigs,
  type StoredConfig,
  writeConfig,
} from './config.ts'
import { allFeatures, NO_FEATURES } from './features.ts'
import { openKeyring } from './keyring.ts'
import { publishKeyring, readKeyrings } from './keyring-objects.ts'
import { findConfigs } from './lost-config.ts'
import { isObjectKey, objectBytesMax } from './object-keys.ts'
import { apart, isUnbelieved, type ObjectProblem } from './object-problem.ts'
import { newBundle, type OpenKeys } from './open-keys.ts'
import { atObject, hasName, isOfUnknownEpoch } from './opened-object.ts'
import { openWith } from './opening.ts'
import { Unwrapper, wrapFor } from './recipients.ts'
import type { RepositoryOptions } from './repository-options.ts'
import { orderRepositories } from './several-repositories.ts'
import { type OpenedDocument, type PreviousOf, signedNames } from './signatures.ts'

/** Most of the reading of thousands of documents is waiting for a disk or a server. */
const DOCUMENTS_AT_ONCE = 16
/** Where each is a way to a server. */
const FAR_DOCUMENTS_AT_ONCE = 128
/** Longer ones are read one after the other: what a stranger has put there must not fill the memory. */
const LARGE_BYTES = 4 * 1024 * 1024

export interface StoredDocument {
  readonly name: string
  readonly key: string
  readonly body: Record<string, unknown>
  readonly signer: string
  /** Store milliseconds. */
  readonly modifiedMs: number
}

export interface DocumentOptions {
  readonly type: ObjectType
  readonly folder: string
  readonly signer: Signer
  readonly signal?: AbortSignal
  /** Before the name, in the key. */
  readonly prefix?: string
}

export interface PutDocument {
  readonly name: string
  /** Resolves once the store has shown it. Throws STORAGE_FAILED. */
  readonly there: Promise<void>
}

/** Of a configuration's copy, or of a keyring. */
const OWN_NAMES = /^(config\/[abc]-[0-9a-f]{64}|keys\/[0-9a-f]+-.+)$/

export class Repository implements AsyncDisposable {
  readonly store: ObjectStore
  readonly memory: HeadMemory | undefined
  /** True where this opening has made the configuration anew. */
  readonly isConfigRemade: boolean
  #config: RepositoryConfig
  #configs: readonly StoredConfig[]
  #keys: OpenKeys
  readonly #readKeys: (signal: AbortSignal | undefined) => Promise<OpenKeys>
  readonly #workspace: string | undefined
  #listed: ReadonlyMap<string, readonly ObjectStat[]> | undefined

  private constructor(
    store: ObjectStore,
    parts: {
      config: RepositoryConfig
      configs: readonly StoredConfig[]
      keys: OpenKeys
      memory: HeadMemory | undefined
      isConfigRemade: boolean
      readKeys: (signal: AbortSignal | undefined) => Promise<OpenKeys>
    },
    workspace?: string,
  ) {
    this.#workspace = workspace
    this.store = store
    this.#config = parts.config
    this.#configs = parts.configs
    this.#keys = parts.keys
    this.#readKeys = parts.readKeys
    this.memory = parts.memory
    this.isConfigRemade = parts.isConfigRemade
  }

  /** The configuration that counts, with the features that any valid one or a keyring names. */
  get config(): RepositoryConfig {
    return this.#config
  }

  /** Every valid configuration, as it was read last: the one that counts first. */
  get configs(): readonly StoredConfig[] {
    return this.#configs
  }

  /** SHA-256 of the configuration object that counts. */
  get configName(): string {
    return this.#configs[0]!.name
  }

  /**
   * Reads `config/` again: a feature that was announced since counts at once. Throws FORMAT_TOO_NEW and
   * FEATURE_UNSUPPORTED where this program may not even read with it. Where none can be read any more, what was read
   * before stands.
   */
  async renewConfig(signal?: AbortSignal): Promise<void> {
    const { keys } = this
    const stored = await readConfigs(this.store, signal).catch((error: unknown) => {
      if (!isBackupError(error, 'REPOSITORY_CONFIG_LOST') && !isBackupError(error, 'REPOSITORY_NOT_FOUND')) throw error
    })
    const own = stored ? ownConfigs(stored, keys.repositoryId.toString('hex'), keys.maintenance) : []
    if (own.length === 0) return
    this.#config = configInForce(own, allFeatures(this.#config.features, keys.features ?? NO_FEATURES))
    this.#configs = own
  }

  get keys(): OpenKeys {
    return this.#keys
  }

  /**
   * Reads `keys/` again: whoever was held up after it opened lacks what others have drawn since. True where there is a
   * newer keyring, which is the one in use from now on. Throws as opening does.
   */
  async renewKeys(signal?: AbortSignal): Promise<boolean> {
    const keys = await this.#readKeys(signal)
    if (keys.generation <= this.#keys.generation) return false
    this.#keys = keys
    return true
  }

  /** Before the first write: what dead runs left where packs grow goes. Throws what the store's `prepare` throws. */
  async prepare(): Promise<void> {
    await this.store.prepare()
    // What stays costs room and nothing else; a folder that can not be written to is told by the first pack.
    if (!this.store.local) await sweepStaged(this.workspace).catch(() => {})
  }

  /** Where packs grow until they are stored. */
  get workspace(): string {
    const id = this.keys.repositoryId.toString('hex')
    return this.store.local?.workspace ?? this.#workspace ?? path.join(os.tmpdir(), `neonpro-workspace-${id}`)
  }

  /**
   * Makes a repository where there is none. Throws REPOSITORY_EXISTS, KEY_WEAK, TARGET_REFUSED where other files are,
   * and STORAGE_LATE.
   */
  static async create(store: ObjectStore, kek: Kek, label: string): Promise<Repository> {
    requireNode()
    requireStrength(kek)
    // Its own objects come first: of a whole listing the first name may be any other's, `audit/…` say.
    for (const folder of ['config/', 'keys/'])
      for await (const { key } of store.list(folder))
        if (OWN_NAMES.test(key))
          throw new BackupError('REPOSITORY_EXISTS', 'There is a repository already.', {
            context: { repository: store.location },
          })
    for await (const { key } of store.list('')) {
      if (isProbe(key)) continue
      throw new BackupError('TARGET_REFUSED', 'The place for the repository is not empty.', {
        context: { path: store.location, why: 'It is not empty, and no repository either', found: key },
      })
    }
    await tryImmediate(store)
    const now = isoTime(nowMs())
    const repositoryId = randomBytes(16).toString('hex')
    const keyringKey = randomBytes(32)
    const recipients = [wrapFor(kek, keyringKey, { repositoryId, label, now })]
    await publishKeyring(store, {
      repositoryId,
      generation: 1,
      previous: null,
      now,
      recipients,
      keyringKey,
      bundle: newBundle(now),
      features: NO_FEATURES,
    })
    const keys = await openKeyring(store, [kek], { repositoryId })
    // The configuration comes last: without it nobody takes the half-made place for a repository.
    await writeConfig(store, newConfig(repositoryId, now), keys.maintenance)
    await store.local?.reserve('keep')
    return Repository.open(store, [kek])
  }

  /**
   * Throws REPOSITORY_NOT_FOUND, REPOSITORY_CONFIG_LOST, REPOSITORY_KEYS_LOST, KEY_WRONG, FORMAT_TOO_NEW,
   * FEATURE_UNSUPPORTED, ROLLBACK_SUSPECTED, DAMAGED.
   */
  static async open(store: ObjectStore, keks: readonly Kek[], options: RepositoryOptions = {}): Promise<Repository> {
    requireNode()
    const reading = readKeyrings(store, options.signal)
    // Whether there is a repository at all is said first.
    reading.catch(() => {})
    const unwrapper = new Unwrapper()
    const isRemembered = (id: string) => options.memory?.(Buffer.from(id, 'hex')).heads() !== undefined
    const { candidates, refused, isRemade } = await findConfigs(store, {
      keks,
      keyrings: reading,
      unwrapper,
      isRemembered,
      remakesConfig: options.remakesConfig === true,
      ...(options.signal && { signal: options.signal }),
    })
    const keyrings = await reading
    let failure: unknown
    const idOf = ({ config }: StoredConfig) => config.repositoryId
    for (const stored of await orderRepositories(store, candidates, { idOf, isRemembered })) {
      try {
        const parts = await openWith({
          store,
          stored,
          all: { candidates, refused },
          keks,
          keyrings,
          unwrapper,
          options,
        })
        options.memory?.(parts.keys.repositoryId).notePlace?.(store.location)
        return new Repository(store, { ...parts, isConfigRemade: isRemade }, options.workspace)
      } catch (error) {
        if (!isBackupError(error)) throw error
        failure ??= error
      }
    }
    throw failure
  }

  /** Seals, signs and stores a document. Returns its name. Its key is `folder/prefix name`. */
  async writeDocument(document: object, options: DocumentOptions): Promise<string> {
    const { name, there } = await this.putDocument(document, options)
    await there
    return name
  }

  /**
   * The same, and whoever calls it waits for `there` beside what it does next: where the store is far away, that is one
   * way less. Nothing that relies on the document is said before.
   */
  async putDocument(document: object, options: DocumentOptions): Promise<PutDocument> {
    const { folder, prefix = '', signal } = options
    const { bytes, name } = this.sealDocument(document, options)
    const key = `${folder}/${prefix}${name}`
    await this.store.put(key, bytes, { isLookedForLater: true, ...(signal && { signal }) })
    const there = requireStored(this.store, { key, bytes: bytes.length }, signal)
    // What is done meanwhile may fail first.
    there.catch(() => {})
    return { name, there }
  }

  sealDocument(document: object, options: { type: ObjectType; signer: Signer }): { bytes: Buffer; name: string } {
    const payload = signDocument(document, {
      purpose: String(options.type),
      repositoryId: this.keys.repositoryId,
      signer: options.signer,
    })
    const bytes = sealPayload(options.type, this.keys.scope(), payload)
    invariant(bytes.length <= objectBytesMax(options.type), 'A document is not longer than a reader takes.')
    return { bytes, name: createHash('sha256').update(bytes).digest('hex') }
  }

  /** Seals and stores an unsigned payload (index segments). Returns its name. */
  async writePayload(
    payload: Uint8Array,
    options: { type: ObjectType; folder: string; signal?: AbortSignal },
  ): Promise<string> {
    const bytes = sealPayload(options.type, this.keys.scope(), payload)
    invariant(bytes.length <= objectBytesMax(options.type), 'A payload is not longer than a reader takes.')
    const name = createHash('sha256').update(bytes).digest('hex')
    await this.store.put(`${options.folder}/${name}`, bytes, options.signal ? { signal: options.signal } : {})
    return name
  }

  /** Reads a whole small object by key: its name, then its seal. Re-read once before it is called DAMAGED. */
  readPayload(key: string, type: ObjectType, signal?: AbortSignal): Promise<Buffer> {
    return this.#open(key, type, { isNamed: true, signal })
  }

  /**
   * Reads one signed document whose key is not its name (a claim). Throws NOT_FOUND, DAMAGED. The caller checks that it
   * belongs to its key.
   */
  async readDocument(
    key: string,
    type: ObjectType,
    signal?: AbortSignal,
  ): Promise<{ body: Record<string, unknown>; signer: string }> {
    const { body, signer } = verifyDocument(
      splitDocument(await this.#open(key, type, { isNamed: false, signal })),
      this.#signedAs(type),
    )
    return { body, signer: signer.toString('hex') }
  }

  async #open(
    key: string,
    type: ObjectType,
    { isNamed, signal }: { isNamed: boolean; signal: AbortSignal | undefined },
  ): Promise<Buffer> {
    for (let attempt = 0; ; attempt += 1) {
      let bytes: Uint8Array | undefined
      try {
        const bytesMax = objectBytesMax(type)
        bytes = await this.store.get(key, signal ? { signal, bytesMax } : { bytesMax })
        if (isNamed && !hasName(bytes, key))
          throw new BackupError('DAMAGED', 'An object does not have the SHA-256 that names it.', {
            context: { object: key, rotten: true },
          })
        return this.#openBytes(bytes, type, isNamed || hasName(bytes, key))
      } catch (error) {
        const isDamaged = isBackupError(error, 'DAMAGED')
        if (attempt === 0 && (isDamaged || isUnreadable(error))) continue
        if (isDamaged && bytes) await requireWholeAnswer(this.store, key, bytes.length)
        throw atObject(error, key)
      }
    }
  }

  #openBytes(bytes: Uint8Array, type: ObjectType, isNamed: boolean): Buffer {
    try {
      const { repositoryId, masterOf } = this.keys
      const { payload, header } = openPayload(bytes, { type, repositoryId, masterOf })
      if (header.tenant.some((byte) => byte !== 0))
        throw new BackupError('FEATURE_UNSUPPORTED', 'An object is of a tenant.', { context: { feature: 'tenants' } })
      return payload
    } catch (error) {
      if (!isBackupError(error, 'DAMAGED')) throw error
      const unopened = { ...error.context, ...(isOfUnknownEpoch(bytes, this.keys) && { unknownEpoch: true }) }
      // While a newer keyring can't be read nobody knows what it has sealed.
      if (!isNamed || this.keys.lost.length > 0)
        throw new BackupError('DAMAGED', error.message, { context: unopened, cause: error })
      const context = { ...unopened, foreign: true, ...(!beginsAsObject(bytes) && { stranger: true }) }
      throw new BackupError('DAMAGED', error.message, { context, cause: error })
    }
  }

  /** The same repository whose folders list what was listed before; keys that are not of this format are left out. */
  seenAs(listed: ReadonlyMap<string, readonly ObjectStat[]>): Repository {
    const { config, configs, keys, memory, isConfigRemade } = this
    const parts = { config, configs, keys, memory, isConfigRemade, readKeys: this.#readKeys }
    const seen = new Repository(this.store, parts, this.#workspace)
    seen.#listed = listed
    return seen
  }

  /** Objects below a prefix, of which every key is one of this format. */
  async *objects(prefix: string, options: CallOptions = {}): AsyncIterable<ObjectStat> {
    const listed = this.#listed?.get(prefix) ?? this.store.list(prefix, options)
    for await (const stat of listed) if (isObjectKey(stat.key)) yield stat
  }

  /**
   * Reads every signed document of a folder, in the order of its listing. What can't be believed is returned apart,
   * never dropped in silence; strangers apart from that. `previousOf`: for documents that are chains of their signers
   * (signatures.ts).
   */
  async readDocuments(
    folder: string,
    type: ObjectType,
    options: { readonly signal?: AbortSignal; readonly previousOf?: PreviousOf } = {},
  ): Promise<{ documents: StoredDocument[]; problems: ObjectProblem[]; strangers: ObjectProblem[] }> {
    const { signal, previousOf } = options
    const read: Array<OpenedDocument | ObjectProblem> = []
    const listed = this.objects(`${folder}/`, signal ? { signal } : {})
    let large: Promise<unknown> = Promise.resolve()
    const look = (object: ObjectStat) => {
      if (object.bytes <= LARGE_BYTES) return this.#listedDocument(object, type, signal)
      const looked = large.then(() => this.#listedDocument(object, type, signal))
      large = looked.catch(() => {})
      return looked
    }
    for await (const each of inOrder(
      listed,
      { widthMax: this.store.local ? DOCUMENTS_AT_ONCE : FAR_DOCUMENTS_AT_ONCE },
      look,
    ))
      if (each) read.push(each)
    const opened = read.filter((each) => 'document' in each)
    const signed = await signedNames(opened, this.#signedAs(type), previousOf)
    return {
      documents: opened
        .filter(({ name }) => signed.has(name))
        .map(({ name, key, modifiedMs, body, document }) => ({
          name,
          key,
          modifiedMs,
          body,
          signer: document.signer.toString('hex'),
        })),
      ...apart(
        read.flatMap((each) => {
          if ('error' in each) return [each]
          return signed.has(each.name) ? [] : [{ key: each.key, error: unsigned(), modifiedMs: each.modifiedMs }]
        }),
      ),
    }
  }

  async #listedDocument(
    { key, modifiedMs }: ObjectStat,
    type: ObjectType,
    signal: AbortSignal | undefined,
  ): Promise<OpenedDocument | ObjectProblem | undefined> {
    try {
      const document = splitDocument(await this.readPayload(key, type, signal))
      return { name: key.slice(-64), key, modifiedMs, document, body: parseBody(document.body) }
    } catch (error) {
      // A session or checkpoint may be removed between the listing and the read.
      if (isBackupError(error, 'NOT_FOUND')) return undefined
      if (isUnbelieved(error)) return { key, error, modifiedMs }
      throw error
    }
  }

  #signedAs(type: ObjectType): DocumentExpectation {
    return { purpose: String(type), repositoryId: this.keys.repositoryId, signerOf: this.keys.signerOf }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.store[Symbol.asyncDispose]()
  }
}
