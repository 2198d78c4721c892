/**
 * A system's parts for tests of scheduling: a real database and a real queue; what scheduling never touches is not
 * there.
 */
import { randomUUID } from 'node:crypto'
import { type Catalog, DEFAULT_TENANT_ID } from '../../src/catalog/index.ts'
import {
  BackupType,
  type ConfigSettings,
  Priority,
  type ScheduleSettings,
  SourceKind,
} from '../../src/contracts/system/index.ts'
import { type JobQueue, openJobQueue } from '../../src/jobs/index.ts'
import { type Log, silentLog } from '../../src/kernel/log.ts'
import type { SystemParts } from '../../src/services/index.ts'
import { ensureDueTimes } from '../../src/services/scheduling/index.ts'

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
  await catalog.db
    .insertInto('tenants')
    .values({ id: DEFAULT_TENANT_ID, name: 'default' })
    .onConflict((conflict) => conflict.doNothing())
    .execute()
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

export interface TestConfig {
  readonly name?: string
  readonly schedule?: ScheduleSettings
  readonly timezone?: string
  readonly performance?: ConfigSettings['performance']
  readonly priority?: Priority
  readonly enabled?: boolean
  readonly createdAt?: Date
  /** The waiting due time is put here, whatever the schedule says. */
  readonly dueAt?: Date
}

export const everyMinutes = (minutes: number): ScheduleSettings => ({ kind: 'EVERY', every: `${minutes}m` })

export function testSettings({
  schedule = { kind: 'MANUAL' },
  timezone = 'UTC',
  performance = {},
  priority = Priority.NORMAL,
}: TestConfig = {}): ConfigSettings {
  return {
    kind: SourceKind.FILES,
    paths: ['/srv/records'],
    type: BackupType.INCREMENTAL,
    schedule,
    timezone,
    filters: {},
    performance,
    alertConfig: {},
    priority,
    tags: [],
  }
}

/** A configuration with its due time; gives its id. */
export async function insertConfig(parts: SystemParts, config: TestConfig = {}): Promise<string> {
  const id = randomUUID()
  const {
    name = `config ${id.slice(0, 8)}`,
    enabled = true,
    createdAt = new Date(Date.now() - 3_600_000 * 24 * 400 - 1_700_000),
    dueAt,
  } = config
  const settings = testSettings(config)
  await parts.catalog.transaction(async (tx) => {
    await tx
      .insertInto('configs')
      .values({
        id,
        tenant_id: parts.tenantId,
        name,
        kind: settings.kind,
        settings: JSON.stringify(settings),
        enabled,
        created_by: 'test',
        created_at: createdAt,
      })
      .execute()
    await ensureDueTimes(tx, parts, { id, enabled, settings, createdAt })
    if (dueAt)
      await tx
        .updateTable('due_times')
        .set({ due_at: dueAt, late_at: new Date(dueAt.getTime() + 600_000) })
        .where('config_id', '=', id)
        .execute()
  })
  return id
}
