/**
 * The configuration: docs/format/v1.md section 3. It is read before the keys, and its signature is checked as soon as
 * they are open.
 */
import { RescueError } from './bytes.ts'
import { type SignedParts, splitSigned } from './keys.ts'
import { words } from './words.ts'

export interface Config {
  readonly repositoryId: string
  /** Absent where the configuration is lost: then the id is what a keyring says. */
  readonly parts?: SignedParts
}

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
 * Those that this program can read, in the order in which they count: the one with the most copies first, of equally
 * many the lowest name. Which is the repository's its keyring tells. None where nothing can be read.
 */
export function readConfigs(objects: readonly ConfigObject[]): Config[] {
  const configs: Config[] = []
  let refused: unknown
  for (const { bytes } of [...objects].sort((a, b) => b.copies - a.copies || (a.name < b.name ? -1 : 1))) {
    const parts = attempt(() => splitSigned(bytes))
    const body = parts && attempt(() => JSON.parse(parts.body.toString('utf8')) as Body)
    if (!parts || body?.format !== 'neonpro-backup-repository') continue
    try {
      requireKnown(body)
      configs.push({ repositoryId: String(body.repositoryId), parts })
    } catch (error) {
      refused ??= error
    }
  }
  if (configs.length === 0 && refused !== undefined) throw refused
  return configs
}

function requireKnown(body: Body): void {
  if (body.version !== 'v1-rc')
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
  const needed = body.features?.read
  if (!Array.isArray(needed)) throw new RescueError('the configuration is damaged')
  if (needed.length > 0) throw unknown(needed.join(', '))
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
