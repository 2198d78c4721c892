/**
 * What making and changing a configuration have in common: defaults, checks against disk and other policies, what is
 * said afterwards.
 */
import path from 'node:path'
import type { DatabaseTransaction } from '../../catalog/index.ts'
import { type ConfigSettings, type ConfigView, isFiles, type Warning, warningOf } from '../../contracts/system/index.ts'
import { BackupError } from '../../kernel/backup-error.ts'
import { nowMs } from '../../kernel/clock.ts'
import { isAtOrBelow } from '../../kernel/real-place.ts'
import { machineZone } from '../../kernel/zone.ts'
import { sealSource } from '../control-key/index.ts'
import { retentionConflicts } from '../execution/index.ts'
import { type RepositoryAccess, RepositoryRole, type SystemParts } from '../parts.ts'
import { recordWarnings } from '../records/index.ts'
import { getConfig } from './list-configs.ts'
import type { ParseDefaults, ParsedConfig } from './parse-config-input.ts'

export interface SavedConfig {
  readonly config: ConfigView
  readonly warnings: readonly Warning[]
}

export interface SaveOptions {
  readonly signal?: AbortSignal
}

export function parseDefaults(parts: Pick<SystemParts, 'locale' | 'defaults' | 'sources'>): ParseDefaults {
  return {
    timezone: machineZone(),
    cwd: process.cwd(),
    locale: parts.locale,
    nowMs: nowMs(),
    system: parts.defaults,
    sources: parts.sources,
  }
}

/**
 * The one that is asked for, opened: what can't be opened now takes no configuration. Undefined: none was asked for.
 * Throws REPOSITORY_UNKNOWN, REPOSITORY_MISSING and what opening throws.
 */
export async function askedRepository(
  { repositories }: SystemParts,
  asked: string | null | undefined,
): Promise<RepositoryAccess | undefined> {
  if (asked === undefined) return undefined
  const access = asked === null ? repositories.first : await repositories.named(asked)
  await using _opened = await access.open()
  return access
}

/** As the row has it; held against a removal at the same moment. Throws REPOSITORY_UNKNOWN. */
export async function heldRepositoryId(
  tx: DatabaseTransaction,
  { role, rowId, name }: RepositoryAccess,
): Promise<string | null> {
  if (role === RepositoryRole.FIRST) return null
  const row = await tx
    .selectFrom('repositories')
    .select('id')
    .where('id', '=', rowId)
    .where('removed_at', 'is', null)
    .forShare()
    .executeTakeFirst()
  if (row) return row.id
  throw new BackupError('REPOSITORY_UNKNOWN', 'The repository was removed meanwhile.', {
    context: { repository: name },
  })
}

export function warningsAbout(parts: SystemParts, settings: ConfigSettings): Warning[] {
  const { locale, home, keyFiles = [] } = parts
  const { source } = settings
  const paths = isFiles(source) ? source.paths : []
  const holds = (place: string) => paths.find((each) => isAtOrBelow(path.resolve(place), each))
  const homeIn = holds(home)
  return [
    ...retentionConflicts(settings.retention, parts.defaults.retention, locale),
    ...(homeIn === undefined ? [] : [warningOf('HOME_IN_SOURCE', locale, { home, path: homeIn })]),
    ...keyFiles.flatMap((file) => (holds(file) === undefined ? [] : [warningOf('KEY_IN_SOURCE', locale, { file })])),
    ...(!isFiles(source) && isSameDatabase(source.label, parts.catalog.location)
      ? [warningOf('CONTROL_PLANE_INSIDE', locale, { database: source.label })]
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

/** Null where nothing of it is secret. */
export function sealedSource(parts: SystemParts, id: string, { settings, reach }: ParsedConfig): Buffer | null {
  if (reach === undefined) return null
  return sealSource(parts.secrets, id, parts.sources.parted(settings.source.kind, reach).secret)
}
