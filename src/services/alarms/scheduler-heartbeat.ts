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
    causes.set(parts.notifiers, null)
    return true
  } catch (error) {
    if (isBackupError(error, 'ABORTED')) throw error
    const cause = isBackupError(error) ? String(error.context['cause']) : String(error)
    causes.set(parts.notifiers, cause)
    parts.log.warn('the heartbeat did not arrive', { cause })
    return false
  }
}

/** What became of the last heartbeat of this process, by the channels that it went through. */
const causes = new WeakMap<SystemParts['notifiers'], string | null>()

/** Why the last heartbeat of this process did not arrive; null where it did or none was sent. */
export function lastHeartbeatCause({ notifiers }: Pick<SystemParts, 'notifiers'>): string | null {
  return causes.get(notifiers) ?? null
}

/** Whether a heartbeat is set up. */
export function hasHeartbeat({ channels: { healthcheckUrl } }: Pick<SystemParts, 'channels'>): boolean {
  return healthcheckUrl !== undefined && !healthcheckUrl.includes('{slug}')
}
