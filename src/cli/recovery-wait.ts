/** Follows a restore that the system does. Bounded as a wait for a run is: without anybody who does it, it says so. */
import type { RecoveryRequestView, SchedulerStatus } from '../contracts/system/index.ts'
import { BackupError } from '../kernel/backup-error.ts'
import { monotonicNs } from '../kernel/clock.ts'
import { sleep } from '../kernel/timer.ts'

const POLL_MS = 300
const SILENT_MS = 60_000
/** A worker hears of a cancellation within a second or two, a busy machine later. */
const CANCEL_MS_MAX = 20_000

export interface RecoveryFollowed {
  readonly look: () => Promise<RecoveryRequestView>
  readonly workers: () => Promise<SchedulerStatus['workers']>
}

/**
 * The request when it is over. Throws ABORTED, and NO_WORKER after `silentMs` (default 60 s) without a sign of life of
 * a process that carries it out; the request stays as it is.
 */
export async function waitForRecovery(
  { look, workers }: RecoveryFollowed,
  { signal, silentMs = SILENT_MS }: { readonly signal?: AbortSignal; readonly silentMs?: number } = {},
): Promise<RecoveryRequestView> {
  let heardNs = monotonicNs()
  let newest = ''
  for (;;) {
    const request = await look()
    if (isOver(request)) return request
    const beat = newestBeat(await workers())
    if (beat !== newest) heardNs = monotonicNs()
    newest = beat
    if (monotonicNs() - heardNs >= BigInt(silentMs) * 1_000_000n)
      throw new BackupError('NO_WORKER', `Nothing carries out the restore ${request.id}.`, {
        context: { recovery: request.id, name: request.id },
      })
    await sleep(Math.min(POLL_MS, silentMs), signal ? { signal } : {})
  }
}

/**
 * A request that nobody waits for any more must not be carried out in silence, now or by the next worker. Gives it once
 * it is over, or as it was last seen after `waitMs` (default 20 s). Throws what the call to cancel it throws.
 */
export async function cancelAndWait(
  { cancel, look }: { readonly cancel: () => Promise<RecoveryRequestView>; readonly look: RecoveryFollowed['look'] },
  { waitMs = CANCEL_MS_MAX }: { readonly waitMs?: number } = {},
): Promise<RecoveryRequestView> {
  const endNs = monotonicNs() + BigInt(waitMs) * 1_000_000n
  let request = await cancel()
  while (!isOver(request) && monotonicNs() < endNs) {
    await sleep(Math.min(POLL_MS, waitMs))
    request = await look().catch(() => request)
  }
  return request
}

function isOver({ state }: RecoveryRequestView): boolean {
  return state !== 'PENDING' && state !== 'RUNNING'
}

function newestBeat(workers: SchedulerStatus['workers']): string {
  const beats = workers.filter(({ role }) => role.split(',').includes('worker'))
  return (
    beats
      .map(({ heartbeatAt, id }) => `${heartbeatAt} ${id}`)
      .sort()
      .at(-1) ?? ''
  )
}
