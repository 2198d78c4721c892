/** A process that carries one recovery out and is killed from outside. */
import { randomUUID } from 'node:crypto'
import path from 'node:path'
import { type Catalog, DEFAULT_TENANT_ID } from '../../src/catalog/index.ts'
import { parseKek, Repository } from '../../src/engine/index.ts'
import { silentLog } from '../../src/kernel/log.ts'
import type { SystemParts } from '../../src/services/index.ts'
import { carryOutRecovery } from '../../src/services/recovery/index.ts'
import { directoryCatalog } from '../harness/catalog.ts'
import { localStore } from '../harness/repository.ts'

/** The system of a database that is there already, as a new process would have it. */
export async function systemOf(base: string, catalog: Catalog, key: string): Promise<SystemParts> {
  const kek = parseKek(`base64:${key}`, 'test key')
  const folder = path.join(base, 'repository')
  const { id: rowId } = await catalog.db.selectFrom('repositories').select('id').executeTakeFirstOrThrow()
  const worker = { id: randomUUID(), host: (await import('node:os')).hostname(), pid: process.pid }
  await catalog.db
    .insertInto('workers')
    .values({ ...worker, role: 'worker' })
    .execute()
  return {
    catalog,
    tenantId: DEFAULT_TENANT_ID,
    worker,
    home: base,
    locale: 'en',
    defaults: {},
    channels: {},
    notifiers: [],
    log: silentLog,
    audit: { append: async () => {} },
    secrets: { seal: () => Buffer.alloc(0), open: () => '' },
    queue: {
      enqueue: async () => {},
      enqueueAll: async () => {},
      work: async () => {},
      stop: async () => {},
      [Symbol.asyncDispose]: async () => {},
    },
    repository: {
      rowId,
      location: { kind: 'LOCAL', path: folder },
      keks: [kek],
      stateDirectory: path.join(base, 'state'),
      open: () => Repository.open(localStore(folder), [kek]),
      openStore: () => localStore(folder),
    },
  }
}

if (process.argv[1] === import.meta.filename) {
  const [base, home, requestId] = process.argv.slice(2) as [string, string, string]
  const parts = await systemOf(base, await directoryCatalog(home), process.env['TEST_KEY'] ?? '')
  await carryOutRecovery(parts, requestId, { signal: new AbortController().signal })
}
