/** What a source throws, as people are told it. */
import { BackupError, isBackupError } from '../kernel/backup-error.ts'
import { REDACTED, redactText } from '../kernel/redaction.ts'
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
 * The error as it may be shown. What a driver did not translate is SOURCE_FAILED with its own words, without the secrets
 * of the settings: what a library says of a connection may well repeat them.
 */
export function sourceFailure(error: unknown, sources: Sources, { kind, settings }: ReachableSource): unknown {
  if (isBackupError(error)) return error
  const { secret } = sources.parted(kind, settings)
  const said = error instanceof Error ? error.message : String(error)
  const why = textsOf(secret).reduce((text, each) => text.replaceAll(each, REDACTED), said)
  return sourceFailed(sources.driverOf(kind).label(settings), redactText(why).replace(/\.$/, ''))
}

function textsOf(value: unknown): string[] {
  if (typeof value === 'string') return value === '' ? [] : [value]
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsOf) : []
}
