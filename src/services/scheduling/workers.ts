/** Which processes are at work. Heartbeats and their age go by the database's clock. */
import { sql } from 'kysely'
import { CatalogKind } from '../../catalog/index.ts'
import type { SchedulerStatus } from '../../contracts/system/index.ts'
import { isoTime } from '../../kernel/clock.ts'
import type { SystemParts } from '../parts.ts'

export interface WorkerRoles {
  /** Makes runs of due times. */
  readonly scheduler: boolean
  /** Carries runs out. */
  readonly worker: boolean
}

const SCHEDULER = 'scheduler'
const WORKER = 'worker'
const SILENT_SECONDS = 60
const KEEP_DAYS = 7

/** Makes this process known, and forgets those that ended long ago. */
export async function registerWorker(parts: SystemParts, roles: WorkerRoles): Promise<void> {
  const { id, host, pid } = parts.worker
  const role = [roles.scheduler && SCHEDULER, roles.worker && WORKER].filter((name) => name !== false).join(',')
  const now = sql<Date>`clock_timestamp()`
  await parts.catalog.transaction(async (tx) => {
    await tx
      .deleteFrom('workers')
      .where('heartbeat_at', '<', sql<Date>`clock_timestamp() - make_interval(days => ${KEEP_DAYS})`)
      .where('id', '!=', id)
      .execute()
    await tx
      .insertInto('workers')
      .values({ id, host, pid, role, started_at: now, heartbeat_at: now })
      .onConflict((conflict) => conflict.column('id').doUpdateSet({ role, heartbeat_at: now, stopped_at: null }))
      .execute()
  })
}

export async function heartbeatWorker(parts: SystemParts): Promise<void> {
  await parts.catalog.db
    .updateTable('workers')
    .set({ heartbeat_at: sql<Date>`clock_timestamp()` })
    .where('id', '=', parts.worker.id)
    .execute()
}

/** What it still holds may be taken over at once. */
export async function stopWorker(parts: SystemParts): Promise<void> {
  await parts.catalog.db
    .updateTable('workers')
    .set({ stopped_at: sql<Date>`clock_timestamp()` })
    .where('id', '=', parts.worker.id)
    .execute()
}

/** Whether a live process makes runs of due times. */
export async function schedulerAlive(parts: SystemParts): Promise<boolean> {
  return (await liveWorkers(parts)).some(isScheduler)
}

export function isScheduler({ role }: { readonly role: string }): boolean {
  return role.split(',').includes(SCHEDULER)
}

/** Whether a live process carries runs out. */
export async function workerAlive(parts: SystemParts): Promise<boolean> {
  return (await liveWorkers(parts)).some(isWorker)
}

/**
 * The newest sign of life of a process that carries runs out, as the database dates it; undefined where none is known.
 */
export async function newestHeartbeat(parts: SystemParts): Promise<string | undefined> {
  const workers = (await liveWorkers(parts)).filter(isWorker)
  return workers
    .map(({ id, heartbeatAt }) => `${heartbeatAt} ${id}`)
    .sort()
    .at(-1)
}

function isWorker({ role }: { readonly role: string }): boolean {
  return role.split(',').includes(WORKER)
}

/** The embedded database has one process: whoever else has a row there is gone. */
export async function liveWorkers(parts: SystemParts): Promise<SchedulerStatus['workers']> {
  const rows = await parts.catalog.db
    .selectFrom('workers')
    .select(['id', 'host', 'pid', 'role', 'started_at', 'heartbeat_at'])
    .where('stopped_at', 'is', null)
    .where('heartbeat_at', '>', sql<Date>`clock_timestamp() - make_interval(secs => ${SILENT_SECONDS})`)
    .$if(parts.catalog.kind === CatalogKind.EMBEDDED, (query) => query.where('id', '=', parts.worker.id))
    .orderBy('started_at')
    .execute()
  return rows.map(({ id, host, pid, role, started_at, heartbeat_at }) => ({
    id,
    host,
    pid,
    role,
    startedAt: isoTime(started_at.getTime()),
    heartbeatAt: isoTime(heartbeat_at.getTime()),
  }))
}
