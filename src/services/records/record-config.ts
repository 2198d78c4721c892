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
import type { SystemParts } from '../parts.ts'
import { configValue } from './config-record.ts'

/** A store that does not answer must not hold a save. */
const DEADLINE_MS = 30_000

type RecordParts = Pick<SystemParts, 'catalog' | 'tenantId' | 'repository' | 'log'>

/**
 * Writes the newest state of a configuration, or its removal, into the repository. False when it could not be written:
 * the caller says so (RECORD_PENDING), and `retryRecords` tries again. Throws CONFIG_NOT_FOUND.
 */
export async function recordConfig(
  parts: RecordParts,
  configId: string,
  options: AttemptOptions = {},
): Promise<boolean> {
  const config = await readConfig(parts, configId)
  if (config.recorded_generation >= config.generation) return true
  return await attempt(parts, options, async (repository, signal) => writeConfig(parts, repository, { config, signal }))
}

/** What a save or a removal says of its record in the repository: nothing where it stands there. */
export async function recordWarnings(
  parts: RecordParts & Pick<SystemParts, 'locale'>,
  configId: string,
  options: Pick<AttemptOptions, 'signal'> = {},
): Promise<Warning[]> {
  let refused: ErrorCode | undefined
  const onRefused = (code: ErrorCode) => {
    refused = code
  }
  if (await recordConfig(parts, configId, { ...options, onRefused })) return []
  return refused === 'REBUILD_NEEDED'
    ? [warningOf('REBUILD_NEEDED', parts.locale, { repository: parts.repository.label })]
    : [warningOf('RECORD_PENDING', parts.locale)]
}

interface AttemptOptions {
  readonly signal?: AbortSignal
  /** Why it could not be written. */
  readonly onRefused?: (code: ErrorCode) => void
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
  if (due.length > 0) {
    await attempt(parts, options, async (repository, signal) => {
      for (const { id } of due) {
        await writeConfig(parts, repository, { config: await readConfig(parts, id), signal })
        recorded += 1
      }
    })
  }
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
  { signal: given, onRefused }: AttemptOptions,
  run: (repository: Repository, signal: AbortSignal) => Promise<void>,
): Promise<boolean> {
  const signal = AbortSignal.any([...(given ? [given] : []), AbortSignal.timeout(DEADLINE_MS)])
  try {
    await using repository = await parts.repository.open(signal)
    await recordControlKey(parts, repository, signal)
    await run(repository, signal)
    return true
  } catch (error) {
    if (!isBackupError(error) && !signal.aborted) throw error
    if (isBackupError(error)) onRefused?.(error.code)
    parts.log.warn('a record could not be written into the repository and will be tried again', {
      code: isBackupError(error) ? error.code : 'ABORTED',
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
  { catalog, tenantId }: RecordParts,
  repository: Repository,
  { config, signal }: { readonly config: ConfigRow; readonly signal: AbortSignal },
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
  await catalog.db
    .updateTable('configs')
    .set({ recorded_generation: generation })
    .where('id', '=', id)
    .where('recorded_generation', '<', generation)
    .execute()
}
