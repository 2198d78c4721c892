/**
 * Configurations and their removal as signed records: what an operator decided outlives the database. A configuration
 * is saved first and recorded then; one that could not be is retried, and the database knows which: those whose
 * `recorded_generation` lags.
 */
import { type Warning, warningOf } from '../../contracts/system/index.ts'
import { putRecord, RecordKind, type Repository } from '../../engine/index.ts'
import { BackupError, isBackupError } from '../../kernel/backup-error.ts'
import { isoTime } from '../../kernel/clock.ts'
import type { ErrorCode } from '../../kernel/error-code.ts'
import { recordControlKey } from '../control-key/index.ts'
import { type RepositoryAccess, RepositoryRole, type SystemParts, withRepository } from '../parts.ts'
import { configValue } from './config-record.ts'
import { recordedRepository } from './repository-record.ts'

/** A store that does not answer must not hold a save. */
const DEADLINE_MS = 30_000

type RecordParts = Pick<SystemParts, 'catalog' | 'tenantId' | 'repositories' | 'log'>

/**
 * Writes the newest state of a configuration, or its removal, into the first repository and into the one that it writes
 * to; and into those that have points of it, if they can be reached. False when it could not be written to the two: the
 * caller says so (RECORD_PENDING), and `retryRecords` tries again. Throws CONFIG_NOT_FOUND.
 */
export async function recordConfig(
  parts: RecordParts,
  configId: string,
  options: AttemptOptions = {},
): Promise<boolean> {
  const config = await readConfig(parts, configId)
  if (config.recorded_generation >= config.generation) return true
  const done: boolean[] = []
  const access = config.repository_id === null ? null : await writtenTo(parts, config.repository_id)
  for (const each of await placesOf(parts, config)) {
    const isWritten = await attempt(parts, each, options, (repository, signal) =>
      writeConfig(parts, repository, { config, access, signal }),
    )
    if (isDemanded(each, config)) done.push(isWritten)
  }
  if (!done.every(Boolean)) return false
  await markRecorded(parts, config)
  return true
}

/** Undefined where it was removed: then the configuration says that it writes to none. */
async function writtenTo(parts: RecordParts, rowId: string): Promise<RepositoryAccess | undefined> {
  return (await parts.repositories.all()).find((each) => each.rowId === rowId)
}

/** The first, the one that it writes to, and those that have points of it. */
async function placesOf(parts: RecordParts, config: ConfigRow): Promise<readonly RepositoryAccess[]> {
  const rows = await parts.catalog.db
    .selectFrom('recovery_points')
    .select('repository_id')
    .distinct()
    .where('tenant_id', '=', parts.tenantId)
    .where('config_id', '=', config.id)
    .where('removed_at', 'is', null)
    .execute()
  const all = await parts.repositories.all()
  return all.filter(
    (each) => isDemanded(each, config) || rows.some(({ repository_id }) => repository_id === each.rowId),
  )
}

function isDemanded({ role, rowId }: RepositoryAccess, { repository_id }: ConfigRow): boolean {
  return role === RepositoryRole.FIRST || rowId === repository_id
}

/** What a save or a removal says of its record in the repository: nothing where it stands there. */
export async function recordWarnings(
  parts: RecordParts & Pick<SystemParts, 'locale'>,
  configId: string,
  options: Pick<AttemptOptions, 'signal'> = {},
): Promise<Warning[]> {
  let refused: ErrorCode | undefined
  let place = ''
  const onRefused = (code: ErrorCode, { label }: RepositoryAccess) => {
    refused = code
    place = label
  }
  if (await recordConfig(parts, configId, { ...options, onRefused })) return []
  return refused === 'REBUILD_NEEDED'
    ? [warningOf('REBUILD_NEEDED', parts.locale, { repository: place })]
    : [warningOf('RECORD_PENDING', parts.locale)]
}

interface AttemptOptions {
  readonly signal?: AbortSignal
  /** Why it could not be written. */
  readonly onRefused?: (code: ErrorCode, where: RepositoryAccess) => void
}

export interface RetryResult {
  readonly recorded: number
  /** Configurations that still stand in the database only. */
  readonly pending: readonly string[]
}

export interface RetryOptions {
  readonly signal?: AbortSignal
  /**
   * Called when something stays pending: with the configurations and since when, so that it can raise an alarm or, when
   * nothing is pending, end one.
   */
  readonly onPending?: (facts: { readonly configIds: readonly string[]; readonly since: Date | null }) => Promise<void>
}

/**
 * Records whatever is not recorded yet: the control key, then configurations and removals. Opens no repository when
 * nothing is due.
 */
export async function retryRecords(parts: RecordParts, options: RetryOptions = {}): Promise<RetryResult> {
  const due = await unrecorded(parts)
  let recorded = 0
  for (const { id } of due) if (await recordConfig(parts, id, options)) recorded += 1
  const left = recorded === due.length ? [] : await unrecorded(parts)
  await options.onPending?.({ configIds: left.map(({ id }) => id), since: left[0]?.updated_at ?? null })
  return { recorded, pending: left.map(({ id }) => id) }
}

/** Oldest first. */
async function unrecorded({
  catalog,
  tenantId,
}: RecordParts): Promise<Array<{ readonly id: string; readonly updated_at: Date }>> {
  return await catalog.db
    .selectFrom('configs')
    .select(['id', 'updated_at'])
    .where('tenant_id', '=', tenantId)
    .whereRef('recorded_generation', '<', 'generation')
    .orderBy('updated_at')
    .execute()
}

/**
 * Opens the repository, sees to it that the control key stands there, and runs. A failure is logged and answered as
 * false.
 */
async function attempt(
  parts: RecordParts,
  access: RepositoryAccess,
  { signal: given, onRefused }: AttemptOptions,
  run: (repository: Repository, signal: AbortSignal) => Promise<void>,
): Promise<boolean> {
  const signal = AbortSignal.any([...(given ? [given] : []), AbortSignal.timeout(DEADLINE_MS)])
  try {
    await using repository = await access.open(signal)
    await recordControlKey(withRepository(parts, access), repository, signal)
    await run(repository, signal)
    return true
  } catch (error) {
    if (!isBackupError(error) && !signal.aborted) throw error
    if (isBackupError(error)) onRefused?.(error.code, access)
    parts.log.warn('a record could not be written into the repository and will be tried again', {
      code: isBackupError(error) ? error.code : 'ABORTED',
      repository: access.name,
    })
    return false
  }
}

type ConfigRow = Awaited<ReturnType<typeof readConfig>>

async function readConfig({ catalog, tenantId }: RecordParts, configId: string) {
  const row = await catalog.db
    .selectFrom('configs')
    .selectAll()
    .where('tenant_id', '=', tenantId)
    .where('id', '=', configId)
    .executeTakeFirst()
  if (row) return row
  throw new BackupError('CONFIG_NOT_FOUND', 'There is no such configuration.', { context: { config: configId } })
}

/** The same generation always has the same content, so that a repetition does no harm. */
async function writeConfig(
  { tenantId }: RecordParts,
  repository: Repository,
  {
    config,
    access,
    signal,
  }: {
    readonly config: ConfigRow
    /** That it writes to; null: the first. */
    readonly access: RepositoryAccess | null | undefined
    readonly signal: AbortSignal
  },
): Promise<void> {
  const { id, generation, name, kind, enabled, settings } = config
  const isRemoved = config.removed_at !== null
  const state = {
    tenantId,
    name,
    kind,
    enabled,
    settings,
    source: config.source_sealed,
    repository: access ? recordedRepository(access) : null,
    createdBy: config.created_by,
    createdAt: isoTime(config.created_at.getTime()),
    updatedAt: isoTime(config.updated_at.getTime()),
  }
  const at = isoTime((config.removed_at ?? config.updated_at).getTime())
  await putRecord(
    repository,
    {
      record: RecordKind.CONFIGURATION,
      subject: id,
      generation,
      at,
      by: config.created_by,
      value: isRemoved ? null : configValue(state),
    },
    signal,
  )
}

async function markRecorded({ catalog }: RecordParts, { id, generation }: ConfigRow): Promise<void> {
  await catalog.db
    .updateTable('configs')
    .set({ recorded_generation: generation })
    .where('id', '=', id)
    .where('recorded_generation', '<', generation)
    .execute()
}
