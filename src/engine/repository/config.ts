/** The repository's configuration object, in three equal copies (docs/format/v1.md section 3). */
import { createHash } from 'node:crypto'
import { BackupError } from '../../kernel/backup-error.ts'
import type { ObjectStore } from '../../storage/index.ts'
import {
  checked,
  hasShape,
  isHex,
  isList,
  isText,
  parseBody,
  type Shape,
  type Signer,
  signDocument,
  splitDocument,
  type UnverifiedDocument,
  verifyDocument,
} from '../crypto/index.ts'

export const FORMAT_VERSION = 'v1-rc'
const COPIES = ['a', 'b', 'c'] as const
const CONFIG_BYTES_MAX = 1024 * 1024

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
  readonly config: RepositoryConfig
  readonly document: UnverifiedDocument
  /** Keys of copies that don't hash to their name. */
  readonly damaged: readonly string[]
}

/**
 * Reads the first whole copy. Throws REPOSITORY_NOT_FOUND, FORMAT_TOO_NEW (before any signature), FEATURE_UNSUPPORTED,
 * DAMAGED.
 */
export async function readConfig(store: ObjectStore, signal?: AbortSignal): Promise<StoredConfig> {
  const damaged: string[] = []
  let found: StoredConfig | undefined
  for await (const { key, bytes: size } of store.list('config/', signal ? { signal } : {})) {
    const name = /^config\/[abc]-([0-9a-f]{64})$/.exec(key)?.[1]
    if (!name) continue
    const bytes = size <= CONFIG_BYTES_MAX ? await store.get(key) : new Uint8Array(0)
    if (createHash('sha256').update(bytes).digest('hex') !== name) damaged.push(key)
    else found ??= parseConfig(bytes, damaged)
  }
  if (found) return found
  if (damaged.length > 0)
    throw new BackupError('DAMAGED', 'Every copy of the configuration is damaged.', {
      context: { object: damaged[0] ?? 'config/' },
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

function parseConfig(bytes: Uint8Array, damaged: readonly string[]): StoredConfig {
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
  return { config, document, damaged }
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

export function verifyConfig(stored: StoredConfig, maintenance: Signer): void {
  verifyDocument(stored.document, {
    purpose: 'config',
    repositoryId: Buffer.from(stored.config.repositoryId, 'hex'),
    signerOf: () => maintenance,
  })
}
