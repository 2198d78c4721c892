/** A system with the real control key and audit log, as nothing but a start of the program opens them. */
import { randomUUID } from 'node:crypto'
import path from 'node:path'
import { type Catalog, DEFAULT_TENANT_ID } from '../../src/catalog/index.ts'
import type { Kek } from '../../src/engine/index.ts'
import { openAuditLog } from '../../src/services/audit/index.ts'
import { type ControlKey, openControlKey } from '../../src/services/control-key/index.ts'
import type { AuditLog, SystemParts } from '../../src/services/index.ts'
import { temporaryCatalog } from './catalog.ts'
import { rawKey } from './repository.ts'
import { insertTenants, type TestSystem, testSystem } from './system.ts'

export interface ControlPlane extends Pick<TestSystem, 'folder' | 'repository'>, AsyncDisposable {
  readonly parts: SystemParts & { readonly secrets: ControlKey }
  readonly keks: readonly Kek[]
}

/**
 * With `folder`, over the repository that is there, as on another machine: with a HOME of its own; the folder stays.
 * With `catalog`, on that database, which goes with the plane.
 */
export async function controlPlane(
  options: { readonly folder?: string; readonly keks?: readonly Kek[]; readonly catalog?: Catalog } = {},
): Promise<ControlPlane> {
  const { folder, keks = [rawKey()], catalog = await temporaryCatalog() } = options
  const system = await testSystem({
    catalog,
    keks,
    tenantId: DEFAULT_TENANT_ID,
    ...(folder !== undefined && { folder, home: path.join(folder, `home-${randomUUID()}`) }),
  })
  const secrets = await openControlKey(catalog, keks)
  const audit = openAuditLog(catalog, secrets.auditKey, DEFAULT_TENANT_ID)
  return {
    folder: system.folder,
    repository: system.repository,
    keks,
    parts: { ...system.parts, secrets, audit },
    [Symbol.asyncDispose]: async () => {
      await catalog[Symbol.asyncDispose]()
      await system[Symbol.asyncDispose]()
    },
  }
}

/** An empty database with the one tenant. */
export async function tenantCatalog(): Promise<Catalog> {
  const catalog = await temporaryCatalog()
  await insertTenants(catalog, [DEFAULT_TENANT_ID])
  return catalog
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
