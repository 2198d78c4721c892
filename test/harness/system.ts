/** What services are given, on a real folder and an empty database in memory. */
import { randomBytes, randomUUID } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { type Catalog, DEFAULT_TENANT_ID } from '../../src/catalog/index.ts'
import type { ConfigSettings } from '../../src/contracts/system/index.ts'
import { ObjectType } from '../../src/engine/crypto/index.ts'
import { Repository } from '../../src/engine/index.ts'
import type { JobQueue } from '../../src/jobs/index.ts'
import { isoTime } from '../../src/kernel/clock.ts'
import { silentLog } from '../../src/kernel/log.ts'
import { configTag } from '../../src/services/execution/index.ts'
import type { AuditEvent, RepositoryAccess, SystemParts } from '../../src/services/index.ts'
import { temporaryCatalog } from './catalog.ts'
import { backup, localStore, makeRepository, open, type TestRepository } from './repository.ts'

export interface TestSystem extends AsyncDisposable {
  readonly base: string
  readonly repository: TestRepository
  readonly parts: SystemParts
  /** What the services wrote into the audit log. */
  readonly audited: AuditEvent[]
  /** Subjects of the jobs that were enqueued. */
  readonly enqueued: string[]
}

function accessOf(rowId: string, { folder, kek, stateFolder }: TestRepository): RepositoryAccess {
  return {
    rowId,
    location: { kind: 'LOCAL', path: folder },
    keks: [kek],
    stateDirectory: stateFolder,
    open: () => Repository.open(localStore(folder), [kek]),
    openStore: () => localStore(folder),
  }
}

/** A system in `base`: its repository is `base/repository`. */
export async function testSystem(base: string, given: Partial<SystemParts> = {}): Promise<TestSystem> {
  const own = given.catalog === undefined ? await temporaryCatalog() : undefined
  const catalog = given.catalog ?? own!
  const known = fs.existsSync(path.join(base, 'repository'))
  if (known) throw new Error('there is a system already')
  const repository = await makeRepository(base)
  const rowId = randomUUID()
  await insertTenant(catalog)
  await catalog.db
    .insertInto('repositories')
    .values({ id: rowId, tenant_id: DEFAULT_TENANT_ID, location: repository.folder })
    .execute()
  const audited: AuditEvent[] = []
  const enqueued: string[] = []
  const queue: JobQueue = {
    enqueue: async (job) => void enqueued.push(job.subject),
    enqueueAll: async (jobs) => void enqueued.push(...jobs.map(({ subject }) => subject)),
    work: async () => {},
    stop: async () => {},
    [Symbol.asyncDispose]: async () => {},
  }
  const parts: SystemParts = {
    catalog,
    tenantId: DEFAULT_TENANT_ID,
    queue,
    repository: accessOf(rowId, repository),
    defaults: {},
    channels: {},
    notifiers: [],
    audit: { append: async (event) => void audited.push(event) },
    secrets: { seal: (text) => Buffer.from(text), open: (sealed) => Buffer.from(sealed).toString() },
    log: silentLog,
    worker: { id: randomUUID(), host: 'test', pid: process.pid },
    home: base,
    locale: 'en',
    ...given,
  }
  return { base, repository, parts, audited, enqueued, [Symbol.asyncDispose]: async () => own?.[Symbol.asyncDispose]() }
}

async function insertTenant(catalog: Catalog): Promise<void> {
  await catalog.db
    .insertInto('tenants')
    .values({ id: DEFAULT_TENANT_ID, name: 'default' })
    .onConflict((conflict) => conflict.doNothing())
    .execute()
}

/** A configuration's row, as saving one would write it. Gives its id. */
export async function insertConfig(
  { parts }: Pick<TestSystem, 'parts'>,
  settings: Partial<ConfigSettings> & { readonly paths: readonly string[] },
  row: { readonly name?: string; readonly enabled?: boolean; readonly removed_at?: Date } = {},
): Promise<string> {
  const id = randomUUID()
  const whole: ConfigSettings = {
    kind: 'FILES',
    type: 'INCREMENTAL',
    schedule: { kind: 'MANUAL' },
    timezone: 'UTC',
    filters: {},
    performance: {},
    alertConfig: {},
    priority: 'NORMAL',
    tags: [],
    ...settings,
  }
  await parts.catalog.db
    .insertInto('configs')
    .values({
      id,
      tenant_id: parts.tenantId,
      name: `config ${id}`,
      kind: whole.kind,
      settings: JSON.stringify(whole),
      created_by: 'test',
      ...row,
    })
    .execute()
  return id
}

export interface PlantedSnapshot {
  readonly configId?: string
  readonly source: string
  readonly atMs: number
  readonly isGood: boolean
}

/**
 * Commits snapshots of the past, all with the tree of one real backup of an empty folder, each of a writer of its own:
 * their dates alone say how they follow each other. Gives their names in the order given.
 */
export async function plantSnapshots(
  repository: TestRepository,
  wanted: readonly PlantedSnapshot[],
): Promise<string[]> {
  const empty = path.join(path.dirname(repository.folder), 'empty')
  fs.mkdirSync(empty, { recursive: true })
  const { document } = await backup(repository, empty)
  await using opened = await open(repository)
  const names: string[] = []
  for (const { configId, source, atMs, isGood } of wanted) {
    const at = isoTime(atMs)
    const signer = opened.keys.writer(randomBytes(16))
    const planted = {
      ...document,
      source,
      startedAt: at,
      finishedAt: at,
      writer: signer.id.toString('hex'),
      sequence: 1,
      tags: configId === undefined ? [] : [configTag(configId)],
      skippedCount: isGood ? 0 : 1,
    }
    names.push(await opened.writeDocument(planted, { type: ObjectType.SNAPSHOT, folder: 'snapshots', signer }))
  }
  return names
}
