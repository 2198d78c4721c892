/** The repository's configuration object, in three equal copies (docs/format/v1.md section 3). */
import { createHash } from 'node:crypto'
import { BackupError, isBackupError } from '../../kernel/backup-error.ts'
import { appendAll } from '../../kernel/collect.ts'
import type { ObjectStore } from '../../storage/index.ts'
import {
  checked,
  hasShape,
  isHex,
  isList,
  isMaintenanceSigner,
  isText,
  parseBody,
  type Shape,
  type Signer,
  signDocument,
  splitDocument,
  type UnverifiedDocument,
  verifyDocument,
} from '../crypto/index.ts'
import { readCopies } from './copies.ts'
import type { UnreadObject } from './forbidden.ts'

export const FORMAT_VERSION = 'v1-rc'
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
  readonly features: {
    readonly read: readonly string[]
    readonly write: readonly string[]
    readonly delete: readonly string[]
  }
}

export function newConfig(repositoryId: string, now: string): RepositoryConfig {
  return {
    format: 'neonpro-backup-repository',
    version: FORMAT_VERSION,
    repositoryId,
    createdAt: now,
    hash: 'sha-256',
    aead: 'aes-256-gcm',
    kdf: 'hkdf-sha-256',
    codecs: ['none', 'zstd'],
    chunker: 'window48-v1',
    features: { read: [], write: [], delete: [] },
  }
}

export async function writeConfig(store: ObjectStore, config: RepositoryConfig, signer: Signer): Promise<void> {
  const bytes = signDocument(config, {
    purpose: 'config',
    repositoryId: Buffer.from(config.repositoryId, 'hex'),
    signer,
  })
  const name = createHash('sha256').update(bytes).digest('hex')
  for (const copy of COPIES) await store.put(`config/${copy}-${name}`, bytes)
}

export interface StoredConfig {
  readonly name: string
  /** Keys of its whole copies. */
  readonly keys: readonly string[]
  readonly config: RepositoryConfig
  readonly document: UnverifiedDocument
}

export interface StoredConfigs {
  /**
   * Every distinct one that parses: that with the most copies first, of equally many the lowest name. Which is the
   * repository's is known only when a keyring is open and its signature verifies.
   */
  readonly candidates: readonly StoredConfig[]
  /** Copies that don't hash to their name, or can't be read. */
  readonly damaged: readonly UnreadObject[]
  /** Keys of objects that hash to their name and are no configuration that can be read. */
  readonly foreign: readonly string[]
}

/**
 * Reads every copy. A version that this program does not know, features and algorithms are looked at before any
 * signature, so that another format is named as such: FORMAT_TOO_NEW, FEATURE_UNSUPPORTED, but only where no copy is one
 * that it knows: a stranger's object must not lock a repository. Throws REPOSITORY_NOT_FOUND and
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
  const foreign: string[] = [...unread]
  let error: BackupError | undefined
  for (const { name, keys, bytes } of whole.sort(
    (a, b) => b.keys.length - a.keys.length || (a.name < b.name ? -1 : 1),
  )) {
    try {
      candidates.push({ name, keys, ...parseConfig(bytes) })
    } catch (cause) {
      if (!isBackupError(cause)) throw cause
      error ??= cause
      appendAll(foreign, keys)
    }
  }
  if (candidates.length > 0) return { candidates, damaged, foreign }
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
  repositoryId: isHex(16),
  createdAt: isText,
  hash: isText,
  aead: isText,
  kdf: isText,
  codecs: isList(isText),
  chunker: isText,
  features: hasShape({ read: isList(isText), write: isList(isText), delete: isList(isText) }),
}

function parseConfig(bytes: Uint8Array): Omit<StoredConfig, 'name' | 'keys'> {
  const document = splitDocument(bytes)
  const body = parseBody(document.body)
  // Looked at before anything else, so that another format is named as such, whatever else stands in it.
  checked(body, { format: isText, version: isText }, 'configuration')
  const config = body as unknown as RepositoryConfig
  if (config.format !== 'neonpro-backup-repository')
    throw new BackupError('REPOSITORY_NOT_FOUND', 'The configuration is of another program.')
  if (config.version !== FORMAT_VERSION)
    throw new BackupError('FORMAT_TOO_NEW', `The repository has format ${config.version}.`, {
      context: { version: config.version, known: FORMAT_VERSION },
    })
  checked(body, CONFIG, 'configuration')
  const suite = [config.hash, config.aead, config.kdf].join(' ')
  if (suite !== 'sha-256 aes-256-gcm hkdf-sha-256')
    throw new BackupError('FEATURE_UNSUPPORTED', 'The repository uses other algorithms.', {
      context: { feature: suite },
    })
  requireFeatures(config, 'read')
  return { config, document }
}

/**
 * Throws FEATURE_UNSUPPORTED when the repository asks for something this program does not know for that kind of work.
 */
export function requireFeatures(config: RepositoryConfig, work: 'read' | 'write' | 'delete'): void {
  const unknown = config.features[work]
  if (unknown.length > 0)
    throw new BackupError('FEATURE_UNSUPPORTED', `The repository needs ${unknown.join(', ')} to ${work}.`, {
      context: { feature: unknown.join(', ') },
    })
  if (work === 'write' && config.chunker !== 'window48-v1')
    throw new BackupError('FEATURE_UNSUPPORTED', 'The repository is cut by another chunker.', {
      context: { feature: config.chunker },
    })
}

/** Throws DAMAGED. */
export function verifyConfig(stored: StoredConfig, maintenance: Signer): void {
  verifyDocument(stored.document, {
    purpose: 'config',
    repositoryId: Buffer.from(stored.config.repositoryId, 'hex'),
    signerOf: (id) => (isMaintenanceSigner(id) ? maintenance : undefined),
  })
}
