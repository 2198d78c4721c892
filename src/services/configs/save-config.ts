/**
 * What making and changing a configuration have in common: defaults, checks against disk and other policies, what is
 * said afterwards.
 */
import path from 'node:path'
import {
  type ConfigSettings,
  type ConfigView,
  SourceKind,
  type Warning,
  warningOf,
} from '../../contracts/system/index.ts'
import { BackupError } from '../../kernel/backup-error.ts'
import { nowMs } from '../../kernel/clock.ts'
import { isAtOrBelow } from '../../kernel/real-place.ts'
import { machineZone } from '../../kernel/zone.ts'
import { sourcePurpose } from '../control-key/index.ts'
import { checkPaths, retentionConflicts } from '../execution/index.ts'
import type { RepositoryAccess, SystemParts } from '../parts.ts'
import { recordWarnings } from '../records/index.ts'
import { getConfig } from './list-configs.ts'
import type { ParseDefaults, ParsedConfig } from './parse-config-input.ts'

export interface SavedConfig {
  readonly config: ConfigView
  readonly warnings: readonly Warning[]
}

export interface SaveOptions {
  readonly signal?: AbortSignal
  /** Kinds that have a source. Default: files. */
  readonly kinds?: readonly SourceKind[]
}

const KINDS_HERE: readonly SourceKind[] = [SourceKind.FILES]

export function parseDefaults(parts: Pick<SystemParts, 'locale' | 'defaults'>): ParseDefaults {
  return {
    timezone: machineZone(),
    cwd: process.cwd(),
    locale: parts.locale,
    nowMs: nowMs(),
    system: parts.defaults,
  }
}

/** Throws SOURCE_NOT_AVAILABLE. */
export function assertKind(kind: SourceKind, { kinds = KINDS_HERE }: SaveOptions): void {
  if (!kinds.includes(kind))
    throw new BackupError('SOURCE_NOT_AVAILABLE', `There is no source of the kind ${kind} yet.`, { context: { kind } })
}

/** Throws SOURCE_UNREADABLE, CONFIG_INVALID for a repository inside the source or a source inside the repository. */
export async function checkSource(
  parts: { readonly repository: Pick<RepositoryAccess, 'localRoot'> },
  settings: ConfigSettings,
): Promise<void> {
  if (settings.kind === SourceKind.FILES) await checkPaths(settings, parts.repository)
}

export function warningsAbout(parts: SystemParts, settings: ConfigSettings): Warning[] {
  const { locale, home, keyFiles = [] } = parts
  const holds = (place: string) => settings.paths.find((each) => isAtOrBelow(path.resolve(place), each))
  const homeIn = holds(home)
  return [
    ...retentionConflicts(settings.retention, parts.defaults.retention, locale),
    ...(homeIn === undefined ? [] : [warningOf('HOME_IN_SOURCE', locale, { home, path: homeIn })]),
    ...keyFiles.flatMap((file) => (holds(file) === undefined ? [] : [warningOf('KEY_IN_SOURCE', locale, { file })])),
    ...(settings.databaseLabel !== undefined && isSameDatabase(settings.databaseLabel, parts.catalog.location)
      ? [warningOf('CONTROL_PLANE_INSIDE', locale, { database: settings.databaseLabel })]
      : []),
  ]
}

/** Both without passwords: the same server and database, whoever the user is. */
export function isSameDatabase(one: string, other: string): boolean {
  const placeOf = (url: string) => {
    const [, scheme = '', host = '', port = '', database = ''] =
      /^(\w+):\/\/(?:[^@/]*@)?([^/:?]*)(?::(\d+))?\/?([^?]*)/.exec(url) ?? []
    return /^postgres(ql)?$/.test(scheme)
      ? `${host.toLowerCase().replace(/^(127\.0\.0\.1|::1|\[::1\]|)$/, 'localhost')}:${port || 5432}/${database}`
      : undefined
  }
  return placeOf(one) !== undefined && placeOf(one) === placeOf(other)
}

/** After the commit: into the repository, which is truth. What can't be written there is said and tried again. */
export async function saved(
  parts: SystemParts,
  id: string,
  more: { readonly warnings: readonly Warning[]; readonly signal: AbortSignal | undefined },
): Promise<SavedConfig> {
  const unrecorded = await recordWarnings(parts, id, more.signal ? { signal: more.signal } : {})
  return {
    config: await getConfig(parts, id),
    warnings: [...more.warnings, ...unrecorded],
  }
}

export function sealedSource(parts: SystemParts, id: string, { secretUrl }: ParsedConfig): Buffer | null {
  return secretUrl === undefined ? null : parts.secrets.seal(secretUrl, sourcePurpose(id))
}
