import { randomUUID } from 'node:crypto'
import {
  CALL_FORMS,
  PRIORITY_RANK,
  Priority,
  type RecoveryOptions,
  type RecoveryRequestView,
  RecoveryType,
} from '../../contracts/system/index.ts'
import { Overwrite } from '../../engine/index.ts'
import { JobKind } from '../../jobs/index.ts'
import { BackupError } from '../../kernel/backup-error.ts'
import type { SystemParts } from '../parts.ts'
import { checkTarget } from './check-target.ts'
import { findPoint, type PointRow } from './points.ts'
import { refuseNesting } from './refuse-nesting.ts'
import { requestView, type StoredOptions } from './request-row.ts'
import { checkSourceTarget } from './source-target.ts'

const OF_FOLDERS = ['targetPath', 'overwrite', 'paths', 'subtree', 'verify', 'deleteExtra'] as const

/**
 * Asks for a restore of a run's or a point's data: request and job commit together, larger priorities go first. Throws
 * POINT_NOT_FOUND, TARGET_REFUSED (inside the repository or HOME, or not to be written to), SOURCE_NOT_AVAILABLE for a
 * moment in time of files, CONFIG_INVALID for options that do not go together, USAGE for a whole point below its own
 * paths; for a source as the target what `checkSourceTarget` throws.
 */
export async function createRecoveryRequest(
  parts: SystemParts,
  asked: { readonly pointOrRunId: string; readonly type: RecoveryType; readonly options: RecoveryOptions },
  by: string,
): Promise<RecoveryRequestView> {
  const { pointOrRunId, type, options } = asked
  checkTargets(options)
  checkType(type, options)
  const point = await findPoint(parts, pointOrRunId)
  const priority = PRIORITY_RANK[options.priority ?? Priority.NORMAL]
  const id = randomUUID()
  const stored: StoredOptions = options.target
    ? { target: await checkSourceTarget(parts, options.target, { point, requestId: id }) }
    : await folderOptions(parts, point, options)
  return await parts.catalog.transaction(async (tx) => {
    const row = await tx
      .insertInto('recovery_requests')
      .values({
        id,
        tenant_id: parts.tenantId,
        point_id: point.id,
        type,
        options: JSON.stringify(stored),
        priority,
        requested_by: by,
      })
      .returningAll()
      .executeTakeFirstOrThrow()
    await parts.queue.enqueue({ kind: JobKind.RECOVERY, subject: id, priority }, tx)
    return requestView(row)
  })
}

async function folderOptions(
  parts: SystemParts,
  point: PointRow,
  { targetPath, subtree, paths, ...options }: RecoveryOptions,
): Promise<StoredOptions> {
  if (targetPath === undefined)
    throw invalid('options.targetPath', 'it is missing', CALL_FORMS['options.targetPath'].en)
  if (subtree === undefined) await refuseNesting(parts, point, targetPath)
  const deleteExtra = options.deleteExtra === true
  return {
    targetPath: await checkTarget(targetPath, parts, deleteExtra),
    overwrite: overwriteOf(options.overwrite),
    paths: paths ?? [],
    ...(subtree !== undefined && { subtree }),
    verify: options.verify ?? true,
    deleteExtra,
  }
}

/** A source takes back a point as it is, and as a whole. */
function checkTargets(options: RecoveryOptions): void {
  if (!options.target) return
  const name = OF_FOLDERS.find((each) => options[each] !== undefined)
  if (name !== undefined) throw invalid(name, 'it can not stand beside target', CALL_FORMS['options.target'].en)
}

function checkType(type: RecoveryType, { paths, at, deleteExtra }: RecoveryOptions): void {
  if (type === RecoveryType.POINT_IN_TIME)
    throw new BackupError('SOURCE_NOT_AVAILABLE', 'Files have points, no moments between them.', {
      context: { kind: RecoveryType.POINT_IN_TIME },
    })
  const isPartial = type === RecoveryType.PARTIAL_RESTORE
  if (isPartial && (paths ?? []).length === 0) throw invalid('paths', 'it is missing', 'a list of paths or globs')
  if (!isPartial && paths !== undefined)
    throw invalid(
      'paths',
      `it has no effect without ${RecoveryType.PARTIAL_RESTORE}`,
      'FULL_RESTORE, or PARTIAL_RESTORE with paths',
    )
  if (isPartial && deleteExtra === true)
    throw invalid(
      'deleteExtra',
      `it has no effect without ${RecoveryType.FULL_RESTORE}`,
      'FULL_RESTORE, or PARTIAL_RESTORE with paths',
    )
  if (at !== undefined)
    throw invalid(
      'at',
      `it has no effect without ${RecoveryType.POINT_IN_TIME}`,
      'FULL_RESTORE, or PARTIAL_RESTORE with paths',
    )
}

function invalid(path: string, why: string, accepted: string): BackupError {
  return new BackupError('CONFIG_INVALID', `${path}: ${why}.`, { context: { path, why, accepted } })
}

function overwriteOf(overwrite: RecoveryOptions['overwrite']): Overwrite {
  if (typeof overwrite === 'string') return overwrite
  return overwrite === undefined ? Overwrite.IF_CHANGED : overwrite ? Overwrite.ALWAYS : Overwrite.NEVER
}
