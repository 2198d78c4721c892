/** The repository's configuration object, in three equal copies (docs/format/v1.md section 3). */
import { createHash } from 'node:crypto'
import { BackupError, isBackupError } from '../../kernel/backup-error.ts'
import { appendAll } from '../../kernel/collect.ts'
import type { ObjectStore } from '../../storage/index.ts'
import {
  checked,
  hasShape,
  isCount,
  isHex,
  isList,
  isMaintenanceSigner,
  isText,
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
import { readCopies } from './copies.ts'
import { allFeatures, type Features, NO_FEATURES, unknownFeatures } from './features.ts'
import type { UnreadObject } from './forbidden.ts'

/** Of configurations with a generation. */
const FORMAT_VERSION = 'v1-rc2'
/**
 * Of the first one, which has no generation: the repository holds what its programs know, files, and is read for ever.
 */
const FIRST_VERSION = 'v1-rc'
const COPIES = ['a', 'b', 'c'] as const
const CONFIG_BYTES_MAX = 64 * 1024

export interface RepositoryConfig {
  readonly format: 'neonpro-backup-repository'
  readonly version: string
  readonly repositoryId: string
  readonly createdAt: string
  readonly hash: string
  readonly aead: string
  readonly kdf: string
  readonly codecs: readonly string[]
  readonly chunker: string
  readonly features: Features
  /** From 1; absent in the first version's. */
  readonly generation?: number
  /** Name of one of the generation below, where there was one. */
  readonly previous?: string | null
}

/** `features` is undefined for a repository of the format's first version. */
export function newConfig(
  repositoryId: string,
  now: string,
  features: Features | undefined = NO_FEATURES,
): RepositoryConfig {
  return {
    format: 'neonpro-backup-repository',
    version: features ? FORMAT_VERSION : FIRST_VERSION,
    repositoryId,
    createdAt: now,
    hash: 'sha-256',
    aead: 'aes-256-gcm',
    kdf: 'hkdf-sha-256',
    codecs: ['none', 'zstd'],
    chunker: 'window48-v1',
    features: features ?? NO_FEATURES,
    ...(features && { generation: 1, previous: null }),
  }
}

/** What is published in the place of `config`, whose name is given: the next generation, with more features. */
export function nextConfig(config: RepositoryConfig, previous: string, features: Features): RepositoryConfig {
  return { ...config, version: FORMAT_VERSION, features, generation: generationOf(config) + 1, previous }
}

/** 0 for one of the format's first version. */
export function generationOf({ generation }: RepositoryConfig): number {
  return generation ?? 0
}

/** Returns its name. */
export async function writeConfig(store: ObjectStore, config: RepositoryConfig, signer: Signer): Promise<string> {
  const bytes = signDocument(config, {
    purpose: 'config',
    repositoryId: Buffer.from(config.repositoryId, 'hex'),
    signer,
  })
  const name = createHash('sha256').update(bytes).digest('hex')
  for (const key of configKeys(name)) await store.put(key, bytes)
  return name
}

/** Of all copies. */
export function configKeys(name: string): string[] {
  return COPIES.map((copy) => `config/${copy}-${name}`)
}

export interface StoredConfig {
  readonly name: string
  /** Keys of its whole copies. */
  readonly keys: readonly string[]
  readonly config: RepositoryConfig
  readonly document: UnverifiedDocument
  /** Why this program may not read a repository with it: then nothing of it is known but format, version and id. */
  readonly refusal?: BackupError
}

export interface StoredConfigs {
  /**
   * Every distinct one that parses: that with the most copies first, of equally many the lowest name. Which is the
   * repository's is known only when a keyring is open and its signature verifies.
   */
  readonly candidates: readonly StoredConfig[]
  /** The same of those that this program does not know: whose they are their signatures tell. */
  readonly refused: readonly StoredConfig[]
  /** Copies that don't hash to their name, or can't be read. */
  readonly damaged: readonly UnreadObject[]
  /** Keys of objects that hash to their name and are no configuration that can be read. */
  readonly foreign: readonly string[]
}

/**
 * Reads every copy. A version that this program does not know, features and algorithms are looked at before any
 * signature, so that another format is named as such: FORMAT_TOO_NEW, FEATURE_UNSUPPORTED, but only where no copy is
 * one that it knows: a stranger's object must not lock a repository. Throws REPOSITORY_NOT_FOUND and
 * REPOSITORY_CONFIG_LOST.
 */
export async function readConfigs(store: ObjectStore, signal?: AbortSignal): Promise<StoredConfigs> {
  const { whole, damaged, unread, unreadable } = await readCopies(store, {
    prefix: 'config/',
    form: /^config\/[abc]-([0-9a-f]{64})$/,
    bytesMax: CONFIG_BYTES_MAX,
    ...(signal && { signal }),
  })
  const candidates: StoredConfig[] = []
  const refused: StoredConfig[] = []
  const foreign: string[] = [...unread]
  let error: BackupError | undefined
  for (const { name, keys, bytes } of whole.sort(
    (a, b) => b.keys.length - a.keys.length || (a.name < b.name ? -1 : 1),
  )) {
    try {
      const parsed = { name, keys, ...parseConfig(bytes) }
      if (!parsed.refusal) {
        candidates.push(parsed)
        continue
      }
      refused.push(parsed)
      error ??= parsed.refusal
    } catch (cause) {
      if (!isBackupError(cause)) throw cause
      error ??= cause
    }
    appendAll(foreign, keys)
  }
  if (candidates.length > 0) return { candidates, refused, damaged, foreign }
  if (error ?? unreadable) throw error ?? unreadable
  if (damaged.length + unread.length > 0)
    throw new BackupError('REPOSITORY_CONFIG_LOST', 'Every copy of the configuration is damaged.', {
      context: { repository: store.location, object: damaged[0]?.key ?? 'config/' },
    })
  throw new BackupError('REPOSITORY_NOT_FOUND', 'There is no repository here.', {
    context: { repository: store.location },
  })
}

const CONFIG: Shape = {
  createdAt: isText,
  hash: isText,
  aead: isText,
  kdf: isText,
  codecs: isList(isText),
  chunker: isText,
  features: hasShape({ read: isList(isText), write: isList(isText), delete: isList(isText) }),
  generation: optional(isCount),
  previous: optional(orNull(isHex(32))),
}

function parseConfig(bytes: Uint8Array): Omit<StoredConfig, 'name' | 'keys'> {
  const document = splitDocument(bytes)
  const body = parseBody(document.body)
  checked(body, { format: isText, version: isText }, 'configuration')
  const config = body as unknown as RepositoryConfig
  if (config.format !== 'neonpro-backup-repository')
    throw new BackupError('REPOSITORY_NOT_FOUND', 'The configuration is of another program.')
  // Looked at before anything else, so that another format is named as such, whatever else stands in it.
  if (config.version !== FORMAT_VERSION && config.version !== FIRST_VERSION)
    return { config, document, refusal: tooNew(config.version) }
  checked(body, { repositoryId: isHex(16), ...CONFIG }, 'configuration')
  const refusal = otherSuite(config) ?? unknownFeatures(config.features, 'read')
  return { config, document, ...(refusal && { refusal }) }
}

function tooNew(version: string): BackupError {
  return new BackupError('FORMAT_TOO_NEW', `The repository has format ${version}.`, {
    context: { version, known: `${FIRST_VERSION}, ${FORMAT_VERSION}` },
  })
}

function otherSuite({ hash, aead, kdf }: RepositoryConfig): BackupError | undefined {
  const suite = [hash, aead, kdf].join(' ')
  return suite === 'sha-256 aes-256-gcm hkdf-sha-256'
    ? undefined
    : new BackupError('FEATURE_UNSUPPORTED', 'The repository uses other algorithms.', { context: { feature: suite } })
}

/**
 * Throws FEATURE_UNSUPPORTED when the repository asks for something this program does not know for that kind of work.
 */
export function requireFeatures({ features, chunker }: RepositoryConfig, work: keyof Features): void {
  const unknown = unknownFeatures(features, work)
  if (unknown) throw unknown
  if (work === 'write' && chunker !== 'window48-v1')
    throw new BackupError('FEATURE_UNSUPPORTED', 'The repository is cut by another chunker.', {
      context: { feature: chunker },
    })
}

/**
 * Of what stands in `config/`, all that this repository's own key has signed: the highest generation first, of equal
 * ones in the order of `stored`.
 */
export function ownConfigs(
  { candidates, refused }: Pick<StoredConfigs, 'candidates' | 'refused'>,
  repositoryId: string,
  maintenance: Signer,
): StoredConfig[] {
  return [...candidates, ...refused]
    .filter(({ config }) => config.repositoryId === repositoryId)
    .filter((stored) => isSignedConfig(stored, maintenance))
    .sort((a, b) => generationOf(b.config) - generationOf(a.config))
}

function isSignedConfig(stored: StoredConfig, maintenance: Signer): boolean {
  try {
    verifyConfig(stored, maintenance)
    return true
  } catch (error) {
    if (isBackupError(error, 'DAMAGED')) return false
    throw error
  }
}

/**
 * The one that counts, with the features of all of them and of `more`. Throws why this program may not read a
 * repository with one of them: FORMAT_TOO_NEW, FEATURE_UNSUPPORTED.
 */
export function configInForce(own: readonly StoredConfig[], more: Features): RepositoryConfig {
  const refused = own.find(({ refusal }) => refusal)
  if (refused?.refusal) throw refused.refusal
  const config = {
    ...own[0]!.config,
    features: own.reduce((all, each) => allFeatures(all, each.config.features), more),
  }
  requireFeatures(config, 'read')
  return config
}

/** Throws DAMAGED. */
export function verifyConfig(stored: StoredConfig, maintenance: Signer): void {
  verifyDocument(stored.document, {
    purpose: 'config',
    repositoryId: Buffer.from(stored.config.repositoryId, 'hex'),
    signerOf: (id) => (isMaintenanceSigner(id) ? maintenance : undefined),
  })
}
