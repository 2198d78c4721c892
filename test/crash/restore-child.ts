/** A restore in a process of its own, to be killed: BASE KEY SNAPSHOT SUBTREE TARGET. Says `ready` before it begins. */
import path from 'node:path'
import { readHistory, restoreSnapshot } from '../../src/engine/index.ts'
import { open, type TestRepository } from '../harness/repository.ts'

const [base, key, snapshot, subtree, target] = process.argv.slice(2) as [string, string, string, string, string]
const made: TestRepository = {
  folder: path.join(base, 'repository'),
  stateFolder: path.join(base, 'state'),
  kek: { kind: 'raw', key: Buffer.from(key, 'hex') },
}
await using repository = await open(made)
const { snapshots } = await readHistory(repository)
console.log('ready')
await restoreSnapshot(repository, snapshots.find(({ name }) => name === snapshot)!.document, {
  target,
  subtree,
  verify: true,
})
