/**
 * Maintenance in a process of its own: `node [--import broken-disk.ts] maintain-child.ts BASE KEY WORK…`, each one of
 * `verify`, `repair`, `give`, `drop`, `prune`, `list`, `latest`, `rotate`. Prints what each gives, or its error, as one JSON list.
 */
import path from 'node:path'
import type { Repository } from '../../src/engine/index.ts'
import {
  ClientState,
  changeKeyring,
  dropDamage,
  findSnapshot,
  prune,
  readHistory,
  repairRepository,
  verifyRepository,
} from '../../src/engine/index.ts'
import { isBackupError } from '../../src/kernel/backup-error.ts'
import { open, type TestRepository } from './repository.ts'

const [base, key, ...works] = process.argv.slice(2) as [string, string, ...string[]]
const made: TestRepository = {
  folder: path.join(base, 'repository'),
  stateFolder: path.join(base, 'state'),
  kek: { kind: 'raw', key: Buffer.from(key, 'hex') },
}

const WORKS: Readonly<Record<string, (repository: Repository) => Promise<object>>> = {
  verify: (repository) => verifyRepository(repository, { readShare: 1 }),
  repair: (repository) => repairRepository(repository),
  give: (repository) => repairRepository(repository, { forgetDamaged: true }),
  drop: (repository) => {
    using writer = new ClientState(made.stateFolder, repository.keys.repositoryId).claimWriter()
    return dropDamage(repository, writer.id)
  },
  prune: (repository) => prune(repository),
  list: async (repository) => {
    const { snapshots, problems } = await readHistory(repository)
    return { names: snapshots.map(({ name }) => name), codes: problems.map(({ error }) => error.code) }
  },
  latest: async (repository) => findSnapshot(await readHistory(repository), 'latest'),
  rotate: async ({ store, keys }) => ({
    name: await changeKeyring(store, keys, { newEpoch: true, keks: [made.kek], now: '2026-11-25T00:00:00Z' }),
  }),
}

const results: object[] = []
for (const work of works) {
  try {
    await using repository = await open(made)
    results.push(await WORKS[work]!(repository))
  } catch (error) {
    results.push({ error: isBackupError(error) ? error.code : String(error), stack: (error as Error).stack })
  }
}
console.log(JSON.stringify(results))
