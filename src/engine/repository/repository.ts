/** An open repository: its store and keys, and the reading and writing of its small objects. */
import { createHash, randomBytes } from 'node:crypto'
import { BackupError } from '../../kernel/backup-error.ts'
import { isoTime, nowMs } from '../../kernel/clock.ts'
import type { ObjectStore } from '../../storage/index.ts'
import { type Kek, type ObjectType, openPayload, sealPayload, signDocument, type Signer, splitDocument, verifyDocument } from '../crypto/index.ts'
import { newConfig, readConfig, type RepositoryConfig, verifyConfig, writeConfig } from './config.ts'
import { newBundle, type OpenKeys, openKeyring, publishKeyring, wrapFor } from './keyring.ts'

export interface RepositoryOptions {
  readonly signal?: AbortSignal
  /** The highest keyring generation that this client has seen. */
  readonly seenKeyGeneration?: number
}

/** A small object that was found under its name but can't be believed. */
export interface ObjectProblem {
  readonly key: string
  readonly error: BackupError
}

export interface StoredDocument {
  readonly name: string
  readonly key: string
  readonly body: Record<string, unknown>
  readonly signer: string
  /** Store milliseconds. */
  readonly modifiedMs: number
}

export class Repository implements AsyncDisposable {
  readonly store: ObjectStore
  readonly config: RepositoryConfig
  readonly keys: OpenKeys
  /** Keys of configuration copies that are damaged although one is whole. */
  readonly damagedConfigs: readonly string[]

  private constructor(store: ObjectStore, parts: { config: RepositoryConfig; keys: OpenKeys; damagedConfigs: readonly string[] }) {
    this.store = store
    this.config = parts.config
    this.keys = parts.keys
    this.damagedConfigs = parts.damagedConfigs
  }

  /** Makes a repository where there is none. Throws REPOSITORY_EXISTS, and TARGET_REFUSED where other files are. */
  static async create(store: ObjectStore, kek: Kek, label: string): Promise<Repository> {
    for await (const { key } of store.list('')) {
      if (key.startsWith('config/') || key.startsWith('keys/')) throw new BackupError('REPOSITORY_EXISTS', 'There is a repository already.', { context: { repository: store.location } })
      throw new BackupError('TARGET_REFUSED', 'The place for the repository is not empty.', { context: { repository: store.location, found: key } })
    }
    const now = isoTime(nowMs())
    const repositoryId = randomBytes(16).toString('hex')
    const keyringKey = randomBytes(32)
    const recipients = [wrapFor(kek, keyringKey, { repositoryId, label, now })]
    await publishKeyring(store, { repositoryId, generation: 1, previous: null, now, recipients, keyringKey, bundle: newBundle(now) })
    const keys = await openKeyring(store, [kek], { repositoryId })
    // The configuration comes last: without it nobody takes the half-made place for a repository.
    await writeConfig(store, newConfig(repositoryId, now), keys.maintenance)
    return Repository.open(store, [kek])
  }

  /** Throws REPOSITORY_NOT_FOUND, KEY_WRONG, FORMAT_TOO_NEW, FEATURE_UNSUPPORTED, ROLLBACK_SUSPECTED, DAMAGED. */
  static async open(store: ObjectStore, keks: readonly Kek[], options: RepositoryOptions = {}): Promise<Repository> {
    const stored = await readConfig(store, options.signal)
    const repositoryId = stored.config.repositoryId
    const keys = await openKeyring(store, keks, {
      repositoryId, ...(options.seenKeyGeneration !== undefined && { seenGeneration: options.seenKeyGeneration }), ...(options.signal && { signal: options.signal }),
    })
    verifyConfig(stored, keys.maintenance)
    return new Repository(store, { config: stored.config, keys, damagedConfigs: stored.damaged })
  }

  /** Seals, signs and stores a document. Returns its name. `nameFor` gives the key; default `folder/name`. */
  async writeDocument(document: object, options: { type: ObjectType; folder: string; signer: Signer; signal?: AbortSignal; prefix?: string }): Promise<string> {
    const { bytes, name } = this.sealDocument(document, options)
    await this.store.put(`${options.folder}/${options.prefix ?? ''}${name}`, bytes, options.signal ? { signal: options.signal } : {})
    return name
  }

  sealDocument(document: object, options: { type: ObjectType; signer: Signer }): { bytes: Buffer; name: string } {
    const payload = signDocument(document, { purpose: String(options.type), repositoryId: this.keys.repositoryId, signer: options.signer })
    const bytes = sealPayload(options.type, this.keys.scope(), payload)
    return { bytes, name: createHash('sha256').update(bytes).digest('hex') }
  }

  /** Seals and stores an unsigned payload (index segments). Returns its name. */
  async writePayload(payload: Uint8Array, options: { type: ObjectType; folder: string; signal?: AbortSignal }): Promise<string> {
    const bytes = sealPayload(options.type, this.keys.scope(), payload)
    const name = createHash('sha256').update(bytes).digest('hex')
    await this.store.put(`${options.folder}/${name}`, bytes, options.signal ? { signal: options.signal } : {})
    return name
  }

  /** Reads a whole small object by key: its name, then its seal. Re-read once before it is called DAMAGED. */
  async readPayload(key: string, type: ObjectType, signal?: AbortSignal): Promise<Buffer> {
    const name = key.slice(-64)
    for (let attempt = 0; ; attempt += 1) {
      try {
        const bytes = await this.store.get(key, signal ? { signal } : {})
        if (createHash('sha256').update(bytes).digest('hex') !== name) throw new BackupError('DAMAGED', 'An object does not have the SHA-256 that names it.', { context: { object: key } })
        return openPayload(bytes, { type, repositoryId: this.keys.repositoryId, masterOf: this.keys.masterOf }).payload
      } catch (error) {
        if (attempt > 0 || !(error instanceof BackupError) || error.code !== 'DAMAGED') throw atObject(error, key)
      }
    }
  }

  /** Reads every signed document of a folder. What can't be believed is returned apart, never dropped in silence. */
  async readDocuments(folder: string, type: ObjectType, signal?: AbortSignal): Promise<{ documents: StoredDocument[]; problems: ObjectProblem[] }> {
    const documents: StoredDocument[] = []
    const problems: ObjectProblem[] = []
    for await (const { key, modifiedMs } of this.store.list(`${folder}/`, signal ? { signal } : {})) {
      try {
        const payload = await this.readPayload(key, type, signal)
        const { body, signer } = verifyDocument(splitDocument(payload), { purpose: String(type), repositoryId: this.keys.repositoryId, signerOf: this.keys.signerOf })
        documents.push({ name: key.slice(-64), key, body, signer: signer.toString('hex'), modifiedMs })
      } catch (error) {
        // A session or checkpoint may be removed between the listing and the read.
        if (!(error instanceof BackupError) || !['DAMAGED', 'NOT_FOUND', 'FORMAT_TOO_NEW'].includes(error.code)) throw error
        if (error.code !== 'NOT_FOUND') problems.push({ key, error })
      }
    }
    return { documents, problems }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.store[Symbol.asyncDispose]()
  }
}

function atObject(error: unknown, key: string): unknown {
  if (!(error instanceof BackupError) || error.context['object'] === key) return error
  return new BackupError(error.code, error.message, { context: { ...error.context, object: key }, cause: error })
}
