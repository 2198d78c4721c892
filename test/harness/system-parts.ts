/** What services are given, for tests: a database in memory, a real repository, real channels; and rows to look at. */
import { randomUUID } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { type Catalog, DEFAULT_TENANT_ID } from '../../src/catalog/index.ts'
import type { ConfigSettings, RunState } from '../../src/contracts/system/index.ts'
import type { JobQueue } from '../../src/jobs/index.ts'
import { silentLog } from '../../src/kernel/log.ts'
import type { ChannelSettings, SystemParts } from '../../src/services/index.ts'
import { parseLocation } from '../../src/storage/index.ts'
import { openNotifiers } from '../../src/system/compose-channels.ts'
import { openRepositoryAccess } from '../../src/system/repository-access.ts'
import { temporaryCatalog } from './catalog.ts'
import { rawKey } from './repository.ts'
import { temporaryDirectory } from './temporary-directory.ts'

export interface TestSystem extends AsyncDisposable {
  readonly folder: string
  readonly parts: SystemParts
}

/** Nothing here enqueues. */
const queue: JobQueue = {
  enqueue: () => Promise.reject(new Error('no queue here')),
  enqueueAll: () => Promise.reject(new Error('no queue here')),
  work: () => Promise.reject(new Error('no queue here')),
  stop: () => Promise.resolve(),
  [Symbol.asyncDispose]: () => Promise.resolve(),
}

/** With `catalog`, a tenant of its own in a shared database, which stays: opening one takes a second. */
export async function testSystem(
  options: { readonly channels?: ChannelSettings; readonly catalog?: Catalog } & Partial<
    Pick<SystemParts, 'defaults' | 'locale' | 'log'>
  > = {},
): Promise<TestSystem> {
  const directory = temporaryDirectory()
  const catalog = options.catalog ?? (await temporaryCatalog())
  const tenantId = options.catalog ? randomUUID() : DEFAULT_TENANT_ID
  await catalog.db
    .insertInto('tenants')
    .values([
      { id: DEFAULT_TENANT_ID, name: 'default' },
      ...(options.catalog ? [{ id: tenantId, name: tenantId }] : []),
    ])
    .onConflict((conflict) => conflict.doNothing())
    .execute()
  const home = path.join(directory.path, 'home')
  fs.mkdirSync(home)
  const repository = await openRepositoryAccess(catalog, {
    location: parseLocation(path.join(directory.path, 'repository')),
    keks: [rawKey()],
    stateDirectory: path.join(home, 'state'),
  })
  const channels = options.channels ?? {}
  const parts: SystemParts = {
    catalog,
    tenantId,
    queue,
    repository,
    channels,
    notifiers: openNotifiers(channels),
    home,
    defaults: options.defaults ?? { alertConfig: { minFreeSpace: 0 } },
    locale: options.locale ?? 'en',
    log: options.log ?? silentLog,
    audit: { append: () => Promise.resolve() },
    secrets: { seal: (text) => Buffer.from(text), open: (sealed) => Buffer.from(sealed).toString() },
    worker: { id: randomUUID(), host: 'test', pid: process.pid },
  }
  return {
    folder: directory.path,
    parts,
    [Symbol.asyncDispose]: async () => {
      if (!options.catalog) await catalog[Symbol.asyncDispose]()
      directory[Symbol.dispose]()
    },
  }
}

const DAILY: ConfigSettings = {
  kind: 'FILES',
  paths: ['/srv/documents'],
  type: 'INCREMENTAL',
  schedule: { kind: 'FREQUENCY', frequency: 'DAILY', time: '02:00' },
  timezone: 'America/Sao_Paulo',
  filters: {},
  performance: {},
  alertConfig: {},
  priority: 'NORMAL',
  tags: [],
}

/** Returns its id. */
export async function addConfig(
  { catalog, tenantId }: SystemParts,
  name: string,
  settings: Partial<ConfigSettings> & { readonly enabled?: boolean } = {},
): Promise<string> {
  const id = randomUUID()
  const { enabled = true, ...rest } = settings
  await catalog.db
    .insertInto('configs')
    .values({
      id,
      tenant_id: tenantId,
      name,
      kind: 'FILES',
      settings: JSON.stringify({ ...DAILY, ...rest }),
      enabled,
      created_by: 'test',
    })
    .execute()
  return id
}

export interface RunFacts {
  readonly state: RunState
  /** Milliseconds. */
  readonly at: number
  readonly durationMs?: number
  readonly stats?: object
  readonly skipped?: readonly object[]
  readonly error?: object
  readonly dueAt?: number
  readonly trigger?: string
}

/**
 * A run that was asked for at `at` and, where its state says so, began there and ended after `durationMs` (default one
 * minute). Returns its id.
 */
export async function addRun({ catalog, tenantId }: SystemParts, configId: string, facts: RunFacts): Promise<string> {
  const id = randomUUID()
  const { state, at, durationMs = 60_000 } = facts
  const began = !['PENDING', 'MISSED'].includes(state)
  const ended = !['PENDING', 'RUNNING'].includes(state)
  await catalog.db
    .insertInto('runs')
    .values({
      id,
      tenant_id: tenantId,
      config_id: configId,
      config_name: 'name',
      source: 'source',
      type: 'INCREMENTAL',
      trigger: facts.trigger ?? 'MANUAL',
      state,
      requested_by: 'test',
      created_at: new Date(at),
      started_at: began ? new Date(at) : null,
      finished_at: ended ? new Date(at + (began ? durationMs : 0)) : null,
      due_at: facts.dueAt === undefined ? null : new Date(facts.dueAt),
      stats: facts.stats ? JSON.stringify(facts.stats) : null,
      skipped: facts.skipped ? JSON.stringify(facts.skipped) : null,
      error: facts.error ? JSON.stringify(facts.error) : null,
    })
    .execute()
  return id
}
