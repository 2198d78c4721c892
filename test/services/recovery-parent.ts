/** A process that carries one recovery out and is killed from outside. */
import { randomUUID } from 'node:crypto'
import os from 'node:os'
import { type Catalog, DEFAULT_TENANT_ID } from '../../src/catalog/index.ts'
import { parseKek } from '../../src/engine/index.ts'
import type { SystemParts } from '../../src/services/index.ts'
import { carryOutRecovery } from '../../src/services/recovery/index.ts'
import { directoryCatalog } from '../harness/catalog.ts'
import { testSystem } from '../harness/system.ts'

/** The system of a database that is there already, as a new process would have it. */
export async function systemOf(base: string, catalog: Catalog, key: string): Promise<SystemParts> {
  const worker = { id: randomUUID(), host: os.hostname(), pid: process.pid }
  await catalog.db
    .insertInto('workers')
    .values({ ...worker, role: 'worker' })
    .execute()
  const keks = [parseKek(`base64:${key}`, 'test key')]
  return (await testSystem({ folder: base, keks, catalog, tenantId: DEFAULT_TENANT_ID, worker })).parts
}

if (process.argv[1] === import.meta.filename) {
  const [base, home, requestId] = process.argv.slice(2) as [string, string, string]
  const parts = await systemOf(base, await directoryCatalog(home), process.env['TEST_KEY'] ?? '')
  await carryOutRecovery(parts, requestId, { signal: new AbortController().signal })
}
