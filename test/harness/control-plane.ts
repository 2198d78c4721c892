/**
 * A control plane for tests: an embedded database in memory, a real repository on disk, the open control key and audit
 * log.
 */
import { randomUUID } from 'node:crypto'
import path from 'node:path'
import { type Catalog, DEFAULT_TENANT_ID } from '../../src/catalog/index.ts'
import type { Kek } from '../../src/engine/index.ts'
import { silentLog } from '../../src/kernel/log.ts'
import { openAuditLog } from '../../src/services/audit/index.ts'
import { type ControlKey, openControlKey, sourcePurpose } from '../../src/services/control-key/index.ts'
import type { AuditLog, RepositoryAccess, SystemParts } from '../../src/services/index.ts'
import { parseLocation } from '../../src/storage/index.ts'
import { openRepositoryAccess } from '../../src/system/repository-access.ts'
import { temporaryCatalog } from './catalog.ts'
import { rawKey } from './repository.ts'
import { temporaryDirectory } from './temporary-directory.ts'

export type ControlPlaneParts = Pick<
  SystemParts,
  'catalog' | 'tenantId' | 'repository' | 'audit' | 'log' | 'locale'
> & { readonly secrets: ControlKey }

export interface ControlPlane extends AsyncDisposable {
  /** Goes with its scope. */
  readonly folder: string
  readonly parts: ControlPlaneParts
  readonly keks: readonly Kek[]
}

/** With `folder`, over the repository that is there; the folder stays. With `catalog`, on that database. */
export async function controlPlane(
  options: { readonly folder?: string; readonly keks?: readonly Kek[]; readonly catalog?: Catalog } = {},
): Promise<ControlPlane> {
  const own = options.folder === undefined ? temporaryDirectory() : undefined
  const folder = options.folder ?? own!.path
  const keks = options.keks ?? [rawKey()]
  const catalog = options.catalog ?? (await tenantCatalog())
  const repository = await accessOf(catalog, folder, keks)
  const secrets = await openControlKey(catalog, keks)
  const audit = openAuditLog(catalog, secrets.auditKey, DEFAULT_TENANT_ID)
  const dispose = async () => {
    await catalog[Symbol.asyncDispose]()
    own?.[Symbol.dispose]()
  }
  return {
    folder,
    keks,
    parts: { catalog, tenantId: DEFAULT_TENANT_ID, repository, secrets, audit, log: silentLog, locale: 'en' },
    [Symbol.asyncDispose]: dispose,
  }
}

/** An empty database with the one tenant. */
export async function tenantCatalog(): Promise<Catalog> {
  const catalog = await temporaryCatalog()
  await catalog.db.insertInto('tenants').values({ id: DEFAULT_TENANT_ID, name: 'default' }).execute()
  return catalog
}

export function accessOf(catalog: Catalog, folder: string, keks: readonly Kek[]): Promise<RepositoryAccess> {
  return openRepositoryAccess(catalog, {
    location: parseLocation(path.join(folder, 'repository')),
    keks,
    stateDirectory: path.join(folder, `state-${randomUUID()}`),
  })
}

/** Appends `count` entries, each by somebody. */
export async function actions(audit: AuditLog, count: number, label = 'act'): Promise<void> {
  for (let i = 1; i <= count; i += 1)
    await audit.append({
      actor: `person-${i % 3}`,
      action: 'config.update',
      resource: `config:${label}-${i}`,
      result: 'SUCCESS',
      details: { number: i, text: 'é "quoted"' },
    })
}

export const DATABASE_URL = 'postgres://clinic:s3cret-p4ss@db.example:5432/clinic'
/** Canonical settings. */
export const SETTINGS = {
  kind: 'FILES',
  paths: ['/srv/clinic'],
  type: 'INCREMENTAL',
  schedule: { kind: 'FREQUENCY', frequency: 'DAILY', time: '02:00' },
  timezone: 'America/Sao_Paulo',
  filters: { sizeLimit: 1000 },
  retention: { daily: 14 },
  performance: {},
  alertConfig: {},
  priority: 'NORMAL',
  tags: ['night'],
} as const

/** A row as saving a configuration makes it. Not recorded yet. */
export async function addConfig(
  { catalog, tenantId, secrets }: ControlPlaneParts,
  config: { readonly name: string; readonly source?: string },
): Promise<string> {
  const id = randomUUID()
  const sealed = config.source === undefined ? null : secrets.seal(config.source, sourcePurpose(id))
  await catalog.db
    .insertInto('configs')
    .values({
      id,
      tenant_id: tenantId,
      name: config.name,
      kind: 'FILES',
      settings: JSON.stringify(SETTINGS),
      source_sealed: sealed,
      created_by: 'maria',
    })
    .execute()
  return id
}
