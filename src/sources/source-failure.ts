/** What a source throws, as people are told it. */
import { BackupError, type ErrorContext, isBackupError } from '../kernel/backup-error.ts'
import { formsOf, REDACTED, redactText, redactValue, withoutSecrets } from '../kernel/redaction.ts'
import type { DriverSettings, Sources } from './sources.ts'

/** A source, and all that it takes to reach it. */
export interface ReachableSource {
  readonly kind: string
  readonly settings: DriverSettings
}

/** SOURCE_FAILED. `why` is a phrase of contracts/phrases.ts, or what the source itself said. */
export function sourceFailed(source: string, why: string): BackupError {
  return new BackupError('SOURCE_FAILED', `The source failed: ${why}.`, { context: { source, why } })
}

/**
 * The error as it may be shown and logged, without the secrets of the settings: what a library says of a connection may
 * well repeat them, and a driver may pass it on. What a driver did not translate is SOURCE_FAILED with its own words.
 */
export function sourceFailure(error: unknown, sources: Sources, { kind, settings }: ReachableSource): unknown {
  const secrets = secretsOf(sources, kind, settings)
  if (isBackupError(error)) return withoutSecretsOf(error, secrets)
  const why = withoutSecrets(error instanceof Error ? error.message : String(error), secrets)
  return sourceFailed(labelOf(sources, kind, settings), redactText(why).replace(/\.$/, ''))
}

/**
 * Which source it is, for people. One that is made of what is secret is held against it; a user who is called like the
 * password stays.
 */
export function labelOf(sources: Sources, kind: string, settings: DriverSettings): string {
  const driver = sources.driverOf(kind)
  const { shown, secret } = sources.parted(kind, settings)
  const label = driver.label({ ...settings })
  try {
    if (driver.label({ ...shown, ...(masked(secret) as object) }) === label) return label
  } catch {
    // It takes the secrets apart, and finds none.
  }
  return withoutSecrets(label, secretsOf(sources, kind, settings))
}

/** The same one where nothing of it is secret; else without its cause and its stack, which may say it once more. */
function withoutSecretsOf(error: BackupError, secrets: readonly string[]): BackupError {
  const logged = JSON.stringify(redactValue(error))
  const texts = [logged, error.message, ...Object.values(error.context).flat().map(String)]
  if (texts.every((text) => withoutSecrets(text, secrets) === text)) return error
  const safe = (value: ErrorContext[string]): ErrorContext[string] => {
    if (typeof value === 'object') return value.map((each) => withoutSecrets(each, secrets))
    return typeof value === 'string' ? withoutSecrets(value, secrets) : value
  }
  const context = Object.fromEntries(Object.entries(error.context).map(([name, value]) => [name, safe(value)]))
  return new BackupError(error.code, withoutSecrets(error.message, secrets), { context })
}

function secretsOf(sources: Sources, kind: string, settings: DriverSettings): string[] {
  return textsOf(sources.parted(kind, settings).secret).flatMap(formsOf)
}

function masked(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(masked)
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, masked(member)]))
  return typeof value === 'string' ? REDACTED : value
}

function textsOf(value: unknown): string[] {
  if (typeof value === 'object' && value !== null) return Object.values(value).flatMap(textsOf)
  return ['string', 'number', 'bigint'].includes(typeof value) ? [String(value)] : []
}
