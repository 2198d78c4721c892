/**
 * A system for tests: everything that services are given, over a real repository and an empty database in memory. Only
 * what leaves the process is written down instead: jobs and acts.
 */
import { randomBytes, randomUUID } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { type Catalog, DEFAULT_TENANT_ID } from '../../src/catalog/index.ts'
import { ObjectType } from '../../src/engine/crypto/index.ts'
import type { Kek } from '../../src/engine/index.ts'
import type { JobQueue } from '../../src/jobs/index.ts'
import { isoTime } from '../../src/kernel/clock.ts'
import { silentLog } from '../../src/kernel/log.ts'
import { configTag } from '../../src/services/execution/index.ts'
import {
  type AuditEvent,
  type RepositoryAccess,
  type SystemParts,
  type WithRepository,
  withRepository,
} from '../../src/services/index.ts'
import { parseLocation } from '../../src/system/compose.ts'
import { openNotifiers } from '../../src/system/compose-channels.ts'
import { sources } from '../../src/system/compose-sources.ts'
import { openRepositoryAccess } from '../../src/system/repository-access.ts'
import { SystemRepositories } from '../../src/system/system-repositories.ts'
import { temporaryCatalog } from './catalog.ts'
import { backup, open, rawKey, type TestRepository } from './repository.ts'
import { temporaryDirectory } from './temporary-directory.ts'

export interface TestSystem extends AsyncDisposable {
  /** Where it lies: its repository is `folder/repository`. */
  readonly folder: string
  readonly parts: SystemParts
  /** The same repository, as tests of the engine take it. */
  readonly repository: TestRepository
  /** What the services wrote into the audit log. */
  readonly audited: AuditEvent[]
  /** Subjects of the jobs that were enqueued. */
  readonly enqueued: string[]
}

/** Parts of the caller's own are taken as they are. A catalog of the caller's stays open. */
export interface TestSystemOptions extends Partial<Omit<SystemParts, 'repositories'>> {
  /** A folder of the caller's, with the repository that is there; else one that goes with the system. */
  readonly folder?: string
  /** Of the repository, newest first. */
  readonly keks?: readonly Kek[]
}

/**
 * With `catalog`, a tenant of its own in a shared database unless `tenantId` says which: opening one takes a second.
 */
export async function testSystem(options: TestSystemOptions = {}): Promise<TestSystem> {
  const { folder: given, keks = [rawKey()], ...own } = options
  const directory = given === undefined ? temporaryDirectory() : undefined
  const folder = given ?? directory!.path
  const catalog = own.catalog ?? (await temporaryCatalog())
  const tenantId = own.tenantId ?? (own.catalog ? randomUUID() : DEFAULT_TENANT_ID)
  const home = own.home ?? path.join(folder, 'home')
  await insertTenants(catalog, [DEFAULT_TENANT_ID, tenantId])
  fs.mkdirSync(home, { recursive: true })
  if (given === undefined) await forgetRepositories(catalog)
  const location = parseLocation(path.join(folder, 'repository'))
  const stateDirectory = path.join(home, 'state')
  const repository = await openRepositoryAccess(catalog, { location, keks, stateDirectory })
  const audited: AuditEvent[] = []
  const enqueued: string[] = []
  const parts: SystemParts = {
    catalog,
    tenantId,
    queue: recordingQueue(enqueued),
    repositories: new SystemRepositories({ catalog, first: repository, home, locate: (text) => parseLocation(text) }),
    sources,
    channels: {},
    notifiers: openNotifiers(own.channels ?? {}),
    home,
    settings: [],
    defaults: { alertConfig: { minFreeSpace: 0 } },
    locale: 'en',
    log: silentLog,
    audit: { append: async (event) => void audited.push(event) },
    secrets: { seal: (text) => Buffer.from(text), open: (sealed) => Buffer.from(sealed).toString() },
    worker: { id: randomUUID(), host: 'test', pid: process.pid },
    ...own,
  }
  return {
    folder,
    parts,
    repository: { folder: repository.localRoot!, kek: keks[0]!, stateFolder: stateDirectory },
    audited,
    enqueued,
    [Symbol.asyncDispose]: async () => {
      if (!own.catalog) await catalog[Symbol.asyncDispose]()
      directory?.[Symbol.dispose]()
    },
  }
}

/** A database knows one repository for good; tests that share one have each their own. */
async function forgetRepositories({ db }: Catalog): Promise<void> {
  await db.updateTable('repositories').set({ repository_id: null }).execute()
}

/** The same parts over another first repository. */
export function withFirst<Parts extends SystemParts>(parts: Parts, first: RepositoryAccess): Parts {
  const { catalog, home } = parts
  const repositories = new SystemRepositories({ catalog, first, home, locate: (text) => parseLocation(text) })
  return { ...parts, repositories }
}

/** Of what works in one repository: in the first. */
export function inFirst<Parts extends Pick<SystemParts, 'repositories'>>(parts: Parts): WithRepository<Parts> {
  return withRepository(parts, parts.repositories.first)
}

function recordingQueue(enqueued: string[]): JobQueue {
  return {
    enqueue: async (job) => void enqueued.push(job.subject),
    enqueueAll: async (jobs) => void enqueued.push(...jobs.map(({ subject }) => subject)),
    work: async () => {},
    stop: async () => {},
    [Symbol.asyncDispose]: async () => {},
  }
}

/** Those that are there already stay. */
export async function insertTenants(catalog: Catalog, ids: readonly string[]): Promise<void> {
  await catalog.db
    .insertInto('tenants')
    .values([...new Set(ids)].map((id) => ({ id, name: id === DEFAULT_TENANT_ID ? 'default' : id })))
    .onConflict((conflict) => conflict.doNothing())
    .execute()
}

export interface PlantedSnapshot {
  readonly configId?: string
  readonly source: string
  readonly atMs: number
  readonly isGood: boolean
  /** Made after the one before it, whatever its date says. */
  readonly follows?: boolean
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
  for (const { configId, source, atMs, isGood, follows } of wanted) {
    const at = isoTime(atMs)
    const signer = opened.keys.writer(randomBytes(16))
    const planted = {
      ...document,
      source,
      startedAt: at,
      finishedAt: at,
      writer: signer.id.toString('hex'),
      sequence: 1,
      ...(follows === true && { parent: names.at(-1) ?? null }),
      tags: configId === undefined ? [] : [configTag(configId)],
      skippedCount: isGood ? 0 : 1,
    }
    names.push(await opened.writeDocument(planted, { type: ObjectType.SNAPSHOT, folder: 'snapshots', signer }))
  }
  return names
}
