/**
 * The configuration: docs/format/v1.md section 3. It is read before the keys, and its signature is checked as soon as
 * they are open.
 */
import { RescueError } from './bytes.ts'
import { type Keys, type SignedParts, splitSigned } from './keys.ts'
import { words } from './words.ts'

export interface Config {
  readonly repositoryId: string
  /** Absent where the configuration is lost: then the id is what a keyring says. */
  readonly parts?: SignedParts
  /** Why this program can not read with it. */
  readonly refusal?: RescueError
}

/** Section 3: those that this program knows. */
const VERSIONS = ['v1-rc', 'v1-rc2']
/** Of points of other sources than files the tree is files. */
const FEATURES = ['sources']

/** An object of the folder that hashes to its name, and how often it is there. */
export interface ConfigObject {
  readonly name: string
  readonly bytes: Buffer
  readonly copies: number
}

interface Body {
  readonly format?: unknown
  readonly version?: unknown
  readonly repositoryId?: unknown
  readonly hash?: unknown
  readonly aead?: unknown
  readonly kdf?: unknown
  readonly features?: { readonly read?: unknown }
}

/**
 * In the order in which they count: the one with the most copies first, of equally many the lowest name. Which are the
 * repository's its keyring tells. None where nothing is one.
 */
export function readConfigs(objects: readonly ConfigObject[]): Config[] {
  const configs: Config[] = []
  for (const { bytes } of [...objects].sort((a, b) => b.copies - a.copies || (a.name < b.name ? -1 : 1))) {
    const parts = attempt(() => splitSigned(bytes))
    const body = parts && attempt(() => JSON.parse(parts.body.toString('utf8')) as Body)
    if (!parts || body?.format !== 'neonpro-backup-repository') continue
    const refusal = refusalOf(body)
    configs.push({ repositoryId: String(body.repositoryId), parts, ...(refusal && { refusal }) })
  }
  return configs
}

/** Section 3: a feature that is unknown refuses, wherever the repository's own key has signed it. */
export function requireFeatures(features: unknown): void {
  const needed = (features as Body['features'])?.read
  if (!Array.isArray(needed)) throw unknown(JSON.stringify(features))
  const strange = needed.filter((each) => !FEATURES.includes(String(each)))
  if (strange.length > 0) throw unknown(strange.join(', '))
}

function refusalOf(body: Body): RescueError | undefined {
  try {
    requireKnown(body)
    return undefined
  } catch (error) {
    if (error instanceof RescueError) return error
    throw error
  }
}

function requireKnown(body: Body): void {
  if (!VERSIONS.includes(String(body.version)))
    throw new RescueError(
      words(
        `the repository has format ${String(body.version)}, which this program does not know`,
        `o repositório está no formato ${String(body.version)}, que este programa não conhece`,
      ),
    )
  for (const [value, known] of [
    [body.hash, 'sha-256'],
    [body.aead, 'aes-256-gcm'],
    [body.kdf, 'hkdf-sha-256'],
  ])
    if (value !== known) throw unknown(String(value))
  if (!Array.isArray(body.features?.read)) throw new RescueError('the configuration is damaged')
  requireFeatures(body.features)
}

function unknown(what: string): RescueError {
  return new RescueError(
    words(
      `the repository needs ${what}, which this program does not know`,
      `o repositório exige ${what}, que este programa não conhece`,
    ),
  )
}

function attempt<T>(read: () => T): T | undefined {
  try {
    return read()
  } catch {
    return undefined
  }
}

export function requireSigned(keys: Keys, parts: SignedParts): void {
  if (parts.signer.some((byte) => byte !== 0xff)) throw new RescueError('the configuration is signed by somebody else')
  keys.check(parts, 'config')
}

/** Section 3: one that this program does not know counts where the repository has signed it. */
export function requireNoneUnknown(keys: Keys, stored: readonly Config[]): void {
  for (const { repositoryId, parts, refusal } of stored) {
    if (!refusal || !parts || repositoryId !== keys.repositoryId.toString('hex')) continue
    try {
      requireSigned(keys, parts)
    } catch {
      continue
    }
    throw refusal
  }
}
