// Goal: machines that share one PostgreSQL may have the same repository under paths of their own; its points and what
// guards them are one. Method: the services of two systems over one database, the repository in two places.
import assert from 'node:assert/strict'
import fs from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { DEFAULT_TENANT_ID } from '../../src/catalog/index.ts'
import { simulateRetention, syncPoints } from '../../src/services/execution/index.ts'
import type { SystemParts } from '../../src/services/index.ts'
import { createRecoveryRequest, getRecoveryPoints } from '../../src/services/recovery/index.ts'
import { parseLocation } from '../../src/system/compose.ts'
import { openRepositoryAccess } from '../../src/system/repository-access.ts'
import { noServer, postgresCatalog, temporaryPostgres } from '../harness/catalog.ts'
import { rawKey } from '../harness/repository.ts'
import { addConfig } from '../harness/rows.ts'
import { inFirst, plantSnapshots, testSystem, withFirst } from '../harness/system.ts'
import { temporaryDirectory } from '../harness/temporary-directory.ts'

test('a repository under two paths has one set of points, and no machine forgets what another restores', {
  skip: noServer(),
}, async () => {
  using base = temporaryDirectory()
  await using server = await temporaryPostgres()
  await using catalog = await postgresCatalog(server)
  const keks = [rawKey()]
  await using one = await testSystem({ folder: base.path, catalog, keks, tenantId: DEFAULT_TENANT_ID })
  const configId = await addConfig(one.parts, { paths: ['/'], retention: { last: 1 } })
  const at = (days: number) => ({ configId, source: 's', atMs: Date.now() - days * 86_400_000, isGood: true })
  const [oldest] = await plantSnapshots(one.repository, [at(3), at(2), at(1)])
  await syncPoints(inFirst(one.parts))
  const points = async (parts: SystemParts) => (await getRecoveryPoints(parts)).map(({ snapshot }) => snapshot)
  const all = await points(one.parts)
  const asked = { type: 'FULL_RESTORE', options: { targetPath: path.join(base.path, 'target') } } as const
  await createRecoveryRequest(one.parts, { pointOrRunId: oldest!, ...asked }, 'maria')

  const location = parseLocation(path.join(base.path, 'mounted-there'))
  fs.cpSync(one.repository.folder, path.join(base.path, 'mounted-there'), { recursive: true })
  const there = async (): Promise<SystemParts> => {
    const stateDirectory = path.join(base.path, 'state-there')
    return withFirst(one.parts, await openRepositoryAccess(catalog, { location, keks, stateDirectory, isNamed: true }))
  }
  const two = await there()
  assert.notEqual(two.repositories.first.label, one.parts.repositories.first.label)
  assert.deepEqual(await points(two), all)
  const reasons = (await simulateRetention(two)).points.find(({ snapshot }) => snapshot === oldest)?.reasons
  assert.deepEqual(reasons, ['being restored'])

  // An earlier version put points down under the path that had found them first.
  const { id } = await catalog.db
    .selectFrom('repositories')
    .select('id')
    .where('id', '!=', two.repositories.first.rowId)
    .executeTakeFirstOrThrow()
  await catalog.db.updateTable('recovery_points').set({ repository_id: id }).where('snapshot', '=', oldest!).execute()
  assert.deepEqual(await points(await there()), all)
})
