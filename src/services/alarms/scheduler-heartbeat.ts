/**
 * The scheduler's own sign of life: HEALTHCHECK_URL without `{slug}`. It stays away when the process is dead, which is
 * the alarm.
 */
import { isBackupError } from '../../kernel/backup-error.ts'
import type { SystemParts } from '../parts.ts'

/** Sends it. False where none is set up or it did not arrive (logged; the next one comes soon). Throws ABORTED. */
export async function schedulerHeartbeat(
  parts: SystemParts,
  { signal }: { readonly signal: AbortSignal },
): Promise<boolean> {
  const url = parts.channels.healthcheckUrl
  const channel = parts.notifiers.find(({ carries }) => carries === 'PING')
  if (!hasHeartbeat(parts) || channel === undefined || url === undefined) return false
  try {
    await channel.deliver(
      { kind: 'PING', signal: 'SUCCESS', name: 'scheduler', url, text: 'scheduler' },
      { signal, key: 'scheduler' },
    )
    return true
  } catch (error) {
    if (isBackupError(error, 'ABORTED')) throw error
    parts.log.warn('the heartbeat did not arrive', {
      cause: isBackupError(error) ? String(error.context['cause']) : String(error),
    })
    return false
  }
}

/** Whether a heartbeat is set up. */
export function hasHeartbeat({ channels: { healthcheckUrl } }: Pick<SystemParts, 'channels'>): boolean {
  return healthcheckUrl !== undefined && !healthcheckUrl.includes('{slug}')
}
