import type { DatabaseTransaction } from '../../catalog/index.ts'
import { RecoveryState, type RemovedRepository, RunState } from '../../contracts/system/index.ts'
import { BackupError } from '../../kernel/backup-error.ts'
import { nowMs } from '../../kernel/clock.ts'
import { type RepositoryAccess, RepositoryRole, type SystemParts } from '../parts.ts'
import { recordRepository } from '../records/index.ts'

/**
 * Forgets a repository that nothing writes to. What is stored there stays as it is; its points are listed no more,
 * until it is added again. Throws REPOSITORY_UNKNOWN, REPOSITORY_IN_USE naming what uses it, and what opening the first
 * throws, which has its record; then all is as it was.
 */
export async function removeRepository(parts: SystemParts, name: string, by: string): Promise<RemovedRepository> {
  const access = await parts.repositories.named(name)
  if (access.role === RepositoryRole.FIRST)
    throw inUse(access, 'it is the first, which has the records and the audit log of the system')
  await using first = await parts.repositories.first.open()
  const points = await parts.catalog.transaction(async (tx) => {
    // A configuration that is about to write there waits for this, and is refused.
    await tx.selectFrom('repositories').select('id').where('id', '=', access.rowId).forUpdate().execute()
    await refuseUsed(tx, access)
    const now = new Date(nowMs())
    await tx.updateTable('repositories').set({ removed_at: now }).where('id', '=', access.rowId).execute()
    const gone = await tx
      .updateTable('recovery_points')
      .set({ removed_at: now })
      .where('repository_id', '=', access.rowId)
      .where('removed_at', 'is', null)
      .executeTakeFirstOrThrow()
    await recordRepository(first, { repositoryId: access.repositoryId ?? '', tenantId: parts.tenantId, by }, null)
    return Number(gone.numUpdatedRows)
  })
  parts.log.info('a repository was removed', { repository: access.name, location: access.label, by })
  return { name: access.name, location: access.label, points }
}

async function refuseUsed(tx: DatabaseTransaction, access: RepositoryAccess): Promise<void> {
  const configs = await tx
    .selectFrom('configs')
    .select('name')
    .where('repository_id', '=', access.rowId)
    .where('removed_at', 'is', null)
    .orderBy('name')
    .execute()
  if (configs.length > 0)
    throw inUse(access, `configurations write to it: ${configs.map(({ name }) => name).join(', ')}`)
  const run = await tx
    .selectFrom('runs')
    .innerJoin('configs', 'configs.id', 'runs.config_id')
    .select('runs.id')
    .where('configs.repository_id', '=', access.rowId)
    .where('runs.state', '=', RunState.RUNNING)
    .executeTakeFirst()
  if (run) throw inUse(access, 'a run writes to it')
  const recovery = await tx
    .selectFrom('recovery_requests')
    .innerJoin('recovery_points', 'recovery_points.id', 'recovery_requests.point_id')
    .select('recovery_requests.id')
    .where('recovery_points.repository_id', '=', access.rowId)
    .where('recovery_requests.state', 'in', [RecoveryState.PENDING, RecoveryState.RUNNING])
    .executeTakeFirst()
  if (recovery) throw inUse(access, 'a recovery from it is under way')
}

function inUse({ name }: RepositoryAccess, why: string): BackupError {
  return new BackupError('REPOSITORY_IN_USE', `The repository ${name} is in use: ${why}.`, {
    context: { repository: name, why },
  })
}
