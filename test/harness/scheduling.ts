/**
 * A system's parts for tests of scheduling: a real database and a real queue; what scheduling never touches is not
 * there.
 */
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { type Catalog, DEFAULT_TENANT_ID } from '../../src/catalog/index.ts'
import type { RunView, ScheduleSettings } from '../../src/contracts/system/index.ts'
import { type JobQueue, openJobQueue, QUEUE_SCHEMA } from '../../src/jobs/index.ts'
import { type Log, silentLog } from '../../src/kernel/log.ts'
import type { SystemParts } from '../../src/services/index.ts'
import { claimRun, ensureDueTimes, listBackups, type RunClaim } from '../../src/services/scheduling/index.ts'
import { addConfig, type TestConfig } from './rows.ts'
import { insertTenants } from './system.ts'

export interface PartsOptions {
  readonly queue?: JobQueue
  readonly defaults?: SystemParts['defaults']
  readonly workerId?: string
  readonly log?: Log
}

export async function schedulingParts(
  catalog: Catalog,
  { queue, defaults = {}, workerId = randomUUID(), log = silentLog }: PartsOptions = {},
): Promise<SystemParts> {
  await insertTenants(catalog, [DEFAULT_TENANT_ID])
  const there = {
    catalog,
    tenantId: DEFAULT_TENANT_ID,
    queue: queue ?? (await openJobQueue(catalog, { log, isWorker: false })),
    defaults,
    log,
    worker: { id: workerId, host: 'test', pid: process.pid },
    locale: 'en' as const,
  }
  return new Proxy(there as unknown as SystemParts, {
    get: (target, name) => {
      if (typeof name === 'string' && name !== 'then' && !(name in target))
        throw new Error(`Scheduling has no business with parts.${name}.`)
      return Reflect.get(target, name) as unknown
    },
  })
}

export interface PlannedConfig extends Omit<TestConfig, 'source' | 'removedAt'> {
  /** The waiting due time is put here, whatever the schedule says. */
  readonly dueAt?: Date
}

export const everyMinutes = (minutes: number): ScheduleSettings => ({ kind: 'EVERY', every: `${minutes}m` })

/** A configuration with its due time, run by hand unless it says otherwise, over a year old; gives its id. */
export async function planConfig(parts: SystemParts, { dueAt, ...config }: PlannedConfig = {}): Promise<string> {
  const {
    schedule = { kind: 'MANUAL' },
    timezone = 'UTC',
    enabled = true,
    createdAt = new Date(Date.now() - 3_600_000 * 24 * 400 - 1_700_000),
  } = config
  const id = await addConfig(parts, { ...config, schedule, timezone, createdAt })
  await parts.catalog.transaction(async (tx) => {
    await ensureDueTimes(tx, parts, { id, enabled, settings: { schedule, timezone }, createdAt })
    if (dueAt)
      await tx
        .updateTable('due_times')
        .set({ due_at: dueAt, late_at: new Date(dueAt.getTime() + 600_000) })
        .where('config_id', '=', id)
        .execute()
  })
  return id
}

/** Nothing of another test is planned, queued or at work. */
export async function clearScheduling(catalog: Catalog): Promise<void> {
  await catalog.queue.executeSql(
    `delete from ${QUEUE_SCHEMA}.job; delete from neonpro_backup.runs; delete from neonpro_backup.workers; delete from neonpro_backup.configs`,
  )
}

/** The due times of a configuration, earliest first: moment and state. */
export async function dueTimesOf(
  { catalog }: SystemParts,
  configId: string,
): Promise<ReadonlyArray<readonly [atMs: number, state: string]>> {
  const rows = await catalog.db
    .selectFrom('due_times')
    .selectAll()
    .where('config_id', '=', configId)
    .orderBy('due_at')
    .execute()
  return rows.map(({ due_at, state }) => [due_at.getTime(), state] as const)
}

export async function waitingOf(parts: SystemParts, configId: string): Promise<number[]> {
  return (await dueTimesOf(parts, configId)).filter(([, state]) => state === 'WAITING').map(([at]) => at)
}

/** Oldest first. */
export async function runsOf(parts: SystemParts, configId: string): Promise<RunView[]> {
  return (await listBackups(parts, { configId }, { limit: 1000 })).items.toReversed()
}

export async function claimOf(parts: SystemParts, runId: string): Promise<RunClaim> {
  const outcome = await claimRun(parts, runId)
  assert.ok(outcome.kind === 'CLAIMED', outcome.kind)
  return outcome.claim
}
