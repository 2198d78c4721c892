import { type RecoveryRequestView, RecoveryState } from '../../contracts/system/index.ts'
import { nowMs } from '../../kernel/clock.ts'
import type { SystemParts } from '../parts.ts'
import { findRequest, requestView } from './request-row.ts'

/** How far a request is; `progress` is 0–100 while it runs. Throws REQUEST_NOT_FOUND. */
export async function getRecoveryStatus(parts: SystemParts, requestId: string): Promise<RecoveryRequestView> {
  return requestView(await findRequest(parts, requestId))
}

/**
 * One that waits is cancelled at once, one that runs within a second or two: what was restored by then stays whole. One
 * that is over stays as it is. Throws REQUEST_NOT_FOUND.
 */
export async function cancelRecovery(
  parts: SystemParts,
  requestId: string,
  _by?: string,
): Promise<RecoveryRequestView> {
  const { id } = await findRequest(parts, requestId)
  await parts.catalog.transaction(async (tx) => {
    const now = new Date(nowMs())
    await tx
      .updateTable('recovery_requests')
      .set({ state: RecoveryState.CANCELLED, cancel_requested_at: now, finished_at: now })
      .where('id', '=', id)
      .where('state', '=', RecoveryState.PENDING)
      .execute()
    await tx
      .updateTable('recovery_requests')
      .set({ cancel_requested_at: now })
      .where('id', '=', id)
      .where('state', '=', RecoveryState.RUNNING)
      .where('cancel_requested_at', 'is', null)
      .execute()
  })
  return await getRecoveryStatus(parts, id)
}
